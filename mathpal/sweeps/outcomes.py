"""What the files of a trial's runs say to its study: a value, a reason, a look in between."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, Literal, NamedTuple

from optuna.trial import FrozenTrial, TrialState

from mathpal.record import trials

Outcome = Mapping[str, Any]
End = Literal["completed", "pruned", "failed"]
_COPIED = ("metrics", "values_by_seed", "error", "infeasible", "constraints")


class Verdict(NamedTuple):
    """How a trial ended.

    Attributes:
        end: of it.
        values: of the objectives, where it was completed.
        notes: user attributes of the trial: metrics, error, …
        constraints: name -> how far it is above its bound; feasible where none is positive.
    """

    end: End
    values: Sequence[float] = ()
    notes: Mapping[str, Any] = {}
    constraints: Mapping[str, float] = {}


def is_reversed(direction: str, intermediate: str | None) -> bool:
    """Whether less of `intermediate` is better where more of the objective is, or vice versa."""
    kinds = {"loss": "minimize", "accuracy": "maximize"}
    better = [kinds[kind] for kind in kinds if kind in (intermediate or "")]
    return bool(better) and better[0] != direction


class Measure(NamedTuple):
    """What a study compares.

    Attributes:
        metrics: names in a run's metrics, one an objective; empty for what a run calls its
            objective.
        objectives: how many there are.
        intermediate: the metric that tells how a run is getting on; None for none.
        reversed: whether the study wants more of its objective where less of `intermediate` is
            better, or the other way round: then its opposite is reported.
        bounds: metric -> the most that is feasible.
    """

    metrics: tuple[str, ...] = ()
    objectives: int = 1
    intermediate: str | None = None
    reversed: bool = False
    bounds: Mapping[str, float] = {}

    def values(self, outcome: Outcome) -> list[float] | None:
        """The objectives of a run; NaN where one could not be computed, None where it has none."""
        if self.metrics:
            measured = outcome.get("metrics") or {}
            found = [measured.get(name, math.nan) for name in self.metrics]
        else:
            value = (outcome.get("objective") or {}).get("value")
            found = list(value) if isinstance(value, (list, tuple)) else [value]
        return [math.nan if v is None else float(v) for v in found]

    def tail(self, run_dir: Path) -> trials.Values:
        """The metric in between, to be followed."""
        return trials.Values(run_dir / "metrics.jsonl", str(self.intermediate))

    def signed(self, found: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        """Values in between, in the direction of the study."""
        return [(step, -value if self.reversed else value) for step, value in found]

    def pruned(self, outcomes: Sequence[Outcome]) -> Verdict:
        """The verdict on a trial that was not worth going on with."""
        return Verdict("pruned", notes={"metrics": _mean_metrics(outcomes)})

    def verdict(
        self, found: Sequence[Outcome | None], seeds: Sequence[int] | None
    ) -> Verdict | None:
        """What the runs of a trial amount to.

        Args:
            found: the outcome of each run, None where it has not ended.
            seeds: of the runs, where a trial has several.

        Returns:
            None while a run is missing on which something still depends.
        """
        ended = [outcome for outcome in found if outcome]
        for outcome in ended:
            if outcome["status"] == "pruned":
                return self.pruned(ended)
            if outcome["status"] == "failed":
                return _failed(outcome)
        if len(ended) < len(found):
            return None
        values = [self.values(outcome) or [] for outcome in ended]
        wrong = [v for v in values if len(v) != self.objectives]
        if wrong:
            return _unusable(f"{self.objectives} values are expected, {len(wrong[0])} came")
        means = [fmean(of_objective) for of_objective in zip(*values)]
        if not all(math.isfinite(mean) for mean in means):
            return _unusable(f"the objective is not a number: {means}")
        metrics = _mean_metrics(ended)
        notes: dict[str, Any] = {"metrics": metrics}
        if seeds is not None:
            notes["values_by_seed"] = {str(s): v for s, v in zip(seeds, values)}
        if missing := [name for name in self.bounds if name not in metrics]:
            return _unusable(f"{missing[0]}, of which there is a bound, was not measured")
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
    error = str(outcome.get("error") or "no reason was given")
    notes = {"error": error, "metrics": outcome.get("metrics") or {}}
    if outcome.get("error_type") == "InfeasibleError":
        # Pruned, not failed: the sampler is to learn that it does not work there.
        return Verdict("pruned", notes={**notes, "infeasible": error})
    return Verdict("failed", notes=notes)


def _unusable(error: str) -> Verdict:
    return Verdict("failed", notes={"error": error})


def _mean_metrics(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The mean of every metric that all runs have."""
    measured = [outcome.get("metrics") or {} for outcome in outcomes]
    if not measured:
        return {}
    shared = [n for n in measured[0] if all(isinstance(m.get(n), (int, float)) for m in measured)]
    return {name: fmean(m[name] for m in measured) for name in shared}
