"""What a function that a configuration names can do, declared beside the function itself.

Rules and runs ask for a capability, never for a function's name. Standard library only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from mathpal.settings.faults import Fault

Function = TypeVar("Function", bound=Callable[..., Any])
_ATTRIBUTE = "__mathpal_capabilities__"


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """Declared facts; the defaults hold for a function that declares nothing.

    Attributes:
        trains_all: lora: every weight is trained, so that no base and no adapter is left.
        needs_lora: export: works on LoRA weights only.
        measures: evaluation: measures accuracy, so that test problems need answers.
        has_answers: data: rows can state an answer; plain text cannot.
        own_loss: trainer: computes plain cross-entropy itself and takes no other loss from the
            objective.
        known_shapes: model: its shapes can be computed without loading it, from the config.json
            at its `path` or by `shapes`.
        shapes: model: gives Transformers' configuration for the loader's settings.
        rule: checks the function's own settings against each other; gives a fault or None.
        beside: a schema whose settings may stand beside the function's own. They are checked, and
            the function does not get them.
    """

    trains_all: bool = False
    needs_lora: bool = False
    measures: bool = True
    has_answers: bool = True
    own_loss: bool = False
    known_shapes: bool = False
    shapes: Callable[[Mapping[str, Any]], Any] | None = None
    rule: Callable[[Mapping[str, Any]], Fault | None] | None = None
    beside: Callable[..., Any] | None = None


NONE_DECLARED = Capabilities()


def declares(**fields: Any) -> Callable[[Function], Function]:
    """Decorate a function with its capabilities.

    Example:
        >>> @declares(trains_all=True)
        ... def no_lora(model): ...
        >>> capabilities(no_lora).trains_all
        True
    """
    declared = Capabilities(**fields)

    def attach(function: Function) -> Function:
        setattr(function, _ATTRIBUTE, declared)
        return function

    return attach


def capabilities(function: Callable[..., Any]) -> Capabilities:
    """The capabilities that a function declares."""
    found: Capabilities = getattr(function, _ATTRIBUTE, NONE_DECLARED)
    return found
