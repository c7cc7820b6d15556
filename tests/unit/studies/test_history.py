"""A study's files become plain data, without a word written and while a driver writes."""

import contextlib
import json
import os
import sqlite3
import threading
from pathlib import Path

import optuna
import pytest
from optuna.distributions import CategoricalDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from mathpal.errors import ConfigError, DataError
from mathpal.studies.history import read
from mathpal.studies.ranking import best_trial, rank
from tests.unit.studies.studies import SPACE, build, told

GRID = {"lora": CategoricalDistribution(("r16", "r8")),
        "seed": CategoricalDistribution(("1", "2", "3"))}  # fmt: skip


def test_a_trial_is_read_as_the_driver_told_it(tmp_path: Path) -> None:
    attempts = [
        {"host": "a", "began": "2026-11-28T07:00:00+00:00", "ended": "2026-11-28T07:00:10+00:00",
         "how": "killed"},
        {"host": "b", "began": "2026-11-28T09:00:00+00:00", "ended": "2026-11-28T09:00:20+00:00",
         "how": "completed"},
    ]  # fmt: skip
    trial = told(
        {"lora.r": 8, "trainer.lr": 1e-3}, 0.25, intermediate={20: 0.4, 10: 0.5},
        attempts=attempts, metrics={"validation/loss": 0.25, "tuned/accuracy": 0.6},
    )  # fmt: skip
    history = read(build(tmp_path, [trial], question="Hạng nào tốt nhất?", seeds=None))
    (found,) = history.trials
    assert (found.number, found.state, found.values) == (0, "completed", [0.25])
    assert found.params == {"lora.r": 8, "trainer.lr": 1e-3}
    assert found.overrides == ["lora.r=8", "trainer.lr=0.001"]
    assert found.intermediate == {10: 0.5, 20: 0.4} and list(found.intermediate) == [10, 20]
    assert found.seconds == 30.0, "the wait of two hours between the attempts is no work"
    assert found.metrics["tuned/accuracy"] == 0.6
    assert history.study.question == "Hạng nào tốt nhất?"
    assert history.axes["trainer.lr"].log and history.axes["lora.r"].choices == [4, 8, 16, 32]


@pytest.mark.parametrize(
    ("state", "said", "expected"),
    [
        (TrialState.PRUNED, {}, "pruned"),
        (TrialState.PRUNED, {"infeasible": "needs 30 GB, there are 24"}, "infeasible"),
        (TrialState.FAIL, {"error": "boom"}, "failed"),
        (TrialState.RUNNING, {}, "running"),
        (TrialState.WAITING, {}, "waiting"),
    ],
)
def test_states_have_the_names_of_the_design(
    tmp_path: Path, state: TrialState, said: dict[str, str], expected: str
) -> None:
    history = read(build(tmp_path, [told({"lora.r": 8}, state=state, **said)]))
    assert history.trials[0].state == expected
    assert history.trials[0].values == []
    assert not history.trials[0].counts


def test_the_value_that_optuna_gives_a_pruned_trial_is_no_result(tmp_path: Path) -> None:
    pruned = told({"lora.r": 8}, 0.1, state=TrialState.PRUNED, intermediate={5: 0.1})
    history = read(build(tmp_path, [pruned, told({"lora.r": 4}, 0.2)]))
    assert history.trials[0].values == []
    assert best_trial(history, rank(history).complete[0]).number == 1


@pytest.mark.parametrize(
    ("direction", "intermediate", "seeds", "shown"),
    [
        ("maximize", "validation/loss", None, 0.5),
        ("minimize", "validation/loss", None, -0.5),
        ("maximize", "tuned/accuracy", None, -0.5),
        ("maximize", "validation/loss", [1, 2], -0.5),
    ],
)
def test_what_the_driver_turned_round_is_turned_back(
    tmp_path: Path, direction: str, intermediate: str, seeds: list[int] | None, shown: float
) -> None:
    trial = told({"lora.r": 8}, 0.3, intermediate={10: -0.5})
    folder = build(
        tmp_path, [trial], directions=[direction], intermediate=intermediate, seeds=seeds
    )
    assert read(folder).trials[0].intermediate == {10: shown}


def test_what_runs_return_is_called_as_they_call_it(tmp_path: Path) -> None:
    folder = build(tmp_path, [told({"lora.r": 8}, 0.3)], metrics=[])
    assert read(folder).study.metrics == ["value"]
    (folder / "0").mkdir()
    outcome = {"status": "completed", "objective": {"name": "tuned/accuracy", "value": 0.3}}
    (folder / "0/outcome.json").write_text(json.dumps(outcome))
    assert read(folder).study.metrics == ["tuned/accuracy"]


def test_a_grid_is_called_by_the_end_of_its_path(tmp_path: Path) -> None:
    folder = build(tmp_path / "tiny/2026-11-28_07-00-00", [], name="grid", kind="grid")
    assert read(folder).title == "tiny/2026-11-28_07-00-00"
    assert read(build(tmp_path / "other", [], name="lora")).title == "lora"


def test_a_trial_that_was_never_born_is_left_out_and_numbers_stay(tmp_path: Path) -> None:
    unborn = told({}, state=TrialState.FAIL, unborn=True)
    history = read(build(tmp_path, [told({"lora.r": 8}, 0.3), unborn, told({"lora.r": 4}, 0.2)]))
    assert [trial.number for trial in history.trials] == [0, 2]


def test_trials_of_one_configuration_are_grouped_by_seed(tmp_path: Path) -> None:
    values = {"r16": (0.20, 0.30, 0.25), "r8": (0.26, 0.26, 0.26)}
    trials = [told({"lora": name, "seed": str(seed + 1)}, value, space=GRID)
              for name, of in values.items() for seed, value in enumerate(of)]  # fmt: skip
    ranking = rank(read(build(tmp_path, trials, kind="grid")))
    best = ranking.complete[0]
    assert best.params == {"lora": "r16"}
    assert best.by_seed == {"1": [0.20], "2": [0.30], "3": [0.25]}
    assert best.means == pytest.approx([0.25])


def test_fewer_seeds_do_not_win(tmp_path: Path) -> None:
    trials = [told({"lora": "r16", "seed": seed}, 0.3, space=GRID) for seed in "123"]
    trials += [
        told({"lora": "r8", "seed": "1"}, 0.1, space=GRID),
        told({"lora": "r8", "seed": "2"}, state=TrialState.FAIL, space=GRID),
    ]
    ranking = rank(read(build(tmp_path, trials, kind="grid")))
    assert [each.params["lora"] for each in ranking.complete] == ["r16"]
    assert [each.params["lora"] for each in ranking.partial] == ["r8"]


def test_seeds_within_a_trial_are_its_values(tmp_path: Path) -> None:
    trial = told({"lora.r": 8}, 0.25, values_by_seed={"1": [0.2], "2": [0.3]})
    ranking = rank(read(build(tmp_path, [trial], seeds=[1, 2])))
    assert ranking.complete[0].values(0) == [0.2, 0.3]


def test_a_copy_and_a_broken_constraint_do_not_count(tmp_path: Path) -> None:
    trials = [
        told({"lora.r": 8}, 0.3),
        told({"lora.r": 8}, 0.3, duplicate_of=0),
        told({"lora.r": 4}, 0.1, constraints=[-1.0, 0.5]),
        told({"lora.r": 16}, 0.4, constraints=[0.0]),
    ]
    history = read(build(tmp_path, trials))
    ranking = rank(history)
    assert [[t.number for t in each.trials] for each in ranking.complete] == [[0], [3]]
    assert history.trials[1].seconds is None, "nothing was run"


def test_maximizing_turns_the_order_and_a_tie_keeps_it(tmp_path: Path) -> None:
    trials = [told({"lora.r": r}, value) for r, value in ((4, 0.5), (8, 0.7), (16, 0.7))]
    ranking = rank(read(build(tmp_path, trials, directions=["maximize"])))
    assert [each.params["lora.r"] for each in ranking.complete] == [8, 16, 4]


def test_the_front_holds_what_nothing_dominates(tmp_path: Path) -> None:
    points = [(1.0, 5.0), (2.0, 2.0), (2.0, 3.0), (5.0, 1.0), (5.0, 6.0), (2.0, 2.0)]
    trials = [told({"trainer.lr": 1e-3 * (i + 1)}, point) for i, point in enumerate(points)]
    study = build(tmp_path, trials, directions=["minimize", "minimize"], metrics=["a", "b"])
    front = rank(read(study)).front
    assert [each.trials[0].number for each in front] == [0, 1, 5, 3]


def test_reading_changes_nothing_and_needs_no_right_to_write(tmp_path: Path) -> None:
    folder = build(tmp_path / "study", [told({"lora.r": 8}, 0.3)])
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    folder.chmod(0o555)
    try:
        read(folder)
    finally:
        folder.chmod(0o755)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_study_without_its_journal_has_no_trials_and_gets_no_file(tmp_path: Path) -> None:
    folder = build(tmp_path, [])
    (folder / "journal.log").unlink()
    assert read(folder).trials == []
    assert not (folder / "journal.log").exists()


def test_a_line_that_is_being_written_is_not_yet_read(tmp_path: Path) -> None:
    folder = build(tmp_path, [told({"lora.r": 8}, 0.3)])
    with (folder / "journal.log").open("a") as stream:
        stream.write('{"op_code":4,"worker')
    assert len(read(folder).trials) == 1


def test_a_study_is_read_while_trials_are_told(tmp_path: Path) -> None:
    folder = build(tmp_path, [told({"lora.r": 8}, 0.3)])
    storage = JournalStorage(JournalFileBackend(str(folder / "journal.log")))
    study = optuna.load_study(study_name="lora", storage=storage)

    def write() -> None:
        for number in range(40):
            trial = study.ask(SPACE)
            trial.report(0.5, 10)
            study.tell(trial, 0.3 + number / 1000)

    writer = threading.Thread(target=write)
    writer.start()
    seen = []
    while writer.is_alive():
        trials = read(folder).trials
        assert all(trial.values for trial in trials if trial.state == "completed")
        seen.append(len(trials))
    writer.join()
    assert seen == sorted(seen) and len(read(folder).trials) == 41


def test_a_thousand_trials_are_read_in_a_moment(tmp_path: Path) -> None:
    course = {step: 1.0 / step for step in range(10, 110, 10)}
    trials = [told({"lora.r": 8, "trainer.lr": 1e-3 + i * 1e-6}, 0.3, intermediate=course)
              for i in range(1000)]  # fmt: skip
    folder = build(tmp_path, trials)
    began = os.times().user
    history = read(folder)
    assert len(history.trials) == 1000 and len(rank(history).complete) == 1000
    assert os.times().user - began < 5.0


def test_a_database_is_read_like_the_journal(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    optuna.create_study(storage=url, study_name="lora").add_trial(told({"lora.r": 8}, 0.25))
    folder = build(tmp_path / "study", [], storage=url)
    assert read(folder).trials[0].values == [0.25]


def test_a_password_that_was_left_out_is_asked_for(tmp_path: Path) -> None:
    folder = build(tmp_path, [], storage="postgresql://***@host/db")
    with pytest.raises(ConfigError, match=r"without its password.*storage=\$\{oc\.env:NAME\}"):
        read(folder)
    url = f"sqlite:///{tmp_path}/study.db"
    optuna.create_study(storage=url, study_name="lora")
    assert read(folder, url).trials == []


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    folder = build(tmp_path / "study", [], storage=f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(DataError, match="cannot be read: .*none.db does not exist"):
        read(folder)
    assert not (tmp_path / "none.db").exists()


def test_a_folder_without_a_study_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is not the directory of a study: it has no study\.json"):
        read(tmp_path)
    (tmp_path / "study.json").write_text(json.dumps({"n_trials": 3}))
    with pytest.raises(DataError, match="was not written by a study"):
        read(tmp_path)


def test_a_running_trial_has_no_end(tmp_path: Path) -> None:
    history = read(build(tmp_path, [told({"lora.r": 8}, state=TrialState.RUNNING)]))
    assert history.trials[0].ended is None and history.trials[0].seconds is None


@pytest.mark.parametrize("driver", ["", "+pysqlite"])
def test_a_database_that_holds_no_study_is_left_as_it_is(tmp_path: Path, driver: str) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "mine.db")) as mine:
        mine.execute("create table mine (x)")
    before = (tmp_path / "mine.db").read_bytes()
    for name, said in (("mine.db", "has no study 'lora'"), ("new.db", "does not exist")):
        folder = build(tmp_path / name[:3], [], storage=f"sqlite{driver}:///{tmp_path}/{name}")
        with pytest.raises(DataError, match=said):
            read(folder)
    assert (tmp_path / "mine.db").read_bytes() == before and not (tmp_path / "new.db").exists()
