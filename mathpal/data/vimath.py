"""The generated curriculum as a data set: what `data=vimath` names.

Knows new families to learn and old families to replay. Problems are drawn by `generated`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Interval

from mathpal.curriculum import FAMILIES, Regime
from mathpal.data.generated import (
    Chosen,
    able,
    allot,
    coordinates,
    families_of,
    held_out,
    item,
    unknown_names,
)
from mathpal.errors import ConfigError
from mathpal.problems import Problem, Splits
from mathpal.progress import track
from mathpal.settings.capabilities import declares

Count = Annotated[int, Ge(1)]
HeldOut = Annotated[int, Ge(0)]
Share = Annotated[float, Interval(ge=0, le=1)]
Grades = Sequence[Annotated[int, Interval(ge=1, le=12)]]
Weight = Annotated[float, Ge(0)]


@declares(rule=unknown_names)
def vimath(
    run_dir: Path | None,
    *,
    train: Count,
    split: Regime = "iid",
    grades: Grades | None = None,
    topics: Sequence[str] | None = None,
    strata: Sequence[str] | None = None,
    families: Sequence[str] | None = None,
    held_out_families: Sequence[str] | None = None,
    weights: Mapping[str, Weight] | None = None,
    order: Literal["random", "easy_to_hard"] = "random",
    multiple_choice: Share = 0.0,
    replay: Annotated[float, Interval(ge=0, lt=1)] = 0.0,
    replay_grades: Grades = (),
    validation_per_family: HeldOut = 8,
    test_per_family: HeldOut = 24,
    replay_test_per_family: HeldOut = 8,
    seed: int = 42,
) -> Splits:
    """Generate a run's problems.

    Args:
        run_dir: not used by this source.
        train: training problems in all, minus those whose question is also a held-out problem's.
        split: what is unseen in the test split: "iid" values only, "template" the wording too,
            "range" larger numbers, "family" whole families.
        grades: school grades of the families to learn ("new"); None for all.
        topics: topics of the families to learn; None for all.
        strata: "standard", "advanced" or both; None for both.
        families: names of the families to learn; None for all that meet the other conditions.
        held_out_families: with split=family, those to test on; None takes one in five.
        weights: family or topic to weight, 0 or more; 1 if not named.
        order: order of the training rows; "easy_to_hard" goes by grade and difficulty, and
            trainer.order=given trains in it.
        multiple_choice: share of the problems given with four options.
        replay: share of the training problems from families that the base knew before ("old").
        replay_grades: school grades of these families.
        validation_per_family: problems of the validation loss; 0 for none.
        test_per_family: different test problems of each new family; 0 for none.
        replay_test_per_family: different test problems of each old family.
        seed: of the draw; another seed gives other problems.

    Returns:
        Splits that share no problem: the split is a function of the problem's own values.

    Raises:
        ConfigError: a name does not exist, or the settings leave no problem.
    """
    new = families_of(Chosen(grades, topics, strata, families))
    old = _replayed(new, replay, replay_grades)
    draw = partial(_item, f"vimath-{seed}", regime=split, multiple_choice=multiple_choice)
    unable = sorted(set(new + old) - set(able(new + old, split)))
    new, old = able(new, split), able(old, split)
    if not new:
        raise ConfigError(f"data.split={split}: none of {', '.join(unable)} can be divided so")
    tested = held_out(new, held_out_families) if split == "family" else new
    taught = [name for name in new if split != "family" or name not in tested]

    old_count = round(train * replay)
    rows = [
        draw("train", name, index, cohort)
        for names, count, cohort in ((taught, train - old_count, "new"), (old, old_count, "old"))
        for name, index in track(
            list(coordinates(allot(names, count, weights))) if count else [],
            f"{cohort} problems",
            total=count,
            unit="problem",
        )
    ]
    if order == "easy_to_hard":
        rows.sort(key=lambda row: (row.grade or 0, row.difficulty))
    validation = [
        *_held(partial(draw, "validation"), taught, validation_per_family, "new"),
        *_held(partial(draw, "validation"), old, validation_per_family, "old"),
    ]
    test = [
        *_held(partial(draw, "test"), tested, test_per_family, "new"),
        *_held(partial(draw, "test"), old, replay_test_per_family, "old"),
    ]
    # Two families may share a question: the held-out problem stays, the training problem goes.
    held = {row.question for row in (*validation, *test)}
    kept = [row for row in rows if row.question not in held]
    notes: dict[str, object] = {
        "source": "vimath",
        "split": split,
        "seed": seed,
        "families_new": new,
        "families_old": old,
        "families_held_out": tested if split == "family" else [],
        "families_left_out": unable,
        "twins_dropped": len(rows) - len(kept),
        "rows": {"train": len(kept), "validation": len(validation), "test": len(test)},
    }
    return Splits(kept, validation, test, notes)


def _replayed(new: list[str], replay: float, grades: Grades) -> list[str]:
    """The families of the replayed grades, without those to learn."""
    if not replay:
        return []
    old = [e.name for e in FAMILIES.values() if e.grade in grades and e.name not in new]
    if not old:
        raise ConfigError(
            f"data.replay={replay} but data.replay_grades={list(grades)} leaves no family "
            "besides those to learn; set data.replay_grades, or data.replay=0"
        )
    return old


def _item(
    namespace: str,
    split: str,
    name: str,
    index: int,
    cohort: str,
    *,
    regime: Regime,
    multiple_choice: float,
) -> Problem:
    drawn = item(namespace, split, name, index, regime=regime, multiple_choice=multiple_choice)
    return replace(drawn, cohort=cohort)


def _held(draw: "partial[Problem]", names: list[str], count: int, cohort: str) -> list[Problem]:
    """The first `count` problems with different values of every family; fewer if it has fewer."""
    rows: list[Problem] = []
    for name in names:
        found: dict[str, Problem] = {}
        for index in range(count * 20):
            row = draw(name, index, cohort)
            found.setdefault(row.parameters, row)
            if len(found) == count:
                break
        rows += found.values()
    return rows
