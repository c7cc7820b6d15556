"""The importance of each parameter of a study, by Optuna's PED-ANOVA.

PED-ANOVA compares the distribution of the best configurations with that of all. It needs no
regression, and so no scikit-learn, and is robust against outliers.
"""

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

from mathpal.studies.axes import Axis
from mathpal.studies.history import History
from mathpal.studies.ranking import SEED, Configuration, signs

BEST_SHARE = 0.25  # the page says "the best quarter"
ENOUGH = 8  # configurations: their best quarter is two, the fewest that can be compared


class Importance(NamedTuple):
    """The shares of one objective, or why there are none.

    Attributes:
        shares: parameter -> share; they sum to 1, the largest first.
        absent: the reason in one sentence; "" where there are shares.
        left_out: parameters that some configurations lack.
    """

    shares: dict[str, float]
    absent: str
    left_out: list[str]


def importance(
    history: History, configurations: Sequence[Configuration], objective: int = 0
) -> Importance:
    """Compute the importance of the parameters for one objective.

    Args:
        history: the study.
        configurations: whose means count.
        objective: its place among the objectives.

    Source: Watanabe et al. 2023, "PED-ANOVA", arXiv 2304.10255.
    """
    axes = {name: axis for name, axis in history.axes.items() if name != SEED}
    names = [name for name in axes if all(name in each.params for each in configurations)]
    left_out = [name for name in axes if name not in names]
    means = [each.means[objective] for each in configurations]
    if len(names) < 2:
        return Importance(
            {}, "Importances need two parameters or more that all trials have.", left_out
        )
    if len(configurations) < ENOUGH:
        found = f"{len(configurations)} configurations were measured"
        return Importance({}, f"{found}; importances need {ENOUGH} or more.", left_out)
    if min(means) == max(means):
        return Importance({}, "All configurations have the same value.", left_out)
    sign = signs(history)[objective]
    shares = _shares({name: axes[name] for name in names}, configurations, objective, sign)
    if not any(shares.values()):
        absent = "The best configurations are distributed as all are: no parameter stands out."
        return Importance({}, absent, left_out)
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    return Importance(dict(ordered), "", left_out)


def _shares(
    axes: dict[str, Axis], configurations: Sequence[Configuration], objective: int, sign: int
) -> dict[str, float]:
    import optuna

    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # or Optuna logs the study in memory
    try:
        study = optuna.create_study(direction="minimize")
        drawn = {name: _distribution(axis) for name, axis in axes.items()}
        study.add_trials([
            optuna.trial.create_trial(
                params={name: each.params[name] for name in axes},
                distributions=drawn,
                value=each.means[objective] * sign,
            )
            for each in configurations
        ])  # fmt: skip
        evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=BEST_SHARE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    finally:
        optuna.logging.set_verbosity(level)
    return {name: float(share) for name, share in found.items()}


def _distribution(axis: Axis) -> Any:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if axis.choices is not None:
        return CategoricalDistribution(axis.choices)
    if axis.whole:
        return IntDistribution(int(axis.low), int(axis.high), log=axis.log)
    return FloatDistribution(axis.low, axis.high, log=axis.log)
