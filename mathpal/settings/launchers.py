"""Sweep launchers: what each can do, and whether it works on this machine.

Launchers are Hydra plug-ins that are installed separately; their settings are in
conf/hydra/launcher/. This module creates none and knows nothing of the runs that they start.
"""

import importlib.util
import shutil
from typing import Any, NamedTuple

from mathpal.settings.faults import Fault


class Abilities(NamedTuple):
    """What a launcher can do, and what it needs.

    Attributes:
        extra: the extra of MathPal that installs the plug-in; None if none is needed.
        inline: runs are executed in this process, one after another.
        inline_alone: with n_jobs=1, runs are executed in this process.
        stops: this process can tell the runs to save and stop.
        forks_warm: has the setting `warm`: each run is forked from a process that has already
            imported the heavy modules.
        names_jobs: has the setting `name`, the name of the scheduler's job.
        queues: Slurm queues the jobs, which are found there by name.
        starts_ray: has the setting `ray.init`: a Ray cluster must be up before the first run.
    """

    extra: str | None = None
    inline: bool = False
    inline_alone: bool = False
    stops: bool = False
    forks_warm: bool = False
    names_jobs: bool = False
    queues: bool = False
    starts_ray: bool = False


LOCAL = "hydra_plugins.mathpal_sweeps.launchers.LocalLauncher"
_SUBMITIT = "hydra_plugins.hydra_submitit_launcher.submitit_launcher"
LAUNCHERS = {
    "hydra._internal.core_plugins.basic_launcher.BasicLauncher": Abilities(inline=True),
    LOCAL: Abilities(stops=True, forks_warm=True),
    "hydra_plugins.hydra_joblib_launcher.joblib_launcher.JoblibLauncher": Abilities(
        extra="joblib", inline_alone=True
    ),
    "hydra_plugins.hydra_ray_launcher.ray_launcher.RayLauncher": Abilities(
        extra="ray", starts_ray=True
    ),
    f"{_SUBMITIT}.LocalLauncher": Abilities(extra="slurm", names_jobs=True),
    f"{_SUBMITIT}.SlurmLauncher": Abilities(extra="slurm", names_jobs=True, queues=True),
}


def abilities(launcher: Any) -> Abilities:
    """Return what a launcher can do; an unknown launcher only starts runs in other processes.

    Args:
        launcher: the node `cfg.hydra.launcher`.
    """
    return LAUNCHERS.get(str(launcher._target_), Abilities())


def launcher_faults(cfg: Any) -> list[Fault]:
    """Return the faults of a composed sweep's launcher.

    Args:
        cfg: the configuration, Hydra's own node included.
    """
    launcher = cfg.hydra.launcher
    given = f"hydra/launcher={cfg.hydra.runtime.choices.get('hydra/launcher')}"
    can = abilities(launcher)
    package = ".".join(str(launcher._target_).split(".")[:2])
    if can.extra and not _is_there(package):
        expected = f"an installed plug-in; {package} is not installed"
        return [Fault(given, expected, f"pip install 'mathpal[{can.extra}]'")]
    return _slurm_faults(launcher, given) if can.queues else []


def _is_there(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # not even its parent, hydra_plugins
        return False


def _slurm_faults(launcher: Any, given: str) -> list[Fault]:
    faults = []
    if missing := [name for name in ("sbatch", "srun") if shutil.which(name) is None]:
        expected = f"a machine of a Slurm cluster; {' and '.join(missing)} cannot be found here"
        faults.append(Fault(given, expected, "start the sweep on the cluster's login node"))
    if launcher.signal_delay_s >= 60 * launcher.timeout_min:
        faults.append(
            Fault(
                f"hydra.launcher.signal_delay_s={launcher.signal_delay_s}",
                f"less time than hydra.launcher.timeout_min={launcher.timeout_min}; otherwise "
                "Slurm asks the job to stop as soon as it starts",
            )
        )
    if launcher.tasks_per_node * launcher.nodes > 1:
        faults.append(
            Fault(
                f"hydra.launcher.tasks_per_node={launcher.tasks_per_node} "
                f"hydra.launcher.nodes={launcher.nodes}",
                "one task per job; several tasks would each run the whole trial in one directory",
                f"trainer.devices={launcher.tasks_per_node * launcher.nodes}; the run then starts "
                "its processes itself, all on one node",
            )
        )
    return faults
