"""`data=mixture`: shares of sources, no source trains on what another holds out, nested nodes."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathpal.data.conversations import conversations
from mathpal.data.files import file
from mathpal.data.leakage import find_leaks
from mathpal.data.mixture import _counts, mixture
from mathpal.data.vimath import vimath
from mathpal.errors import ConfigError, DataError
from mathpal.problems import Problem, Splits
from mathpal.settings.preflight import find_faults, preflight
from mathpal.settings.run_settings import RunSettings
from tests.conftest import rejects, write
from tests.unit.data.test_sources import questions
from tests.unit.settings.test_preflight import config


def fixed(train: list[Problem], test: list[Problem] | None = None, **notes: Any) -> Any:
    def source(run_dir: Path | None) -> Splits:
        return Splits(train, [], test or [], dict(notes))

    return source


def numbered(count: int, word: str) -> list[Problem]:
    return [Problem(f"{n}", f"{word} {n}", "1") for n in range(count)]


class TestShares:
    def test_without_weights_and_length_all_is_taken_once(self) -> None:
        splits = mixture(None, sources={"a": fixed(numbered(7, "a")), "b": fixed(numbered(3, "b"))})
        assert sorted(p.id for p in splits.train) == sorted(
            [f"a/{n}" for n in range(7)] + [f"b/{n}" for n in range(3)]
        )

    def test_a_small_source_is_repeated_evenly_and_reported(self) -> None:
        sources = {"big": fixed(numbered(100, "a")), "small": fixed(numbered(4, "b"))}
        splits = mixture(None, sources=sources, weights={"big": 3, "small": 1}, train=40)
        ids = [p.id for p in splits.train]
        assert len(ids) == 40
        assert splits.notes["used"] == {"big": 30, "small": 10}
        assert sorted(ids.count(f"small/{n}") for n in range(4)) == [2, 2, 3, 3]
        assert len({i for i in ids if i.startswith("big/")}) == 30
        assert "small: 10 training problems of 4, each 2.5 times" in splits.notes["description"]

    def test_with_weights_alone_no_problem_is_needed_twice(self) -> None:
        sources = {"a": fixed(numbered(9, "a")), "b": fixed(numbered(100, "b"))}
        splits = mixture(None, sources=sources, weights={"a": 0.3, "b": 0.7})
        assert splits.notes["used"] == {"a": 9, "b": 21}

    @given(
        sizes=st.lists(st.integers(1, 500), min_size=1, max_size=5),
        weights=st.lists(st.floats(0.01, 10), min_size=5, max_size=5),
        total=st.integers(1, 2000),
    )
    def test_counts_add_up_and_stay_within_one_of_their_share(
        self, sizes: list[int], weights: list[float], total: int
    ) -> None:
        names = {str(n): size for n, size in enumerate(sizes)}
        whole = sum(weights[: len(sizes)])
        shares = {name: weights[int(name)] / whole for name in names}
        counts = _counts(names, shares, total)
        assert sum(counts.values()) == total
        assert all(abs(counts[n] - total * shares[n]) < 1 + 1e-6 for n in names)
        free = _counts(names, shares, None)
        assert all(free[n] <= names[n] + 1 for n in names)

    def test_the_seed_chooses_the_problems_and_the_order_of_sources_does_not(self) -> None:
        sources = {"a": fixed(numbered(50, "a")), "b": fixed(numbered(50, "b"))}
        backwards = dict(reversed(sources.items()))

        def ids(sources: Any, seed: int) -> set[str]:
            chosen = mixture(None, sources=sources, weights={"a": 1, "b": 1}, train=20, seed=seed)
            return {p.id for p in chosen.train}

        assert ids(sources, 1) == ids(backwards, 1)
        assert ids(sources, 1) != ids(sources, 2)

    @pytest.mark.parametrize("weights", [{"a": 1}, {"a": 1, "b": 1, "c": 1}, {"a": 1, "c": 1}, {}])
    def test_weights_of_other_names_are_refused(self, weights: dict[str, float]) -> None:
        sources = {"a": fixed(numbered(5, "a")), "b": fixed(numbered(5, "b"))}
        with pytest.raises(ConfigError, match=r"data\.weights names .*data\.sources a, b"):
            mixture(None, sources=sources, weights=weights)

    def test_a_source_with_nothing_to_train_on_is_named(self) -> None:
        with pytest.raises(DataError, match=r"nothing of b is left.*~data\.sources\.b"):
            mixture(None, sources={"a": fixed(numbered(5, "a")), "b": fixed([])})

    def test_what_a_source_raises_names_the_source(self, tmp_path: Path) -> None:
        broken = partial(file, path=write(tmp_path / "a.json", [{"x": 1}]))
        with pytest.raises(DataError, match=r"^source own \(data\.sources\.own\): .*no column"):
            mixture(None, sources={"own": broken})


class TestApart:
    def test_no_source_trains_on_what_another_tests_on(self, tmp_path: Path) -> None:
        rows = questions(90)
        one = partial(file, path=write(tmp_path / "a.json", rows[:60]), test_share=0.4)
        chats = [
            {
                "messages": [
                    {"role": "user", "content": row["question"].replace("thêm 3", "thêm 4")},
                    {"role": "assistant", "content": row["solution"]},
                ]
            }
            for row in rows[30:]
        ]
        other = partial(conversations, path=write(tmp_path / "b.jsonl", chats), seed=5)
        alone = {"one": one(None), "other": other(None)}
        splits = mixture(tmp_path / "run", sources={"one": one, "other": other})
        assert {p.id for p in splits.test} == {
            f"{name}/{p.id}" for name, part in alone.items() for p in part.test
        }
        assert find_leaks(splits.train, [*splits.test, *splits.validation]) == []
        lost: Any = splits.notes["leaks"]
        assert lost["one"] > 0
        assert lost["other"] > 0
        assert "dropped, as a source holds out the like" in str(splits.notes["description"])
        listed = [row["row"] for row in rejects(tmp_path / "run") if row["split"] == "train"]
        assert sum(lost.values()) == len(listed) == len(set(listed))

    def test_validation_problems_that_another_source_tests_on_are_counted(
        self, tmp_path: Path
    ) -> None:
        asked = [Problem(str(n), f"Hỏi {word}", "1", "1") for n, word in enumerate("abc")]
        other = [Problem("v", "Hỏi b", "1"), Problem("w", "Hỏi d", "1")]
        sources = {
            "a": fixed(numbered(5, "số"), asked),
            "b": lambda _: Splits(numbered(5, "chữ"), other, [], {}),
        }
        splits = mixture(tmp_path, sources=sources)
        assert [p.id for p in splits.validation] == ["b/w"]
        assert splits.notes["validation_leaks"] == {"a": 0, "b": 1}
        assert [(r["row"], r["split"]) for r in rejects(tmp_path)] == [("b/v", "validation")]
        assert "1 dropped from validation" in str(splits.notes["description"])

    def test_a_source_that_loses_all_its_rows_is_told_why(self) -> None:
        asked = [Problem("t", "chữ 1", "1", "1")]
        sources = {"a": fixed(numbered(5, "số"), asked), "b": fixed(numbered(3, "chữ"))}
        with pytest.raises(
            DataError, match=r"nothing of b .*\(3 rows give away held-out problems of a source"
        ):
            mixture(None, sources=sources)

    def test_generated_problems_share_their_wording_and_stay(self, tmp_path: Path) -> None:
        generated = partial(vimath, train=60, grades=[5], test_per_family=2)
        rows = [{"question": p.question, "solution": p.solution} for p in generated(None).train[:3]]
        own = [*questions(20), *rows]
        sources = {"own": partial(file, path=write(tmp_path / "a.json", own)), "gen": generated}
        splits = mixture(None, sources=sources)
        lost: Any = splits.notes["leaks"]
        assert lost["gen"] <= 3

    def test_each_source_is_a_row_of_the_table(self) -> None:
        named = [Problem("1", "x", "1", answer="1", family="phan_so")]
        plain = [Problem("1", "y", "1", answer="1")]
        sources = {
            "a": fixed(numbered(5, "a"), named),
            "b": fixed(numbered(5, "b"), plain),
        }
        splits = mixture(None, sources=sources)
        assert [(p.id, p.family) for p in splits.test] == [("a/1", "phan_so"), ("b/1", "b")]

    def test_each_source_has_a_quarantine_of_its_own(self, tmp_path: Path) -> None:
        rows = [*questions(20), {"question": "", "solution": "x"}]
        path = write(tmp_path / "a.json", rows)
        sources = {name: partial(file, path=path) for name in ("one", "two")}
        mixture(tmp_path, sources=sources)
        for name in sources:
            assert (tmp_path / "data" / name / "data" / "quarantine.jsonl").is_file()


OWN = ["data=mixture", "+data@data.sources.own=file"]


class TestNestedNodes:
    def test_a_composed_mixture_binds_its_sources(self) -> None:
        call = preflight(config(*OWN, f"data.sources.own.path={__file__}")).groups["data"]
        assert list(call.keywords["sources"]) == ["vimath", "own"]
        own = call.keywords["sources"]["own"]
        assert own.func is file
        assert own.keywords["path"] == Path(__file__)
        assert own.keywords["seed"] == 42

    def test_a_source_can_be_taken_out_and_weights_given(self) -> None:
        cfg = config(
            *OWN, f"data.sources.own.path={__file__}", "~data.sources.vimath",
            "data.weights={own: 2}", "seed=3", "data.sources.own.seed=4",
        )  # fmt: skip
        call = preflight(cfg).groups["data"]
        assert list(call.keywords["sources"]) == ["own"]
        assert call.keywords["weights"] == {"own": 2.0}
        assert call.keywords["sources"]["own"].keywords["seed"] == 4

    def test_a_mixture_in_a_mixture(self) -> None:
        inner = "+data@data.sources.own=mixture"
        call = preflight(config("data=mixture", inner)).groups["data"]
        assert list(call.keywords["sources"]["own"].keywords["sources"]) == ["vimath"]

    @pytest.mark.parametrize(
        ("overrides", "given", "expected"),
        [
            ([], "data.sources.own.path is not given", "a value"),
            (["data.sources.own.path=/nope"], "data.sources.own.path=/nope", "a file that exists"),
            (
                [f"data.sources.own.path={__file__}", "data.sources.own.test_share=1"],
                "data.sources.own.test_share=1",
                "less than 1",
            ),
            (
                [f"data.sources.own.path={__file__}", "+data.sources.own.pth=1"],
                "data.sources.own.pth=1",
                "a setting that exists; data.sources.own has answer",
            ),
            (
                [f"data.sources.own.path={__file__}", "data.weights={own: 0}"],
                "data.weights.own=0",
                "greater than 0",
            ),
        ],
    )
    def test_a_fault_in_a_source_is_named_with_its_place(
        self, overrides: list[str], given: str, expected: str
    ) -> None:
        found = find_faults(config(*OWN, *overrides), RunSettings)
        assert any(f.given.startswith(given) and expected in f.expected for f in found), found

    @pytest.mark.parametrize("node", ["3", "null", "file", "[]", "{path: x}", "{_target_: 3}"])
    def test_what_is_no_node_is_met_with_how_to_add_one(self, node: str) -> None:
        (fault,) = find_faults(config("data=mixture", f"+data.sources.own={node}"), RunSettings)
        assert fault.given.startswith("data.sources.own=")
        assert "an option of conf/data/" in fault.expected
        assert fault.fix == "+data@data.sources.own=OPTION"

    @pytest.mark.parametrize(
        "target",
        ["os.system", "subprocess.run", "mathpal.training.fit.fit", "mathpal.data.files._x",
         "mathpal.data.reading.read_rows", "mathpal.data.finish.describe", "builtins.eval"],
    )  # fmt: skip
    def test_only_sources_may_be_named_in_a_nested_node(self, target: str) -> None:
        cfg = config(
            *OWN, f"data.sources.own.path={__file__}", f"data.sources.own._target_={target}"
        )
        (fault,) = find_faults(cfg, RunSettings)
        assert fault.given == f"data.sources.own._target_={target}"
        assert "nothing else is ever called" in fault.expected

    @pytest.mark.parametrize("sources", ["null", "[]", "{}", "3"])
    def test_a_mixture_of_nothing_is_refused(self, sources: str) -> None:
        found = find_faults(config("data=mixture", "~data.sources"), RunSettings)
        assert [fault.given for fault in found] == ["data.sources is not given"]
        cfg = config("data=mixture", "~data.sources", f"+data.sources={sources}")
        (fault,) = find_faults(cfg, RunSettings)
        assert fault.given.startswith("data.sources=")
        assert "+data@data.sources.NAME=OPTION" in fault.fix

    def test_all_faults_of_all_sources_come_together(self) -> None:
        cfg = config(*OWN, "+data@data.sources.two=hub", "data.sources.vimath.train=0", "lora.r=0")
        assert {fault.given for fault in find_faults(cfg, RunSettings)} == {
            "data.sources.own.path is not given",
            "data.sources.two.path is not given",
            "data.sources.vimath.train=0",
            "lora.r=0",
        }

    def test_a_name_that_is_no_word(self) -> None:
        cfg = config(*OWN, f"data.sources.own.path={__file__}")
        cfg.data.sources["a/b"] = cfg.data.sources.own
        (fault,) = find_faults(cfg, RunSettings)
        assert fault.given == "data.sources.a/b"
