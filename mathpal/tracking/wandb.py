"""Weights & Biases: the tracker of `tracker=wandb`."""

import contextlib
import logging
import os
import shlex
import threading
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Gt

from mathpal.record.outcome import Outcome
from mathpal.record.samples import Rows
from mathpal.tracking.delivery import Delivery
from mathpal.tracking.sinks import Experiment, package, require
from mathpal.tracking.tracking import Tracking

log = logging.getLogger(__name__)


def wandb(
    run_dir: Path,
    *,
    project: str = "mathpal",
    entity: str | None = None,
    tags: list[str] = [],  # noqa: B006 - never written to
    queue: Annotated[int, Ge(1)] = 1000,
    patience_s: Annotated[float, Gt(0)] = 20.0,
    system_every_s: Annotated[float, Gt(0)] | None = 15.0,
) -> Tracking:
    """Send the run to Weights & Biases, or keep it in `tracking/wandb/` for `wandb sync`.

    The run is sent when WANDB_API_KEY is set; WANDB_MODE, where set, decides instead. Console,
    code, diff and wandb's own system statistics are not captured. The web page's stop button does
    not stop the run.

    Args:
        run_dir: of the run.
        project: of the run.
        entity: user or team; null for the key's default.
        tags: of the run.
        queue: records that may wait; further records are dropped.
        patience_s: seconds to finish after the end of the run.
        system_every_s: seconds between system metrics; null for none.

    Raises:
        ConfigError: when wandb is not installed.
    """
    require("wandb", "wandb")
    sink = _Wandb(project, entity, tags)
    delivery = Delivery("wandb", sink, queue=queue, patience_s=patience_s)
    return Tracking(run_dir, [delivery], system_every_s=system_every_s)


class _Wandb:
    """A run of wandb, with everything turned off that would change this process."""

    def __init__(self, project: str, entity: str | None, tags: list[str]) -> None:
        self.project, self.entity, self.tags = project, entity, list(tags)
        self.step = 0

    def start(self, experiment: Experiment) -> None:
        self.folder = experiment.folder
        self.folder.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("WANDB_SILENT", "true")  # the setting is read only after the login
        self.wandb = package("wandb")
        mode = _mode()
        if mode in ("offline", "disabled"):
            log.info("%s", _told(mode, experiment.folder))
        asked: dict[str, Any] = {
            "mode": mode,
            "console": "off",
            "silent": True,
            "disable_git": True,
            "disable_code": True,
            "disable_job_creation": True,
            "save_code": False,
            "x_disable_stats": True,
            "x_disable_meta": True,
            "x_disable_machine_info": True,
            "x_save_requirements": False,
            "init_timeout": 60.0,
            "finish_timeout": 0.8 * experiment.patience_s,  # before this thread is given up
            "stop_fn": _not_stopped,
        }
        known = self.wandb.Settings.model_fields  # older versions have fewer settings
        settings = self.wandb.Settings(**{n: v for n, v in asked.items() if n in known})
        self.run = self.wandb.init(
            project=self.project,
            entity=self.entity,
            tags=self.tags,
            id=experiment.id,
            resume="allow" if mode in ("online", "shared") else None,
            name=experiment.title,
            group=experiment.name,
            config=experiment.hyperparameters,
            dir=str(self.folder),
            settings=settings,
        )

    def log(self, step: int, moment: float, values: dict[str, float]) -> None:
        self._log(step, values)

    def texts(self, step: int, rows: Rows) -> None:
        table = self.wandb.Table(
            columns=["step", *rows[0]], data=[[step, *row.values()] for row in rows]
        )
        self._log(step, {"samples": table})

    def _log(self, step: int, values: dict[str, Any]) -> None:
        # wandb drops values of older steps: a late one, e.g. a system metric, goes to the newest.
        self.step = max(step, self.step)
        self.run.log(values, step=self.step)

    def artifact(self, path: Path, name: str) -> None:
        before = os.environ.get("WANDB_DATA_DIR")
        os.environ["WANDB_DATA_DIR"] = str(self.folder.resolve())  # else below the home folder
        try:
            artifact = self.wandb.Artifact(f"{name}-{self.run.id}", type=name)
            files = [f for f in path.rglob("*") if f.is_file()] if path.is_dir() else [path]
            for file in files:  # add_dir would print
                inside = str(file.relative_to(path)) if path.is_dir() else path.name
                artifact.add_file(str(file), name=inside, policy="immutable", skip_cache=True)
            self.run.log_artifact(artifact)
        finally:
            if before is None:
                del os.environ["WANDB_DATA_DIR"]
            else:
                os.environ["WANDB_DATA_DIR"] = before

    def finish(self, outcome: Outcome) -> None:
        try:
            self.run.summary.update({**outcome.metrics, "status": outcome.status})
        finally:
            self.run.finish(exit_code=0 if outcome.status in ("completed", "pruned") else 1)

    def abandon(self) -> None:
        """Kill wandb's own process, for which its exit hook would wait until a time-out."""
        psutil = package("psutil")
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.Error):
                if child.name().startswith("wandb-core"):
                    child.kill()
        ending = threading.Thread(target=self._teardown, daemon=True)
        ending.start()
        ending.join(2.0)

    def _teardown(self) -> None:
        """Remove the exit hook, so that a later run of this process can start."""
        with contextlib.suppress(Exception):  # its own process is dead
            self.wandb.teardown()


def _mode() -> str:
    """Return wandb's mode: that of WANDB_MODE, else online if there is a key."""
    asked = os.environ.get("WANDB_MODE", "").strip().lower()
    asked = {"dryrun": "offline", "run": "online"}.get(asked, asked)  # wandb's former names
    return asked or ("online" if os.environ.get("WANDB_API_KEY") else "offline")


def _told(mode: str, folder: Path) -> str:
    if mode != "offline":
        return f"tracker wandb: {mode}, as WANDB_MODE says"
    why = "WANDB_MODE says" if os.environ.get("WANDB_MODE") else "WANDB_API_KEY is not set"
    place = shlex.quote(str(folder / "wandb"))
    return f"tracker wandb: offline, as {why}; send it later with: wandb sync {place}/offline-run-*"


def _not_stopped() -> None:
    log.warning(
        "wandb asks to stop the run; it continues. To stop it, press Ctrl-C in its terminal"
    )
