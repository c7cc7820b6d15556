"""The samplers and pruners of a study: classes of Optuna, built from their nodes."""

import hashlib
import importlib
import inspect
import io
import pickle
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import optuna

from mathpal.errors import ConfigError, DataError
from mathpal.settings.faults import Fault, report_faults

_QMC, _GRID = "optuna.samplers.QMCSampler", "optuna.samplers.GridSampler"
_NOP = "optuna.pruners.NopPruner"
# All that the state of CMA-ES consists of.
_STATE = frozenset(
    f"{module}.{name}"
    for module, names in {
        "cmaes._cma": ("CMA",),
        "cmaes._cmawm": ("CMAwM",),
        "cmaes._sepcma": ("SepCMA",),
        "numpy": ("dtype", "ndarray"),
        "numpy._core.multiarray": ("_reconstruct", "scalar"),
        "numpy.core.multiarray": ("_reconstruct", "scalar"),
    }.items()
    for name in names
)


def is_grid(sampler: Mapping[str, Any] | None) -> bool:
    """Return whether `hydra.sweeper.sampler` asks for every combination."""
    return sampler is not None and sampler.get("_target_") == _GRID


def prunes(pruner: Mapping[str, Any] | None) -> bool:
    """Return whether `hydra.sweeper.pruner` may stop trials."""
    return bool(pruner and pruner.get("_target_") != _NOP)


def build_sampler(node: Mapping[str, Any] | None, ordinal: int) -> optuna.samplers.BaseSampler:
    """Build the sampler for one trial.

    A seeded sampler that is built again would repeat itself, so the trial's place in the study is
    mixed into its seed. A study thus proposes the same trials, however often it is resumed and by
    however many drivers, as far as the sampler does not look at results.

    Args:
        node: `hydra.sweeper.sampler`: `_target_` in optuna.samplers and its arguments; None for
            Optuna's default.
        ordinal: the trial's place in its study, from 0.
    """
    if node is None:
        return optuna.samplers.TPESampler()
    given = dict(node)
    seed = given.get("seed")
    if seed is not None and given.get("_target_") != _QMC:
        # QMC keeps its seed: each trial takes its place in one sequence.
        digest = hashlib.sha256(f"{seed} {ordinal}".encode()).digest()
        given["seed"] = int.from_bytes(digest[:4], "big")
    return _built("hydra.sweeper.sampler", given, optuna.samplers, optuna.samplers.BaseSampler)


def build_pruner(node: Mapping[str, Any] | None) -> optuna.pruners.BasePruner:
    """Build the pruner that `hydra.sweeper.pruner` names; None prunes nothing.

    Args:
        node: `_target_` in optuna.pruners and its arguments; `wrapped_pruner` may be such a node.
    """
    if node is None:
        return optuna.pruners.NopPruner()
    given = dict(node)
    if isinstance(given.get("wrapped_pruner"), Mapping):
        given["wrapped_pruner"] = build_pruner(given["wrapped_pruner"])
    return _built("hydra.sweeper.pruner", given, optuna.pruners, optuna.pruners.BasePruner)


def _built(where: str, given: dict[str, Any], package: Any, base: type) -> Any:
    """Build the class of Optuna that `_target_` names; nothing else is ever called."""
    target = str(given.pop("_target_", ""))
    module, _, name = target.rpartition(".")
    kind = getattr(importlib.import_module(package.__name__), name, None)
    kind = _CmaEs if kind is optuna.samplers.CmaEsSampler else kind
    if module != package.__name__ or not (inspect.isclass(kind) and issubclass(kind, base)):
        known = ", ".join(n for n in package.__all__ if not n.startswith("Base"))
        fault = Fault(f"{where}._target_={target}", f"a class of {package.__name__}: {known}")
        raise ConfigError(report_faults([fault]))
    parameters = inspect.signature(kind).parameters
    unknown = [key for key in given if key not in parameters]
    if unknown:
        fault = Fault(
            f"{where}.{unknown[0]}={given[unknown[0]]}",
            f"an argument of {name}: {', '.join(parameters)}",
        )
        raise ConfigError(report_faults([fault]))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return kind(**given)
    except (TypeError, ValueError) as error:
        fault = Fault(f"{where} = {given}", f"arguments that {name} accepts ({error})")
        raise ConfigError(report_faults([fault])) from error


class _CmaEs(optuna.samplers.CmaEsSampler):
    """Optuna's, which keeps its state in the study as a pickle: this one loads nothing else.

    A pickle can call any function, and the study may have been written by somebody else.
    """

    def _restore_optimizer(self, completed_trials: Sequence[optuna.trial.FrozenTrial]) -> Any:
        for trial in reversed(completed_trials):
            prefix = self._attr_key_optimizer
            attrs = {k: v for k, v in trial.system_attrs.items() if k.startswith(prefix)}
            if attrs:
                try:
                    state = bytes.fromhex(self._concat_optimizer_attrs(attrs))
                    return _StateOfCmaEs(io.BytesIO(state)).load()
                except Exception as error:  # a damaged pickle raises errors of many types
                    raise DataError(
                        f"trial {trial.number} of the study holds no state of CMA-ES: {error}. "
                        "It was damaged or written by another program; use another sampler"
                    ) from error
        return None


class _StateOfCmaEs(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if f"{module}.{name}" not in _STATE:
            raise pickle.UnpicklingError(f"it would call {module}.{name}")
        return super().find_class(module, name)
