"""The composition root: a configuration becomes a run. It decides the order and nothing else.

preflight → seed → model → LoRA → data → gates → trackers
          → fit → evaluate (base and tuned) → export → report → objective value
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from omegaconf import DictConfig, OmegaConf

from mathpal import rundir
from mathpal.errors import DataError, MathPalError
from mathpal.preflight import preflight
from mathpal.problems import Splits

log = logging.getLogger(__name__)
CONF = next(
    folder
    for folder in (Path(__file__).parent / "conf", Path(__file__).parent.parent / "conf")
    if folder.is_dir()
)


class RunResult(NamedTuple):
    """What a run gives back.

    Attributes:
        run_dir: its directory.
        metrics: flat, final values; empty for a dry run.
        objective: the value a sweep compares; None for a dry run.
        table: base against tuned as text; "" where nothing was evaluated.
    """

    run_dir: Path
    metrics: dict[str, float]
    objective: float | None
    table: str


def compose(overrides: Sequence[str] = (), config_name: str = "train") -> DictConfig:
    """Compose a configuration as the command line would, e.g. in a notebook.

    Args:
        overrides: as on the command line: `["lora=r32", "trainer.lr=1e-4"]`.
        config_name: a file of conf/.
    """
    import hydra

    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        return hydra.compose(config_name, list(overrides), return_hydra_config=True)


def train(cfg: DictConfig, run_dir: Path | None = None) -> RunResult:
    """Run what the configuration says, and leave a run directory.

    Args:
        cfg: composed by Hydra's command line or by `compose`.
        run_dir: where; by default outputs/<name>/<date>_<time>.

    Raises:
        ConfigError: naming every fault of the composition, before anything is started.
        DataError: when the data cannot carry the run.
    """
    overrides = list(cfg.hydra.overrides.task) if "hydra" in cfg else _hydra_overrides()
    cfg = OmegaConf.masked_copy(cfg, [str(key) for key in cfg if key != "hydra"])
    calls = preflight(cfg).calls
    config: dict[str, Any] = OmegaConf.to_container(cfg, resolve=True)  # type: ignore[assignment]
    run_dir = run_dir or Path(
        "outputs", config["name"], datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    )
    rundir.create(run_dir)
    if not (run_dir / ".hydra").exists():  # composed in a notebook
        rundir.write_text(run_dir / ".hydra" / "config.yaml", OmegaConf.to_yaml(cfg))
        rundir.write_text(run_dir / ".hydra" / "overrides.yaml", OmegaConf.to_yaml(overrides))
    clock = rundir.Clock()
    with _log_file(run_dir), _outcome_on_error(run_dir, clock, dry=config["dry_run"]):
        return _train(calls, config, overrides, run_dir, clock)


def _train(
    calls: dict[str, partial[Any]],
    config: dict[str, Any],
    overrides: list[str],
    run_dir: Path,
    clock: rundir.Clock,
) -> RunResult:
    clock("import")
    from mathpal import stages

    clock("model")
    loaded = stages.load_model(calls["model"], calls["lora"], seed=config["seed"])
    clock("data")
    splits: Splits = calls["data"](run_dir)
    measured = calls["evaluation"].func.__name__ != "skip"
    tables = stages.prepare_data(
        splits, loaded, run_dir, measured=measured, allow_leakage=config["allow_leakage"]
    )
    rundir.write_manifest(
        run_dir,
        config=config,
        overrides=overrides,
        fingerprints=stages.fingerprints(loaded, splits),
        accelerator=stages.accelerator(),
    )
    log.info("%s", stages.describe(loaded, splits, tables, calls["trainer"].keywords))
    if config["dry_run"]:
        log.info("dry run: everything above is ready; nothing was trained")
        return RunResult(run_dir, {}, None, "")
    rundir.point_latest(run_dir)
    record = calls["tracker"](run_dir)
    clock("fit")
    fitted = calls["trainer"](
        loaded, tables.train, tables.validation, calls["objective"](), record, run_dir
    )
    stages.save_trained(loaded, run_dir)
    clock("evaluate")
    report = calls["evaluation"](loaded, splits.test)
    metrics = {**fitted.metrics, **(report.metrics if report else {})}
    table = stages.write_evaluation(report, run_dir) if report else ""
    clock("export")
    calls["export"](loaded, run_dir)
    clock.stop()
    objective = next(
        {"name": name, "value": metrics[name]}
        for name in ("tuned/accuracy_new", "tuned/accuracy", "validation/loss", "train/loss")
        if name in metrics
    )
    rundir.write_outcome(
        run_dir, status="completed", metrics=metrics, objective=objective, timings=clock.seconds
    )
    stages.write_page(run_dir)
    if table:
        log.info("\n%s\n", table)
    log.info("%s", stages.describe_timings(clock.seconds))
    return RunResult(run_dir, metrics, float(objective["value"]), table)


@contextmanager
def _log_file(run_dir: Path) -> Iterator[None]:
    """Everything logged goes to the run's train.log too."""
    handler = logging.FileHandler(run_dir / "train.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


@contextmanager
def _outcome_on_error(run_dir: Path, clock: rundir.Clock, *, dry: bool) -> Iterator[None]:
    """A run that does not reach its end says so in outcome.json."""
    try:
        yield
    except BaseException as error:
        clock.stop()
        if not dry and not (run_dir / "outcome.json").exists():
            interrupted = isinstance(error, (KeyboardInterrupt, SystemExit))
            rundir.write_outcome(
                run_dir,
                status="interrupted" if interrupted else "failed",
                metrics={},
                objective=None,
                timings=clock.seconds,
                error=f"{type(error).__name__}: {error}",
            )
        if not isinstance(error, MathPalError):
            log.debug("the run stopped", exc_info=True)
        raise


def _hydra_overrides() -> list[str]:
    """What the command line overrode, where Hydra runs the job."""
    from hydra.core.hydra_config import HydraConfig

    return list(HydraConfig.get().overrides.task) if HydraConfig.initialized() else []


def load_run(run_dir: Path) -> tuple[Any, Splits]:
    """The tuned model of a finished run, and its data, as the run had them.

    Args:
        run_dir: a run directory with run.json and adapter/ or model/.

    Returns:
        The `Loaded` model and the splits.

    Raises:
        DataError: when the directory holds no trained run.
    """
    config = rundir.read_json(run_dir / "run.json")["config"]
    calls = preflight(OmegaConf.create(config)).calls
    from mathpal import stages

    if not any((run_dir / name).is_dir() for name in ("adapter", "model")):
        raise DataError(f"{run_dir} holds neither adapter/ nor model/: nothing was trained there")
    return stages.load_trained(calls["model"], run_dir), calls["data"](None)
