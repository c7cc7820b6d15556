"""A trial's task, in whatever process a launcher runs it, with heartbeats and an outcome.

Its value and its errors reach the study through `outcome.json`, never through the launcher, so
the process that launched it may be gone.
"""

import math
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mathpal.interruption import requeuing
from mathpal.record import attempts, heartbeat, outcome, trials
from mathpal.record.outcome import Objective, Outcome
from mathpal.sweeps.task import as_task


class Watched:
    """The task function that a sweep hands to its launcher.

    Args:
        task: the application, a `Task` or a bare function of the composed configuration.
    """

    def __init__(self, task: Callable[[Any], Any]) -> None:
        self.task = as_task(task)

    def __call__(self, cfg: Any) -> Any:
        from hydra.core.hydra_config import HydraConfig

        folder = Path(HydraConfig.get().runtime.output_dir)
        with heartbeat.alone(folder), requeuing(), heartbeat.beating(folder / heartbeat.ATTEMPT):
            if outcome.ended(folder) is not None:  # it had ended, unknown to its driver
                return None
            clock = attempts.Clock()
            clock("run")
            try:
                value = self.task.trial(cfg)
            except trials.Pruned:
                _leave(folder, clock, "pruned")
                return None
            except (Exception, SystemExit) as error:
                if isinstance(error, SystemExit) and _by_signal(error):
                    raise
                traceback.print_exc()
                _leave(folder, clock, "failed", error=error)
                return None
            _leave(folder, clock, "completed", value=value)
            return value


def _by_signal(error: SystemExit) -> bool:
    return isinstance(error.code, int) and error.code > 128


def _leave(
    folder: Path,
    clock: attempts.Clock,
    status: str,
    *,
    value: Any = None,
    error: BaseException | None = None,
) -> None:
    """Write the outcome unless the task has; replace that of an interrupted attempt."""
    if outcome.ended(folder) is not None:
        return
    clock.stop()
    objective = None if value is None else Objective("objective", _numbers(value))
    told = f"{type(error).__name__}: {error}" if error else None
    outcome.write(folder, Outcome(status, {}, objective, clock.seconds, told))


def _numbers(value: Any) -> Any:
    """Return the value of a task as JSON can hold it: a number or a list of them, else None."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_numbers(item) for item in value]
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
