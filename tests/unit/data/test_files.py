"""`data=file`: formats, malformed rows, splits that do not depend on the order, notes."""

import hashlib
import inspect
import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from mathpal.data.files import file
from mathpal.data.finish import describe
from mathpal.errors import ConfigError, DataError
from mathpal.problems import Problem, Splits
from tests.conftest import rejects, write

ROOT = Path(__file__).parents[3]
EXAMS = ROOT.parent / "shared/data/exams/train.json"
NAMES = (
    "An Bình Chi Dũng Giang Hà Khoa Lan Minh Nga Oanh Phúc Quân Sơn Thảo Uyên Vân Xuân Yến".split()
)
THINGS = "cái kẹo/quyển vở/viên bi/quả cam/con tem/bông hoa/que tính/lá cờ".split("/")


def sample(count: int) -> list[dict[str, Any]]:
    """Rows whose questions differ in words, not only in numbers."""
    pairs = [(name, thing) for thing in THINGS for name in NAMES]
    return [
        {
            "question": f"{name} có {n + 2} {thing}, mẹ cho thêm 3. Hỏi {name} có mấy {thing}?",
            "solution": f"Bài giải\nSố {thing} là: {n + 2} + 3 = {n + 5}\nĐáp số: {n + 5} {thing}",
        }
        for n, (name, thing) in enumerate(pairs[:count])
    ]


def everything(splits: Splits) -> list[Problem]:
    return [*splits.train, *splits.validation, *splits.test]


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv", ".tsv", ".parquet", ".JSON"])
def test_every_format_gives_the_same_problems(tmp_path: Path, suffix: str) -> None:
    rows = sample(100)
    reference = file(None, path=write(tmp_path / "reference.json", rows))
    path = write(tmp_path / f"rows{suffix.lower()}", rows)
    if suffix.isupper():
        path = path.rename(path.with_suffix(suffix))
    splits = file(tmp_path, path=path)
    assert splits[:3] == reference[:3]
    assert len(everything(splits)) == 100
    assert not (tmp_path / "data").exists()


def test_order_and_company_of_rows_do_not_matter(tmp_path: Path) -> None:
    rows = sample(150)
    whole = file(None, path=write(tmp_path / "a.json", rows))
    random.Random(0).shuffle(rows)
    assert file(None, path=write(tmp_path / "b.json", rows))[:3] == whole[:3]
    fewer = file(None, path=write(tmp_path / "c.json", rows[:90]))
    for name in ("train", "validation", "test"):
        assert set(getattr(fewer, name)) <= set(getattr(whole, name))
    other = file(None, path=tmp_path / "a.json", seed=43)
    assert {p.id for p in other.test} != {p.id for p in whole.test}


def test_the_shares_are_roughly_met_and_ids_are_unique(tmp_path: Path) -> None:
    splits = file(None, path=write(tmp_path / "a.json", sample(150)), test_share=0.3)
    assert 25 <= len(splits.test) <= 65
    assert len({problem.id for problem in everything(splits)}) == 150


def test_one_problem_with_other_numbers_stays_in_one_split(tmp_path: Path) -> None:
    rows = [
        {
            "question": f"Bài {n}: {row['question'].replace('thêm 3', f'thêm {n}')}",
            "solution": f"Đáp số: {n}",
        }
        for row in sample(30)
        for n in (4, 17, 1_250)
    ]
    splits = file(None, path=write(tmp_path / "a.json", rows), test_share=0.3)
    assert splits.test
    words = [{p.question.split(":")[1].split(",")[0] for p in split} for split in splits[:3]]
    assert not (words[0] & words[2] or words[0] & words[1] or words[1] & words[2])


def test_only_what_can_be_checked_is_tested_on(tmp_path: Path) -> None:
    rows = sample(140)
    for row in rows[::2]:
        row["solution"] = "Học sinh tự làm."
    splits = file(None, path=write(tmp_path / "a.json", rows), test_share=0.4, validation_share=0)
    assert splits.notes["not_checkable"] == 70
    assert splits.test
    assert all(problem.answer for problem in splits.test)
    assert splits.validation
    assert all(problem.answer is None for problem in splits.validation)
    assert any(problem.answer is None for problem in splits.train)


def test_the_surplus_of_test_is_left_unused_not_trained_on(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", sample(150))
    whole = file(None, path=path, test_share=0.3)
    capped = file(None, path=path, test_share=0.3, max_test=5)
    assert capped.test == whole.test[:5]
    assert capped.train == whole.train
    assert capped.notes["test_unused"] == len(whole.test) - 5
    assert "beyond data.max_test" in describe(capped.notes)


def test_a_gold_column_is_taken_instead_of_the_solution(tmp_path: Path) -> None:
    rows = [
        row | {"gold": gold}
        for row, gold in zip(sample(5), [7, 1.5, "3/4", None, "?"], strict=True)
    ]
    splits = file(None, path=write(tmp_path / "a.json", rows), answer="gold", test_share=0)
    golds = {problem.question.split()[0]: problem.answer for problem in everything(splits)}
    assert golds == {"An": "7", "Bình": "1,5", "Chi": "3/4", "Dũng": None, "Giang": None}


@pytest.mark.parametrize(
    ("cell", "gold"),
    [(5e-05, "0,00005"), (12.345, "12,345"), (3.0, "3"), (1e22, "1" + 22 * "0"), (-0.5, "-0,5"),
     (float("nan"), None), (float("inf"), None)],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".parquet", ".json"])
def test_a_number_in_the_gold_column_is_written_out(
    tmp_path: Path, cell: float, gold: str | None, suffix: str
) -> None:
    path = write(tmp_path / f"a{suffix}", [sample(1)[0] | {"gold": cell}])
    (problem,) = everything(file(None, path=path, answer="gold", test_share=0))
    assert problem.answer == gold


def leaky() -> list[dict[str, Any]]:
    """Rows of one text, each with a word of its own: divided as different questions are."""
    text = (
        "Một cửa hàng buổi sáng bán 25 kg gạo, buổi chiều bán nhiều hơn 7 kg. Hỏi cả ngày bán {}?"
    )
    return [{"question": text.format(f"được {name}"), "solution": "Đáp số: 57"} for name in NAMES]


def test_what_gives_a_held_out_question_away_is_listed_with_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", [*sample(60), *leaky()])
    splits = file(tmp_path, path=path, test_share=0.3, validation_share=0.2)
    listed = [row for row in rejects(tmp_path) if row["code"] == "leak"]
    counts = {name: sum(row["split"] == name for row in listed) for name in ("train", "validation")}
    assert counts == {
        "train": splits.notes["leaks"],
        "validation": splits.notes["validation_leaks"],
    }
    assert min(counts.values()) > 0
    assert len(everything(splits)) + len(listed) == 60 + len(NAMES)
    held_out = {p.id for p in (*splits.validation, *splits.test)}
    assert all(row["message"].split()[1] in held_out for row in listed)
    assert all(row["problem"]["question"].startswith("Một cửa hàng") for row in listed)
    assert "dropped from validation" in str(splits.notes["description"])


def test_when_leaks_leave_nothing_the_error_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", leaky())
    with pytest.raises(DataError, match=r"left to train on \(\d+ give a held-out question away"):
        file(None, path=path, test_share=0.5, validation_share=0)
    with pytest.raises(DataError, match="left to train on; it needs"):
        file(None, path=write(path, sample(3)), test_share=0.98, validation_share=0.01)


FAULTS: dict[str, Any] = {
    "missing_key": {"question": "Tính 3 + 4"},
    "empty": {"question": " \n\u00a0", "solution": "7"},
    "empty 2": {"question": "<p>&nbsp;</p>", "solution": "7"},
    "empty 3": {"question": None, "solution": "7"},
    "not_text": {"question": "Tính 3 + 4", "solution": 7},
    "not_object": ["Tính", "7"],
    "too_long": {"question": "Tính 3 + 4", "solution": "7" * 10_000_000},
    "bad_utf8": {"question": "Tính \ud800", "solution": "7"},
    "damaged_encoding": {"question": "Ph©n lo¹i", "solution": "7"},
    "image_only": {"question": "Bài 9.\n![](https://h/1.png)", "solution": "7"},
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_a_malformed_row_is_set_aside_with_its_reason(
    tmp_path: Path, name: str, suffix: str, caplog: pytest.LogCaptureFixture
) -> None:
    rows: list[Any] = sample(20)
    rows[6] = FAULTS[name]
    path = tmp_path / f"rows{suffix}"
    lines = [json.dumps(row) for row in rows]
    path.write_text("[" + ",".join(lines) + "]" if suffix == ".json" else "\n".join(lines))
    splits = file(tmp_path, path=path)
    code = name.split()[0]
    assert splits.notes["quarantined"] == {code: 1}
    assert splits.notes["kept"] == 19
    (reject,) = rejects(tmp_path)
    assert reject["row"] == 7
    assert reject["code"] == code
    assert reject["message"]
    assert len(reject["excerpt"]) <= 500
    assert "1 malformed rows left out" in caplog.text
    assert [entry.name for entry in (tmp_path / "data").iterdir()] == ["quarantine.jsonl"]


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv", ".tsv"])
def test_broken_utf8_costs_only_its_row(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"rows{suffix}"
    rows = sample(20)
    rows[4]["question"] = "XX " + rows[4]["question"]
    write(path, rows)
    path.write_bytes(path.read_bytes().replace(b"XX", b"\xe1\xba"))
    splits = file(tmp_path, path=path)
    assert splits.notes["quarantined"] == {"bad_utf8": 1}
    (reject,) = rejects(tmp_path)
    assert reject["row"] == 5
    assert "\\udce1" in reject["excerpt"]


def test_too_many_malformed_rows_stop_the_run_with_reasons_and_remedy(tmp_path: Path) -> None:
    rows: list[Any] = sample(20)
    rows[0], rows[5], rows[7], rows[9], rows[11] = (
        {"question": "x"},
        3,
        None,
        [],
        {"solution": "y"},
    )
    path = write(tmp_path / "rows.json", rows)
    with pytest.raises(DataError) as caught:
        file(tmp_path, path=path)
    message = str(caught.value)
    assert "5 of 20 rows are malformed; data.max_quarantine=0.2 allows 4" in message
    assert "not_object 3, missing_key 2" in message
    assert "row 1:" in message
    assert "row 8:" in message
    assert "row 10:" not in message
    assert "data.max_quarantine" in message.splitlines()[-2]
    assert "quarantine.jsonl" in message
    assert len(rejects(tmp_path)) == 5
    assert file(None, path=path, max_quarantine=0.25).notes["kept"] == 15


def test_duplicates_are_listed_but_not_malformed(tmp_path: Path) -> None:
    rows = sample(20)
    copy = {"question": "  " + rows[3]["question"].replace(" ", "&nbsp;"), "solution": "Tự làm."}
    path = write(tmp_path / "a.json", [copy, *rows, copy, copy, copy, copy])
    splits = file(tmp_path, path=path)
    assert splits.notes["duplicates"] == 5
    assert splits.notes["quarantined"] == {}
    assert splits.notes["checkable"] == 20
    assert {reject["code"] for reject in rejects(tmp_path)} == {"duplicate"}
    assert "row 5" in rejects(tmp_path)[0]["message"]
    write(path, rows)
    assert file(tmp_path, path=path)[:3] == splits[:3]
    assert rejects(tmp_path) == []


def test_rows_with_an_image_are_kept_and_counted(tmp_path: Path) -> None:
    rows = sample(20)
    rows[0]["question"] += "\n![](https://h/1.png)"
    rows[1]["solution"] += '<img src="2.png">'
    splits = file(None, path=write(tmp_path / "a.json", rows))
    assert splits.notes["images"] == 2
    assert splits.notes["kept"] == 20


def test_nothing_left_to_train_on(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", sample(3))
    with pytest.raises(ConfigError, match="below 1"):
        file(None, path=path, test_share=0.5, validation_share=0.5)
    with pytest.raises(DataError, match="left to train on"):
        file(None, path=path, test_share=0.98, validation_share=0.01)


def test_an_empty_split_is_warned_of_unless_it_was_not_asked_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path / "a.json", sample(2))
    file(None, path=path, test_share=0, validation_share=0)
    assert "split is empty" not in caplog.text
    file(None, path=path, test_share=1e-9, validation_share=0)
    assert "the test split is empty" in caplog.text


def test_the_yaml_keys_are_the_keywords() -> None:
    node = yaml.safe_load((ROOT / "conf/data/file.yaml").read_text(encoding="utf-8"))
    assert node.pop("_target_") == "mathpal.data.files.file"
    parameters = inspect.signature(file).parameters
    keywords = {name: p for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY}
    assert set(node) == set(keywords)
    for name in set(node) - {"path", "seed"}:
        assert node[name] == keywords[name].default


@pytest.mark.skipif(not EXAMS.exists(), reason="the exam file is not part of the repository")
def test_the_real_exams(tmp_path: Path) -> None:
    splits = file(tmp_path, path=EXAMS)
    notes = splits.notes
    assert notes["sha256"] == hashlib.sha256(EXAMS.read_bytes()).hexdigest()
    assert notes["rows_read"] == 1010
    assert notes["duplicates"] == 8
    assert notes["quarantined"] == {"image_only": 1}
    lost = notes["leaks"] + notes["validation_leaks"]
    assert notes["kept"] == 1001 == len(everything(splits)) + lost
    assert 1 <= notes["leaks"] <= 20
    assert len(rejects(tmp_path)) == 9 + lost
    assert all(problem.answer for problem in splits.test)
    assert describe(notes).startswith(
        "train.json: 1 010 rows read, 8 duplicates dropped, 1 malformed"
    )


def test_the_data_lines_count_what_cleaning_removed(tmp_path: Path) -> None:
    rows = sample(20)
    assert "cleaning:" not in describe(file(None, path=write(tmp_path / "a.json", rows)).notes)
    rows[0]["question"] += "<br><b>a</b>&nbsp;<think>"
    rows[1]["solution"] = "<p>" + rows[1]["solution"] + "</p>"
    notes = file(None, path=write(tmp_path / "b.json", rows)).notes
    assert "cleaning: 5 HTML tags, 1 HTML entities" in describe(notes).splitlines()
