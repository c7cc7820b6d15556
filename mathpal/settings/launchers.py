"""What can be told of a sweep's launcher before it is built: whether it will work here.

The launchers are plug-ins of Hydra that are installed apart; their settings are in
conf/hydra/launcher/. Knows nothing of the runs that they start.
"""

import importlib.util
import shutil
from typing import Any

from mathpal.settings.faults import Fault

# The plug-in's package -> the extra of MathPal that installs it.
_EXTRAS = {
    "hydra_submitit_launcher": "slurm",
    "hydra_joblib_launcher": "joblib",
    "hydra_ray_launcher": "ray",
}


def launcher_faults(cfg: Any) -> list[Fault]:
    """What is wrong with the launcher of a composed sweep.

    Args:
        cfg: the configuration with Hydra's own node, `cfg.hydra.launcher`.
    """
    launcher = cfg.hydra.launcher
    target, name = str(launcher._target_), str(cfg.hydra.runtime.choices.get("hydra/launcher"))
    given = f"hydra/launcher={name}"
    package = ".".join(target.split(".")[:2])
    extra = _EXTRAS.get(package.rpartition(".")[2])
    if extra and not _is_there(package):
        expected = f"the plug-in {package}, which is not installed"
        return [Fault(given, expected, f"pip install 'mathpal[{extra}]'")]
    return _slurm_faults(launcher, given) if target.endswith(".SlurmLauncher") else []


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
                f"fewer seconds than hydra.launcher.timeout_min={launcher.timeout_min} has: else "
                "the job is told to stop when it begins",
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
