"""The book of a study: storage that was torn, trials half born, values that are none."""

import math
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from mathpal.errors import ConfigError
from mathpal.record.outcome import Objective, Outcome
from mathpal.sweeps.ledger import Ledger
from mathpal.sweeps.outcomes import Measure, Verdict
from mathpal.sweeps.samplers import build_pruner, build_sampler
from mathpal.sweeps.space import parse
from mathpal.sweeps.storage import JOURNAL, open_storage
from mathpal.sweeps.task import as_task

RANDOM = {"_target_": "optuna.samplers.RandomSampler", "seed": 1}


def ledger(folder: Path, n_trials: int = 5, **settings: object) -> Ledger:
    folder.mkdir(exist_ok=True)
    storage = open_storage(None, folder)
    study = optuna.create_study(storage=storage, study_name="s", load_if_exists=True)
    space = parse(["x=interval(0, 1)"])
    given = {"sampler": RANDOM, **settings}
    return Ledger(study, storage, folder, space, n_trials=n_trials, **given)  # type: ignore[arg-type]


def test_a_torn_journal_is_repaired_before_the_next_line(tmp_path: Path) -> None:
    first = ledger(tmp_path)
    first.claim("me")
    journal = tmp_path / JOURNAL
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"op_code":8,"worker')
    again = ledger(tmp_path)
    assert again.claim("me") is not None
    assert journal.read_bytes().startswith(whole)
    assert len(ledger(tmp_path).trials()) == 2


def test_a_trial_half_born_counts_nowhere_and_changes_nothing(tmp_path: Path) -> None:
    whole = ledger(tmp_path / "whole")
    expected = [whole.claim("me").params for _ in range(5)]  # type: ignore[union-attr]
    cut = ledger(tmp_path / "cut")
    cut.claim("me")
    dead = cut.study.ask()  # its driver dies here
    cut.bury(dead.number)
    while cut.claim("me"):
        pass
    assert [t.params for t in cut.trials()] == expected
    assert [t.number for t in cut.trials()] == [0, 2, 3, 4, 5]


def test_what_was_to_be_tried_first_is_tried_though_its_driver_died(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.study.enqueue_trial({"x": 0.25})
    book.bury(book.study.ask().number)
    trial = book.claim("me")
    assert trial is not None and trial.params == {"x": 0.25}


def test_a_space_that_fails_leaves_no_trial(tmp_path: Path) -> None:
    def broken(trial: object) -> None:
        raise ZeroDivisionError

    book = ledger(tmp_path, further=broken)
    with pytest.raises(ZeroDivisionError):
        book.claim("me")
    assert book.trials() == []


def test_constraints_reach_the_sampler(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    trial = book.claim("me")
    assert trial is not None
    book.finish(trial, Verdict("completed", [1.0], {"constraints": [0.5]}, {"memory": 0.5}))
    assert book.trials()[0].constraints == {"memory": 0.5}
    assert book.trials()[0].state == TrialState.COMPLETE


def test_an_end_is_told_once(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    trial = book.claim("me")
    assert trial is not None
    book.finish(trial, Verdict("completed", [1.0]))
    book.study.tell(trial.number, 2.0, skip_if_finished=True)
    assert book.trials()[0].value == 1.0


class TestVerdicts:
    def ended(self, value: Any, **more: Any) -> Outcome:
        return Outcome("completed", objective=Objective("loss", value), **more)

    def test_seeds_are_awaited_and_averaged(self) -> None:
        measure = Measure()
        assert measure.verdict([self.ended(1.0), None], [1, 2]) is None
        verdict = measure.verdict([self.ended(1.0), self.ended(2.0)], [1, 2])
        assert verdict is not None and list(verdict.values) == [1.5]
        assert verdict.notes["values_by_seed"] == {"1": [1.0], "2": [2.0]}

    @pytest.mark.parametrize("value", [None, math.nan, math.inf, [1.0, 2.0]])
    def test_what_is_no_number_is_a_failure(self, value: object) -> None:
        verdict = Measure().verdict([self.ended(value)], None)
        assert verdict is not None and verdict.end == "failed"

    def test_metrics_are_named(self) -> None:
        measure = Measure(("a", "b"), 2)
        verdict = measure.verdict([self.ended(9.0, metrics={"a": 1.0, "b": 2.0, "c": 3.0})], None)
        assert verdict is not None and list(verdict.values) == [1.0, 2.0]
        missing = measure.verdict([self.ended(9.0, metrics={"a": 1.0})], None)
        assert missing is not None and missing.end == "failed"

    def test_bounds_must_have_been_measured(self) -> None:
        measure = Measure(bounds={"m": 2.0})
        verdict = measure.verdict([self.ended(1.0, metrics={"m": 3.0})], None)
        assert verdict is not None and verdict.constraints == {"m": 1.0}
        unmeasured = measure.verdict([self.ended(1.0)], None)
        assert unmeasured is not None and "was not measured" in str(unmeasured.notes["error"])

    def test_what_the_memory_plan_rejects_is_no_failure(self) -> None:
        outcome = Outcome("failed", error="too large", error_type="InfeasibleError")
        verdict = Measure().verdict([outcome], None)
        assert verdict is not None and verdict.end == "pruned"
        assert verdict.notes["infeasible"] == "too large"

    def test_an_intermediate_loss_is_turned_round_for_a_study_that_maximizes(self) -> None:
        measure = Measure(intermediate="validation/loss", reversed=True)
        assert measure.signed([(1, 0.5)]) == [(1, -0.5)]


def test_seeds_are_mixed_with_the_place_of_a_trial() -> None:
    def first(ordinal: int) -> float:
        study = optuna.create_study(sampler=build_sampler(RANDOM, ordinal))
        return study.ask().suggest_float("x", 0, 1)

    assert first(0) == first(0)
    assert len({first(n) for n in range(20)}) == 20


def test_only_optunas_own_classes_are_called() -> None:
    for build, target in ((build_pruner, "optuna.pruners.os.system"), (build_pruner, "os.system"),
                          (build_pruner, "optuna.pruners.nothing")):  # fmt: skip
        with pytest.raises(ConfigError, match="a class of optuna.pruners"):
            build({"_target_": target})
    nested = {"_target_": "optuna.pruners.PatientPruner", "patience": 2,
              "wrapped_pruner": {"_target_": "optuna.pruners.MedianPruner"}}  # fmt: skip
    assert isinstance(build_pruner(nested), optuna.pruners.PatientPruner)
    with pytest.raises(ConfigError, match="that PercentilePruner accepts"):
        build_pruner({"_target_": "optuna.pruners.PercentilePruner"})


def test_threads_that_launch_leave_the_configuration_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from omegaconf import OmegaConf

    from mathpal.sweeps import jobs

    hydra = {"sweep": {"dir": "${hydra.sweeper.name}"}, "sweeper": {"name": "here"},
             "launcher": {"_target_": "x"}}  # fmt: skip
    config = OmegaConf.create({"hydra": hydra})
    config.more = {str(n): {"deep": {"value": n}} for n in range(300)}

    class Launcher:
        def launch(self, overrides: object, initial_job_idx: int) -> None:
            pass

    monkeypatch.setattr(jobs, "_launcher", lambda application, task, config: Launcher())
    application = jobs.Application(None, as_task(lambda cfg: 1.0), config)
    launch = jobs.launching(application, "s").launch
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(launch, [jobs.Run(n, str(n), []) for n in range(200)]))
    assert application.folder == Path("here")
    assert all(config.more[str(n)].deep._get_parent() is config.more[str(n)] for n in range(300))
