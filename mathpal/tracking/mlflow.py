"""MLflow: the tracker of `tracker=mlflow`."""

import hashlib
import json
import logging
import os
import re
from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Gt

from mathpal.record.outcome import Outcome
from mathpal.record.samples import Rows
from mathpal.tracking.delivery import Delivery
from mathpal.tracking.sinks import Experiment, package, replay_command, require
from mathpal.tracking.tracking import Tracking

log = logging.getLogger(__name__)
TAG = "mathpal.id"
LONGEST = 250  # characters of a name
ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # MLflow's default retries last minutes, in which the queue would overflow.
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
}
STATUS = {"completed": "FINISHED", "pruned": "KILLED", "interrupted": "KILLED"}  # else FAILED


def mlflow(
    run_dir: Path,
    *,
    project: str = "mathpal",
    tags: list[str] = [],  # noqa: B006 - never written to
    queue: Annotated[int, Ge(1)] = 1000,
    patience_s: Annotated[float, Gt(0)] = 20.0,
    system_every_s: Annotated[float, Gt(0)] | None = 15.0,
) -> Tracking:
    """Send the run to an MLflow server, or keep it in `tracking/mlflow/`.

    The run is sent to MLFLOW_TRACKING_URI. Without it the run has its own SQLite file:
    `mlflow ui --backend-store-uri sqlite:///…/tracking/mlflow/mlflow.db`.

    Args:
        run_dir: of the run.
        project: MLflow's experiment.
        tags: of the run, each with the value "true".
        queue: records that may wait; further records are dropped.
        patience_s: seconds to finish after the end of the run.
        system_every_s: seconds between system metrics; null for none.

    Raises:
        ConfigError: when mlflow is not installed.
    """
    require("mlflow", "mlflow")
    delivery = Delivery("mlflow", _Mlflow(project, tags), queue=queue, patience_s=patience_s)
    return Tracking(run_dir, [delivery], system_every_s=system_every_s)


class _Mlflow:
    """A run of MLflow, found again by its tag. Uses the client, which has no global state."""

    def __init__(self, project: str, tags: list[str]) -> None:
        self.project, self.tags = project, list(tags)

    def start(self, experiment: Experiment) -> None:
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        self.entities = package("mlflow.entities")
        client = package("mlflow.tracking").MlflowClient
        uri, place = os.environ.get("MLFLOW_TRACKING_URI"), None
        if not uri:
            folder = experiment.folder.resolve()
            folder.mkdir(parents=True, exist_ok=True)
            uri, place = f"sqlite:///{folder}/mlflow.db", (folder / "artifacts").as_uri()
            log.info(
                "tracker mlflow: offline, as MLFLOW_TRACKING_URI is not set; "
                "send it later with: %s",
                replay_command(experiment, "mlflow"),
            )
        self.client = client(tracking_uri=uri)
        found = self.client.get_experiment_by_name(self.project)
        where = (
            found.experiment_id
            if found
            else self.client.create_experiment(self.project, artifact_location=place)
        )
        earlier = self.client.search_runs([where], f"tags.`{TAG}` = '{experiment.id}'")
        if earlier:
            self.run_id = earlier[0].info.run_id
            self.client.update_run(self.run_id, status="RUNNING")
            return
        tags = {
            **dict.fromkeys(map(fitting, self.tags), "true"),
            TAG: experiment.id,
            "name": experiment.name,
        }
        made = self.client.create_run(where, tags=tags, run_name=experiment.title)
        self.run_id = made.info.run_id
        given = [
            self.entities.Param(fitting(name), str(value)[:6000])
            for name, value in experiment.hyperparameters.items()
        ]
        for start in range(0, len(given), 100):  # the most that one call takes
            self.client.log_batch(self.run_id, params=given[start : start + 100])

    def log(self, step: int, moment: float, values: dict[str, float]) -> None:
        metrics = [
            self.entities.Metric(fitting(name), float(value), int(moment * 1000), step)
            for name, value in values.items()
        ]
        self.client.log_batch(self.run_id, metrics=metrics)

    def texts(self, step: int, rows: Rows) -> None:
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        self.client.log_text(self.run_id, text, f"samples/step-{step:08d}.jsonl")

    def artifact(self, path: Path, name: str) -> None:
        send = self.client.log_artifacts if path.is_dir() else self.client.log_artifact
        send(self.run_id, str(path), name)

    def finish(self, outcome: Outcome) -> None:
        try:
            for name, value in outcome.metrics.items():
                self.client.log_metric(self.run_id, fitting(f"final/{name}"), value)
            self.client.set_tag(self.run_id, "status", outcome.status)
        finally:
            self.client.set_terminated(self.run_id, STATUS.get(outcome.status, "FAILED"))


def fitting(name: str) -> str:
    """Return a name that MLflow takes: other signs become their code, as in `_28_` for a bracket.

    MLflow takes letters of all languages, digits, `_ - . : /` and spaces, in the form of a
    relative path of at most 250 characters.
    """
    fit = re.sub(r"[^\w\-./: ]", lambda sign: f"_{ord(sign[0]):x}_", name)
    parts = ["_" * (not part.strip(".")) + part for part in fit.split("/")]
    fit = "/".join(parts)
    if len(fit) <= LONGEST:
        return fit
    return f"{fit[: LONGEST - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
