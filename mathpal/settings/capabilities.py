"""What a function of a group declares about itself, so that nobody decides by its name."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])
_DECLARED: dict[Callable[..., Any], "Capabilities"] = {}


class Capabilities(NamedTuple):
    """Declared facts about a function.

    Attributes:
        measures: whether an evaluation answers problems and gives metrics.
    """

    measures: bool = True


def declares(**fields: Any) -> Callable[[_Function], _Function]:
    """Declare a function's capabilities where they differ from the defaults.

    Args:
        fields: fields of `Capabilities`.
    """

    def declare(function: _Function) -> _Function:
        _DECLARED[function] = Capabilities(**fields)
        return function

    return declare


def capabilities(function: Callable[..., Any]) -> Capabilities:
    """Return what a function declares, or the defaults."""
    return _DECLARED.get(function, Capabilities())
