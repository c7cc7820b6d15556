"""Points of a space: drawn one by one with a sampler, or all of them in order."""

import itertools
from collections.abc import Callable

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import Trial

from mathpal.errors import ConfigError
from mathpal.settings.faults import Fault, report_faults
from mathpal.sweeps.space import Space, Value, rendered


def draw(space: Space, trial: Trial, further: Callable[[Trial], None] | None = None) -> list[str]:
    """Draw the parameters of a trial, and return them as overrides.

    Args:
        space: what varies.
        trial: Optuna's trial, whose sampler draws.
        further: draws further parameters, e.g. ones that depend on the others.

    Returns:
        The trial's own overrides, without those that all trials share.
    """
    keys = {d.name: d.key for d in space.dimensions}
    chosen: dict[str, Value] = {}
    for dimension in space.dimensions:
        if dimension.exists(chosen):
            chosen[dimension.name] = _suggest(trial, dimension.name, dimension.values)
    if further is not None:
        further(trial)
        chosen |= {name: value for name, value in trial.params.items() if name not in chosen}
    return [f"{keys.get(name, name)}={rendered(value)}" for name, value in chosen.items()]


def _suggest(trial: Trial, name: str, values: BaseDistribution) -> Value:
    if isinstance(values, FloatDistribution):
        return trial.suggest_float(name, values.low, values.high, step=values.step, log=values.log)
    if isinstance(values, IntDistribution):
        return trial.suggest_int(name, values.low, values.high, step=values.step, log=values.log)
    assert isinstance(values, CategoricalDistribution)
    value: Value = trial.suggest_categorical(name, values.choices)
    return value


def points(space: Space) -> list[dict[str, Value]]:
    """Return every combination of a finite space, in the order of nested loops.

    Raises:
        ConfigError: when a parameter has infinitely many values.
    """
    axes: list[list[Value]] = []
    for d in space.dimensions:
        if isinstance(d.values, CategoricalDistribution):
            axes.append(list(d.values.choices))
        elif isinstance(d.values, IntDistribution):
            axes.append(list(range(d.values.low, d.values.high + 1, d.values.step)))
        elif isinstance(d.values, FloatDistribution) and d.values.step:
            count = round((d.values.high - d.values.low) / d.values.step) + 1
            axes.append([d.values.low + i * d.values.step for i in range(count)])
        else:
            fault = Fault(f"{d.key}={d.text}", "values that can be counted", "hydra/sweeper=optuna")
            raise ConfigError(report_faults([fault]))
    return [dict(zip([d.name for d in space.dimensions], row)) for row in itertools.product(*axes)]
