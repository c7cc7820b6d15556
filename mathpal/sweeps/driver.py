"""The loop that carries a study on: give out trials, watch them, tell how they ended.

Everything it must remember lies in the ledger and in the trials' directories, so it may be killed
and started anew, and several may work side by side. A trial whose driver is gone is taken over
while it runs, or taken up again where it does not.
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
from mathpal.sweeps.ledger import Ledger, Verdict, is_unborn
from mathpal.sweeps.outcomes import Measure
from mathpal.sweeps.pool import Pool

log = logging.getLogger(__name__)
DRIVERS = ".drivers"
# Ends of attempts that are no reason to give a trial up: it was not its fault, and it had saved.
_SPARED = ("lost", "completed", "stopped", "interrupted")


class Patience(NamedTuple):
    """How long, how often and for how much the driver waits; see conf/hydra/sweeper/optuna.yaml."""

    retries: int = 2
    max_failure_rate: float = 0.3
    grace_s: float = 60.0
    poll_s: float = 0.2


class Driver:
    """Carries a study on until its budget is used up.

    Args:
        ledger: the study's book.
        measure: what a run's files say about its value.
        launching: how runs are started.
        n_jobs: trials at a time.
        seeds: of the runs whose mean a trial's value is; None for one run a trial.
        patience: with slow, dead and failing trials.
        show: called with all trials after every look.
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
        """Work until every trial of the study has ended, whoever ran it.

        Raises:
            DataError: when too many trials failed.
            SystemExit: when asked to stop; the study can be carried on.
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
        """Look at everything once; whether there is nothing left to do."""
        if number := self.signals.received or self.pool.stopped_by:
            self._leave(number)
        with self.ledger.locked():
            self._settle(me)
            if self.broken is None:
                self._fill(me)
            every = self.ledger.trials()
        self.pool.start()
        self._relay()
        self.show(every)
        if self.broken:
            return not self.pool.runs and not self.adopted
        open_ = any(t.state == TrialState.RUNNING for t in every)
        return not open_ and len(every) >= self.ledger.n_trials

    def _settle(self, me: str) -> None:
        """Tell what has ended, take over or take up again what nobody has; the lock is held."""
        self.pool.forget_the_ended()
        self.adopted.clear()
        for trial in self.ledger.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if "overrides" not in trial.user_attrs or is_unborn(trial):
                self.ledger.bury(trial.number)
            elif "duplicate_of" in trial.user_attrs:
                self._settle_duplicate(trial)
            elif trial.number not in self.pool.runs:
                self._settle_one(trial, me)
        self._count_failures()

    def _settle_one(self, trial: FrozenTrial, me: str) -> None:
        if (verdict := self._verdict(trial)) is not None:
            self._follow(trial)  # what came after the last look
            self.tails.pop(trial.number, None)
            self.ledger.finish(trial, verdict)
            return
        mine = trial.user_attrs["driver"] == me
        if not mine:
            if heartbeat.alive(self._sign(trial.user_attrs["driver"]), self.patience.grace_s):
                return  # its driver sees to it
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
        kept = ("metrics", "values_by_seed", "error", "infeasible", "constraints")
        notes = {key: value for key, value in original.user_attrs.items() if key in kept}
        end = {TrialState.COMPLETE: "completed", TrialState.PRUNED: "pruned"}
        verdict = Verdict(
            end.get(original.state, "failed"),  # type: ignore[arg-type]
            original.values or (),
            notes,
            original.constraints,
        )
        self.ledger.finish(trial, verdict)

    def _verdict(self, trial: FrozenTrial) -> Verdict | None:
        """How a trial ended; None while it has not."""
        folders = [
            self.ledger.folder / run.folder for run in runs(self.ledger.space, trial, self.seeds)
        ]
        found = [ended(folder) for folder in folders]
        if self.seeds is not None and self._not_worth_it(trial, found):
            return self.measure.pruned([o for o in found if o])
        return self.measure.verdict(found, self.seeds)

    def _not_worth_it(self, trial: FrozenTrial, found: Sequence[Outcome | None]) -> bool:
        """Whether the pruner, having seen each seed's value as a step, wants no further seed."""
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

    def _fill(self, me: str) -> None:
        """Give out new trials; the lock is held."""
        while self._free() > 0:
            trial = self.ledger.claim(me)
            if trial is None:
                return
            if "duplicate_of" in trial.user_attrs:
                self._settle_duplicate(trial)
            else:
                self._intend(trial, self._next_run(trial))

    def _intend(self, trial: FrozenTrial, run: Run) -> None:
        """Have a run started as soon as the lock is free."""
        self.ledger.attempt_begins(trial, socket.gethostname(), run.folder)
        self.pool.intend(run)

    def _relay(self) -> None:
        """Hand on what running trials have measured, and the pruner's word."""
        for number in [*self.pool.runs, *self.adopted]:
            with self.ledger.locked():
                trial = self.ledger.trial(number)
                if trial.state == TrialState.RUNNING and self._follow(trial):
                    trials.tell_to_stop(self.ledger.folder / str(number))

    def _follow(self, trial: FrozenTrial) -> bool:
        """Report what a trial has measured since the last look; whether it is worth no more."""
        if self.measure.intermediate is None or self.seeds is not None:
            return False
        folder = self.ledger.folder / str(trial.number)
        tail = self.tails.setdefault(trial.number, self.measure.tail(folder))
        found = self.measure.signed(tail.new())
        return bool(found) and self.ledger.report(trial, found)

    def _count_failures(self) -> None:
        failed = [t for t in self.ledger.trials() if t.state == TrialState.FAIL]
        if self.broken or len(failed) <= self.patience.max_failure_rate * self.ledger.n_trials:
            return
        first = failed[0]
        self.broken = (
            f"{len(failed)} of {self.ledger.n_trials} trials failed, more than "
            f"hydra.sweeper.max_failure_rate={self.patience.max_failure_rate} allows; the first, "
            f"{self.ledger.folder / str(first.number)}: {first.user_attrs.get('error')}"
        )

    def _leave(self, number: int) -> None:
        """Stop as asked; what runs elsewhere goes on, and is taken over by the next driver."""
        over = self.pool.stop(self.patience.grace_s)
        with self.ledger.locked():
            for trial in map(self.ledger.trial, over):
                if trial.state != TrialState.RUNNING:
                    continue
                if (verdict := self._verdict(trial)) is not None:
                    self.ledger.finish(trial, verdict)
                else:
                    self.ledger.attempt_ended(trial, "stopped")
        log.warning("the study stops here; the same command goes on with it")
        raise SystemExit(exit_code(number))
