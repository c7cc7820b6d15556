"""`data=vimath`: cohorts, replay, distinct held-out problems, one clear error a mistake."""

from collections import Counter
from typing import Any

import pytest

from mathpal.curriculum import FAMILIES, STRATA, TOPICS
from mathpal.data.vimath import vimath
from mathpal.errors import ConfigError
from mathpal.problems import Splits

GRADE_FIVE = [entry.name for entry in FAMILIES.values() if entry.grade == 5]
SMALL: dict[str, Any] = {
    "train": 60,
    "grades": [5],
    "replay": 0.25,
    "replay_grades": [1, 2, 3, 4],
    "validation_per_family": 2,
    "test_per_family": 4,
    "replay_test_per_family": 2,
}


def make(**settings: Any) -> Splits:
    return vimath(None, **{**SMALL, **settings})


def test_grade_is_new_and_replay_is_old() -> None:
    splits = make()
    for split in splits[:3]:
        assert {p.cohort for p in split} == {"new", "old"}
        assert all((p.grade == 5) == (p.cohort == "new") for p in split)
    assert splits.notes["families_new"] == GRADE_FIVE
    assert not set(splits.notes["families_old"]) & set(GRADE_FIVE)  # type: ignore[call-overload]


@pytest.mark.parametrize(("replay", "old"), [(0.0, 0), (0.01, 1), (0.25, 15), (0.5, 30)])
def test_replay_is_a_share_of_all_training_problems(replay: float, old: int) -> None:
    splits = make(replay=replay)
    assert len(splits.train) == 60
    assert Counter(p.cohort for p in splits.train)["old"] == old


def test_no_replay_leaves_the_old_families_out_of_every_split() -> None:
    splits = make(replay=0.0)
    assert {p.cohort for split in splits[:3] for p in split} == {"new"}
    assert splits.notes["families_old"] == []


def test_families_share_the_training_problems_evenly() -> None:
    counts = Counter(p.family for p in make(train=800).train if p.cohort == "new")
    assert set(counts) == set(GRADE_FIVE)
    assert max(counts.values()) - min(counts.values()) <= 2  # a twin may be dropped


def test_held_out_problems_are_distinct_and_as_many_as_asked() -> None:
    splits = make()
    for split, new, old in ((splits.validation, 2, 2), (splits.test, 4, 2)):
        counts = Counter(p.family for p in split)
        assert all(n == (new if name in GRADE_FIVE else old) for name, n in counts.items())
        assert set(counts) == {e.name for e in FAMILIES.values() if e.grade <= 5}
        assert len({(p.family, p.parameters) for p in split}) == len(split)


def test_a_family_with_few_problems_gives_what_it_has() -> None:
    asked = 100
    (name,) = families = ["mat_dinh_canh"]
    splits = vimath(
        None, train=4, families=families, validation_per_family=1, test_per_family=asked
    )
    assert 15 <= len(splits.test) < asked
    assert len({p.parameters for p in splits.test}) == len(splits.test)
    assert {p.family for p in splits.test} == {name}


def test_ids_are_unique_within_a_data_set() -> None:
    ids = [p.id for split in make()[:3] for p in split]
    assert len(ids) == len(set(ids))


def test_no_held_out_problem_stands_in_training() -> None:
    splits = make(train=3000)
    trained = {(p.family, p.parameters) for p in splits.train}
    questions = {p.question for p in splits.train}
    for p in (*splits.validation, *splits.test):
        assert (p.family, p.parameters) not in trained
        assert p.question not in questions


def test_every_family_has_enough_different_test_problems() -> None:
    """The default asks for 20; the report's intervals count on nearly as many."""
    splits = make(grades=None, test_per_family=15, validation_per_family=1, replay=0.0)
    counts = Counter(p.family for p in splits.test)
    assert set(counts) == set(FAMILIES)
    assert {name: n for name, n in counts.items() if n < 15} == {}


def test_the_same_seed_gives_the_same_data_and_another_seed_other_data() -> None:
    assert make() == make()
    one, other = make(seed=42).train, make(seed=43).train
    shared = {p.question for p in one} & {p.question for p in other}
    assert len(shared) <= 3


def test_named_families_are_learnt_without_their_grade() -> None:
    splits = make(grades=None, families=["van_toc", "cong_tru"], replay=0.0)
    assert {p.family for p in splits.train} == {"van_toc", "cong_tru"}


def test_a_family_to_be_learnt_is_not_replayed() -> None:
    splits = make(grades=None, families=["cong_tru"])
    assert "cong_tru" not in splits.notes["families_old"]  # type: ignore[operator]
    assert {p.cohort for p in splits.train if p.family == "cong_tru"} == {"new"}


def test_a_family_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(ConfigError, match="vantoc: expected families.*did you mean van_toc"):
        make(families=["vantoc"])


def test_a_family_outside_the_grades_leaves_none_and_says_which_grades_have_some() -> None:
    with pytest.raises(ConfigError, match=r"data\.grades=\[5\].*cong_tru.*\[1, 2, 3, 4, 5, 6\]"):
        make(families=["cong_tru"])
    with pytest.raises(ConfigError, match=r"data\.grades=\[9\]"):
        make(grades=[9])
    with pytest.raises(ConfigError, match=r"data\.grades=\[\]"):
        make(grades=[])


@pytest.mark.parametrize("grades", [(), [], [5], [12]])
def test_replay_without_old_families_names_the_setting_at_fault(grades: list[int]) -> None:
    with pytest.raises(
        ConfigError, match=r"data\.replay=0\.25 but data\.replay_grades=\[.*replay=0"
    ):
        make(replay_grades=grades)


@pytest.mark.parametrize("topic", TOPICS)
def test_topics_choose_families(topic: str) -> None:
    splits = make(grades=None, replay=0.0, train=40, topics=[topic])
    assert {p.topic for p in splits.test} == {topic}


@pytest.mark.parametrize("stratum", STRATA)
def test_strata_choose_families(stratum: str) -> None:
    splits = make(replay=0.0, train=40, strata=[stratum])
    assert {p.stratum for p in splits.test} == {stratum}


def test_a_topic_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(ConfigError, match=r"data\.topics: algebra: expected topics that exist"):
        make(topics=["algebra"])


def test_weights_part_the_training_problems() -> None:
    splits = make(train=1000, replay=0.0, weights={"motion": 3.0, "van_toc": 0.5, "geometry": 0.0})
    counts = Counter(p.family for p in splits.train)
    assert not [p for p in splits.train if p.topic == "geometry"]
    motion = {n for n in counts if FAMILIES[n].topic == "motion"} - {"van_toc"}
    others = [n for n in counts if FAMILIES[n].topic not in ("motion", "geometry")]
    plain = counts[others[0]]
    assert max(counts[n] for n in others) - min(counts[n] for n in others) <= 1
    assert all(abs(counts[n] - 3 * plain) <= 3 for n in motion)
    assert abs(counts["van_toc"] - plain / 2) <= 1
    assert sum(counts.values()) == 1000


@pytest.mark.parametrize("weights", [{"vantoc": 1.0}, {"motion": 0.0}])
def test_weights_of_nothing_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=r"data\.weights"):
        make(topics=["motion"], replay=0.0, weights=weights)


def test_easy_to_hard_sorts_training_only() -> None:
    plain, sorted_ = make(train=300), make(train=300, order="easy_to_hard")
    keys = [(p.grade, p.difficulty) for p in sorted_.train]
    assert keys == sorted(keys) and len(set(keys)) > 4
    assert sorted(p.id for p in plain.train) == sorted(p.id for p in sorted_.train)
    assert plain.test == sorted_.test


def test_multiple_choice_is_a_share_and_changes_no_parameters() -> None:
    splits = make(train=400, multiple_choice=0.3)
    share = sum(p.kind == "choice" for p in splits.train) / 400
    assert 0.2 < share < 0.4
    assert [p.parameters for p in make(train=400).train] == [p.parameters for p in splits.train]
    assert all(p.kind == "choice" for p in make(multiple_choice=1.0).test)


@pytest.mark.parametrize("split", ["template", "range", "family"])
def test_each_regime_gives_disjoint_splits(split: str) -> None:
    splits = make(train=600, split=split)
    trained = {(p.family, p.parameters) for p in splits.train}
    assert splits.test and not trained & {(p.family, p.parameters) for p in splits.test}
    assert {p.cohort for p in splits.test} == {"new", "old"}


def test_the_family_regime_holds_out_one_family_in_five() -> None:
    splits = make(train=600, split="family")
    trained = {p.family for p in splits.train}
    tested = {p.family for p in splits.test if p.cohort == "new"}
    assert not trained & tested
    assert len(tested) == max(1, len(GRADE_FIVE) // 5)
    assert splits.notes["families_held_out"] == [n for n in GRADE_FIVE if n in tested]


def test_families_can_be_held_out_by_name() -> None:
    splits = make(train=100, split="family", held_out_families=["van_toc"])
    assert {p.family for p in splits.test if p.cohort == "new"} == {"van_toc"}
    with pytest.raises(ConfigError, match="not among the chosen families"):
        make(split="family", held_out_families=["cong_tru"])
    with pytest.raises(ConfigError, match="both sides"):
        make(split="family", families=["van_toc"])
