"""What the files of a trial's runs tell its study: values, the verdict, intermediate values."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, Literal, NamedTuple

from optuna.trial import FrozenTrial, TrialState

from mathpal.record.journal import Values
from mathpal.record.outcome import Outcome

End = Literal["completed", "pruned", "failed"]
_COPIED = ("metrics", "values_by_seed", "error", "infeasible", "constraints")


class Verdict(NamedTuple):
    """How a trial ended.

    Attributes:
        end: the trial's state.
        values: of the objectives; empty unless it was completed.
        notes: user attributes of the trial: metrics, error, …
        constraints: metric -> how far it is above its bound; feasible where none is positive.
    """

    end: End
    values: Sequence[float] = ()
    notes: Mapping[str, Any] = {}
    constraints: Mapping[str, float] = {}


def is_reversed(direction: str, intermediate: str | None) -> bool:
    """Return whether `intermediate` is to fall where the objective is to rise, or vice versa."""
    kinds = {"loss": "minimize", "accuracy": "maximize"}
    better = [kinds[kind] for kind in kinds if kind in (intermediate or "")]
    return bool(better) and better[0] != direction


class Measure(NamedTuple):
    """What a study compares.

    Attributes:
        metrics: names among a run's metrics, one an objective; empty for the objective that a run
            names itself.
        objectives: how many there are.
        intermediate: the metric that shows the progress of a run; None for none.
        reversed: whether `intermediate` is to fall where the objective is to rise, or vice versa:
            then its negative is reported.
        bounds: metric -> its largest feasible value.
    """

    metrics: tuple[str, ...] = ()
    objectives: int = 1
    intermediate: str | None = None
    reversed: bool = False
    bounds: Mapping[str, float] = {}

    def values(self, outcome: Outcome) -> list[float]:
        """Return the objectives of a run; NaN where one is missing."""
        if self.metrics:
            found = [outcome.metrics.get(name, math.nan) for name in self.metrics]
        else:
            value = outcome.objective and outcome.objective.value
            found = list(value) if isinstance(value, Sequence) else [value]
        return [math.nan if v is None else float(v) for v in found]

    def tail(self, run_dir: Path) -> Values:
        """Follow the intermediate metric of a run."""
        return Values(run_dir / "metrics.jsonl", str(self.intermediate))

    def signed(self, found: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        """Return intermediate values in the direction of the study."""
        return [(step, -value if self.reversed else value) for step, value in found]

    def pruned(self, outcomes: Sequence[Outcome]) -> Verdict:
        """Return the verdict on a trial that was stopped early."""
        return Verdict("pruned", notes={"metrics": _mean_metrics(outcomes)})

    def verdict(
        self, found: Sequence[Outcome | None], seeds: Sequence[int] | None
    ) -> Verdict | None:
        """Return the verdict on a trial from the outcomes of its runs.

        Args:
            found: the outcome of each run; None where it has not ended.
            seeds: of the runs, where a trial has several.

        Returns:
            The verdict; None while it depends on a run that has not ended.
        """
        ended = [outcome for outcome in found if outcome]
        for outcome in ended:
            if outcome.status == "pruned":
                return self.pruned(ended)
            if outcome.status == "failed":
                return _failed(outcome)
        if len(ended) < len(found):
            return None
        values = [self.values(outcome) for outcome in ended]
        wrong = [v for v in values if len(v) != self.objectives]
        if wrong:
            return _unusable(f"expected {self.objectives} values, got {len(wrong[0])}")
        means = [fmean(of_objective) for of_objective in zip(*values)]
        if not all(math.isfinite(mean) for mean in means):
            return _unusable(f"the objective is not a number: {means}")
        metrics = _mean_metrics(ended)
        notes: dict[str, Any] = {"metrics": metrics}
        if seeds is not None:
            notes["values_by_seed"] = {str(s): v for s, v in zip(seeds, values)}
        if missing := [name for name in self.bounds if name not in metrics]:
            return _unusable(f"{missing[0]} has a bound and was not measured")
        above = {name: metrics[name] - bound for name, bound in self.bounds.items()}
        if above:
            notes["constraints"] = list(above.values())
        return Verdict("completed", means, notes, above)


def verdict_of(trial: FrozenTrial) -> Verdict:
    """Return the verdict on a trial that has ended, e.g. for a duplicate of it."""
    ends: dict[TrialState, End] = {TrialState.COMPLETE: "completed", TrialState.PRUNED: "pruned"}
    notes = {key: value for key, value in trial.user_attrs.items() if key in _COPIED}
    end = ends.get(trial.state, "failed")
    return Verdict(end, trial.values or (), notes, trial.constraints)


def _failed(outcome: Outcome) -> Verdict:
    error = outcome.error or "no reason was given"
    notes = {"error": error, "metrics": outcome.metrics}
    if outcome.error_type == "InfeasibleError":
        # Pruned, not failed, so that the sampler learns to avoid this point.
        return Verdict("pruned", notes={**notes, "infeasible": error})
    return Verdict("failed", notes=notes)


def _unusable(error: str) -> Verdict:
    return Verdict("failed", notes={"error": error})


def _mean_metrics(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the mean of every metric that all runs have."""
    measured = [
        {name: v for name, v in outcome.metrics.items() if isinstance(v, (int, float))}
        for outcome in outcomes
    ]
    if not measured:
        return {}
    shared = [name for name in measured[0] if all(name in m for m in measured)]
    return {name: fmean(m[name] for m in measured) for name in shared}
