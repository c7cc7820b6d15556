"""Splits the accuracy of a study into mathematics and layout, by the shares measured beside it.

Knows the names of a run's metrics; counts and grades nothing.
"""

import re
from collections.abc import Iterator

from mathpal.studies.history import History
from mathpal.studies.ranking import Configuration
from mathpal.studies.wording import measured, signed

_ACCURACY = re.compile(r"(?:base|tuned)/accuracy(_new|_old)?")
_LENIENT, _UNREADABLE = "accuracy_lenient", "unreadable"


def beside(history: History) -> list[str]:
    """Return the metrics to show beside the objectives; those that no trial has are left out.

    Args:
        history: the study.
    """
    named = [
        objective.replace("accuracy", measure)
        for objective in history.study.metrics
        if _ACCURACY.fullmatch(objective)
        for measure in (_LENIENT, _UNREADABLE)
    ]
    return [name for name in named if any(name in trial.metrics for trial in history.trials)]


def split(metric: str, best: Configuration) -> Iterator[str]:
    """Yield a sentence: how much of an objective, and of its gain, is mathematics and layout.

    Args:
        metric: the objective; only an accuracy of the tuned model is split.
        best: the configuration to speak of; its runs may have measured less, then nothing is said.
    """
    if not (found := _ACCURACY.fullmatch(metric)) or not metric.startswith("tuned/"):
        return
    suffix = found[1] or ""
    tuned, base = (
        [best.metric(f"{system}/{name}{suffix}") for name in ("accuracy", _LENIENT, _UNREADABLE)]
        for system in ("tuned", "base")
    )
    exact, lenient, unreadable = tuned
    if exact is None or lenient is None or unreadable is None:
        return
    before, before_lenient, before_unreadable = base
    if before is None or before_lenient is None or before_unreadable is None:
        yield (
            f"Beside its {metric} of {measured(exact)}, {measured(lenient)} of the answers are "
            f"right in any layout and {measured(unreadable)} have no readable answer; the base "
            "was not measured."
        )
        return
    mathematics = lenient - before_lenient
    yield (
        f"Beside its {metric} of {measured(exact)} (base {measured(before)}), {measured(lenient)} "
        f"of the answers are right in any layout (base {measured(before_lenient)}) and "
        f"{measured(unreadable)} have no readable answer (base {measured(before_unreadable)}). Of "
        f"the change from the base, {_change(mathematics)} is mathematics and "
        f"{_change(exact - before - mathematics)} layout."
    )


def _change(value: float) -> str:
    """A difference of shares with its sign; what is left of rounding is no difference."""
    return signed(round(value, 9) + 0.0)
