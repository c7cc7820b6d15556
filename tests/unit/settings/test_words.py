"""Texts and file names reach their settings as they were typed, where Hydra cannot read them."""

import shlex
from pathlib import Path

import pytest

from mathpal.cli.runs import generate
from mathpal.errors import ConfigError
from mathpal.settings.command_line import check
from mathpal.settings.composition import CONF, compose
from mathpal.settings.run_settings import RunSettings
from mathpal.settings.words import readable

NAMES = ["đề_thi.json", "a=b.json", "x (1).json", "it's.json", "a;b.json", "C&D.json", "[x].json",
         "#1.json", "Đề thi (HK1) – lớp 5.json", "e\u0302.json", "😀.json", '"x".json']  # fmt: skip
QUESTIONS = ["Một xe máy đi 120 km trong 3 giờ. Tính vận tốc.", "2 + 3 = ?", "An has 3, Bo 4",
             "1, 2, 3", "{a}", "a=b", "\\frac{1}{2} = ?", "range(3)", "f(x) = 2", "x\ny",
             "'a' or \"b\"?", "Tính ${3 \\over 4}$", "Tính ${",
             "25\\,000 + 5\\,000", "\\(x\\) = \\{1\\}", "${x}", "a\\\\b", "${oc.env:HOME}",
             "\\${x} + \\\\${y}", "C:\\", "x\\"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("[]", encoding="utf-8")
    words = ["data=file", f"data.path={tmp_path / name}"]
    taken = check("train", words, CONF, RunSettings)
    assert compose(taken).data.path == str(tmp_path / name)
    with pytest.raises(ConfigError, match="a file that exists"):
        check("train", ["data=file", f"data.path={tmp_path / name}.gone"], CONF, RunSettings)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_taken_as_it_is(tmp_path: Path, question: str) -> None:
    words = [f"run={tmp_path}", f"question={question}"]
    taken = check("generate", words, CONF, generate)
    assert compose(taken, "generate").question == question


def test_several_files_of_a_sweep(tmp_path: Path) -> None:
    for name in ("đề.json", "x (1).json"):
        (tmp_path / name).write_text("[]")
    value = f"{tmp_path}/đề.json,{tmp_path}/x (1).json"
    taken = check("train", ["-m", "data=file", f"data.path={value}"], CONF, RunSettings)
    assert taken[-1] == f"data.path='{tmp_path}/đề.json','{tmp_path}/x (1).json'"


@pytest.mark.parametrize("word", ["data.path=~/x.json", "data.path='~/x.json'"])
def test_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    (tmp_path / "x.json").write_text("[]")
    monkeypatch.setenv("HOME", str(tmp_path))
    check("train", ["data=file", word], CONF, RunSettings)


@pytest.mark.parametrize(
    "text",
    ["lora=r8", "trainer.lr=1e-4", "data.grades=[4, 5]", "name='a b'", "seed=1,2", "~trainer.lr",
     "data.url=${oc.env:X}", "x={a: 1}", "name=", "a b=c", "=3", "lr", "~a=đ"],
)  # fmt: skip
def test_what_hydra_reads_or_nobody_could_stays(text: str) -> None:
    assert readable(text) == text


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (["name=2026"], """'name="2026"'"""),
        (["name=true"], """'name="true"'"""),
        (["data=file", "data.path=a,b.json"], """'data.path="a,b.json"'"""),
        (["data.families=[a (b), c]"], """'data.families=["a (b)", "c"]'"""),
    ],
)
def test_elsewhere_the_message_prints_the_form_to_copy(words: list[str], fix: str) -> None:
    with pytest.raises(ConfigError) as error:
        check("train", words, CONF, RunSettings)
    assert fix in str(error.value)


def test_a_number_is_no_text() -> None:
    with pytest.raises(ConfigError, match=r"trainer.lr=đ\n.*a valid number"):
        check("train", ["trainer.lr=đ"], CONF, RunSettings)


@pytest.mark.parametrize("typed", ["1.50", "1_000", "1e5", "[a, b]"])
def test_the_quoted_form_to_copy_holds_what_was_typed(tmp_path: Path, typed: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check("generate", [f"run={tmp_path}", f"question={typed}"], CONF, generate)
    (word,) = shlex.split(str(caught.value).rpartition("fix:")[2])
    taken = check("generate", [f"run={tmp_path}", word], CONF, generate)
    assert compose(taken, "generate").question == typed
