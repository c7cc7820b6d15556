"""Which settings make a source hold rows back. Each source declares its own.

A run leaves some rows unused (`max_test`, a mixture's weights) and stops when too many are
malformed. An audit must see every row, and `data build` must divide every problem. Both ask a
source here for a copy of itself without these limits. Knows no source by name.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
Settings = Mapping[str, Any]
NO_LIMIT = 10**9  # problems


class Limits(NamedTuple):
    """What a source declares.

    Attributes:
        audited: settings with which every row reaches an audit.
        undivided: settings with which no problem is held out or left unused.
        nested: name of the setting that maps names to further sources; None without such.
    """

    audited: Settings
    undivided: Settings
    nested: str | None


_DECLARED: dict[Callable[..., Any], Limits] = {}
_NONE = Limits({}, {}, None)


def limits(
    *, audited: Settings | None = None, undivided: Settings | None = None, nested: str | None = None
) -> Callable[[F], F]:
    """Declare the limits of the decorated source; the function itself stays as it is.

    A source without this decorator has no limits.

    Args:
        audited: see `Limits`.
        undivided: see `Limits`.
        nested: see `Limits`.
    """

    def declare(source: F) -> F:
        _DECLARED[source] = Limits(audited or {}, undivided or {}, nested)
        return source

    return declare


def audited(source: partial[Any]) -> partial[Any]:
    """Return the source with settings with which every row reaches an audit."""
    return _changed(source, lambda limits: limits.audited)


def undivided(source: partial[Any]) -> partial[Any]:
    """Return the source with settings with which it holds out no problem."""
    return _changed(source, lambda limits: limits.undivided)


def nested_setting(source: partial[Any]) -> str | None:
    """Return the name of the setting that holds further sources; None without such."""
    return _DECLARED.get(source.func, _NONE).nested


def _changed(source: partial[Any], lifted: Callable[[Limits], Settings]) -> partial[Any]:
    declared = _DECLARED.get(source.func, _NONE)
    settings = {**source.keywords, **lifted(declared)}
    if declared.nested is not None:
        settings[declared.nested] = {
            name: _changed(part, lifted) if isinstance(part, partial) else part
            for name, part in settings[declared.nested].items()
        }
    return partial(source.func, **settings)
