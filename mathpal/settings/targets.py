"""The functions that a configuration may name; nothing else is ever called.

Hydra has a blocklist of targets, which by its own documentation is not a complete security
boundary. This module is an allowlist instead: a target must be a public function, defined in the
module that its path names, with the positional parameters that a run passes.
"""

import importlib
import inspect
from collections.abc import Callable
from typing import Any


def public_function(target: str, package: str, given: tuple[str, ...]) -> Callable[..., Any] | None:
    """Return the function at a dotted path; None if it must not be called.

    Args:
        target: the dotted path.
        package: the package that must contain it.
        given: the exact names of its positional parameters.
    """
    module_name, _, name = target.rpartition(".")
    inside = f"{module_name}.".startswith(f"{package}.")
    if not inside or name.startswith("_"):
        return None
    try:
        function = getattr(importlib.import_module(module_name), name, None)
    except ModuleNotFoundError:
        return None
    if not inspect.isfunction(function) or function.__module__ != module_name:
        return None
    positional = tuple(
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    )
    return function if positional == given else None
