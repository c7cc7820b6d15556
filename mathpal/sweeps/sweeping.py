"""A sweep from its checked settings: what varies, what is compared, how trials are proposed.

Each public function's keyword-only parameters are the settings of one `hydra/sweeper`.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Interval
from omegaconf import DictConfig
from optuna.trial import Trial

from mathpal.errors import ConfigError
from mathpal.settings.faults import Fault, report_faults
from mathpal.sweeps import drawing
from mathpal.sweeps import space as spaces
from mathpal.sweeps.driver import Patience
from mathpal.sweeps.facts import Direction, Facts
from mathpal.sweeps.jobs import Application
from mathpal.sweeps.outcomes import Measure, is_reversed
from mathpal.sweeps.samplers import is_grid, prunes
from mathpal.sweeps.study import Proposals, carry_on

Count = Annotated[int, Ge(1)]
Share = Annotated[float, Interval(ge=0, le=1)]
Seconds = Annotated[float, Gt(0)]


def optimize(
    application: Application,
    arguments: Sequence[str],
    *,
    study_name: str,
    storage: str | None = None,
    sampler: dict[str, Any] | None = None,
    pruner: dict[str, Any] | None = None,
    direction: Direction | list[Direction] = "minimize",
    metric: str | list[str] | None = None,
    intermediate: str | None = None,
    n_trials: Count = 20,
    n_jobs: Count = 1,
    seeds: list[int] | None = None,
    params: dict[str, Any] | None = None,
    when: list[dict[str, Any]] = [],  # noqa: B006 - never written to
    custom_search_space: str | None = None,
    enqueue: list[dict[str, Any]] = [],  # noqa: B006 - never written to
    constraints: dict[str, float] | None = None,
    max_failure_rate: Share = 0.3,
    retries: Annotated[int, Ge(0)] = 2,
    dedup: bool = True,
    on_space_change: Literal["refuse", "allow"] = "refuse",
    grace_s: Seconds = 60.0,
    poll_s: Seconds = 0.2,
) -> dict[str, Any]:
    """Begin a study, or resume it, until `n_trials` trials have ended.

    Args:
        application: what is run, and where.
        arguments: the command line's overrides, swept and plain.
        study_name: name of the study in its storage.
        storage: see `storage.open_storage`.
        sampler: a class of optuna.samplers as `_target_`, and its arguments.
        pruner: a class of optuna.pruners, likewise.
        direction: of the objective, or of each of several.
        metric: name among a run's final metrics, one an objective; None for the value that a run
            returns.
        intermediate: metric that the pruner watches during a run; its negative is reported
            where it is a loss and the objective is maximized, or an accuracy and minimized.
        n_trials: budget: trials in all, whichever commands run them.
        n_jobs: trials of this process at a time.
        seeds: a trial has a run with each seed, one after the other, and their mean as its value.
        params: what varies, beside the command line.
        when: see `space.parse`.
        custom_search_space: dotted path of a function (cfg, trial) that draws further parameters.
        enqueue: parameters of the first trials.
        constraints: metric -> its largest feasible value.
        max_failure_rate: share of `n_trials` that may fail before the study stops.
        retries: times that a killed trial is restarted.
        dedup: a trial with the parameters of an earlier one is not run and has its value.
        on_space_change: refuse or allow to resume a study that has another composition.
        grace_s: seconds without a heartbeat after which a process elsewhere counts as dead.
        poll_s: seconds between rounds of the driver.

    Returns:
        The best parameters and value, as in `optimization_results.yaml`.

    Raises:
        ConfigError: naming the faults of the space or the settings.
        DataError: when too many trials failed, or the study has another composition.
    """
    directions = [direction] if isinstance(direction, str) else list(direction)
    metrics = [metric] if isinstance(metric, str) else list(metric or ())
    _require_sound(directions, metrics, pruner, seeds)
    space = spaces.parse(arguments, params, when)
    further = _further(custom_search_space, application.config)
    if not space.dimensions and further is None:
        fault = Fault("nothing varies", "a sweep, e.g. 'trainer.lr=tag(log, interval(1e-4, 1e-2))'")
        raise ConfigError(report_faults([fault]))
    application.require_sound(space)
    points = drawing.points(space) if is_grid(sampler) else None
    budget = min(n_trials, len(points)) if points else n_trials
    facts = Facts(study_name, storage, directions, metrics, intermediate, seeds, "optuna", budget)
    measure = Measure(
        tuple(metrics), len(directions), None if len(directions) > 1 else intermediate,
        is_reversed(directions[0], intermediate), constraints or {},
    )  # fmt: skip
    proposals = Proposals(space, points, sampler, pruner, further, dedup, enqueue)
    patience = Patience(retries, max_failure_rate, grace_s, poll_s)
    return carry_on(
        application, facts, proposals, measure,
        patience=patience, n_jobs=n_jobs, on_space_change=on_space_change,
    )  # fmt: skip


def grid(
    application: Application,
    arguments: Sequence[str],
    *,
    study_name: str = "grid",
    storage: str | None = None,
    direction: Literal["auto", "minimize", "maximize"] = "auto",
    metric: str | None = None,
    n_jobs: Count = 1,
    params: dict[str, Any] | None = None,
    max_failure_rate: Share = 1.0,
    retries: Annotated[int, Ge(0)] = 2,
    on_space_change: Literal["refuse", "allow"] = "refuse",
    grace_s: Seconds = 60.0,
    poll_s: Seconds = 0.2,
) -> dict[str, Any]:
    """Run every combination of the values on the command line; see `optimize`.

    Args:
        application: what is run, and where.
        arguments: the command line's overrides, swept and plain.
        study_name: name of the sweep in its storage.
        storage: see `storage.open_storage`.
        direction: of the objective; auto decides by its name: a loss is minimized, and so is an
            objective without a name; anything else is maximized.
        metric: name among a run's final metrics; None for the value that a run returns.
        n_jobs: runs of this process at a time.
        params: what varies, beside the command line.
        max_failure_rate: share of the runs that may fail before the sweep stops.
        retries: times that a killed run is restarted.
        on_space_change: refuse or allow to resume a sweep that has another composition.
        grace_s: seconds without a heartbeat after which a process elsewhere counts as dead.
        poll_s: seconds between rounds of the driver.

    Returns:
        The best parameters and value.

    Raises:
        ConfigError: naming the faults of the space or the settings.
        DataError: when too many runs failed, or the sweep has another composition.
    """
    space = spaces.parse(arguments, params)
    points = drawing.points(space)
    application.require_sound(space)
    if direction == "auto":
        name = metric or application.objective or "objective"
        direction = "minimize" if "loss" in name or name == "objective" else "maximize"
    metrics = [metric] if metric else []
    facts = Facts(study_name, storage, [direction], metrics, None, None, "grid", len(points))
    patience = Patience(retries, max_failure_rate, grace_s, poll_s)
    return carry_on(
        application, facts, Proposals(space, points), Measure(tuple(metrics)),
        patience=patience, n_jobs=n_jobs, on_space_change=on_space_change,
    )  # fmt: skip


def _require_sound(
    directions: Sequence[str],
    metrics: Sequence[str],
    pruner: Mapping[str, Any] | None,
    seeds: Sequence[int] | None,
) -> None:
    faults: list[Fault] = []
    if metrics and len(metrics) != len(directions):
        faults.append(
            Fault(f"hydra.sweeper.metric={list(metrics)}", f"one for each of {list(directions)}")
        )
    if prunes(pruner) and len(directions) > 1:
        faults.append(
            Fault(
                "hydra/sweeper/pruner",
                "none where there are several objectives",
                "hydra/sweeper/pruner=none",
            )
        )
    if seeds is not None and len(set(seeds)) != len(seeds):
        faults.append(Fault(f"hydra.sweeper.seeds={list(seeds)}", "different seeds"))
    if faults:
        raise ConfigError(report_faults(faults))


def _further(path: str | None, config: DictConfig) -> Callable[[Trial], None] | None:
    """Return the function at a dotted path, which draws further parameters of a trial."""
    if path is None:
        return None
    module, _, name = path.rpartition(".")
    try:
        function = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        fault = Fault(
            f"hydra.sweeper.custom_search_space={path}",
            f"the dotted path of a function (cfg, trial) ({error})",
        )
        raise ConfigError(report_faults([fault])) from error
    return lambda trial: function(config, trial)
