"""Copies of a source without the settings that hold rows back. Each source declares its own.

A run leaves some rows unused (`max_test`, a mixture's weights) and stops when too many are
malformed. An audit must see every row, and `data build` must divide every problem. Both ask a
source here for a copy of itself without these limits. Knows no source by name.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mathpal.settings.capabilities import Limits, capabilities

NO_LIMIT = 10**9  # problems


def audited(source: partial[Any]) -> partial[Any]:
    """Return the source with settings with which every row reaches an audit."""
    return _changed(source, lambda limits: limits.audited)


def undivided(source: partial[Any]) -> partial[Any]:
    """Return the source with settings with which it holds out no problem."""
    return _changed(source, lambda limits: limits.undivided)


def nested_setting(source: partial[Any]) -> str | None:
    """Return the name of the setting that holds further sources; None without such."""
    return capabilities(source.func).limits.nested


def _changed(source: partial[Any], lifted: Callable[[Limits], Mapping[str, Any]]) -> partial[Any]:
    declared = capabilities(source.func).limits
    settings = {**source.keywords, **lifted(declared)}
    if declared.nested is not None:
        settings[declared.nested] = {
            name: _changed(part, lifted) if isinstance(part, partial) else part
            for name, part in settings[declared.nested].items()
        }
    return partial(source.func, **settings)
