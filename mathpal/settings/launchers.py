"""The launchers of sweeps: what each can do, and whether it will work on this machine.

Launchers are plug-ins of Hydra that are installed apart; their settings are in
conf/hydra/launcher/. This module builds none, and knows nothing of the runs that they start.
"""

import importlib.util
import shutil
from typing import Any, NamedTuple

from mathpal.settings.faults import Fault


class Abilities(NamedTuple):
    """What a launcher can do, and what it needs.

    Attributes:
        extra: the extra of MathPal that installs its plug-in; None where none is needed.
        inline: runs take place in this process, one after the other.
        inline_alone: with n_jobs=1 a run takes place in this process.
        stops: this process can ask its runs to save and stop.
        forks_warm: has the setting `warm`: forks from a process that has imported the modules.
        names_jobs: has the setting `name`, the name of a scheduler's job.
        queues: Slurm keeps its jobs in a queue, where they are found by their names.
        starts_ray: has the setting `ray.init`: a Ray cluster must be up before its first run.
    """

    extra: str | None = None
    inline: bool = False
    inline_alone: bool = False
    stops: bool = False
    forks_warm: bool = False
    names_jobs: bool = False
    queues: bool = False
    starts_ray: bool = False


_SUBMITIT = "hydra_plugins.hydra_submitit_launcher.submitit_launcher"
LAUNCHERS = {
    "hydra._internal.core_plugins.basic_launcher.BasicLauncher": Abilities(inline=True),
    "hydra_plugins.mathpal_sweeps.launchers.LocalLauncher": Abilities(stops=True, forks_warm=True),
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
    """Return what a launcher can do; of an unknown one, that it starts runs in other processes.

    Args:
        launcher: its node of the configuration, `cfg.hydra.launcher`.
    """
    return LAUNCHERS.get(str(launcher._target_), Abilities())


def launcher_faults(cfg: Any) -> list[Fault]:
    """Find the faults of a composed sweep's launcher.

    Args:
        cfg: the configuration with Hydra's own node, `cfg.hydra.launcher`.
    """
    launcher = cfg.hydra.launcher
    given = f"hydra/launcher={cfg.hydra.runtime.choices.get('hydra/launcher')}"
    can = abilities(launcher)
    package = ".".join(str(launcher._target_).split(".")[:2])
    if can.extra and not _is_there(package):
        expected = f"the plug-in {package}, which is not installed"
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
        expected = f"a machine of the cluster; {' and '.join(missing)} cannot be found here"
        faults.append(Fault(given, expected, "start the sweep on the cluster's login node"))
    if launcher.signal_delay_s >= 60 * launcher.timeout_min:
        faults.append(
            Fault(
                f"hydra.launcher.signal_delay_s={launcher.signal_delay_s}",
                f"less than hydra.launcher.timeout_min={launcher.timeout_min}: otherwise the job "
                "is told to stop as soon as it begins",
            )
        )
    if launcher.tasks_per_node * launcher.nodes > 1:
        faults.append(
            Fault(
                f"hydra.launcher.tasks_per_node={launcher.tasks_per_node} "
                f"hydra.launcher.nodes={launcher.nodes}",
                "one task a job: every task would run the whole trial in the same directory",
                f"trainer.devices={launcher.tasks_per_node * launcher.nodes}, whose processes the "
                "run starts itself on its node",
            )
        )
    return faults
