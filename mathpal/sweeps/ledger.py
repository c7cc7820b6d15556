"""The book of a study: which trials there are, who has them, how they ended.

Several drivers may write in it. Whatever is read in order to be changed is read and changed under
one lock (a file in the study's directory), so that no trial is given out or told twice.
"""

import contextlib
import copy
import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, Trial, TrialState

from mathpal.record import lock, outcome
from mathpal.sweeps.drawing import draw
from mathpal.sweeps.space import Space, Value
from mathpal.sweeps.storage import build_sampler

End = Literal["completed", "pruned", "failed"]
STATES = {
    "completed": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
}


def one_at_a_time(folder: Path) -> contextlib.AbstractContextManager[Any]:
    """Be the only driver of a study that reads and writes; others wait.

    Args:
        folder: the study's directory.
    """
    return lock.locked(folder / ".study.lock", wait=True)


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


class Ledger:
    """One study's book.

    Args:
        study: of Optuna.
        storage: where it is kept.
        folder: the study's directory.
        space: what varies.
        points: every combination, in the order in which they are run; None to let a sampler choose.
        sampler: `hydra.sweeper.sampler`.
        n_trials: in all.
        further: chooses more of a trial's parameters.
        dedup: parameters that were run before are not run again.
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
        self._alike: dict[tuple[str, ...], list[int]] = {}  # overrides -> trials that had them
        self._indexed = -1  # the last trial that is in there

    def locked(self) -> contextlib.AbstractContextManager[Any]:
        """Be the only driver that reads and writes; others wait."""
        return one_at_a_time(self.folder)

    def trials(self) -> list[FrozenTrial]:
        """All trials that count, by number, those that wait for their turn left out."""
        every = self.study.get_trials(deepcopy=False)
        return [t for t in every if t.state != TrialState.WAITING and not is_unborn(t)]

    def claim(self, driver: str) -> FrozenTrial | None:
        """Begin the next trial; the lock is held.

        Args:
            driver: who will run it.

        Returns:
            The trial, its parameters drawn; None where the budget is used up.
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
        self.note(trial.number, "overrides", overrides)  # last: it is born
        return self.trial(trial.number)

    def _waiting(self) -> bool:
        return any(self.study.get_trials(deepcopy=False, states=(TrialState.WAITING,)))

    def _same(self, overrides: list[str], known: list[FrozenTrial]) -> FrozenTrial | None:
        """The trial that had these overrides first, unless it came to nothing."""
        if not self.dedup:
            return None
        for trial in reversed(known):  # those that came since the last look
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
        """A trial as it stands."""
        return self.storage.get_trial(self._id(number))

    def _id(self, number: int) -> int:
        study = self.storage.get_study_id_from_name(self.study.study_name)
        return self.storage.get_trial_id_from_study_id_trial_number(study, number)

    def note(self, number: int, key: str, value: Any) -> None:
        """Set a user attribute of a trial that has not ended."""
        self.storage.set_trial_user_attr(self._id(number), key, _plain(value))

    def attempt_begins(self, trial: FrozenTrial, host: str, run: str) -> None:
        """Write down that somebody starts, or goes on with, a run of a trial."""
        attempt = {"host": host, "began": _now(), "run": run}
        self.note(trial.number, "attempts", [*trial.user_attrs.get("attempts", ()), attempt])

    def attempt_ended(self, trial: FrozenTrial, how: str) -> list[dict[str, Any]]:
        """Write down how the last attempt ended, if nobody has.

        Args:
            trial: whose.
            how: where the run itself does not say.

        Returns:
            All attempts.
        """
        attempts = copy.deepcopy(list(trial.user_attrs.get("attempts", ())))
        if not attempts:
            return attempts
        found = outcome.find(self.folder / attempts[-1]["run"], unreadable="none")
        said = found and found.status
        # What was lost may only have been late with its first sign of life.
        if "ended" not in attempts[-1] or (said and attempts[-1]["how"] == "lost"):
            attempts[-1] |= {"ended": _now(), "how": said or how}
            self.note(trial.number, "attempts", attempts)
        return attempts

    def report(self, trial: FrozenTrial, found: Sequence[tuple[int, float]]) -> bool:
        """Hand intermediate values on to the pruner.

        Args:
            trial: in progress.
            found: (step, value) in the order in which they were measured.

        Returns:
            Whether the trial is not worth going on with.
        """
        known = self.trial(trial.number).intermediate_values
        new = [(step, value) for step, value in found if step not in known]
        for step, value in new:
            self.storage.set_trial_intermediate_value(self._id(trial.number), step, value)
        return bool(new) and self.study.pruner.prune(self.study, self.trial(trial.number))

    def finish(self, trial: FrozenTrial, verdict: Verdict) -> None:
        """Tell the end of a trial; the lock is held."""
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
        """What Optuna keeps of constraints; only a whole trial of it can be told them in public."""
        frozen = copy.deepcopy(trial)
        before = set(frozen.system_attrs)
        for name, above in bounds.items():
            frozen.set_constraint(name, above)
        return {k: v for k, v in frozen.system_attrs.items() if k not in before}

    def bury(self, number: int) -> None:
        """End a trial whose driver died, or whose space failed, while its parameters were drawn."""
        trial = self.trial(number)
        first = trial.system_attrs.get("fixed_params")
        self.note(number, "unborn", True)
        self.study.tell(number, state=TrialState.FAIL, skip_if_finished=True)
        if first and self.points is None:  # it was to be tried, and has not been
            self.study.enqueue_trial(first)


def _key(overrides: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(overrides))


def is_unborn(trial: FrozenTrial) -> bool:
    """Whether a trial never had all its parameters; it counts nowhere."""
    return bool(trial.user_attrs.get("unborn"))


def _plain(value: Any) -> Any:
    """What JSON can keep: NaN and infinity become null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return json.loads(json.dumps(value, default=str))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
