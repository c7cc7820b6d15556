"""The order of one run, from a composition to its run directory.

    preflight → lock → plan → prepare → manifest → tracker → fit → finish

- plan: refuse a run that does not fit into memory, before its weights are loaded
- prepare: seed, model, LoRA, data, gates, rows of tokens
- finish: evaluate base and tuned, export, outcome, report

All processes of a run prepare and fit; only the first one writes the record. A sweep compares the
`objective` of the result that `train` returns.
"""

import logging
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig

from mathpal.interruption import leaving_at_once
from mathpal.models import backends
from mathpal.models.loaded import Loaded
from mathpal.problems import Splits
from mathpal.record import attempts, files, lock, manifest, outcome
from mathpal.record.attempts import Clock
from mathpal.record.outcome import RunResult
from mathpal.record.redaction import redacted_keys
from mathpal.record.schemas import Manifest
from mathpal.run import launching
from mathpal.settings import composition as composed
from mathpal.settings.checked import Composition
from mathpal.settings.preflight import preflight
from mathpal.settings.run_settings import RunSettings

if TYPE_CHECKING:
    from mathpal.planning.plans import Plan
    from mathpal.run.preparing import Prepared
    from mathpal.training.fit import FitResult
    from mathpal.training.recording import Record

log = logging.getLogger(__name__)


def train(cfg: DictConfig, run_dir: Path | None = None) -> RunResult:
    """Train a composed configuration in a run directory, and return the result.

    An incomplete run of the same configuration in that directory is resumed. A complete run is
    never repeated: within a sweep its result is returned, because a cluster may requeue a job that
    has just ended; otherwise it is an error.

    Args:
        cfg: composed by Hydra's command line or by `compose`.
        run_dir: by default outputs/<name>/<date>_<time>.

    Raises:
        ConfigError: if the composition has faults; it lists all of them, and nothing was started.
        InfeasibleError: if the run does not fit into memory, unless allow_memory is set.
        DataError: if the data fails a gate, or the directory holds another or a complete run.
    """
    asked = composed.split(cfg)
    composition = preflight(asked.config)
    stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    run_dir = run_dir or Path("outputs", composition.options["name"], stamp)
    with lock.hold(run_dir):
        config = composed.resolved(asked.config)
        if not composed.is_swept(asked):
            attempts.create(run_dir)  # refuses a complete run's directory
        if earlier := manifest.recorded(run_dir):
            manifest.require_same_configuration(earlier, config)
        if settled := outcome.settled(run_dir):
            return settled
        composed.write(run_dir, asked)
        if not _in_several_processes(composition):
            return _attempt(composition, config, asked.overrides, run_dir)
    return _launch(composition, run_dir)


def resume(run_dir: Path) -> RunResult:
    """Resume the run of a directory from its newest checkpoint.

    The result of a complete or a pruned run is returned, and nothing is trained. To resume a
    pruned run, remove the file `prune` from its directory first.

    Args:
        run_dir: a run directory; its `.hydra/config.yaml` is the configuration.

    Raises:
        ConfigError: if the configuration has faults; it lists all of them.
        DataError: if no run was started there, or it was started with other inputs.
    """
    if settled := outcome.settled(run_dir):
        return settled
    asked = composed.read(run_dir)
    composition = preflight(asked.config)
    config = composed.resolved(asked.config)
    if _in_several_processes(composition):
        return _launch(composition, run_dir)
    if not launching.is_first():
        return _follow(composition, run_dir)
    with lock.hold(run_dir):
        if earlier := manifest.recorded(run_dir):
            manifest.require_same_configuration(earlier, config)
        return _attempt(composition, config, asked.overrides, run_dir)


def _attempt(
    composition: Composition, config: dict[str, Any], overrides: list[str], run_dir: Path
) -> RunResult:
    """Run to the end, or write the error into the outcome; the caller holds the lock."""
    settings, clock, table = RunSettings(**composition.options), Clock(), ""
    with (
        attempts.log_file(run_dir),
        ExitStack() as ending,  # finishes the trackers once the outcome is written
        attempts.outcome_on_error(run_dir, clock, dry=settings.dry_run),
        leaving_at_once(),
    ):
        clock("import")
        backends.begin_for(composition.model, run_dir)  # import Unsloth before what it patches
        from mathpal.planning import gate
        from mathpal.run import finishing, preparing

        clock("plan")
        planned = gate.memory_gate(composition, run_dir, allow=settings.allow_memory)
        prepared = preparing.prepare(composition, settings, clock, run_dir)
        begun = _begin(composition, config, overrides, prepared, planned, run_dir)
        expected = gate.refined(planned, prepared.tables.train, run_dir)
        if settings.dry_run:
            log.info("%s", expected)
            log.info("dry run: the model and the data are ready; nothing was trained")
        else:
            files.point_latest(run_dir)
            tracking = composition.tracker(run_dir)
            ending.callback(lambda: tracking.finish(outcome.read_or_failed(run_dir)))
            tracking.begin({**begun})
            clock("fit")
            fitted = _fit(composition, prepared, tracking, run_dir)
            table = finishing.finish(
                composition, settings, prepared, fitted, tracking, clock, run_dir
            )
    if settings.dry_run:
        return RunResult(run_dir, {}, None, "")
    return outcome.result(run_dir)._replace(table=table)


def _follow(composition: Composition, run_dir: Path) -> RunResult:
    """Train along with the first process, which alone writes the record; write nothing here."""
    backends.begin_for(composition.model)
    from mathpal.run import preparing

    settings = RunSettings(**composition.options)
    with leaving_at_once():
        prepared = preparing.prepare(composition, settings, Clock(), None)
        fitted = _fit(composition, prepared, _unrecorded, run_dir)
    return RunResult(run_dir, fitted.metrics, None, "")


def _begin(
    composition: Composition,
    config: dict[str, Any],
    overrides: list[str],
    prepared: "Prepared",
    planned: "Plan | None",
    run_dir: Path,
) -> Manifest:
    """Write the manifest, log the model, data and trainer, and return the manifest."""
    from mathpal.run.fingerprints import fingerprints
    from mathpal.run.preparing import described
    from mathpal.training import checkpoints

    begun = manifest.begin(
        run_dir,
        config=config,
        overrides=overrides,
        fingerprints=fingerprints(prepared.loaded, prepared.splits),
        accelerator=_accelerator(),
        backend=prepared.loaded.backend,
        plan=planned and planned.summary,
        from_step=checkpoints.newest_sound(run_dir / "checkpoints"),
    )
    log.info("%s", described(prepared, composition.settings("trainer")))
    return begun


def _fit(
    composition: Composition, prepared: "Prepared", record: "Record", run_dir: Path
) -> "FitResult":
    from mathpal.training.job import TrainingJob

    tables = prepared.tables
    job = TrainingJob(
        prepared.loaded, tables.train, tables.validation, prepared.objective, record, run_dir
    )
    fitted: FitResult = composition.trainer(job)
    return fitted


def _unrecorded(step: int, values: dict[str, float]) -> None:
    """Discard metrics: only the first process writes the record."""


def _accelerator() -> str:
    """Return the GPU's name; "none" without a GPU."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "none"


def _in_several_processes(composition: Composition) -> bool:
    """Whether this process must start the processes that train; a dry run starts none."""
    several = composition.settings("trainer").get("devices", 1) > 1
    dry = composition.options.get("dry_run", False)
    return several and not dry and not launching.is_one_of_several()


def _launch(composition: Composition, run_dir: Path) -> RunResult:
    """Train in several processes of this machine, and wait until they end."""
    processes = composition.settings("trainer")["devices"]
    code = launching.wait_for(launching.workers(run_dir, processes), env=launching.environment())
    if code >= 128:
        raise SystemExit(code)
    return outcome.result(run_dir)


def load_run(run_dir: Path) -> tuple[Loaded, Splits]:
    """Load the tuned model of a finished run and its data.

    Args:
        run_dir: a run directory with run.json and adapter/ or model/.

    Raises:
        DataError: if the directory holds no trained run.
    """
    config = manifest.read(run_dir, "config")["config"]
    secrets = redacted_keys(config)
    asked = composed.read(run_dir).config if secrets else composed.of_values(config, run_dir)
    composition = preflight(asked)
    backends.begin_for(composition.model)
    from mathpal.run.weights import load_trained

    return load_trained(composition.model, run_dir), composition.data(None)
