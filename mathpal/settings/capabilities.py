"""Capabilities: facts that a function in a configuration declares about itself.

Rules and runs read these facts instead of comparing function names. Standard library only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mathpal.settings.faults import Fault

Function = TypeVar("Function", bound=Callable[..., Any])
_ATTRIBUTE = "__mathpal_capabilities__"


@dataclass(frozen=True, slots=True)
class Limits:
    """Settings that make a data source hold rows back.

    Attributes:
        audited: settings with which every row reaches an audit.
        undivided: settings with which no problem is held out or left unused.
        nested: name of the setting that maps names to further sources; None without such.
    """

    audited: Mapping[str, Any] = field(default_factory=dict)
    undivided: Mapping[str, Any] = field(default_factory=dict)
    nested: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """The facts that a function can declare; a function that declares nothing has the defaults.

    The group that a fact belongs to stands first.

    Attributes:
        trains_all: lora: every weight is trained; neither a base nor an adapter remains.
        needs_lora: export: works with LoRA weights only.
        measures: evaluation: measures accuracy, so the test problems need answers.
        has_answers: data: rows can state an answer; plain text cannot.
        own_loss: trainer: computes plain cross-entropy itself and accepts no other loss.
        known_shapes: model: its shapes can be computed without loading it, from the config.json
            at its `path` or by `shapes`.
        shapes: model: returns Transformers' configuration for the loader's settings.
        limits: data: which settings hold rows back, and how to lift them.
        rule: any group: checks the function's own settings against each other; returns a fault or
            None.
        of_run: system: what a run trained, so several runs make several systems.
        beside: a verb: schema of settings that are allowed in addition to the verb's own. They
            are checked, but not passed to the verb.
    """

    trains_all: bool = False
    needs_lora: bool = False
    measures: bool = True
    has_answers: bool = True
    own_loss: bool = False
    known_shapes: bool = False
    shapes: Callable[[Mapping[str, Any]], Any] | None = None
    limits: Limits = Limits()
    rule: Callable[[Mapping[str, Any]], Fault | None] | None = None
    of_run: bool = False
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
    """Return the capabilities that a function declares."""
    found: Capabilities = getattr(function, _ATTRIBUTE, NONE_DECLARED)
    return found
