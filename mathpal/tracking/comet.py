"""Comet: the tracker of `tracker=comet`."""

import logging
import os
import shlex
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Gt

from mathpal.record.outcome import Outcome
from mathpal.record.samples import Rows
from mathpal.tracking.delivery import Delivery
from mathpal.tracking.sinks import Experiment, package, require
from mathpal.tracking.tracking import Tracking

log = logging.getLogger(__name__)

# Comet patches, captures and sends nothing by itself.
OFF = {
    "log_code": False,
    "log_graph": False,
    "auto_param_logging": False,
    "auto_metric_logging": False,
    "auto_output_logging": False,
    "parse_args": False,
    "log_env_details": False,
    "log_git_metadata": False,
    "log_git_patch": False,
    "display_summary_level": 0,
}
ENVIRONMENT = {
    "COMET_DISABLE_AUTO_LOGGING": "1",  # else its import patches torch's backward
    "COMET_ERROR_TRACKING_ENABLE": "false",
    "COMET_DISABLE_ANNOUNCEMENT": "true",
    "COMET_LOGGING_CONSOLE": "ERROR",
}


def comet(
    run_dir: Path,
    *,
    project: str = "mathpal",
    workspace: str | None = None,
    tags: list[str] = [],  # noqa: B006 - never written to
    queue: Annotated[int, Ge(1)] = 1000,
    patience_s: Annotated[float, Gt(0)] = 20.0,
    system_every_s: Annotated[float, Gt(0)] | None = 15.0,
) -> Tracking:
    """Send the run to Comet, or keep it in `tracking/comet/` for `comet upload`.

    The run is sent when COMET_API_KEY is set, unless COMET_START_ONLINE is false.

    Args:
        run_dir: of the run.
        project: of the run.
        workspace: of the project; null for the key's default.
        tags: of the run.
        queue: records that may wait; further records are dropped.
        patience_s: seconds to finish after the end of the run.
        system_every_s: seconds between system metrics; null for none.

    Raises:
        ConfigError: when comet_ml is not installed.
    """
    require("comet_ml", "comet")
    sink = _Comet(project, workspace, tags)
    delivery = Delivery("comet", sink, queue=queue, patience_s=patience_s)
    return Tracking(run_dir, [delivery], system_every_s=system_every_s)


class _Comet:
    """An experiment of Comet. Offline it needs `OfflineExperiment`: `online=False` logs nothing."""

    def __init__(self, project: str, workspace: str | None, tags: list[str]) -> None:
        self.project, self.workspace, self.tags = project, workspace, list(tags)

    def start(self, experiment: Experiment) -> None:
        online = bool(os.environ.get("COMET_API_KEY")) and not _kept_offline()
        patience = str(max(1, int(experiment.patience_s)))
        for name, value in {
            **ENVIRONMENT,
            "COMET_TIMEOUT_CLEANING": patience,
            "COMET_TIMEOUT_UPLOAD": patience,
        }.items():
            os.environ.setdefault(name, value)
        logging.getLogger("comet_ml").setLevel(logging.ERROR)
        comet_ml = package("comet_ml")
        place: dict[str, Any] = {}
        if not online:
            log.info(
                "tracker comet: offline, as %s; send it later with: comet upload %s/*.zip",
                "COMET_START_ONLINE says" if _kept_offline() else "COMET_API_KEY is not set",
                shlex.quote(str(experiment.folder)),
            )
            experiment.folder.mkdir(parents=True, exist_ok=True)
            place = {"offline_directory": str(experiment.folder)}
        if experiment.resumed:
            kind = comet_ml.ExistingExperiment if online else comet_ml.ExistingOfflineExperiment
            self.experiment = kind(previous_experiment=experiment.id, **place, **OFF)
            return
        kind = comet_ml.Experiment if online else comet_ml.OfflineExperiment
        self.experiment = kind(
            project_name=self.project, workspace=self.workspace, experiment_key=experiment.id,
            **place, **OFF,
        )  # fmt: skip
        self.experiment.set_name(experiment.title)
        self.experiment.add_tags([*self.tags, experiment.name])
        self.experiment.log_parameters(experiment.hyperparameters)

    def log(self, step: int, moment: float, values: dict[str, float]) -> None:
        self.experiment.log_metrics(values, step=step)

    def texts(self, step: int, rows: Rows) -> None:
        for row in rows:
            text = "\n\n".join(f"{name}: {value}" for name, value in row.items())
            self.experiment.log_text(text, step=step)

    def artifact(self, path: Path, name: str) -> None:
        if path.is_dir():
            self.experiment.log_asset_folder(str(path), log_file_name=True)
        else:
            self.experiment.log_asset(str(path), file_name=path.name)

    def finish(self, outcome: Outcome) -> None:
        try:
            for name, value in outcome.metrics.items():
                self.experiment.log_metric(f"final/{name}", value)
            self.experiment.log_other("status", outcome.status)
        finally:
            self.experiment.end()


def _kept_offline() -> bool:
    return os.environ.get("COMET_START_ONLINE", "").strip().lower() in ("0", "false", "no", "off")
