"""`data build` from the inside: the division, the folder, what is written, what is published."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathpal.data import publishing
from mathpal.data.build import build_dataset, without_password
from mathpal.data.card import default_name
from mathpal.data.conversations import conversations
from mathpal.data.division import divide_anew, groups_of, strata_of
from mathpal.data.files import file
from mathpal.data.folders import appearing, require_free
from mathpal.data.hub import hub
from mathpal.data.mixture import mixture
from mathpal.data.preference import preference
from mathpal.data.qdrant import qdrant
from mathpal.data.stream import write_problems
from mathpal.data.text import text
from mathpal.data.vimath import vimath
from mathpal.errors import ConfigError, DataError
from mathpal.problems import Problem, Splits
from tests.conftest import write
from tests.unit.data.test_qdrant import exams, store
from tests.unit.data.test_sources import chat, everything, questions

SHARES = {"validation_share": 0.0, "test_share": 0.1}
FILES = {"README.md", "build.json", "audit/audit.json", "audit/audit.txt", "audit/checkable.jsonl",
         "audit/quarantine.jsonl"}  # fmt: skip


def problems(count: int, **fields: Any) -> list[Problem]:
    return [Problem(f"p{n}", f"Câu hỏi {chr(97 + n % 26) * (n // 26 + 1)}", "1", "1", **fields)
            for n in range(count)]  # fmt: skip


def divided(given: list[Problem], groups: list[str] | None = None, key: Any = None, **shares: Any):
    chosen = groups_of(given, "question") if groups is None else groups
    settings = {**SHARES, "seed": 42, **shares}
    return divide_anew(given, chosen, strata_of(given, key), **settings)


def built(folder: Path, source: Any, **wanted: Any):
    found = build_dataset(source, out=folder, page=lambda *_: None, command="made so", **wanted)
    return found, json.loads((folder / "build.json").read_text(encoding="utf-8"))


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows_in(folder: Path, split: str = "train") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(
        folder / "data" / f"{split}-00000-of-00001.parquet"
    ).to_pylist()
    return rows


class TestDivision:
    def test_ninety_to_ten_is_exact(self) -> None:
        train, validation, test = divided(problems(200))
        assert (len(train), len(validation), len(test)) == (180, 0, 20)

    def test_the_seed_decides_and_the_order_does_not(self) -> None:
        rows = problems(60)
        assert divided(rows) == divided(rows[::-1])
        assert divided(rows, seed=7).test != divided(rows).test

    def test_a_question_with_other_numbers_stays_with_its_twin(self) -> None:
        rows = [
            replace(row, id=f"{row.id}/{n}", question=f"{row.question} {n} + {n * 7}")
            for row in problems(30)
            for n in (3, 4, 5)
        ]
        parts = divided(rows, test_share=0.3, validation_share=0.2)
        homes = [{row.id.split("/")[0] for row in part} for part in parts]
        assert sum(map(len, homes)) == 30 and [len(part) for part in parts] == [45, 18, 27]

    def test_generated_problems_of_one_wording_are_divided(self) -> None:
        rows = [Problem(f"v{n}", f"Tính {n} + 1", "1", family="f", parameters=f"{n}")
                for n in range(20)]  # fmt: skip
        assert len(divided(rows).test) == 2

    def test_every_stratum_gives_its_share(self) -> None:
        rows = problems(130)
        rows = [replace(row, grade=5 if n < 100 else 6) for n, row in enumerate(rows)]
        found = Counter(row.grade for row in divided(rows, key="grade").test)
        assert found == {5: 10, 6: 3}

    def test_small_strata_make_up_the_share_together(self) -> None:
        rows = [replace(row, family=f"f{n % 10}") for n, row in enumerate(problems(30))]
        found = divided(rows, key="family").test
        assert len(found) == 3 and len({row.family for row in found}) == 3

    def test_the_kind_is_read_from_the_answer(self) -> None:
        rows = [replace(row, answer="3/4" if n % 2 else "7 kg") for n, row in
                enumerate(problems(40))]  # fmt: skip
        assert Counter(strata_of(rows, "kind")) == {"fraction": 20, "quantity": 20}

    def test_a_group_larger_than_the_share_goes_to_training(self) -> None:
        groups = ["big"] * 60 + [f"g{n}" for n in range(40)]
        found = divided(problems(100), groups)
        assert len(found.test) == 10

    def test_what_cannot_be_divided_is_said(self) -> None:
        with pytest.raises(DataError, match=r"test_share=0\.1 leaves no test problem: 50 problems "
                                            "make 1 groups"):  # fmt: skip
            divided(problems(50), ["one"] * 50)
        with pytest.raises(DataError, match="stratify=topic: none of the 9 problems"):
            divided(problems(9), key="topic")

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=60),
           st.floats(0, 0.6), st.floats(0, 0.39), st.integers(0, 99))  # fmt: skip
    def test_a_partition_by_whole_groups(
        self, marks: list[tuple[int, int]], test: float, validation: float, seed: int
    ) -> None:
        rows = [replace(row, grade=mark[1] + 1) for row, mark in zip(problems(60), marks)]
        groups = [str(group) for group, _ in marks]
        try:
            parts = divided(rows, groups, "grade", test_share=test, validation_share=validation,
                            seed=seed)  # fmt: skip
        except DataError:
            return
        assert sorted(row.id for part in parts for row in part) == sorted(row.id for row in rows)
        of = dict(zip((row.id for row in rows), groups))
        homes = [{of[row.id] for row in part} for part in parts]
        assert sum(map(len, homes)) == len(set(groups)) and parts.train


class TestFolders:
    def test_a_folder_of_other_files_is_never_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        require_free(tmp_path / "mine", overwrite=False)
        (tmp_path / "mine" / "thesis.tex").write_text("years")
        for overwrite in (False, True):
            with pytest.raises(ConfigError, match="holds other files"):
                require_free(tmp_path / "mine", overwrite=overwrite)
        with pytest.raises(ConfigError, match="is a file"):
            require_free(tmp_path / "mine" / "thesis.tex", overwrite=True)

    def test_the_folder_worked_in_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(ConfigError, match="you are in"):
            require_free(Path("."), overwrite=True)

    def test_a_fault_leaves_the_finished_folder_and_nothing_else(self, tmp_path: Path) -> None:
        place = tmp_path / "set"
        with appearing(place) as draft:
            (draft / "build.json").write_text("old")
            assert not place.exists()
        with pytest.raises(ConfigError, match="overwrite=true replaces it"):
            require_free(place, overwrite=False)
        for fault in (KeyboardInterrupt(), OSError("disk full")):
            with pytest.raises(type(fault)):
                self.fail(place, fault)
        assert files_in(tmp_path) == {"set/build.json": b"old"}
        with appearing(place) as draft:
            (draft / "new").write_text("new")
        assert files_in(tmp_path) == {"set/new": b"new"}

    def fail(self, place: Path, fault: BaseException) -> None:
        with appearing(place) as draft:
            (draft / "build.json").write_text("half")
            raise fault

    def test_the_next_writer_removes_what_killed_ones_left(self, tmp_path: Path) -> None:
        code = (
            "import os, sys; from pathlib import Path; from mathpal.data.folders import appearing\n"
            "with appearing(Path(sys.argv[1])) as draft:\n"
            "    (draft / 'half').write_text('x'); os.kill(os.getpid(), 9)"
        )
        place = tmp_path / "set"
        for _ in range(2):
            subprocess.run([sys.executable, "-c", code, str(place)], check=False)
        assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
        (tmp_path / ".other.1a.part").mkdir()
        with appearing(place) as draft, appearing(place) as second:
            assert draft.is_dir()  # of a living writer
            (second / "new").write_text("new")
        assert sorted(path.name for path in tmp_path.iterdir()) == [".other.1a.part", "set"]

    def test_a_folder_that_a_killed_writer_moved_aside_is_put_back(self, tmp_path: Path) -> None:
        (tmp_path / ".set.1a.old").mkdir()
        (tmp_path / ".set.1a.old" / "build.json").write_text("old")
        with pytest.raises(KeyboardInterrupt):
            self.fail(tmp_path / "set", KeyboardInterrupt())
        assert files_in(tmp_path) == {"set/build.json": b"old"}

    def test_a_place_that_cannot_be_written_is_one_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(ConfigError, match="cannot be made"), appearing(tmp_path / "file/set"):
            raise AssertionError


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write(tmp_path / "rows.json", questions(60))


class TestBuild:
    def test_the_same_settings_give_the_same_bytes(self, tmp_path: Path, rows: Path) -> None:
        source = partial(file, path=rows)
        _, one = built(tmp_path / "one", source, test_share=0.1)
        built(tmp_path / "two", source, test_share=0.1)
        found = files_in(tmp_path / "one")
        assert found == files_in(tmp_path / "two")
        assert set(found) == FILES | {
            f"data/{split}-00000-of-00001.parquet" for split in ("train", "test")
        }
        assert one["rows"] == {"train": 54, "validation": 0, "test": 6}
        sums = {path: hashlib.sha256(data).hexdigest() for path, data in found.items()}
        assert one["files"] == {path: sums[path] for path in found if path != "build.json"}
        card = found["README.md"].decode()
        assert all(one["files"][path] in card for path in found if path.endswith("parquet"))

    def test_the_order_of_the_rows_changes_no_row(self, tmp_path: Path, rows: Path) -> None:
        turned = write(tmp_path / "turned.json", questions(60)[::-1])
        _, one = built(tmp_path / "one", partial(file, path=rows), test_share=0.1)
        _, two = built(tmp_path / "two", partial(file, path=turned), test_share=0.1)
        assert one["source"]["fingerprint"] == two["source"]["fingerprint"]
        assert rows_in(tmp_path / "one") == rows_in(tmp_path / "two")

    def test_without_shares_the_splits_are_the_sources(self, tmp_path: Path, rows: Path) -> None:
        source = partial(file, path=rows, test_share=0.3)
        built(tmp_path / "set", source)
        splits = source(None)
        for name in ("train", "test"):
            found = [row["question"] for row in rows_in(tmp_path / "set", name)]
            assert found == [problem.question for problem in getattr(splits, name)]

    @pytest.mark.parametrize("form", ["parquet", "json"])
    def test_what_was_built_is_read_by_the_hub_source(
        self, tmp_path: Path, rows: Path, form: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        datasets = pytest.importorskip("datasets")
        monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
        source = partial(file, path=rows)
        folder = tmp_path / "set"
        built(folder, source, test_share=0.1, validation_share=0.1, form=form)
        loaded = datasets.load_dataset(str(folder))
        assert {name: len(part) for name, part in loaded.items()} == {
            "train": 48, "validation": 6, "test": 6,
        }  # fmt: skip
        assert loaded["train"].features["grade"].dtype == "int8"
        again = hub(None, path=str(folder), validation_split="validation", answer="answer")
        assert [len(part) for part in again[:3]] == [48, 6, 6]
        answers = {p.question: p.answer for p in everything(again)}
        assert answers == {p.question: p.answer for p in everything(source(None))}
        if form == "json":
            listed = file(None, path=folder / "train.json", answer="answer")
            assert len(everything(listed)) == 48

    def test_checkable_only_leaves_out_what_spoils_and_one_of_two_copies(
        self, tmp_path: Path
    ) -> None:
        good = questions(40)
        copy = {**good[0], "question": f"Câu 3: {good[0]['question']}"}
        wrong = {"question": "Tính nhanh giá trị 3 + 4 giúp bạn Lan", "solution":
                 "3 + 4 = 8\nĐáp số: 8"}  # fmt: skip
        path = write(tmp_path / "rows.json", [*good, copy, wrong])
        source = partial(file, path=path)
        every, _ = built(tmp_path / "all", source, test_share=0.1)
        found, facts = built(tmp_path / "set", source, test_share=0.1, checkable_only=True)
        assert sum(every.rows.values()) + every.leaks == 42
        assert sum(found.rows.values()) == 40 and found.left_out == facts["left_out"] == 2
        reasons = (tmp_path / "set" / "audit" / "quarantine.jsonl").read_text()
        assert "step_invalid" in reasons and "duplicate_wording" in reasons
        card = (tmp_path / "set" / "README.md").read_text()
        assert "| an equation of the solution is wrong | 1 | 0 |" in card

    def test_what_is_left_out_of_a_source_without_a_file_is_in_the_quarantine(
        self, tmp_path: Path
    ) -> None:
        wrong = {"question": "Tính nhanh giá trị 3 + 4 giúp bạn Lan", "solution":
                 "3 + 4 = 8\nĐáp số: 8"}  # fmt: skip
        path = write(tmp_path / "chats.jsonl", [chat(row) for row in [*questions(40), wrong]])
        source = partial(conversations, path=path)
        for shares in ({}, {"test_share": 0.1}):
            folder = tmp_path / f"set{len(shares)}"
            found, _ = built(folder, source, checkable_only=True, **shares)
            assert found.left_out == 1
            (line,) = (folder / "audit" / "quarantine.jsonl").read_text().splitlines()
            assert json.loads(line)["reasons"] == ["step_invalid"]

    def test_malformed_rows_are_named_by_a_file_that_stays(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = write(tmp_path / "rows.json", [*questions(40), {"question": "", "solution": "x"}])
        built(tmp_path / "set", partial(file, path=path), test_share=0.1)
        assert "data/quarantine.jsonl" not in caplog.text
        assert "unreadable" in (tmp_path / "set" / "audit" / "quarantine.jsonl").read_text()
        with pytest.raises(DataError, match="data audit") as raised:
            built(tmp_path / "x", partial(file, path=path, max_quarantine=0.0))
        assert "quarantine.jsonl" not in str(raised.value)
        assert not (tmp_path / "x").exists()

    def test_settings_that_contradict_each_other(self, tmp_path: Path, rows: Path) -> None:
        source = partial(file, path=rows)
        for wanted, message in (
            ({"stratify": "kind"}, "stratify=kind without a share"),
            ({"group": "link"}, "group=link without a share"),
            ({"test_share": 0.6, "validation_share": 0.4}, "leave nothing to train on"),
        ):
            with pytest.raises(ConfigError, match=message):
                built(tmp_path / "set", source, **wanted)
        with pytest.raises(DataError, match="group=link: no row of data=file"):
            built(tmp_path / "set", source, group="link", test_share=0.1)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.json"]

    def test_passwords_of_addresses_stay_out(self) -> None:
        said = without_password("data.url=http://me:secret@host:6333 a@b")
        assert said == "data.url=http://host:6333 a@b"


class TestSources:
    @pytest.mark.parametrize("suffix", [".json", ".csv", ".parquet"])
    def test_rows_of_one_link_stay_together_and_keep_it(self, tmp_path: Path, suffix: str) -> None:
        linked = [{**row, "link": f"h/{n // 4}"} for n, row in enumerate(questions(60))]
        path = write(tmp_path / f"rows{suffix}", linked)
        built(tmp_path / "set", partial(file, path=path), test_share=0.2, group="link")
        homes = [{r["link"] for r in rows_in(tmp_path / "set", n)} for n in ("train", "test")]
        assert len(homes[1]) == 3 and not homes[0] & homes[1]

    def test_a_collection_of_exams(self, tmp_path: Path) -> None:
        payloads = [{**p, "link": f"h/{n // 3}", "grade_id": 5 + n % 2, "x": 1} for n, p in
                    enumerate(exams(60))]  # fmt: skip
        folder = store(tmp_path / "q", "cleaned_exams", payloads)
        source = partial(qdrant, path=folder)
        found, facts = built(tmp_path / "set", source, test_share=0.2, group="link")
        assert found.rows["train"] + found.rows["test"] + found.leaks == 60
        assert facts["source"]["notes"]["points"] == 60
        held = rows_in(tmp_path / "set", "test")
        assert {row["family"] for row in held} == {"exam"} and {r["grade"] for r in held} == {5, 6}
        kept = {row["link"] for row in rows_in(tmp_path / "set")}
        assert not kept & {row["link"] for row in held}

    def test_conversations_and_pairs_keep_what_makes_them(self, tmp_path: Path) -> None:
        chats = [chat(row, ("user", "Chào thầy"), ("assistant", "Em hỏi đi")) for row in
                 questions(30)]  # fmt: skip
        path = write(tmp_path / "chats.jsonl", chats)
        built(tmp_path / "chats", partial(conversations, path=path), test_share=0.1)
        again = tmp_path / "chats" / "data" / "train-00000-of-00001.parquet"
        splits = conversations(None, path=again, test_share=0, validation_share=0)
        assert len(splits.train) == 27 and len(splits.train[0].messages) == 4
        for form, name in (
            ("parquet", "data/train-00000-of-00001.parquet"),
            ("json", "train.json"),
        ):
            for row in chats:
                row["messages"][1]["weight"] = 0
            path = write(tmp_path / "weights.jsonl", chats)
            built(tmp_path / form, partial(conversations, path=path), form=form)
            again = tmp_path / form / name
            splits = conversations(None, path=again, test_share=0, validation_share=0)
            assert {p.unlearnt for p in splits.train} == {(1,)}
        pairs = [{"prompt": r["question"], "chosen": r["solution"], "rejected": "Chịu"} for r in
                 questions(30)]  # fmt: skip
        path = write(tmp_path / "pairs.jsonl", pairs)
        built(tmp_path / "pairs", partial(preference, path=path), test_share=0.1)
        assert {row["rejected"] for row in rows_in(tmp_path / "pairs")} == {"Chịu"}

    def test_a_mixture_with_generated_problems(self, tmp_path: Path, rows: Path) -> None:
        own = partial(file, path=rows)
        drawn = partial(vimath, train=20, families=["van_toc"], test_per_family=3,
                        validation_per_family=3)  # fmt: skip
        source = partial(mixture, sources={"own": own, "vimath": drawn})
        found, _ = built(tmp_path / "set", source, test_share=0.1, stratify="family")
        held = rows_in(tmp_path / "set", "test")
        assert {row["family"] for row in held} == {"own", "van_toc"}
        assert sum(found.rows.values()) + found.leaks >= 80
        kept = rows_in(tmp_path / "set")
        asked = {row["question"] for row in held}
        assert not asked & {row["question"] for row in kept}
        assert next(row["steps"] for row in kept if row["family"] == "van_toc")

    def test_plain_text_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "book.txt"
        path.write_text("Một.\n\nHai.\n\nBa.")
        with pytest.raises(DataError, match="plain text has neither"):
            built(tmp_path / "set", partial(text, path=path))

    def test_names_follow_the_custom(self) -> None:
        for fields, name in (
            ([{"family": "exam", "grade": 6}], "exam-sixth_grade-instruct-dataset"),
            ([{"family": "a", "grade": 5}, {"family": "b", "grade": 6}],
             "thi_6-grades_5_6-instruct-dataset"),
            ([{}], "thi_6-all_grades-instruct-dataset"),
        ):  # fmt: skip
            rows = [Problem("a", "b", "c", **own) for own in fields]
            assert default_name("file", Splits(rows, [], [], {"file": "đề thi 6.json"})) == name


class Hub:
    """Stands for huggingface_hub.HfApi."""

    public = False
    fault: Exception | None = None

    def __init__(self, token: str) -> None:
        self.calls: dict[str, Any] = {"token": token}
        Hub.last = self  # type: ignore[attr-defined]

    def create_repo(self, name: str, **settings: Any) -> None:
        if self.fault is not None:
            raise self.fault
        self.calls["create"] = (name, settings)

    def repo_info(self, name: str, **_: Any) -> SimpleNamespace:
        return SimpleNamespace(private=not self.public)

    def upload_folder(self, **settings: Any) -> None:
        self.calls["upload"] = settings


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> type[Hub]:
    fake = type("Fake", (Hub,), {})
    monkeypatch.setattr("huggingface_hub.HfApi", fake)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    return fake


class TestPublishing:
    def test_private_and_without_the_audits_rows(self, tmp_path: Path, api: Any) -> None:
        said = publishing.push_folder(tmp_path, "team", name="exam-x", private=True)
        calls = Hub.last.calls  # type: ignore[attr-defined]
        assert said.endswith("/datasets/team/exam-x") and calls["token"] == "hf_secret"
        name, wanted = calls["create"]
        assert name == "team/exam-x" and wanted["private"] and wanted["repo_type"] == "dataset"
        assert calls["upload"]["ignore_patterns"] == ["audit/*.jsonl"]
        assert "data/*" in calls["upload"]["delete_patterns"]

    def test_a_public_data_set_is_not_written_to_unasked(self, tmp_path: Path, api: Any) -> None:
        api.public = True
        with pytest.raises(ConfigError, match="is public; write private=false"):
            publishing.push_folder(tmp_path, "team/x", name="y", private=True)
        assert "upload" not in Hub.last.calls  # type: ignore[attr-defined]
        publishing.push_folder(tmp_path, "team/x", name="y", private=False)
        assert "upload" in Hub.last.calls  # type: ignore[attr-defined]

    def test_no_network_is_one_sentence(self, tmp_path: Path, api: Any) -> None:
        api.fault = ConnectionError("name\nresolution failed")
        with pytest.raises(DataError, match=r"push=a/b failed: name resolution failed\. .*whole"):
            publishing.push_folder(tmp_path, "a/b", name="y", private=True)

    def test_what_is_missing_is_said_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for key in ("HF_TOKEN", "WANDB_API_KEY", "COMET_API_KEY", "WANDB_MODE"):
            monkeypatch.delenv(key, raising=False)
        with pytest.raises(ConfigError, match="variable HF_TOKEN; it is not set"):
            publishing.require_access("a/b", None)
        for bad in ("a/b/c", "/b", "a b", ""):
            with pytest.raises(ConfigError, match="expected owner"):
                publishing.require_access(bad, None)
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(ConfigError, match=r"needs the package comet_ml: .*mathpal\[comet\]"):
            publishing.require_access(None, "comet")
        monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
        with pytest.raises(ConfigError, match="WANDB_API_KEY"):
            publishing.require_access(None, "wandb")
        monkeypatch.setenv("WANDB_MODE", "offline")
        publishing.require_access(None, "wandb")

    @pytest.mark.parametrize("service", ["comet", "wandb"])
    def test_an_artifact_holds_the_folder(
        self, tmp_path: Path, service: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log: list[Any] = []

        class Artifact:
            def __init__(self, name: str, **kind: str) -> None:
                log.append((name, *kind.values()))

            def add(self, path: str) -> None:
                log.append(path)

            add_dir = add

        class Run:
            def log_artifact(self, artifact: Artifact) -> None:
                log.append(type(artifact).__name__)

            def end(self, *_: object) -> None:
                log.append("end")

            __exit__ = end

            def __enter__(self) -> "Run":
                return self

        def start(**settings: str) -> Run:
            return Run()

        fake = SimpleNamespace(Artifact=Artifact, start=start, init=start)
        monkeypatch.setitem(sys.modules, {"comet": "comet_ml", "wandb": "wandb"}[service], fake)
        assert publishing.log_artifact(tmp_path, service, "x") == f"{service} artifact x"
        assert log == [("x", "dataset"), str(tmp_path), "Artifact", "end"]
        monkeypatch.delattr(fake, "Artifact")
        with pytest.raises(DataError, match=f"artifact={service} failed"):
            publishing.log_artifact(tmp_path, service, "x")
        assert log[-1] == "end"


def test_a_file_of_the_family_regime_keeps_its_families_apart(tmp_path: Path) -> None:
    names = ["cong_tru", "van_toc", "tong_hieu"]
    found = []
    for part in ("train", "test"):
        path = tmp_path / f"{part}.parquet"
        write_problems(path, count=9, part=part, split="family", families=names)  # type: ignore[arg-type]
        found.append(set(pq.read_table(path)["family"].to_pylist()))
    assert not found[0] & found[1] and found[0] | found[1] == set(names)
