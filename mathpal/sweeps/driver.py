"""The loop that drives a study: start trials, watch them, record how they ended.

All its state lies in the ledger and in the trials' directories, so a driver may be killed and
restarted, and several may work side by side. The trials of a dead driver are taken over by the
next one: it watches those that still run, and restarts the others.
"""

import logging
import math
import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from optuna.trial import FrozenTrial, TrialState

from mathpal.errors import DataError
from mathpal.interruption import Postponed, exit_code
from mathpal.record import heartbeat, trials
from mathpal.record.journal import Values
from mathpal.record.outcome import Outcome, ended
from mathpal.sweeps.jobs import Launching, Run, runs
from mathpal.sweeps.ledger import Ledger, is_unborn
from mathpal.sweeps.outcomes import Measure, Verdict, verdict_of
from mathpal.sweeps.pool import Pool

log = logging.getLogger(__name__)
DRIVERS = ".drivers"
# Ends of attempts that do not count as retries: the trial is not at fault, and it has saved.
_SPARED = ("lost", "completed", "stopped", "interrupted")


class Patience(NamedTuple):
    """Limits for slow, dead and failing trials; see conf/hydra/sweeper/optuna.yaml."""

    retries: int = 2
    max_failure_rate: float = 0.3
    grace_s: float = 60.0
    poll_s: float = 0.2


class Driver:
    """Drives a study until its budget is used up.

    Args:
        ledger: the study's trials.
        measure: reads the value of a run from its files.
        launching: starts and stops runs.
        n_jobs: trials at a time.
        seeds: a trial's value is the mean over runs with these seeds; None for one run a trial.
        patience: limits for slow, dead and failing trials.
        show: called with all trials after every round.
    """

    def __init__(
        self,
        ledger: Ledger,
        measure: Measure,
        launching: Launching,
        *,
        n_jobs: int,
        seeds: Sequence[int] | None = None,
        patience: Patience = Patience(),  # noqa: B008 - never written to
        show: Callable[[list[FrozenTrial]], None] = lambda every: None,
    ) -> None:
        self.ledger, self.measure, self.launching = ledger, measure, launching
        self.n_jobs, self.seeds, self.patience, self.show = n_jobs, seeds, patience, show
        self.pool = Pool(launching, ledger.folder)
        self.adopted: set[int] = set()
        self.tails: dict[int, Values] = {}
        self.signals = Postponed()
        self.broken: str | None = None

    def run(self) -> None:
        """Work until every trial of the study has ended, whichever driver runs it.

        Raises:
            DataError: when too many trials failed.
            SystemExit: when asked to stop; the same command resumes the study.
        """
        sign = self._sign(f"{socket.gethostname()}-{os.getpid()}")
        self.signals.begin()
        try:
            with heartbeat.beating(sign):
                while not self._round(sign.stem):
                    self.pool.await_an_end(self.patience.poll_s)
        finally:
            self.signals.end()
            sign.unlink(missing_ok=True)
        if self.broken:
            raise DataError(self.broken)

    def _sign(self, driver: str) -> Path:
        return self.ledger.folder / DRIVERS / f"{driver}.json"

    def _round(self, me: str) -> bool:
        """Look at all trials once; return whether nothing is left to do."""
        if number := self.signals.received or self.pool.stopped_by:
            self._leave(number)
        with self.ledger.locked():
            self._settle(me)
            every = self.ledger.trials()
            self._count_failures(every)
            if self.broken is None and self._fill(me):
                every = self.ledger.trials()
        self.pool.start()
        self._relay()
        self.show(every)
        if self.broken:
            return not self.pool.runs and not self.adopted
        open_ = any(t.state == TrialState.RUNNING for t in every)
        return not open_ and len(every) >= self.ledger.n_trials

    def _settle(self, me: str) -> None:
        """Record the trials that ended; take over those without a driver. The lock is held."""
        self.pool.forget_the_ended()
        self.adopted.clear()
        for trial in self.ledger.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if "overrides" not in trial.user_attrs or is_unborn(trial):
                self.ledger.bury(trial.number)
            elif "duplicate_of" in trial.user_attrs:
                self._settle_duplicate(trial)
            elif trial.number not in self.pool.runs:
                self._settle_one(trial, me)

    def _settle_one(self, trial: FrozenTrial, me: str) -> None:
        if (verdict := self._verdict(trial)) is not None:
            self._follow(trial)  # the values measured since the last round
            self.tails.pop(trial.number, None)
            self.ledger.finish(trial, verdict)
            return
        mine = trial.user_attrs["driver"] == me
        if not mine:
            if heartbeat.alive(self._sign(trial.user_attrs["driver"]), self.patience.grace_s):
                return  # its own driver watches it
            self.ledger.note(trial.number, "driver", me)
        run = self._next_run(trial)
        if self._under_way(run):
            self.adopted.add(trial.number)
            return
        how = self.pool.trouble.pop(trial.number, "killed" if mine else "lost")
        attempts = self.ledger.attempt_ended(trial, how)
        spent = [a for a in attempts if a["how"] not in _SPARED]
        if len(spent) > self.patience.retries:
            ends = ", ".join(str(attempt["how"]) for attempt in spent)
            error = f"given up after {len(spent)} attempts: {ends}"
            self.ledger.finish(trial, Verdict("failed", notes={"error": error}))
        elif self.broken is None and self._free():
            self._intend(self.ledger.trial(trial.number), run)

    def _under_way(self, run: Run) -> bool:
        folder = self.ledger.folder / run.folder
        return heartbeat.at_work(folder, self.patience.grace_s) or self.launching.queued(run)

    def _settle_duplicate(self, trial: FrozenTrial) -> None:
        original = self.ledger.trial(trial.user_attrs["duplicate_of"])
        if original.state == TrialState.RUNNING:
            return
        for step, value in original.intermediate_values.items():
            self.ledger.report(trial, [(step, value)])
        self.ledger.finish(trial, verdict_of(original))

    def _verdict(self, trial: FrozenTrial) -> Verdict | None:
        """Return how a trial ended; None while it has not."""
        folders = [
            self.ledger.folder / run.folder for run in runs(self.ledger.space, trial, self.seeds)
        ]
        found = [ended(folder) for folder in folders]
        if self.seeds is not None and self._pruned_between_seeds(trial, found):
            return self.measure.pruned([o for o in found if o])
        return self.measure.verdict(found, self.seeds)

    def _pruned_between_seeds(self, trial: FrozenTrial, found: Sequence[Outcome | None]) -> bool:
        """Return whether the pruner, to which each seed's value is a step, stops the trial."""
        values = [self.measure.values(outcome) for outcome in found if outcome]
        steps = [(i, v[0]) for i, v in enumerate(values) if v and math.isfinite(v[0])]
        return self.ledger.report(trial, steps) and None in found

    def _next_run(self, trial: FrozenTrial) -> Run:
        folder = self.ledger.folder
        return next(
            r
            for r in runs(self.ledger.space, trial, self.seeds)
            if ended(folder / r.folder) is None
        )

    def _free(self) -> int:
        return self.n_jobs - len(self.pool.runs) - len(self.adopted)

    def _fill(self, me: str) -> int:
        """Begin new trials, and return how many; the lock is held."""
        given = 0
        while self._free() > 0 and (trial := self.ledger.claim(me)) is not None:
            given += 1
            if "duplicate_of" in trial.user_attrs:
                self._settle_duplicate(trial)
            else:
                self._intend(trial, self._next_run(trial))
        return given

    def _intend(self, trial: FrozenTrial, run: Run) -> None:
        """Have a run started as soon as the lock is released."""
        self.ledger.attempt_begins(trial, socket.gethostname(), run.folder)
        self.pool.intend(run)

    def _relay(self) -> None:
        """Report new values of running trials, and tell those to stop that the pruner stops."""
        for number in [*self.pool.runs, *self.adopted]:
            with self.ledger.locked():
                trial = self.ledger.trial(number)
                if trial.state == TrialState.RUNNING and self._follow(trial):
                    trials.tell_to_stop(self.ledger.folder / str(number))

    def _follow(self, trial: FrozenTrial) -> bool:
        """Report a trial's values since the last round; return whether the pruner stops it."""
        if self.measure.intermediate is None or self.seeds is not None:
            return False
        folder = self.ledger.folder / str(trial.number)
        tail = self.tails.setdefault(trial.number, self.measure.tail(folder))
        found = self.measure.signed(tail.new())
        return bool(found) and self.ledger.report(trial, found)

    def _count_failures(self, every: Sequence[FrozenTrial]) -> None:
        failed = [t for t in every if t.state == TrialState.FAIL]
        if self.broken or len(failed) <= self.patience.max_failure_rate * self.ledger.n_trials:
            return
        first = failed[0]
        self.broken = (
            f"{len(failed)} of {self.ledger.n_trials} trials failed, more than "
            f"hydra.sweeper.max_failure_rate={self.patience.max_failure_rate} allows; the first, "
            f"{self.ledger.folder / str(first.number)}: {first.user_attrs.get('error')}"
        )

    def _leave(self, number: int) -> None:
        """Stop as asked; runs on other machines continue, and the next driver takes them over."""
        over = self.pool.stop(self.patience.grace_s)
        with self.ledger.locked():
            for trial in map(self.ledger.trial, over):
                if trial.state != TrialState.RUNNING:
                    continue
                if (verdict := self._verdict(trial)) is not None:
                    self.ledger.finish(trial, verdict)
                else:
                    self.ledger.attempt_ended(trial, "stopped")
        log.warning("the study stops here; run the same command again to resume it")
        raise SystemExit(exit_code(number))
