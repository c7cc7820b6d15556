"""A study from its opening to its end: storage, ledger, launcher and driver put together."""

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import optuna
from optuna.storages import BaseStorage
from optuna.trial import Trial

from mathpal.errors import DataError
from mathpal.sweeps import table
from mathpal.sweeps.driver import Driver, Patience
from mathpal.sweeps.facts import Facts, write_facts, write_results
from mathpal.sweeps.jobs import Application, launching
from mathpal.sweeps.ledger import Ledger, one_at_a_time
from mathpal.sweeps.outcomes import Measure
from mathpal.sweeps.samplers import build_pruner, build_sampler, prunes
from mathpal.sweeps.space import Space, Value
from mathpal.sweeps.storage import open_storage

log = logging.getLogger(__name__)


class Proposals(NamedTuple):
    """How the trials of a study are proposed.

    Attributes:
        space: what varies.
        points: every combination, in the order in which they are run; None to draw with a sampler.
        sampler: `hydra.sweeper.sampler`.
        pruner: `hydra.sweeper.pruner`.
        further: draws further parameters of a trial; None for none.
        dedup: a trial with the parameters of an earlier one is not run and has its value.
        enqueue: parameters of the first trials.
    """

    space: Space
    points: list[dict[str, Value]] | None
    sampler: dict[str, Any] | None = None
    pruner: dict[str, Any] | None = None
    further: Callable[[Trial], None] | None = None
    dedup: bool = False
    enqueue: Sequence[Mapping[str, Any]] = ()


def carry_on(
    application: Application,
    facts: Facts,
    proposals: Proposals,
    measure: Measure,
    *,
    patience: Patience,
    n_jobs: int,
    on_space_change: str,
) -> dict[str, Any]:
    """Begin a study or resume it, and drive it until its budget is used up.

    Args:
        application: what is run, and where.
        facts: for study.json.
        proposals: how its trials are proposed.
        measure: what it compares.
        patience: limits for slow, dead and failing trials.
        n_jobs: trials of this process at a time.
        on_space_change: "refuse" or "allow" to resume a study of another composition.

    Returns:
        The best parameters and value, as in `optimization_results.yaml`.

    Raises:
        ConfigError: when the storage, the sampler, the pruner or the launcher cannot be built.
        DataError: when the study is of another composition, or too many trials failed.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folder, name = application.folder, facts.study_name
    with one_at_a_time(folder):  # two processes must not make a database's tables at once, either
        write_facts(application, proposals.space, facts, on_space_change)
        storage = open_storage(facts.storage, folder)
        study = _opened(storage, facts, proposals)
        _require_no_strangers(study, folder)
        for first in proposals.enqueue:
            study.enqueue_trial(dict(first), skip_if_exists=True)
    ledger = Ledger(
        study, storage, folder, proposals.space, n_trials=facts.n_trials, points=proposals.points,
        sampler=proposals.sampler, further=proposals.further, dedup=proposals.dedup,
    )  # fmt: skip
    started = launching(application, name)
    if started.inline and prunes(proposals.pruner):
        log.warning("hydra/launcher=basic runs trials in this process, where none can be pruned")
    with table.Watch(name, folder, ledger.n_trials, study.directions) as watch:
        Driver(
            ledger, measure, started, n_jobs=1 if started.inline else n_jobs, seeds=facts.seeds,
            patience=patience, show=watch,
        ).run()  # fmt: skip
        ended = watch.summary(ledger.trials())
    watch.say(f"{name}: {ended}")
    return write_results(study, ledger.trials(), folder)


def _opened(storage: BaseStorage, facts: Facts, proposals: Proposals) -> optuna.Study:
    """Return the study in its storage, created where it is not there."""
    sampler = (
        build_sampler(proposals.sampler, 0)
        if proposals.points is None
        else optuna.samplers.RandomSampler()
    )
    return optuna.create_study(
        storage=storage, study_name=facts.study_name, directions=facts.directions,
        load_if_exists=True, pruner=build_pruner(proposals.pruner), sampler=sampler,
    )  # fmt: skip


def _require_no_strangers(study: optuna.Study, folder: Path) -> None:
    """Refuse a directory with runs of trials that the storage does not know.

    They would be taken for the runs of trials to come.
    """
    known = len(study.get_trials(deepcopy=False))
    left = sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit())
    if strangers := [number for number in left if number >= known]:
        raise DataError(
            f"{folder} holds runs of trials that the study's storage does not know: "
            f"{', '.join(map(str, strangers[:5]))}. Name the storage that they belong to "
            "(hydra.sweeper.storage), or another directory (hydra.sweep.dir), or remove them"
        )
