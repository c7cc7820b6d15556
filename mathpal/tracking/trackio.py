"""Trackio, Hugging Face's local-first tracker: the tracker of `tracker=trackio`."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Gt

from mathpal.record.outcome import Outcome
from mathpal.record.samples import Rows
from mathpal.tracking.delivery import Delivery
from mathpal.tracking.sinks import Experiment, package, replay_command, require
from mathpal.tracking.tracking import Tracking

log = logging.getLogger(__name__)


def trackio(
    run_dir: Path,
    *,
    project: str = "mathpal",
    space_id: str | None = None,
    queue: Annotated[int, Ge(1)] = 1000,
    patience_s: Annotated[float, Gt(0)] = 20.0,
    system_every_s: Annotated[float, Gt(0)] | None = 15.0,
) -> Tracking:
    """Keep the run in `tracking/trackio/`, or send it to a Space of Hugging Face.

    The run is sent when a Space is named (here or as TRACKIO_SPACE_ID) and HF_TOKEN is set, unless
    HF_HUB_OFFLINE is; else
    `TRACKIO_DIR=…/tracking/trackio trackio show` shows it.

    Args:
        run_dir: of the run.
        project: of the run.
        space_id: "user/space"; null for TRACKIO_SPACE_ID.
        queue: records that may wait; further records are dropped.
        patience_s: seconds to finish after the end of the run.
        system_every_s: seconds between system metrics; null for none.

    Raises:
        ConfigError: when trackio is not installed.
    """
    require("trackio", "trackio")
    sink = _Trackio(project, space_id)
    delivery = Delivery("trackio", sink, queue=queue, patience_s=patience_s)
    return Tracking(run_dir, [delivery], system_every_s=system_every_s)


class _Trackio:
    """A run of Trackio. It lacks a quiet mode and a folder per run: `_settle` adds both."""

    def __init__(self, project: str, space_id: str | None) -> None:
        self.project, self.space_id = project, space_id

    def start(self, experiment: Experiment) -> None:
        space = self.space_id or os.environ.get("TRACKIO_SPACE_ID")
        online = bool(space and os.environ.get("HF_TOKEN")) and not _kept_offline()
        if not online:
            log.info(
                "tracker trackio: offline, as %s; send it later with: %s",
                "HF_HUB_OFFLINE says" if _kept_offline() else "HF_TOKEN and a Space are not set",
                replay_command(experiment, "trackio"),
            )
        experiment.folder.mkdir(parents=True, exist_ok=True)
        folder = experiment.folder.resolve()
        self.trackio = package("trackio")
        _settle(folder)
        self.run = self.trackio.init(
            self.project,
            name=experiment.title,
            group=experiment.name,
            space_id=space if online else None,
            config={"mathpal": experiment.id, **experiment.hyperparameters},
            resume="allow" if experiment.resumed else "never",
            embed=False,
            auto_log_gpu=False,
            auto_log_cpu=False,
        )

    def log(self, step: int, moment: float, values: dict[str, float]) -> None:
        self.run.log(values, step=step)

    def texts(self, step: int, rows: Rows) -> None:
        texts = ("\n\n".join(f"**{n}**\n\n{v}" for n, v in row.items()) for row in rows)
        markdown = self.trackio.Markdown
        self.run.log({f"samples/{i}": markdown(text) for i, text in enumerate(texts)}, step=step)

    def artifact(self, path: Path, name: str) -> None:
        artifact = self.trackio.Artifact(name, type=name)
        add = artifact.add_dir if path.is_dir() else artifact.add_file
        add(str(path))
        self.run.log_artifact(artifact)

    def finish(self, outcome: Outcome) -> None:
        final = {f"final/{name}": value for name, value in outcome.metrics.items()}
        try:
            self.run.log({**final, "status": outcome.status})
        finally:
            self.run.finish()


def _kept_offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").strip().upper() in ("1", "ON", "YES", "TRUE")


def _settle(folder: Path) -> None:
    """Direct Trackio's files to the folder, and its output to the log."""
    old = sys.modules["trackio.utils"].TRACKIO_DIR
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] != "trackio":
            continue
        for key, value in list(vars(module).items()):
            if isinstance(value, Path) and value.is_relative_to(old):
                setattr(module, key, folder / value.relative_to(old))
        vars(module)["print"] = _printed


def _printed(*words: Any, **_: Any) -> None:
    log.debug(" ".join(map(str, words)))
