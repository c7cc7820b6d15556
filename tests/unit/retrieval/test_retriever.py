"""The index: settings that go together, exclusions, leaks, and the same hits every time."""

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mathpal.data.leakage import find_leaks
from mathpal.data.vimath import vimath
from mathpal.errors import ConfigError, DataError
from mathpal.problems import Problem
from mathpal.retrieval.retriever import Index, build, safe
from tests.unit.retrieval.problems import QUESTIONS, solved

METHODS: list[dict[str, Any]] = [
    {"method": "bm25"},
    {"method": "dense"},
    {"method": "hybrid"},
    {"method": "dense", "index": "faiss"},
    {"method": "hybrid", "index": "qdrant"},
]
NAMES = ["-".join(settings.values()) for settings in METHODS]


def built(problems: list[Problem], settings: dict[str, Any]) -> Index:
    if "index" in settings:
        pytest.importorskip({"faiss": "faiss", "qdrant": "qdrant_client"}[settings["index"]])
    return build(problems, **settings)


@pytest.mark.parametrize("settings", METHODS, ids=NAMES)
class TestEveryMethod:
    def test_a_problem_is_the_first_hit_of_its_twin(self, settings: dict[str, Any]) -> None:
        index = built(solved(), settings)
        asked = ["Hoa có 9 viên bi, Tú có nhiều hơn Hoa 4 viên bi. Hỏi Tú có bao nhiêu viên bi?",
                 "Tính diện tích hình vuông có cạnh 12 dm.", "Tính 8,5 + 3"]  # fmt: skip
        assert [hits[0].place for hits in index.search(asked, 3)] == [0, 3, 5]

    def test_hits_are_ordered_and_a_smaller_k_gives_the_first(
        self, settings: dict[str, Any]
    ) -> None:
        index = built(solved(), settings)
        every = index.search(QUESTIONS, 100)
        for hits in every:
            assert hits == sorted(hits, key=lambda hit: (-hit.score, hit.place))
            assert 0 < len(hits) <= len(QUESTIONS)
            assert len({hit.place for hit in hits}) == len(hits)
        for k in (1, 4):
            assert index.search(QUESTIONS, k) == [hits[:k] for hits in every]
        assert index.search(QUESTIONS, 0) == [[]] * len(QUESTIONS)
        assert [index.search([q], 3)[0] for q in QUESTIONS] == index.search(QUESTIONS, 3)

    def test_excluded_problems_are_not_found(self, settings: dict[str, Any]) -> None:
        index = built(solved(), settings)
        own = [[problem.id] for problem in index.problems]
        for place, hits in enumerate(index.search(QUESTIONS, 4, without=own)):
            assert place not in [hit.place for hit in hits]
        (hits,) = index.search(QUESTIONS[:1], 2, without=[{"p0", "p6", "absent"}])
        assert hits and not {hit.place for hit in hits} & {0, 6}

    def test_one_problem_and_none(self, settings: dict[str, Any]) -> None:
        (only,) = solved(QUESTIONS[:1])
        index = built([only], settings)
        assert [[hit.place for hit in hits] for hits in index.search([only.question, ""], 5)] == [
            [0], [],
        ]  # fmt: skip
        assert index.search([only.question], 5, without=[[only.id]]) == [[]]
        assert index.search([], 5) == []
        with pytest.raises(DataError, match="at least one"):
            built([], settings)

    def test_the_same_twice_and_built_by_threads_in_any_order(
        self, settings: dict[str, Any]
    ) -> None:
        shuffled = QUESTIONS * 3
        random.Random(1).shuffle(shuffled)
        sets = [solved(shuffled[n:]) for n in range(6)]
        expected = [built(problems, settings).search(QUESTIONS, 5) for problems in sets]
        for order in (list(range(6)), [4, 1, 5, 0, 3, 2]):
            with ThreadPoolExecutor(3) as pool:
                made = {n: pool.submit(built, sets[n], settings) for n in order}
            assert [made[n].result().search(QUESTIONS, 5) for n in range(6)] == expected


SCRIPT = """
from mathpal.retrieval.retriever import build
from tests.unit.retrieval.problems import QUESTIONS, solved
for method in ("bm25", "dense", "hybrid"):
    print(build(solved(), method=method).search(QUESTIONS, 5))
"""


def test_hits_do_not_depend_on_hash_seeds_and_threads() -> None:
    root = Path(__file__).resolve().parents[3]
    out = [
        subprocess.run(
            [sys.executable, "-B", "-c", SCRIPT], cwd=root, capture_output=True, text=True,
            env={"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads, "PYTHONPATH": str(root)},
            check=True, timeout=100,
        ).stdout
        for seed, threads in (("1", "1"), ("2", "2"))
    ]  # fmt: skip
    assert out[0] == out[1] != ""


def test_the_record_holds_what_was_chosen() -> None:
    assert build(solved()).record == {
        "method": "bm25", "problems": len(QUESTIONS),
    }  # fmt: skip
    assert build(solved(), method="hybrid").record == {
        "method": "hybrid", "embeddings": "lsa", "index": "numpy", "problems": len(QUESTIONS),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "messages"),
    [
        ({"method": "bm25", "embeddings": "e5", "index": "faiss"},
         ["embeddings=e5", "index=faiss"]),
        ({"method": "bm25", "query_prefix": "query: "}, ["query_prefix"]),
        ({"method": "dense", "query_prefix": "query: "}, ["lsa has no prefixes"]),
        ({"method": "dense", "path": Path("q")}, ["expected index=qdrant"]),
        ({"method": "dense", "index": "qdrant", "path": Path("q"), "url": "http://h"},
         ["one of the two"]),
        ({"method": "dense", "index": "qdrant", "path": Path("q"), "collection": "c"},
         ["the model that made its vectors"]),
        ({"method": "hybrid", "index": "qdrant", "embeddings": "e5", "collection": "c"},
         ["path=FOLDER or url=ADDRESS"]),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together_are_named(
    settings: dict[str, Any], messages: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        build(solved(), **settings)
    for message in messages:
        assert message in str(caught.value)


def test_problems_that_cannot_be_shown_are_refused() -> None:
    with pytest.raises(DataError, match=r"1 of 11 problems .* the first is text"):
        build([*solved(), Problem("text", "một đoạn văn", "")])
    with pytest.raises(DataError, match="the first is bare"):
        build([Problem("bare", " ", "3")])


def test_a_conversation_is_found_by_all_of_its_turns() -> None:
    turns = (("user", "Chu vi hình tròn là gì?"), ("assistant", "…"), ("user", "Vì sao?"))
    talk = Problem("talk", "Vì sao?", "Vì thế.", messages=(*turns, ("assistant", "Vì thế.")))
    index = build([*solved(), talk])
    assert index.search(["chu vi hình tròn"], 1)[0][0].place == len(QUESTIONS)


class TestSafe:
    def test_what_gives_a_test_problem_away_is_removed_and_counted(self) -> None:
        train = solved()
        test = [Problem("t", "Tính: 63 × 21", "1323")]  # p8 with other numbers
        kept, removed, leaks = safe(train, test)
        assert [p.id for p in train if p not in kept] == ["p8"]
        assert removed == 1
        assert [(leak.kind, leak.train, leak.held_out) for leak in leaks] == [("masked", "p8", "t")]
        assert find_leaks(kept, test) == []
        assert safe(train, []) == (train, 0, [])

    def test_generated_problems_go_for_equal_text_or_values_only(self) -> None:
        def item(name: str, question: str, values: str) -> Problem:
            return Problem(name, question, "84", family="cong", parameters=values)

        train = [item("a", "Tính: 1 + 2", "1,2"), item("b", "Tính: 3 + 4", "3,4"),
                 item("c", "Cộng 5 với 6", "5,6"), item("d", "Tính: 7 + 8", "7,8")]  # fmt: skip
        test = [item("t", "Tính: 5 + 6", "5,6"), item("u", "Tính: 7 + 8", "9,9")]
        assert [p.id for p in safe(train, test).kept] == ["a", "b"]

    def test_an_earlier_turn_of_a_conversation_counts(self) -> None:
        turns = (("user", QUESTIONS[0]), ("assistant", "8"), ("user", "Vì sao?"))
        talk = Problem("talk", "Vì sao?", "…", messages=(*turns, ("assistant", "…")))
        assert safe([talk], [Problem("t", QUESTIONS[0], "8")]).removed == 1

    def test_a_generated_data_set_keeps_its_problems(self) -> None:
        splits = vimath(None, train=300, grades=[3], test_per_family=2, validation_per_family=0)
        kept, removed, _ = safe(splits.train, splits.test)
        assert removed == 0 and kept == splits.train
        twin = Problem("twin", splits.test[0].question, "?", parameters="x")
        assert safe([*splits.train, twin], splits.test).removed == 1


def test_importing_the_builder_imports_nothing_heavy() -> None:
    root = Path(__file__).resolve().parents[3]
    heavy = "numpy scipy bm25s faiss qdrant_client sentence_transformers torch pydantic".split()
    script = (
        "import sys, mathpal.retrieval.retriever, mathpal.retrieval.examples; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", script], cwd=root, env={"PYTHONPATH": str(root)},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
