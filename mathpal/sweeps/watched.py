"""A trial's task, in whatever process a launcher runs it: it leaves signs of life, and its end.

What it returns and what it raises reach the study through `outcome.json`, never through the
launcher, so that the process that launched it need not be there any more.
"""

import inspect
import math
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mathpal.interruption import requeuing
from mathpal.record import attempts, heartbeat, outcome, trials
from mathpal.record.outcome import Objective, Outcome


class Watched:
    """The task function of a sweep.

    Args:
        task: what Hydra was given: called with the composed configuration, it returns a number, or
            several, or leaves `outcome.json` itself.
    """

    def __init__(self, task: Callable[[Any], Any]) -> None:
        # A command's own task turns errors into messages and exit codes; here they are wanted.
        self.task = inspect.unwrap(task)

    def __call__(self, cfg: Any) -> Any:
        from hydra.core.hydra_config import HydraConfig

        folder = Path(HydraConfig.get().runtime.output_dir)
        with heartbeat.alone(folder), requeuing(), heartbeat.beating(folder / heartbeat.ATTEMPT):
            if outcome.ended(folder) is not None:  # whoever started it did not know
                return None
            clock = attempts.Clock()
            clock("run")
            try:
                value = self.task(cfg)
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
    """Write the outcome, where the task has not: what is there is of an interrupted attempt."""
    if outcome.ended(folder) is not None:
        return
    clock.stop()
    objective = None if value is None else Objective("objective", _numbers(value))
    told = f"{type(error).__name__}: {error}" if error else None
    outcome.write(folder, Outcome(status, {}, objective, clock.seconds, told))


def _numbers(value: Any) -> Any:
    """The value of a task as JSON keeps it: a number, or a list of them; else nothing."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_numbers(item) for item in value]
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
