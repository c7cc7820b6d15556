"""The callback that keeps a run alive: checkpoints, roll-back, and stopping when asked to.

Knows when; how is `checkpoints` (files), `state` (what), `interruption` (signals) and `trials`
(a study's word).
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
    """Save, roll back, stop. It must be the last of the callbacks, to see what they did.

    Args:
        folder: of the checkpoints; None to keep nothing on disk.
        recorder: whose sums belong to a checkpoint.
        best: which step was the best, and whether to stop for lack of a better one.
        every: optimizer steps between checkpoints; None for only the last and the best.
        keep_last: so many of the newest stay, and the best.
        steps: optimizer steps in all.
        rows: step -> the training rows of it, to name what a bad step was made of.

    Attributes:
        pruned: whether training ended at the word of a study that has no more use for the run.
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
        """Continue from a checkpoint; the optimizer follows when the device is known."""
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
        """The state after the last finished step."""
        plain = {
            "guard": module.guard.state(),
            "recorder": self.recorder.state(),
            "best": self.best.state(),
            "stopped": self.stopped,
        }
        return capture(module.model, module.optimizer, module.step, plain)

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        self.signals.begin()  # after Lightning has taken them for itself
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
        # One agreement a step: whether to end; only where all are to, another one on why.
        agreed = partial(trainer.strategy.reduce_boolean_decision, all=False)
        asked = agreed(unwanted or self.signals.received is not None)
        self.pruned = asked and agreed(unwanted)
        improved = self.best.step == step
        due = self.every is not None and step % self.every == 0
        if due or improved or over or (asked and not self.pruned):
            self._save(trainer, module, improved=improved)
        if self.pruned:  # a signal beside it changes nothing: a restart would end here again
            log.info("its study has no more use for this run: training ends after step %d", step)
            trainer.should_stop = True
        elif asked:
            number = self.signals.received or 15
            kept = "its checkpoint is written" if self.folder else "nothing was kept"
            log.warning("signal %d: stopping after step %d, %s", number, step, kept)
            raise SystemExit(exit_code(number))
        if self.stopped and step < self.steps:
            log.info(
                "%s has not improved %d times since step %s: training ends at step %d",
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
        checkpoints.prune(self.folder, self.keep_last)

    def _bad_step(self, module: Any, decision: Decision, reason: str) -> None:
        step = module.step + 1
        rows = self.rows(module.step)
        log.warning("step %d is not applied: %s", step, reason)
        if self.folder is not None and module.trainer.is_global_zero:
            record = {"step": step, "reason": reason, "decision": decision, "rows": rows}
            append_line(self.folder.parent / "skipped.jsonl", record)
        if decision == "skip":
            return
        # One that was written amid the trouble has the weights that led into it.
        since = module.guard.trouble_since
        good = checkpoints.newest(self.folder, before=since) if self.folder else None
        if decision == "stop" or good is None:
            been = "rolled back before" if decision == "stop" else "there is no checkpoint yet"
            raise DataError(
                f"training stops at step {step}: {reason}, {module.guard.skipped} steps could not "
                f"be applied, and {been}. Expected: finite losses; lower trainer.lr, or look at "
                f"training rows {_some(rows)} (skipped.jsonl has all)"
            )
        log.warning(
            "going back to the weights of step %d; the data goes on from step %d", good.step, step
        )
        restore_weights(module.model, good)
        restore_optimizer(module.optimizer, good)

    def take_best(self, module: Any) -> None:
        """Put the weights of the best step in place."""
        if self.best.step is None or self.best.step == module.step:
            return
        assert self.folder is not None, "fit refuses finish_with=best without a directory"
        good = checkpoints.read(checkpoints.steps(self.folder)[self.best.step])
        restore_weights(module.model, good)
        log.info("finishing with the weights of step %d, the best", good.step)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        self.signals.end()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self.signals.end()


def _some(rows: list[int]) -> str:
    shown = ", ".join(map(str, rows[:8]))
    return f"{shown} …" if len(rows) > 8 else shown
