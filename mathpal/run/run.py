"""The composition root: a configuration becomes a run. It decides the order and nothing else.

preflight → memory gate → seed → model → LoRA → data → gates → trackers
          → fit → evaluate (base and tuned) → export → report → objective value
"""

import logging
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from mathpal.errors import DataError
from mathpal.interruption import leaving_at_once
from mathpal.models import backends
from mathpal.problems import Splits
from mathpal.record import attempts, files, lock, manifest, outcome
from mathpal.record.outcome import RunResult, result
from mathpal.record.redaction import redacted_keys
from mathpal.run import launching
from mathpal.run.following import follow
from mathpal.settings import composition
from mathpal.settings.preflight import Bound, preflight

log = logging.getLogger(__name__)


def train(cfg: DictConfig, run_dir: Path | None = None) -> RunResult:
    """Run what the configuration says, and leave a run directory.

    In the directory of a run of the same configuration that did not reach its end, go on with it.
    A complete one is left alone: in a sweep it is the result, as a job may be queued again by its
    cluster when it has just ended; else it is an error.

    Args:
        cfg: composed by Hydra's command line or by `compose`.
        run_dir: where; by default outputs/<name>/<date>_<time>.

    Raises:
        ConfigError: naming every fault of the composition, before anything is started.
        DataError: when the data cannot carry the run, or the directory holds another run.
    """
    composed = composition.split(cfg)
    bound = preflight(composed.config)
    run_dir = run_dir or Path(
        "outputs", bound.settings["name"], datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    )
    with lock.hold(run_dir):
        resolved = composition.resolved(composed.config)
        if not composition.is_swept(composed):
            attempts.create(run_dir)  # which refuses a complete run's
        if earlier := manifest.recorded(run_dir):
            manifest.require_same_configuration(earlier, resolved)
        if over := outcome.settled(run_dir):
            return over
        composition.write(run_dir, composed)
        if not _in_several_processes(bound):
            return _attempt(bound, resolved, composed.overrides, run_dir)
    return _launch(run_dir, bound.calls["trainer"].keywords["devices"])


def resume(run_dir: Path) -> RunResult:
    """Go on with the run of a directory from its newest checkpoint; a complete one stays.

    So does a pruned one, until the word of its study is removed (`mathpal.record.trials`).

    Args:
        run_dir: a run directory; `.hydra/config.yaml` in it says what is run.

    Raises:
        ConfigError: naming every fault of the configuration.
        DataError: when no run began there, or it began with other inputs.
    """
    if over := outcome.settled(run_dir):
        return over
    composed = composition.read(run_dir)
    bound = preflight(composed.config)
    resolved = composition.resolved(composed.config)
    if _in_several_processes(bound):
        return _launch(run_dir, bound.calls["trainer"].keywords["devices"])
    if not launching.is_first():
        return RunResult(run_dir, follow(bound.calls, resolved, run_dir), None, "")
    with lock.hold(run_dir):
        if earlier := manifest.recorded(run_dir):
            manifest.require_same_configuration(earlier, resolved)
        return _attempt(bound, resolved, composed.overrides, run_dir)


def _attempt(
    bound: Bound, config: dict[str, Any], overrides: list[str], run_dir: Path
) -> RunResult:
    """Run to the end, or leave word of why not; the lock is held."""
    clock = attempts.Clock()
    with (
        attempts.log_file(run_dir),
        ExitStack() as ending,
        attempts.outcome_on_error(run_dir, clock, dry=config["dry_run"]),
        leaving_at_once(),
    ):
        return _train(bound.calls, config, overrides, run_dir, clock, ending)


def _train(
    calls: dict[str, partial[Any]],
    config: dict[str, Any],
    overrides: list[str],
    run_dir: Path,
    clock: attempts.Clock,
    ending: ExitStack,
) -> RunResult:
    clock("import")
    backends.begin_for(calls["model"], run_dir)  # Unsloth comes before all that it changes
    from mathpal.planning import gate
    from mathpal.run import stages
    from mathpal.training import checkpoints

    clock("plan")
    planned = gate.memory_gate(calls, run_dir, allow=config.get("allow_memory", False))
    clock("model")
    loaded = stages.load_model(calls["model"], calls["lora"], seed=config["seed"])
    clock("data")
    splits: Splits = calls["data"](run_dir)
    measured = calls["evaluation"].func.__name__ != "skip"
    tables = stages.prepare_data(
        splits,
        loaded,
        run_dir,
        measured=measured,
        allow_leakage=config["allow_leakage"],
        mark_answers=stages.weighs_answers(calls["objective"]),
    )
    described = manifest.begin(
        run_dir,
        config=config,
        overrides=overrides,
        fingerprints=stages.fingerprints(loaded, splits),
        accelerator=stages.accelerator(),
        backend=loaded.backend,
        plan=planned and planned.summary,
        from_step=checkpoints.newest_sound(run_dir / "checkpoints"),
    )
    log.info("%s", stages.describe(loaded, splits, tables, calls["trainer"].keywords))
    expected = gate.refined(planned, tables.train, run_dir)
    if config["dry_run"]:
        log.info("%s", expected)
        log.info("dry run: everything above is ready; nothing was trained")
        return RunResult(run_dir, {}, None, "")
    files.point_latest(run_dir)
    tracking = calls["tracker"](run_dir)
    ending.callback(lambda: tracking.finish(outcome.read_or_failed(run_dir)))
    tracking.begin(described)
    clock("fit")
    fitted = calls["trainer"](
        loaded, tables.train, tables.validation, calls["objective"](), tracking, run_dir
    )
    if fitted.pruned:
        clock.stop()
        outcome.pruned(run_dir, fitted.metrics, clock.seconds, fitted.notes)
        return result(run_dir)
    if fitted.whole_weights:
        loaded = stages.load_model(calls["model"], calls["lora"], seed=config["seed"])
        stages.restore(loaded, fitted.whole_weights)
    stages.save_trained(loaded, run_dir)
    clock("evaluate")
    report = calls["evaluation"](loaded, splits.test)
    metrics = {**fitted.metrics, **(report.metrics if report else {})}
    table = stages.write_evaluation(report, run_dir) if report else ""
    clock("export")
    calls["export"](loaded, run_dir)
    clock.stop()
    outcome.completed(run_dir, metrics, clock.seconds, fitted.notes)
    stages.write_page(run_dir)
    for name in ("adapter", "report.html"):
        if (run_dir / name).exists():
            tracking.artifact(run_dir / name, name.removesuffix(".html"))
    if table:
        log.info("\n%s\n", table)
    log.info("%s", stages.describe_timings(clock.seconds))
    return result(run_dir)._replace(table=table)


def _in_several_processes(bound: Bound) -> bool:
    """Whether this process is to start others that train; a rehearsal needs none."""
    several = bound.calls["trainer"].keywords.get("devices", 1) > 1
    return several and not bound.settings.get("dry_run") and not launching.is_one_of_several()


def _launch(run_dir: Path, processes: int) -> RunResult:
    code = launching.wait_for(launching.workers(run_dir, processes), env=launching.surroundings())
    if code >= 128:
        raise SystemExit(code)
    return result(run_dir)


def load_run(run_dir: Path) -> tuple[Any, Splits]:
    """The tuned model of a finished run, and its data, as the run had them.

    Args:
        run_dir: a run directory with run.json and adapter/ or model/.

    Returns:
        The `Loaded` model and the splits.

    Raises:
        DataError: when the directory holds no trained run.
    """
    config = files.read_json(run_dir / "run.json")["config"]
    secrets = redacted_keys(config)
    composed = composition.read(run_dir).config if secrets else OmegaConf.create(config)
    calls = preflight(composed).calls
    backends.begin_for(calls["model"])
    from mathpal.run import stages

    if not any((run_dir / name).is_dir() for name in ("adapter", "model")):
        raise DataError(f"{run_dir} holds neither adapter/ nor model/: nothing was trained there")
    return stages.load_trained(calls["model"], run_dir), calls["data"](None)
