"""The names that Hydra may call, import or set for a configuration; there are no others.

A configuration chooses among them and can add none. A user adds a name with the environment
variable MATHPAL_ALLOW, and an installed package with an entry point. Standard library only.
"""

import os
from collections.abc import Iterable
from importlib.metadata import entry_points

VARIABLE = "MATHPAL_ALLOW"  # dotted names, separated by commas
ENTRY_POINTS = "mathpal.allowed"  # their values are the names: my_package.module:function

CALLBACKS = (
    "hydra.experimental.callbacks.LogJobReturnCallback",
    "mathpal.cli.directories.Directories",
)
SWEEPERS = (
    "hydra_plugins.mathpal_sweeps.sweepers.GridSweeper",
    "hydra_plugins.mathpal_sweeps.sweepers.OptunaSweeper",
    "hydra._internal.core_plugins.basic_sweeper.BasicSweeper",
)
FORMATTERS = ("colorlog.ColoredFormatter",)  # besides logging's own
PRELOADED = (  # top-level packages that a launcher may import early
    "accelerate", "datasets", "lightning", "mathpal", "numpy", "optuna", "peft", "pyarrow",
    "scipy", "tokenizers", "torch", "transformers", "trl", "unsloth",
)  # fmt: skip
# Neither a program to start (PATH, LD_PRELOAD, PYTHONPATH) nor a place to send data or keys to.
VARIABLES = (
    "CUDA_DEVICE_ORDER", "CUDA_LAUNCH_BLOCKING", "CUDA_VISIBLE_DEVICES", "GOMP_SPINCOUNT",
    "HF_HUB_OFFLINE", "KMP_AFFINITY", "MKL_NUM_THREADS", "NCCL_DEBUG", "NCCL_IB_DISABLE",
    "NCCL_P2P_DISABLE", "NCCL_SOCKET_IFNAME", "OMP_NUM_THREADS", "OMP_WAIT_POLICY",
    "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED", "PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF",
    "TOKENIZERS_PARALLELISM", "TRANSFORMERS_OFFLINE", "WANDB_MODE",
)  # fmt: skip


def is_allowed(name: object, known: Iterable[str]) -> bool:
    """Return whether a name is one of those known, or was added by the user."""
    return isinstance(name, str) and (name in known or name in added())


def added() -> set[str]:
    """Return the names that the environment and the installed packages add."""
    given = {name.strip() for name in os.environ.get(VARIABLE, "").split(",")}
    installed = {entry.value.replace(":", ".") for entry in entry_points(group=ENTRY_POINTS)}
    return (given | installed) - {""}


def how_to_allow(name: str) -> str:
    """Return the advice that says how to add a name."""
    return f"only if you trust it: set the environment variable {VARIABLE}={name}"
