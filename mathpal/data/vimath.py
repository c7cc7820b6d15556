"""The generated curriculum as a data source: new families to learn, old ones to keep.

The facade that `conf/data/vimath.yaml` names.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Interval

from mathpal.curriculum import FAMILIES, problem
from mathpal.errors import ConfigError
from mathpal.problems import Problem, Splits
from mathpal.progress import track

Count = Annotated[int, Ge(1)]
Grades = Sequence[Annotated[int, Interval(ge=1, le=12)]]


def vimath(
    run_dir: Path | None,
    *,
    train: Count,
    grades: Grades | None = None,
    families: Sequence[str] | None = None,
    replay: Annotated[float, Interval(ge=0, lt=1)] = 0.0,
    replay_grades: Grades = (),
    validation_per_family: Count = 8,
    test_per_family: Count = 24,
    replay_test_per_family: Count = 8,
    seed: int = 42,
) -> Splits:
    """Generate a run's problems.

    Args:
        run_dir: not used by this source.
        train: training problems in all.
        grades: school grades whose families are to be learnt ("new"); None for all.
        families: names of families to be learnt; None for all of the grades.
        replay: share of the training problems taken from what the base knew before ("old").
        replay_grades: school grades of those families.
        validation_per_family: problems of the validation loss.
        test_per_family: different test problems a new family.
        replay_test_per_family: different test problems an old family.
        seed: names the draw; another seed gives other problems.

    Returns:
        Splits that share no problem: the split is a function of the problem's own values.

    Raises:
        ConfigError: for a family that does not exist, or settings that leave none.
    """
    new = _chosen(grades, families)
    if not new:
        raise ConfigError(
            f"data.grades={grades} and data.families={families} leave no family; "
            f"grades with families: {sorted({entry.grade for entry in FAMILIES.values()})}"
        )
    old = [name for name in _chosen(replay_grades, None) if name not in new] if replay else []
    if replay and not old:
        raise ConfigError(
            f"data.replay={replay} but data.replay_grades={list(replay_grades)} leaves no family "
            "that is not to be learnt; set data.replay_grades, or data.replay=0"
        )
    namespace = f"vimath-{seed}"
    old_count = round(train * replay)
    coordinates = [(new[i % len(new)], i // len(new), "new") for i in range(train - old_count)]
    coordinates += [(old[i % len(old)], i // len(old), "old") for i in range(old_count)]
    rows = [
        _item(namespace, "train", name, index, cohort)
        for name, index, cohort in track(
            coordinates, "problems", total=len(coordinates), unit="problem"
        )
    ]
    cohorts = [(new, "new"), (old, "old")]
    sizes = {"new": test_per_family, "old": replay_test_per_family}
    validation = [
        item
        for names, cohort in cohorts
        for name in names
        for item in _distinct(namespace, "validation", name, validation_per_family, cohort)
    ]
    test = [
        item
        for names, cohort in cohorts
        for name in names
        for item in _distinct(namespace, "test", name, sizes[cohort], cohort)
    ]
    notes = {
        "source": "vimath",
        "seed": seed,
        "families_new": list(new),
        "families_old": old,
        "rows": {"train": len(rows), "validation": len(validation), "test": len(test)},
    }
    return Splits(rows, validation, test, notes)


def _chosen(grades: Grades | None, families: Sequence[str] | None) -> list[str]:
    """Names of the families of these grades and with these names, in the registry's order."""
    unknown = sorted(set(families or ()) - set(FAMILIES))
    if unknown:
        raise ConfigError(
            f"data.families: there is no family {', '.join(unknown)}; "
            f"there are {', '.join(sorted(FAMILIES))}"
        )
    return [
        entry.name
        for entry in FAMILIES.values()
        if (grades is None or entry.grade in grades)
        and (families is None or entry.name in families)
    ]


def _item(namespace: str, split: str, name: str, index: int, cohort: str) -> Problem:
    from dataclasses import replace

    return replace(problem(namespace, split, name, index), cohort=cohort)


def _distinct(namespace: str, split: str, name: str, count: int, cohort: str) -> list[Problem]:
    """The first `count` problems with different values (fewer where the family has no more)."""
    found: dict[str, Problem] = {}
    for index in range(count * 20):
        item = _item(namespace, split, name, index, cohort)
        found.setdefault(item.parameters, item)
        if len(found) == count:
            break
    return list(found.values())
