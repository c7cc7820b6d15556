"""TensorBoard's event files: the tracker of `tracker=tensorboard`."""

import warnings
from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Gt

from mathpal.record.outcome import Outcome
from mathpal.record.samples import Rows
from mathpal.tracking.delivery import Delivery
from mathpal.tracking.sinks import Experiment, package, require
from mathpal.tracking.tracking import Tracking

COMPARED = (
    "train/loss",
    "validation/loss",
    "tuned/accuracy",
)  # columns of its table


def tensorboard(
    run_dir: Path,
    *,
    queue: Annotated[int, Ge(1)] = 1000,
    patience_s: Annotated[float, Gt(0)] = 20.0,
    system_every_s: Annotated[float, Gt(0)] | None = 15.0,
) -> Tracking:
    """Write event files to `tracking/tensorboard/`: `tensorboard --logdir outputs` shows them.

    Args:
        run_dir: of the run.
        queue: records that may wait; further records are dropped.
        patience_s: seconds to finish after the end of the run.
        system_every_s: seconds between system metrics; null for none.

    Raises:
        ConfigError: when tensorboard is not installed.
    """
    require("tensorboard", "tensorboard")
    delivery = Delivery("tensorboard", _TensorBoard(), queue=queue, patience_s=patience_s)
    return Tracking(run_dir, [delivery], system_every_s=system_every_s)


class _TensorBoard:
    """Event files; a resumed run adds one to its folder. Artifacts stay in the run directory."""

    def start(self, experiment: Experiment) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            board = package("torch.utils.tensorboard")
        self.writer = board.SummaryWriter(str(experiment.folder))
        if experiment.resumed:
            return
        known = {
            name: value if isinstance(value, (bool, int, float, str)) else str(value)
            for name, value in experiment.hyperparameters.items()
        }
        described = board.writer.hparams(known, dict.fromkeys(COMPARED, 0.0))
        for summary in described:
            self.writer.file_writer.add_summary(summary)
        self.writer.flush()

    def log(self, step: int, moment: float, values: dict[str, float]) -> None:
        for name, value in values.items():
            self.writer.add_scalar(name, value, step, walltime=moment)

    def texts(self, step: int, rows: Rows) -> None:
        for number, row in enumerate(rows):
            text = "\n\n".join(f"**{name}**\n\n{value}" for name, value in row.items())
            self.writer.add_text(f"samples/{number}", text, step)
        self.writer.flush()

    def artifact(self, path: Path, name: str) -> None:
        self.writer.add_text(f"artifacts/{name}", str(path.name))

    def finish(self, outcome: Outcome) -> None:
        try:
            for name, value in outcome.metrics.items():
                self.writer.add_scalar(f"final/{name}", value)
            self.writer.add_text("status", outcome.status)
        finally:
            self.writer.close()
