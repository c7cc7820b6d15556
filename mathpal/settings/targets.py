"""Which functions a configuration may name: nothing else is ever called.

Hydra's own list of what must not be instantiated calls itself no complete boundary, so here it is
the other way round: only what is public, defined at its place and takes what a run gives.
"""

import importlib
import inspect
from collections.abc import Callable
from typing import Any


def public_function(target: str, package: str, given: tuple[str, ...]) -> Callable[..., Any] | None:
    """The function at a dotted path; None where it is not one that may be called.

    Args:
        target: the path.
        package: where it must lie.
        given: names of the positional parameters it must have, and no others.
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
