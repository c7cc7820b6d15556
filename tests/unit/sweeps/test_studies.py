"""Studies of a cheap task, run as a user runs them."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.unit.sweeps.studies import (
    X,
    begin,
    begun,
    ends,
    kill,
    outcome,
    study,
    trials_of,
    until,
)


def test_a_study_runs_its_budget_and_no_more(tmp_path: Path) -> None:
    done = study(tmp_path, X, "y=range(0, 3)", "hydra.sweeper.n_trials=3")
    assert ends(tmp_path) == ["completed"] * 3
    assert done.stdout.splitlines()[-1] == "multirun/study"
    for trial in trials_of(tmp_path):
        assert trial.value == pytest.approx((trial.params["x"] - 2) ** 2 + trial.params["y"])
        assert outcome(tmp_path, trial.number)["objective"]["value"] == trial.value
    again = study(tmp_path, X, "y=range(0, 3)", "hydra.sweeper.n_trials=3")
    assert "3/3" in again.stderr
    assert all(len(begun(tmp_path, n)) == 1 for n in range(3))
    study(tmp_path, X, "y=range(0, 3)", "hydra.sweeper.n_trials=4")
    assert ends(tmp_path) == ["completed"] * 4
    text = (tmp_path / "multirun/study/optimization_results.yaml").read_text()
    best = min(trials_of(tmp_path), key=lambda t: t.value or 0.0)
    assert f"best_evaluated_value: {best.value}" in text  # as the official plug-in leaves it
    facts = json.loads((tmp_path / "multirun/study/study.json").read_text())
    assert facts["space"] == {"x": "interval(-5, 5)", "y": "range(0, 3)"}


def test_the_same_seed_proposes_the_same_however_the_study_is_cut(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir(), cut.mkdir()
    study(whole, X, "hydra.sweeper.n_trials=4", "hydra.sweeper.n_jobs=2")
    for n in (1, 4):
        study(cut, X, f"hydra.sweeper.n_trials={n}")
    assert [t.params for t in trials_of(whole)] == [t.params for t in trials_of(cut)]


@pytest.mark.parametrize(
    "others",
    [
        [["x=interval(-5, 6)"]],
        pytest.param([[X, "y=1"], [X, "hydra.sweeper.direction=maximize"]], marks=pytest.mark.slow),
    ],
)
def test_another_space_is_not_mixed_in(tmp_path: Path, others: list[list[str]]) -> None:
    study(tmp_path, X, "hydra.sweeper.n_trials=1")
    for words in others:
        done = study(tmp_path, *words, "hydra.sweeper.n_trials=2", expect=2)
        assert "another composition" in done.stderr
        assert "Traceback" not in done.stderr
    words = ["x=interval(-5, 6)", "hydra.sweeper.on_space_change=allow"]
    study(tmp_path, *words, "hydra.sweeper.n_trials=2")
    assert len(ends(tmp_path)) == 2


def test_runs_of_a_study_that_is_gone_are_not_taken_for_its_own(tmp_path: Path) -> None:
    study(tmp_path, X, "hydra.sweeper.n_trials=2")
    (tmp_path / "multirun/study/journal.log").unlink()
    done = study(tmp_path, X, "hydra.sweeper.n_trials=2", expect=2)
    assert "does not know: 0, 1" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["y=1"], "nothing varies"),
        pytest.param(["x=interval(3, 1)"], "x=interval(3, 1)", marks=pytest.mark.slow),
        ([X, "hydra.sweeper.n_trials=0"], "hydra.sweeper.n_trials=0"),
        pytest.param([X, "+hydra.sweeper.trials=3"], "did you mean", marks=pytest.mark.slow),
        pytest.param([X, "hydra.sweeper.direction=up"], "minimize", marks=pytest.mark.slow),
        pytest.param([X, "hydra.sweeper.metric=[a,b]"], "one for each", marks=pytest.mark.slow),
        pytest.param(
            [X, "hydra.sweeper.sampler._target_=os.system"],
            "a class of optuna.samplers",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            [X, "+hydra.sweeper.sampler.speed=3"],
            "an argument of TPESampler",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            [X, "hydra.sweeper.custom_search_space=nowhere.f"],
            "the dotted path of a function",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            [X, "hydra.sweeper.when=[{if:{q:1},params:{y:'range(0,2)'}}]"],
            "a parameter that",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            [X, "hydra.sweeper.storage=nosuch://db"], "a storage that opens", marks=pytest.mark.slow
        ),
        pytest.param(
            ["x=interval(0, 1)", "hydra/sweeper/sampler=grid"],
            "values that can be counted",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_is_wrong_is_said_before_anything_runs(
    tmp_path: Path, words: list[str], told: str
) -> None:
    done = study(tmp_path, *words, expect=2)
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "multirun" / "study" / "0").exists()


def test_failures_and_nan_are_recorded_and_tolerated(tmp_path: Path) -> None:
    study(tmp_path, X, "fails_above=2", "nan_above=0", "hydra.sweeper.n_trials=12",
          "hydra.sweeper.max_failure_rate=1", "hydra.sweeper.n_jobs=2")  # fmt: skip
    for trial in trials_of(tmp_path):
        error = trial.user_attrs.get("error", "")
        if trial.params["x"] > 2:
            assert "is too much" in error
        elif trial.params["x"] > 0:
            assert "not a number" in error
        else:
            assert trial.value is not None
        assert len(begun(tmp_path, trial.number)) == 1  # the same would come of it again
    assert {"completed", "failed"} == set(ends(tmp_path))


def test_too_many_failures_end_the_study(tmp_path: Path) -> None:
    words = [X, "fails_above=-9", "hydra.sweeper.n_trials=10", "hydra.sweeper.max_failure_rate=0.2"]
    done = study(tmp_path, *words, expect=2)
    assert "3 of 10 trials failed" in done.stderr
    assert "is too much" in done.stderr
    assert ends(tmp_path) == ["failed"] * 3


def test_a_trial_that_dies_is_taken_up_again_in_its_place(tmp_path: Path) -> None:
    study(tmp_path, X, "dies=2", "hydra.sweeper.n_trials=2", "hydra.sweeper.retries=2")
    assert ends(tmp_path) == ["completed"] * 2
    for trial in trials_of(tmp_path):
        assert len(begun(tmp_path, trial.number)) == 3
        assert [a["how"] for a in trial.user_attrs["attempts"]] == ["killed", "killed", "completed"]


def test_a_trial_that_always_dies_is_given_up(tmp_path: Path) -> None:
    study(tmp_path, X, "dies=99", "hydra.sweeper.n_trials=1", "hydra.sweeper.retries=1",
          "hydra.sweeper.max_failure_rate=1")  # fmt: skip
    (trial,) = trials_of(tmp_path)
    assert "given up after 2 attempts: killed, killed" in trial.user_attrs["error"]
    assert len(begun(tmp_path, 0)) == 2


def test_the_same_parameters_are_not_run_twice(tmp_path: Path) -> None:
    study(tmp_path, "y=choice(1, 2)", "seconds=0.3", "hydra.sweeper.n_trials=8",
          "hydra.sweeper.n_jobs=3")  # fmt: skip
    found = trials_of(tmp_path)
    ran = [t for t in found if begun(tmp_path, t.number)]
    assert [t.params["y"] for t in ran] != [] and len(ran) == len({t.params["y"] for t in found})
    for trial in found:
        assert trial.value == 4 + trial.params["y"]
        original = trial.user_attrs.get("duplicate_of")
        assert (original is None) == (trial in ran)
    study(tmp_path, "y=choice(1, 2)", "seconds=0.3", "hydra.sweeper.n_trials=9",
          "hydra.sweeper.dedup=false")  # fmt: skip
    assert begun(tmp_path, 8)


def test_pruning_stops_trials_that_lag_behind(tmp_path: Path) -> None:
    study(tmp_path, "x=choice(2, 2.1, 2.2, 5, -5)", "hydra/sweeper/sampler=grid", "steps=40",
          "seconds=0.05", "hydra/sweeper/pruner=median", "hydra.sweeper.intermediate=objective",
          "hydra.sweeper.pruner.n_startup_trials=2", "hydra.sweeper.n_trials=5")  # fmt: skip
    found = trials_of(tmp_path)
    assert ends(tmp_path) == ["completed"] * 2 + ["pruned"] * 3
    for trial in found[2:]:
        assert len(trial.intermediate_values) < 40
        assert not (tmp_path / f"multirun/study/{trial.number}/ended").exists()
    assert list(found[0].intermediate_values) == list(range(1, 41))


def test_seeds_are_averaged_and_their_values_kept(tmp_path: Path) -> None:
    study(tmp_path, "x=choice(0, 1)", "hydra/sweeper/sampler=grid", "hydra.sweeper.seeds=[1,5,9]")
    for trial in trials_of(tmp_path):
        exact = (trial.params["x"] - 2) ** 2
        by_seed = {"1": [exact - 0.41], "5": [exact - 0.37], "9": [exact - 0.33]}
        assert trial.user_attrs["values_by_seed"] == {
            k: pytest.approx(v) for k, v in by_seed.items()
        }
        assert trial.value == pytest.approx(exact - 0.37)
        assert all(len(begun(tmp_path, f"{trial.number}/seed-{s}")) == 1 for s in (1, 5, 9))


def test_wilcoxon_spares_the_seeds_of_what_is_plainly_worse(tmp_path: Path) -> None:
    study(tmp_path, "x=choice(2, 9)", "hydra/sweeper/sampler=grid",
          "hydra/sweeper/pruner=wilcoxon", "hydra.sweeper.pruner.p_threshold=0.3",
          "hydra.sweeper.seeds=[1,2,3,4,5,6,7]")  # fmt: skip
    _, second = trials_of(tmp_path)
    assert ends(tmp_path) == ["completed", "pruned"]
    assert 2 <= len(second.intermediate_values) < 7
    assert not (tmp_path / "multirun/study/1/seed-7").exists()


def test_several_objectives_and_constraints(tmp_path: Path) -> None:
    done = study(tmp_path, X, "outcomes=2", "hydra.sweeper.direction=[minimize,maximize]",
                 "hydra.sweeper.n_trials=4")  # fmt: skip
    assert all(len(t.values) == 2 for t in trials_of(tmp_path))
    assert "Traceback" not in done.stderr
    wrong = study(tmp_path, X, "outcomes=2", "hydra.sweeper.study_name=other",
                  "hydra.sweeper.n_trials=1", "hydra.sweeper.max_failure_rate=0",
                  expect=2)  # fmt: skip
    assert "expected 1 values, got 2" in wrong.stderr


def test_a_bound_that_is_broken_is_never_the_best(tmp_path: Path) -> None:
    study(tmp_path, "x=choice(2, 3, 4)", "hydra/sweeper/sampler=grid",
          "hydra.sweeper.metric=objective", "hydra.sweeper.constraints={size/x: -2.5}",
          "measured=true")  # fmt: skip
    assert [t.constraints["size/x"] <= 0 for t in trials_of(tmp_path)] == [False, True, True]
    text = (tmp_path / "multirun/study/optimization_results.yaml").read_text()
    assert "x: 3" in text


@pytest.mark.slow
def test_hyperband_gives_the_most_steps_to_the_best(tmp_path: Path) -> None:
    study(tmp_path, "x=choice(2, 5, 2.1, 6, -5, 2.2, 7, -6)", "hydra/sweeper/sampler=grid",
          "steps=30", "seconds=0.03", "hydra.sweeper.intermediate=objective",
          "hydra/sweeper/pruner=hyperband", "hydra.sweeper.pruner.max_resource=30")  # fmt: skip
    found = trials_of(tmp_path)
    assert ends(tmp_path)[0] == "completed" and "pruned" in ends(tmp_path)
    assert min(t.values[0] for t in found) == found[0].value == 0.0


def test_parameters_that_depend_on_others(tmp_path: Path) -> None:
    study(tmp_path, "y=range(0, 4)", "hydra.sweeper.n_trials=8",
          "hydra.sweeper.when=[{if: {y: [1, 2]}, params: {x: 'interval(0.0, 1.0)'}}]")  # fmt: skip
    found = trials_of(tmp_path)
    assert all(("x" in t.params) == (t.params["y"] in (1, 2)) for t in found)
    assert {len(t.params) for t in found} == {1, 2}
    study(tmp_path, "y=range(0, 4)", "hydra.sweeper.n_trials=6", "hydra.sweeper.study_name=own",
          "hydra.sweeper.custom_search_space=app.more")  # fmt: skip
    assert all(("+z" in t.params) == (t.params["y"] % 2 == 0) for t in trials_of(tmp_path, "own"))


@pytest.mark.parametrize("words", [["hydra/launcher=basic"], ["hydra.launcher.warm=false"]])
def test_trials_run_in_this_process_or_in_cold_ones(tmp_path: Path, words: list[str]) -> None:
    words = [X, *words, "fails_above=2", "hydra.sweeper.n_trials=2",
             "hydra.sweeper.max_failure_rate=1"]  # fmt: skip
    done = study(tmp_path, *words)
    found = trials_of(tmp_path)
    assert [t.value is None for t in found] == [t.params["x"] > 2 for t in found]
    assert done.stdout.splitlines()[-1] == "multirun/study"
    assert len({begun(tmp_path, n)[0] for n in range(2)}) == (1 if "basic" in words[1] else 2)


def spans(folder: Path) -> list[tuple[str, float, float]]:
    """Of each trial: its GPUs, when it began and ended."""
    texts = [(folder / f"multirun/study/{t.number}/gpus").read_text() for t in trials_of(folder)]
    return [(gpus, float(a), float(b)) for gpus, a, b in (text.split() for text in texts)]


def test_every_trial_has_a_gpu_of_its_own(tmp_path: Path) -> None:
    study(tmp_path, X, "seconds=0.5", "hydra.launcher.gpus=[3,5]", "hydra.sweeper.n_jobs=3",
          "hydra.sweeper.n_trials=6")  # fmt: skip
    found = spans(tmp_path)
    assert {gpus for gpus, _, _ in found} == {"3", "5"}
    for gpus, began, ended in found:
        others = [span for span in found if span != (gpus, began, ended)]
        assert not [o for o in others if o[0] == gpus and o[1] < ended and began < o[2]]


def test_a_trial_may_have_several_gpus(tmp_path: Path) -> None:
    study(tmp_path, X, "hydra.launcher.gpus=[3,5]", "hydra.launcher.gpus_per_job=2",
          "hydra.sweeper.n_jobs=2", "hydra.sweeper.n_trials=3")  # fmt: skip
    assert {gpus for gpus, _, _ in spans(tmp_path)} == {"3,5"}
    wrong = study(tmp_path, X, "hydra.launcher.gpus=[3]", "hydra.launcher.gpus_per_job=2",
                  "hydra.sweeper.n_trials=4", expect=2)  # fmt: skip
    assert "hydra.launcher.gpus_per_job=2" in wrong.stderr


def test_first_trials_can_be_given(tmp_path: Path) -> None:
    study(tmp_path, X, "hydra.sweeper.n_trials=3", "hydra.sweeper.enqueue=[{x: 2.0}, {x: 1.0}]")
    assert [t.params["x"] for t in trials_of(tmp_path)][:2] == [2.0, 1.0]


class TestCarryingOn:
    WORDS = (X, "seconds=0.4", "hydra.sweeper.n_trials=5", "hydra.sweeper.n_jobs=2")

    def test_a_killed_driver_loses_nothing_and_doubles_nothing(self, tmp_path: Path) -> None:
        driver = begin(tmp_path, *self.WORDS)
        until(lambda: (tmp_path / "multirun/study/2/begun").exists())
        kill(driver)
        study(tmp_path, *self.WORDS)
        assert ends(tmp_path) == ["completed"] * 5
        assert all(len(begun(tmp_path, number)) == 1 for number in range(5))  # adopted, not redone

    def test_trials_whose_process_died_with_the_driver_are_taken_up_again(
        self, tmp_path: Path
    ) -> None:
        driver = begin(tmp_path, *self.WORDS)
        until(lambda: len(begun(tmp_path, 1)) == 1 and len(begun(tmp_path, 0)) == 1)
        kill(driver)
        for number in (0, 1):
            os.kill(int(begun(tmp_path, number)[0]), signal.SIGKILL)
        study(tmp_path, *self.WORDS)
        assert ends(tmp_path) == ["completed"] * 5
        first = trials_of(tmp_path)[0]
        assert [a["how"] for a in first.user_attrs["attempts"]] == ["lost", "completed"]

    def test_a_second_driver_shares_the_budget(self, tmp_path: Path) -> None:
        words = [X, "seconds=1.5", "hydra.sweeper.n_trials=8"]
        one, other = begin(tmp_path, *words), begin(tmp_path, *words)
        assert (one.wait(120), other.wait(120)) == (0, 0)
        assert ends(tmp_path) == ["completed"] * 8
        assert all(len(begun(tmp_path, number)) == 1 for number in range(8))
        drivers = {trial.user_attrs["driver"] for trial in trials_of(tmp_path)}
        assert len(drivers) == 2

    def test_a_driver_that_is_asked_to_stop_says_how_to_go_on(self, tmp_path: Path) -> None:
        driver = begin(tmp_path, *self.WORDS)
        until(lambda: (tmp_path / "multirun/study/0/begun").exists())
        driver.send_signal(signal.SIGINT)
        assert driver.wait(30) == 130
        assert "run the same command again to resume it" in (tmp_path / "driver.log").read_text()
        study(tmp_path, *self.WORDS)
        assert ends(tmp_path) == ["completed"] * 5


class TestGrid:
    WORDS = ("hydra/sweeper=grid", "x=1,2", "y=0,1,2", "hydra.sweep.dir=multirun/grid")

    def test_every_combination_is_run_once_and_in_order(self, tmp_path: Path) -> None:
        study(tmp_path, *self.WORDS, "hydra.sweeper.n_jobs=2")
        found = trials_of(tmp_path, "grid")
        assert [(t.params["x"], t.params["y"]) for t in found] == [
            (x, y) for x in (1, 2) for y in (0, 1, 2)
        ]
        assert [t.value for t in found] == [1, 2, 3, 0, 1, 2]

    def test_it_goes_on_after_a_kill(self, tmp_path: Path) -> None:
        driver = begin(tmp_path, *self.WORDS, "seconds=0.3")
        until(lambda: (tmp_path / "multirun/grid/2/begun").exists())
        kill(driver)
        study(tmp_path, *self.WORDS, "seconds=0.3")
        assert ends(tmp_path, "grid") == ["completed"] * 6
        assert all(len(begun(tmp_path, n, "grid")) == 1 for n in range(6))

    def test_a_run_alone_is_a_grid_of_one(self, tmp_path: Path) -> None:
        study(tmp_path, "hydra/sweeper=grid", "x=1", "hydra.sweep.dir=multirun/grid")
        assert ends(tmp_path, "grid") == ["completed"]
