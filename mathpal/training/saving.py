"""The callback for checkpoints, roll-back, and stopping early.

Knows when to do each. `checkpoints` knows the files, `state` their content, `interruption` the
signals and `trials` whether a study has pruned the run.
"""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import lightning

from mathpal.errors import DataError
from mathpal.interruption import Postponed, exit_code
from mathpal.record.files import append_line, link
from mathpal.record.trials import told_to_stop
from mathpal.training import checkpoints
from mathpal.training.checkpoints import Checkpoint
from mathpal.training.guard import Decision
from mathpal.training.recording import Recorder
from mathpal.training.state import capture, restore_optimizer, restore_weights
from mathpal.training.validating import Best

log = logging.getLogger(__name__)


class Saver(lightning.Callback):
    """Save, roll back and stop. It must be the last callback, to save the state of the others.

    Args:
        folder: of the checkpoints; None to write none.
        recorder: its sums are stored in a checkpoint.
        best: the best step so far, and whether to stop for lack of a better one.
        every: optimizer steps between checkpoints; None for only the last and the best.
        keep_last: number of newest checkpoints that are kept, in addition to the best.
        steps: optimizer steps in all.
        rows: step -> its training rows, to name those of a bad step.

    Attributes:
        pruned: whether training ended because the study pruned the run.
    """

    def __init__(
        self,
        folder: Path | None,
        recorder: Recorder,
        best: Best,
        *,
        every: int | None,
        keep_last: int,
        steps: int,
        rows: Callable[[int], list[int]],
    ) -> None:
        self.folder, self.recorder, self.best = folder, recorder, best
        self.every, self.keep_last, self.steps, self.rows = every, keep_last, steps, rows
        self.start: Checkpoint | None = None
        self.signals = Postponed()
        self.stopped = self.pruned = False

    def begin_at(self, module: Any, start: Checkpoint | None) -> None:
        """Restore a checkpoint; its optimizer state follows when training starts."""
        self.start = start
        if start is None:
            return
        restore_weights(module.model, start)
        module.step = start.step
        module.guard.restore(start.plain["guard"])
        self.recorder.restore(start.plain["recorder"])
        self.best.restore(start.plain["best"])
        self.stopped = start.plain["stopped"]

    def captured(self, module: Any) -> Checkpoint:
        """Return the state after the last finished step."""
        plain = {
            "guard": module.guard.state(),
            "recorder": self.recorder.state(),
            "best": self.best.state(),
            "stopped": self.stopped,
        }
        return capture(module.model, module.optimizer, module.step, plain)

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        self.signals.begin()  # after Lightning has installed its own handlers
        pl_module.on_bad_step = lambda decision, reason: self._bad_step(pl_module, decision, reason)
        if self.start is not None:
            restore_optimizer(pl_module.optimizer, self.start)

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        if (batch_idx + 1) % trainer.accumulate_grad_batches == 0:
            self._step_done(trainer, pl_module)
        self.recorder.pause()

    def _step_done(self, trainer: Any, module: Any) -> None:
        step = module.step
        self.stopped = self.best.exhausted
        over = self.stopped or step == self.steps
        unwanted = trainer.is_global_zero and not over and self._unwanted()
        # All processes decide together whether to end, and only then whether the run is pruned.
        agreed = partial(trainer.strategy.reduce_boolean_decision, all=False)
        asked = agreed(unwanted or self.signals.received is not None)
        self.pruned = asked and agreed(unwanted)
        improved = self.best.step == step
        due = self.every is not None and step % self.every == 0
        if due or improved or over or (asked and not self.pruned):
            self._save(trainer, module, improved=improved)
        if self.pruned:  # goes before a signal: a restart would be pruned again
            log.info("the study has pruned this run: training ends after step %d", step)
            trainer.should_stop = True
        elif asked:
            number = self.signals.received or 15
            kept = "with a checkpoint" if self.folder else "without a checkpoint"
            log.warning("signal %d: stopping after step %d, %s", number, step, kept)
            raise SystemExit(exit_code(number))
        if self.stopped and step < self.steps:
            log.info(
                "%s has not improved in %d measurements since step %s: training ends at step %d",
                self.best.metric, self.best.misses, self.best.step, step,
            )  # fmt: skip
            trainer.should_stop = True

    def _unwanted(self) -> bool:
        return self.folder is not None and told_to_stop(self.folder.parent)

    def _save(self, trainer: Any, module: Any, *, improved: bool) -> None:
        if self.folder is None:
            return
        checkpoint = self.captured(module)
        if not trainer.is_global_zero:
            return
        path = checkpoints.write(self.folder, checkpoint)
        link(self.folder / "last", path)
        if improved:
            link(self.folder / "best", path)
        checkpoints.prune(self.folder, self.keep_last, best=self.best.step)

    def _bad_step(self, module: Any, decision: Decision, reason: str) -> None:
        step = module.step + 1
        rows = self.rows(module.step)
        log.warning("step %d is not applied: %s", step, reason)
        if self.folder is not None and module.trainer.is_global_zero:
            record = {"step": step, "reason": reason, "decision": decision, "rows": rows}
            append_line(self.folder.parent / "skipped.jsonl", record)
        if decision == "skip":
            return
        # A checkpoint from after the first bad step may have the weights that caused it.
        since = module.guard.trouble_since
        good = checkpoints.newest(self.folder, before=since) if self.folder else None
        if decision == "stop" or good is None:
            why = "a roll-back did not help" if decision == "stop" else "there is no checkpoint yet"
            raise DataError(
                f"training stops at step {step}: {reason}, {module.guard.skipped} steps could not "
                f"be applied, and {why}. Expected: finite losses; lower trainer.lr, or inspect "
                f"training rows {_some(rows)} (skipped.jsonl lists all)"
            )
        log.warning(
            "rolling back to the weights of step %d; the data continues at step %d", good.step, step
        )
        restore_weights(module.model, good)
        restore_optimizer(module.optimizer, good)

    def take_best(self, module: Any) -> None:
        """Restore the weights of the best step."""
        if self.best.step is None or self.best.step == module.step:
            return
        assert self.folder is not None, "fit refuses finish_with=best without a directory"
        path = checkpoints.steps(self.folder).get(self.best.step)
        if path is None:
            raise DataError(
                f"{self.folder} no longer holds the checkpoint of step {self.best.step}, the best; "
                "trainer.finish_with=last needs none"
            )
        good = checkpoints.read(path)
        restore_weights(module.model, good)
        log.info("finishing with the weights of step %d, the best", good.step)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        self.signals.end()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self.signals.end()


def _some(rows: list[int]) -> str:
    shown = ", ".join(map(str, rows[:8]))
    return f"{shown} …" if len(rows) > 8 else shown
