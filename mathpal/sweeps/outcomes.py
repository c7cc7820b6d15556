"""What the files of a trial's runs say to its study: a value, a reason, a look in between."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from mathpal.record.journal import Values
from mathpal.record.outcome import Outcome
from mathpal.sweeps.ledger import Verdict


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
            found = [outcome.metrics.get(name, math.nan) for name in self.metrics]
        else:
            value = outcome.objective and outcome.objective.value
            found = list(value) if isinstance(value, Sequence) else [value]
        return [math.nan if v is None else float(v) for v in found]

    def tail(self, run_dir: Path) -> Values:
        """The metric in between, to be followed."""
        return Values(run_dir / "metrics.jsonl", str(self.intermediate))

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
            if outcome.status == "pruned":
                return self.pruned(ended)
            if outcome.status == "failed":
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


def _failed(outcome: Outcome) -> Verdict:
    error = outcome.error or "no reason was given"
    notes = {"error": error, "metrics": outcome.metrics}
    if outcome.error_type == "InfeasibleError":
        # Pruned, not failed: the sampler is to learn that it does not work there.
        return Verdict("pruned", notes={**notes, "infeasible": error})
    return Verdict("failed", notes=notes)


def _unusable(error: str) -> Verdict:
    return Verdict("failed", notes={"error": error})


def _mean_metrics(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The mean of every metric that all runs have."""
    measured = [
        {name: v for name, v in outcome.metrics.items() if isinstance(v, (int, float))}
        for outcome in outcomes
    ]
    if not measured:
        return {}
    shared = [name for name in measured[0] if all(name in m for m in measured)]
    return {name: fmean(m[name] for m in measured) for name in shared}
