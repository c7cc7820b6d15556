"""The range of a parameter, as its trials drew it."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple


class Axis(NamedTuple):
    """The range that a parameter was drawn from.

    Attributes:
        choices: its values in order; None for a range of numbers.
        low, high: the ends of a range of numbers.
        log: whether it is drawn on a logarithmic scale.
        whole: whether only integers are drawn.
    """

    choices: list[Any] | None = None
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False


def axis_of(name: str, frozen: Iterable[Any]) -> Axis | None:
    """Return the union of the ranges that trials drew a parameter from; None where none has it.

    Args:
        name: the parameter.
        frozen: Optuna's trials.
    """
    found = [trial.distributions[name] for trial in frozen if name in trial.distributions]
    if not found:
        return None
    choices = [choice for each in found for choice in getattr(each, "choices", ())]
    if choices:
        apart = {json.dumps(choice): choice for choice in choices}
        return Axis(in_order(list(apart.values())))
    return Axis(
        None,
        min(each.low for each in found),
        max(each.high for each in found),
        all(each.log for each in found),
        all(isinstance(each.low, int) for each in found),
    )


def in_order(choices: list[Any]) -> list[Any]:
    """Sort choices where all are numbers or texts of numbers; otherwise keep their order."""
    try:
        return sorted(choices, key=lambda choice: float(choice))
    except (TypeError, ValueError):
        return choices
