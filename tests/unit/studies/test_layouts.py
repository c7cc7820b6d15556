"""A study tells apart who learnt the mathematics and who learnt the layout."""

from pathlib import Path

import pytest
from optuna.distributions import CategoricalDistribution
from optuna.trial import FrozenTrial, TrialState

from mathpal.studies import tables
from mathpal.studies.findings import find
from mathpal.studies.history import read
from mathpal.studies.verdict import verdict
from tests.unit.studies.studies import build, told
from tests.unit.studies.test_page import written


def measures(exact: float, lenient: float, unreadable: float, suffix: str = "") -> dict[str, float]:
    """Metrics of a run whose base answers 0.2 of all problems, and 0.55 in any layout."""
    return {
        f"base/accuracy{suffix}": 0.2, f"base/accuracy_lenient{suffix}": 0.55,
        f"base/unreadable{suffix}": 0.4, f"tuned/accuracy{suffix}": exact,
        f"tuned/accuracy_lenient{suffix}": lenient, f"tuned/unreadable{suffix}": unreadable,
    }  # fmt: skip


def accuracies(folder: Path, trials: list[FrozenTrial], *metrics: str) -> Path:
    return build(folder, trials, directions=["maximize"] * len(metrics), metrics=metrics)


def test_the_verdict_tells_mathematics_and_layout_apart(tmp_path: Path) -> None:
    trials = [
        told({"lora.r": 8}, 0.6, metrics=measures(0.6, 0.61, 0.01, "_new")),
        told({"lora.r": 4}, 0.5, metrics=measures(0.5, 0.7, 0.1, "_new")),
    ]
    found, html = written(accuracies(tmp_path, trials, "tuned/accuracy_new"))
    said = " ".join(verdict(found))
    assert (
        "Beside its tuned/accuracy_new of 0.6 (base 0.2), 0.61 of the answers are right in any "
        "layout (base 0.55) and 0.01 have no readable answer (base 0.4). Of the change from the "
        "base, +0.06 is mathematics and +0.34 layout."
    ) in said
    both = ["tuned/accuracy_lenient_new", "tuned/unreadable_new"]
    for table in (tables.trials(found.history), tables.best_few(found)):
        assert [head for head in table.heads if head in both] == both
        place = table.heads.index(both[0])
        assert [row[place : place + 2] for row in table.rows] == [["0.61", "0.01"], ["0.7", "0.1"]]
        assert {len(row) for row in table.rows} == {len(table.heads)} == {len(table.right)}
    assert html.count('<th class="r">tuned/unreadable_new</th>') == 2


def test_no_change_is_a_change_of_nothing(tmp_path: Path) -> None:
    trials = [told({"lora.r": 8}, 0.25, metrics=measures(0.25, 0.6, 0.4))]
    said = verdict(find(read(accuracies(tmp_path, trials, "tuned/accuracy"))))
    assert "+0.05 is mathematics and 0 layout" in " ".join(said)


def test_every_objective_of_several_is_split(tmp_path: Path) -> None:
    trials = [
        told({"lora.r": r}, [new, old],
             metrics=measures(new, 0.7, 0, "_new") | measures(old, 0.9, 0, "_old"))
        for r, new, old in ((4, 0.3, 0.8), (8, 0.6, 0.5))
    ]  # fmt: skip
    metrics = ("tuned/accuracy_new", "tuned/accuracy_old")
    found, _ = written(accuracies(tmp_path, trials, *metrics))
    said = " ".join(verdict(found))
    assert "Beside its tuned/accuracy_new of 0.6 " in said
    assert "Beside its tuned/accuracy_old of 0.8 " in said


@pytest.mark.parametrize(
    ("metric", "metrics"),
    [
        ("tuned/accuracy", {"tuned/accuracy": 0.6}),
        ("tuned/accuracy", measures(0.6, 0.6, 0, "_new")),
        ("validation/loss", measures(0.6, 0.6, 0)),
        ("tuned/accuracy/van_toc", measures(0.6, 0.6, 0)),
    ],
)
def test_what_was_not_measured_beside_it_is_not_spoken_of(
    tmp_path: Path, metric: str, metrics: dict[str, float]
) -> None:
    found = find(read(accuracies(tmp_path, [told({"lora.r": 8}, 0.6, metrics=metrics)], metric)))
    assert "layout" not in " ".join(verdict(found))
    assert tables.trials(found.history).heads[:4] == ["trial", "state", metric, "lora.r"]


def test_without_a_base_the_shares_stand_alone(tmp_path: Path) -> None:
    metrics = {k: v for k, v in measures(0.6, 0.61, 0.01).items() if k.startswith("tuned")}
    trials = [told({"lora.r": 8}, 0.6, metrics=metrics)]
    said = " ".join(verdict(find(read(accuracies(tmp_path, trials, "tuned/accuracy")))))
    assert "0.61 of the answers are right in any layout and 0.01 have no readable answer" in said
    assert "mathematics" not in said


def test_a_trial_that_failed_has_no_shares(tmp_path: Path) -> None:
    trials = [told({"lora.r": 8}, 0.6, metrics=measures(0.6, 0.61, 0.01)),
              told({"lora.r": 4}, state=TrialState.FAIL, error="NaN")]  # fmt: skip
    rows = tables.trials(read(accuracies(tmp_path, trials, "tuned/accuracy"))).rows
    assert rows[1][2:5] == ["–", "–", "–"]


def test_shares_are_means_over_the_seeds(tmp_path: Path) -> None:
    space = {"seed": CategoricalDistribution((1, 2))}
    trials = [
        told({"seed": seed}, exact, space=space, metrics=measures(exact, lenient, 0.0))
        for seed, exact, lenient in ((1, 0.5, 0.6), (2, 0.7, 0.8), (1, 0.5, 0.1))
    ]
    best = find(read(accuracies(tmp_path, trials, "tuned/accuracy"))).best
    assert best and best.metric("tuned/accuracy_lenient") == pytest.approx(0.7)
