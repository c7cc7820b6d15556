"""`mathpal compare` on a finished run, as a user calls it."""

import json
from pathlib import Path

import pytest

from mathpal.evaluation import asking
from tests.e2e.verbs import called

ASKED = ["limit=6", "chunk=2", "max_new_tokens=12", "speed=1"]
BYTES = ("answers.jsonl", "compare.json", "samples.jsonl", "compare.md", "manifest.json")


@pytest.fixture(scope="module")
def run(finished_folder: Path) -> Path:
    return finished_folder / "outputs" / "default" / "one"


@pytest.fixture(scope="module")
def compared(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison of four systems, to be read."""
    folder = tmp_path_factory.mktemp("compared") / "all"
    done = called(
        "compare", f"run={run}", "system=[base,rag,tuned,majority]", f"into={folder}",
        "system.rag.examples=1", "system.majority.samples=2", *ASKED,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(folder)
    for line in ("exact match, %", "rag − base", "Most accurate: "):
        assert line in done.stdout
    return folder


def test_every_system_answers_every_problem_and_every_pair_is_compared(compared: Path) -> None:
    result = json.loads((compared / "compare.json").read_text())
    names = ["base", "rag", "tuned", "majority"]
    assert [one["name"] for one in result["systems"]] == names
    assert len(result["pairs"]) == 6
    assert all(one["accuracy"]["n"] == 6 for one in result["systems"])
    assert result["untrained"] == ["base", "rag"]
    rows = [json.loads(line) for line in (compared / "samples.jsonl").read_text().splitlines()]
    assert len(rows) == 24
    assert [row["id"] for row in rows[:6]] == [row["id"] for row in rows[6:12]]
    speed = json.loads((compared / "performance.json").read_text())["systems"]
    assert all(speed[name]["speed"]["ttft"]["p50"] > 0 for name in names)
    assert speed["tuned"]["cost"]["training"] > 0 == speed["rag"]["cost"]["training"]


def test_rag_names_training_problems_as_sources(compared: Path) -> None:
    rows = [json.loads(line) for line in (compared / "samples.jsonl").read_text().splitlines()]
    shown = {source for row in rows if row["system"] == "rag" for source in row["sources"]}
    assert shown and all("/train/" in source for source in shown)
    assert not any(row["sources"] for row in rows if row["system"] != "rag")
    record = json.loads((compared / "compare.json").read_text())["systems"][1]["record"]
    assert record["retrieval"]["method"] == "bm25" and record["retrieval"]["examples"] == 1


def test_a_killed_comparison_is_resumed_to_the_same_bytes(
    run: Path, compared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["compare", f"run={run}", "system=[base,tuned]", *ASKED]
    assert called(*words, f"into={tmp_path / 'whole'}").returncode == 0
    asked: list[str] = []
    ask = asking._ask

    def counted(system, problems, *rest):
        if len(asked) == 8 and "killed" not in asked:
            asked.append("killed")
            raise KeyboardInterrupt
        asked.extend(f"{system.name} {problem.id}" for problem in problems)
        ask(system, problems, *rest)

    monkeypatch.setattr(asking, "_ask", counted)
    folder = tmp_path / "cut"
    assert called(*words, f"into={folder}").returncode == 130
    assert not (folder / "compare.json").exists()
    assert called(*words, f"into={folder}").returncode == 0
    asked.remove("killed")
    assert len(asked) == len(set(asked)) == 12
    for name in BYTES:
        assert (folder / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    other = called(*words[:3], *ASKED, "seed=7", f"into={folder}")
    assert other.returncode == 2
    assert "holds another comparison: its settings differ" in other.stderr


def test_one_model_twice_is_refused(run: Path, tmp_path: Path) -> None:
    done = called(
        "compare", f"run={run}", "system=[tuned]", "+system@system.again=tuned",
        f"into={tmp_path}", *ASKED,
    )  # fmt: skip
    assert done.returncode == 2
    assert "the systems tuned and again are the same model" in done.stderr
    assert not (tmp_path / "answers.jsonl").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["system=[tuned,nope]"], "system=nope"),
        (["system=[majority,tuned]"], "system.majority.of=tuned: expected a system that stands"),
        (["system=[tuned]", "system.tuned.checkpoint=77"], "step-00000077 is no checkpoint; the"),
        (["system=[base]", "system.base.examples=[nope]"], "examples nope: expected ids"),
        (["system=[remote]"], "system.remote.url is not given"),
        (["system=[rag]", "system.rag.index=faiss"], "method=bm25 uses no vectors"),
        (["limit=0"], "limit=0"),
    ],
)
def test_a_fault_is_named_and_nothing_is_asked(
    run: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    done = called("compare", f"run={run}", *words, f"into={tmp_path}", *ASKED[1:])
    assert done.returncode == 2, done.stdout
    assert said in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "answers.jsonl").exists()


def test_help_names_the_systems() -> None:
    done = called("compare", "--help")
    assert done.returncode == 0
    assert "base, tuned, rag, remote, majority" in done.stdout
