"""The application of a sweep, and starting one of its runs through any launcher."""

import functools
import importlib
import logging
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from omegaconf import DictConfig, OmegaConf, open_dict
from optuna.trial import FrozenTrial

from mathpal.record import files
from mathpal.settings.launchers import abilities
from mathpal.sweeps.space import Dimension, Space, Value, rendered
from mathpal.sweeps.task import Task
from mathpal.sweeps.watched import Watched

log = logging.getLogger(__name__)


class Run(NamedTuple):
    """One run of a trial: the only one, or the one with one of its seeds.

    Attributes:
        trial: number of the trial.
        folder: the run directory, relative to the study's.
        overrides: all overrides of the run, for a launcher.
    """

    trial: int
    folder: str
    overrides: list[str]


class Launching(NamedTuple):
    """What the driver needs of a launcher.

    Attributes:
        launch: starts a run and waits for its end.
        queued: returns whether a scheduler has a run, waiting or running.
        stop: asks the runs of this process to save and stop; returns how many there are.
        inline: whether runs take place in this process, one after the other.
    """

    launch: Callable[[Run], None]
    queued: Callable[[Run], bool]
    stop: Callable[[], int]
    inline: bool


class Application(NamedTuple):
    """A Hydra application in a sweep.

    Attributes:
        context: Hydra's context, with its configuration loader.
        task: what is run.
        config: composed for the sweep, Hydra's own node included.
    """

    context: Any
    task: Task
    config: DictConfig

    @property
    def folder(self) -> Path:
        """The sweep's directory."""
        return Path(str(self.config.hydra.sweep.dir))

    @property
    def question(self) -> str | None:
        """The question that the sweep is to answer; None where its YAML has none."""
        found = OmegaConf.select(self.config, "study.question")
        return None if found is None else str(found)

    @property
    def objective(self) -> str | None:
        """The name of the value that a run returns; None where the application does not tell."""
        return self.task.objective(self.config)

    @property
    def config_hash(self) -> str:
        """Hash of the configuration that all trials share: without Hydra's and the study's."""
        shared = OmegaConf.masked_copy(
            self.config, [str(key) for key in self.config if key not in ("hydra", "study")]
        )
        plain = OmegaConf.to_container(shared, resolve=False)
        assert isinstance(plain, dict)
        return files.config_hash({str(key): value for key, value in plain.items()})

    def require_sound(self, space: Space) -> None:
        """Check that every value of a space composes, and passes the application's own checks.

        Raises:
            ConfigError: naming every fault, where the application has checks; otherwise Hydra's
                own error for the first one.
        """
        load = functools.partial(self.context.config_loader.load_sweep_config, self.config)
        self.task.check(list(_compositions(space)), load)


def _compositions(space: Space) -> Iterator[list[str]]:
    """Yield overrides in which every choice, or both ends of a range, occur at least once."""
    yield _composition(space, {})
    for dimension in space.dimensions:
        needed = {name: values[0] for name, values in dimension.when.items()}
        for value in _ends(dimension):
            yield _composition(space, {**needed, dimension.name: value})


def _composition(space: Space, pinned: Mapping[str, Value]) -> list[str]:
    chosen: dict[str, Value] = {}
    for d in space.dimensions:
        if d.exists(chosen):
            chosen[d.name] = pinned.get(d.name, _ends(d)[0])
    keys = {d.name: d.key for d in space.dimensions}
    return [*space.fixed, *(f"{keys[name]}={rendered(value)}" for name, value in chosen.items())]


def _ends(dimension: Dimension) -> Sequence[Value]:
    values: Any = dimension.values
    return getattr(values, "choices", None) or (values.low, values.high)


def runs(space: Space, trial: FrozenTrial, seeds: Sequence[int] | None) -> list[Run]:
    """Return the runs of a trial: one, or one with each seed."""
    base = [*space.fixed, *trial.user_attrs["overrides"]]
    number = trial.number
    if seeds is None:
        return [Run(number, str(number), [*base, f"hydra.sweep.subdir={number}"])]
    folders = [(seed, f"{number}/seed-{seed}") for seed in seeds]
    return [
        Run(number, folder, [*base, f"seed={seed}", f"hydra.sweep.subdir={folder}"])
        for seed, folder in folders
    ]


def launching(application: Application, study_name: str) -> Launching:
    """Prepare the launcher that the configuration of an application names.

    Raises:
        ConfigError: when its settings are wrong.
    """
    task = Watched(application.task)
    _launcher(application, task, application.config)  # raises now if its settings are wrong
    can = abilities(application.config.hydra.launcher)
    if can.starts_ray:  # once, and not by every trial's thread at the same moment
        plug_in = importlib.import_module("hydra_plugins.hydra_ray_launcher._launcher_util")
        plug_in.start_ray(application.config.hydra.launcher.ray.init)
    return Launching(
        functools.partial(_launch, application, task, study_name, pickle.dumps(application.config)),
        queued=_in_slurm(study_name) if can.queues else _never_queued,
        stop=_stop_local if can.stops else _stop_none,
        inline=can.inline,
    )


def _launch(
    application: Application, task: Watched, study_name: str, pickled: bytes, run: Run
) -> None:
    """Start one run through a launcher of its own, and wait for its end; called in a thread.

    The configuration comes from bytes: OmegaConf takes a tree apart while it copies it, so two
    threads that copy the same tree leave its nodes without parents.
    """
    config = pickle.loads(pickled)
    can = abilities(config.hydra.launcher)
    with open_dict(config):
        if can.names_jobs:  # so that a queued run can be found
            config.hydra.launcher.name = _job_name(study_name, run)
        if can.inline_alone and config.hydra.launcher.n_jobs == 1:
            config.hydra.launcher.n_jobs = 2  # else the run would take place in this thread
    launcher = _launcher(application, task, config)
    launcher.launch([run.overrides], initial_job_idx=run.trial)


def _launcher(application: Application, task: Watched, config: DictConfig) -> Any:
    from hydra.core.plugins import Plugins

    return Plugins.instance().instantiate_launcher(
        hydra_context=application.context, task_function=task, config=config
    )


def _job_name(study_name: str, run: Run) -> str:
    return f"{study_name}-{run.folder.replace('/', '-')}"


def _stop_local() -> int:
    return importlib.import_module("mathpal.sweeps.local").ask_to_stop()


def _stop_none() -> int:
    """Stop nothing: runs of other launchers continue, and a later driver takes them over."""
    return 0


def _never_queued(run: Run) -> bool:
    """Return False: no scheduler queues the runs of this launcher."""
    return False


def _in_slurm(study_name: str) -> Callable[[Run], bool]:
    """Return the test whether Slurm has a job of a run, waiting or running."""
    from mathpal.sweeps import slurm

    slurm.ask_the_queue()
    queue = slurm.Queue()
    return lambda run: queue.has(_job_name(study_name, run))


def settings(node: DictConfig) -> Mapping[str, Any]:
    """Return the settings of a sweeper's node as plain values."""
    plain = OmegaConf.to_container(node, resolve=True)
    assert isinstance(plain, dict)
    return {str(k): v for k, v in plain.items() if k not in ("_target_", "_recursive_")}
