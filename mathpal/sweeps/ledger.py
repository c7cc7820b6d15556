"""The ledger of a study: its trials, the driver of each, and how they ended.

Several drivers may write to it. Each change is read and written under one lock (a file in the
study's directory), so no trial is begun or ended twice.
"""

import contextlib
import copy
import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, Trial, TrialState

from mathpal.record import lock, outcome
from mathpal.sweeps.drawing import draw
from mathpal.sweeps.outcomes import Verdict
from mathpal.sweeps.samplers import build_sampler
from mathpal.sweeps.space import Space, Value

STATES = {
    "completed": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
}


def one_at_a_time(folder: Path) -> contextlib.AbstractContextManager[Any]:
    """Hold the lock of a study; other drivers wait.

    Args:
        folder: the study's directory.
    """
    return lock.locked(folder / ".study.lock", wait=True)


class Ledger:
    """The ledger of one study.

    Args:
        study: Optuna's study.
        storage: holds the study.
        folder: the study's directory.
        space: what varies.
        points: every combination, in the order in which they are run; None to draw with a sampler.
        sampler: `hydra.sweeper.sampler`.
        n_trials: the budget: trials in all.
        further: draws further parameters of a trial.
        dedup: a trial with the parameters of an earlier one is not run.
    """

    def __init__(
        self,
        study: optuna.Study,
        storage: BaseStorage,
        folder: Path,
        space: Space,
        *,
        n_trials: int,
        points: list[dict[str, Value]] | None = None,
        sampler: Mapping[str, Any] | None = None,
        further: Callable[[Trial], None] | None = None,
        dedup: bool = True,
    ) -> None:
        self.study, self.storage, self.folder, self.space = study, storage, folder, space
        self.points, self.sampler, self.n_trials = points, sampler, n_trials
        self.further, self.dedup = further, dedup
        self._study_id = storage.get_study_id_from_name(study.study_name)
        self._alike: dict[tuple[str, ...], list[int]] = {}  # overrides -> numbers of their trials
        self._indexed = -1  # the last trial in _alike

    def locked(self) -> contextlib.AbstractContextManager[Any]:
        """Hold the lock of the study; other drivers wait."""
        return one_at_a_time(self.folder)

    def trials(self) -> list[FrozenTrial]:
        """Return the trials that count, by number, without those that were not begun."""
        every = self.study.get_trials(deepcopy=False)
        return [t for t in every if t.state != TrialState.WAITING and not is_unborn(t)]

    def claim(self, driver: str) -> FrozenTrial | None:
        """Begin the next trial; the lock is held.

        Args:
            driver: name of the driver that will run it.

        Returns:
            The trial with its parameters drawn; None where the budget is used up.
        """
        known = self.trials()
        if len(known) >= self.n_trials:
            return None
        if self.points is not None:
            if not self._waiting():
                self.study.enqueue_trial(self.points[len(known)])
        else:
            self.study.sampler = build_sampler(self.sampler, len(known))
        trial = self.study.ask()
        try:
            overrides = draw(self.space, trial, self.further)
        except BaseException:
            self.bury(trial.number)
            raise
        if original := self._same(overrides, known):
            self.note(trial.number, "duplicate_of", original.number)
        self.note(trial.number, "driver", driver)
        self.note(trial.number, "overrides", overrides)  # last: from here on the trial counts
        return self.trial(trial.number)

    def _waiting(self) -> bool:
        return any(self.study.get_trials(deepcopy=False, states=(TrialState.WAITING,)))

    def _same(self, overrides: list[str], known: list[FrozenTrial]) -> FrozenTrial | None:
        """Return the first trial with these overrides that did not fail."""
        if not self.dedup:
            return None
        for trial in reversed(known):  # only those since the last call
            if trial.number <= self._indexed:
                break
            key = _key(trial.user_attrs.get("overrides", ()))
            self._alike.setdefault(key, []).append(trial.number)
        self._indexed = known[-1].number if known else -1
        for number in sorted(self._alike.get(_key(overrides), ())):
            trial = self.trial(number)
            if "duplicate_of" not in trial.user_attrs and trial.state != TrialState.FAIL:
                return trial
        return None

    def trial(self, number: int) -> FrozenTrial:
        """Return a trial as the storage has it now."""
        return self.storage.get_trial(self._id(number))

    def _id(self, number: int) -> int:
        return self.storage.get_trial_id_from_study_id_trial_number(self._study_id, number)

    def note(self, number: int, key: str, value: Any) -> None:
        """Set a user attribute of a trial that has not ended."""
        self.storage.set_trial_user_attr(self._id(number), key, _plain(value))

    def attempt_begins(self, trial: FrozenTrial, host: str, run: str) -> None:
        """Record that a driver starts or resumes a run of a trial."""
        attempt = {"host": host, "began": _now(), "run": run}
        self.note(trial.number, "attempts", [*trial.user_attrs.get("attempts", ()), attempt])

    def attempt_ended(self, trial: FrozenTrial, how: str) -> list[dict[str, Any]]:
        """Record how the last attempt of a trial ended, unless that is recorded already.

        Args:
            trial: the trial.
            how: the end to record where the files of the run tell none.

        Returns:
            All attempts of the trial.
        """
        attempts = copy.deepcopy(list(trial.user_attrs.get("attempts", ())))
        if not attempts:
            return attempts
        found = outcome.find(self.folder / attempts[-1]["run"], unreadable="none")
        said = found and found.status
        # A run that was taken for lost may only have been late with its first heartbeat.
        if "ended" not in attempts[-1] or (said and attempts[-1]["how"] == "lost"):
            attempts[-1] |= {"ended": _now(), "how": said or how}
            self.note(trial.number, "attempts", attempts)
        return attempts

    def report(self, trial: FrozenTrial, found: Sequence[tuple[int, float]]) -> bool:
        """Record intermediate values, and ask the pruner about them.

        Args:
            trial: a running trial.
            found: (step, value) in the order in which they were measured.

        Returns:
            Whether the pruner stops the trial.
        """
        known = self.trial(trial.number).intermediate_values
        new = [(step, value) for step, value in found if step not in known]
        for step, value in new:
            self.storage.set_trial_intermediate_value(self._id(trial.number), step, value)
        return bool(new) and self.study.pruner.prune(self.study, self.trial(trial.number))

    def finish(self, trial: FrozenTrial, verdict: Verdict) -> None:
        """Record the end of a trial; the lock is held."""
        self.attempt_ended(trial, verdict.end)
        for key, value in verdict.notes.items():
            self.note(trial.number, key, value)
        for key, value in self._constraints(trial, verdict.constraints).items():
            self.storage.set_trial_system_attr(self._id(trial.number), key, value)
        values = list(verdict.values) or None
        self.study.tell(
            trial.number,
            values if verdict.end == "completed" else None,
            state=STATES[verdict.end],
            skip_if_finished=True,
        )

    def _constraints(self, trial: FrozenTrial, bounds: Mapping[str, float]) -> dict[str, Any]:
        """Return Optuna's attributes for constraints; its public API sets them on a whole trial."""
        frozen = copy.deepcopy(trial)
        before = set(frozen.system_attrs)
        for name, above in bounds.items():
            frozen.set_constraint(name, above)
        return {k: v for k, v in frozen.system_attrs.items() if k not in before}

    def bury(self, number: int) -> None:
        """Discard a trial whose driver died, or whose space failed, while it was being drawn."""
        trial = self.trial(number)
        first = trial.system_attrs.get("fixed_params")
        self.note(number, "unborn", True)
        self.study.tell(number, state=TrialState.FAIL, skip_if_finished=True)
        if first and self.points is None:  # it was enqueued, and has not been run
            self.study.enqueue_trial(first)


def _key(overrides: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(overrides))


def is_unborn(trial: FrozenTrial) -> bool:
    """Return whether a trial never got all its parameters; such a trial counts nowhere."""
    return bool(trial.user_attrs.get("unborn"))


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: NaN and infinity become null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return json.loads(json.dumps(value, default=str))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
