"""Reading: the shapes that files come in, and what a break in one costs."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mathpal.data.files import file
from mathpal.errors import DataError
from tests.conftest import rejects, write

NAMES = (
    "An Bình Chi Dũng Giang Hà Khoa Lan Minh Nga Oanh Phúc Quân Sơn Tú Uyên Vân Xuân Yến Ý".split()
)


def sample(count: int) -> list[dict[str, Any]]:
    return [
        {"question": f"{name} có kẹo, mấy cái?", "solution": f"Bài giải\nSố kẹo:\nĐáp số: {n} cái"}
        for n, name in enumerate(NAMES[:count])
    ]


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda rows: json.dumps({"train": rows}),
        lambda rows: json.dumps({"data": rows, "version": 1}),
        lambda rows: "\ufeff" + json.dumps(rows),
        lambda rows: "\n".join(json.dumps(row) for row in rows),
    ],
    ids=["train", "data", "byte order mark", "lines named .json"],
)
def test_shapes_of_json(tmp_path: Path, rewrite: Callable[[list[Any]], str]) -> None:
    path = tmp_path / "rows.json"
    path.write_text(rewrite(sample(20)), encoding="utf-8")
    assert file(None, path=path).notes["kept"] == 20


def test_a_json_object_of_several_lists_wants_a_split(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps({"train": sample(20), "test": sample(5)}), encoding="utf-8")
    assert file(None, path=path, split="train").notes["kept"] == 20
    with pytest.raises(DataError, match=r"train \(20 rows\), test \(5 rows\).*data\.split=train"):
        file(None, path=path)
    with pytest.raises(DataError, match=r"data\.split=valid.*data\.split=train"):
        file(None, path=path, split="valid")


def test_utf16_and_semicolons_as_excel_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    text = "\r\n".join(f'"{row["question"]}";"{row["solution"]}"' for row in sample(20))
    path.write_text("question;solution\r\n" + text, encoding="utf-16")
    splits = file(None, path=path)
    assert splits.notes["kept"] == 20
    assert all("Bài giải\nSố" in problem.solution for problem in splits.train)


def test_broken_utf8_in_parquet_costs_only_its_row(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    raw = [row["question"].encode() for row in sample(20)]
    raw[4] = b"T\xe1\xba nh 3 + 4"
    table = pyarrow.table(
        {
            "question": pyarrow.Array.from_buffers(
                pyarrow.string(), 20, pyarrow.array(raw, pyarrow.binary()).buffers()
            ),
            "solution": pyarrow.array([row["solution"] for row in sample(20)]).dictionary_encode(),
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "rows.parquet")
    splits = file(None, path=tmp_path / "rows.parquet")
    assert splits.notes["quarantined"] == {"bad_utf8": 1}
    assert splits.notes["kept"] == 19


def test_a_line_that_is_not_json_and_blank_lines(tmp_path: Path) -> None:
    lines = [json.dumps(row) for row in sample(20)]
    lines[3] = lines[3][:-9]
    lines[10] = "[" * 100_000
    lines.insert(5, "  ")
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    assert file(tmp_path, path=tmp_path / "rows.jsonl").notes["quarantined"] == {"not_json": 2}
    assert [reject["row"] for reject in rejects(tmp_path)] == [4, 12]


def test_a_decimal_comma_without_quotation_marks_does_not_shift_columns(tmp_path: Path) -> None:
    lines = [
        "question,solution",
        *(f"{n} + {n} bằng mấy? {name},{n}" for n, name in enumerate(NAMES)),
    ]
    lines[3] = "Tính 1,5 + 2,x"
    (tmp_path / "rows.csv").write_text("\n".join(lines), encoding="utf-8")
    splits = file(tmp_path, path=tmp_path / "rows.csv")
    assert splits.notes["quarantined"] == {"columns": 1}
    assert rejects(tmp_path)[0]["row"] == 3
    assert "3 columns where the header has 2" in rejects(tmp_path)[0]["message"]


def test_a_stray_quotation_mark_in_csv_costs_its_own_row(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", sample(20))
    broken = path.read_text(encoding="utf-8").replace('"Chi có', '"Chi "nói" có')
    path.write_text(broken, encoding="utf-8")
    splits = file(tmp_path, path=path)
    assert splits.notes["kept"] == 19
    # The row has three lines; which of them were rows cannot be known, so each is listed.
    assert splits.notes["quarantined"] == {"quotes": 3}
    assert "Chi" in rejects(tmp_path)[0]["excerpt"]
    assert not any("Dũng" in reject["excerpt"] for reject in rejects(tmp_path))


def test_lines_swallowed_by_an_open_quotation_mark_are_counted_and_listed(tmp_path: Path) -> None:
    lines = ["question,solution", *(f"{name} có mấy bút?,{n}" for n, name in enumerate(NAMES))]
    lines[17] = '"' + lines[17]
    (tmp_path / "rows.csv").write_text("\n".join(lines), encoding="utf-8")
    splits = file(tmp_path, path=tmp_path / "rows.csv")
    assert splits.notes["quarantined"] == {"quotes": 4}
    assert splits.notes["kept"] == 16
    lines[5] = '"' + lines[5]
    (tmp_path / "rows.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match="quotation marks"):
        file(None, path=tmp_path / "rows.csv")


def test_a_ten_megabyte_cell_in_csv(tmp_path: Path) -> None:
    rows = sample(20)
    rows[2]["solution"] = "7" * 10_000_000
    splits = file(None, path=write(tmp_path / "rows.csv", rows))
    assert splits.notes["quarantined"] == {"too_long": 1}
    assert csv.field_size_limit() == 131_072


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv", ".parquet"])
def test_wrong_column_names_are_answered_with_the_override(tmp_path: Path, suffix: str) -> None:
    rows = [{"Câu hỏi": row["question"], "response": row["solution"]} for row in sample(5)]
    path = write(tmp_path / f"rows{suffix}", rows)
    with pytest.raises(DataError) as caught:
        file(None, path=path)
    assert "it has 'Câu hỏi', 'response'" in str(caught.value)
    assert "'data.question=\"Câu hỏi\"' data.solution=response" in str(caught.value)
    splits = file(None, path=path, question="Câu hỏi", solution="response", test_share=0)
    assert splits.notes["kept"] == 5


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"", "empty"),
        ("a.json", b"\xef\xbb\xbf \n", "no rows"),
        ("a.json", b"[]", "no rows"),
        ("a.json", b'{"train": []}', "no rows"),
        ("a.json", b'[{"question": "x", "solu', "not a whole JSON document.*cut off"),
        ("a.json", b'{"question": ["x"], "solution": ["y"]}', "expected a list of objects"),
        ("a.json", b"3", "expected a list of objects.*found int"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
        ("a.json", b"[1, 2]", "none of its 2 rows"),
        ("a.jsonl", b"\n\n", "no rows"),
        ("a.jsonl", b'[\n{"question": "x"},\n]', r"none of its 3 rows.*belongs in a \.json"),
        ("a.csv", b"question,solution\n", "no rows"),
        ("a.csv", b"\n \n", "no rows"),
        ("a.csv", b'"question,solution\n', "header cannot be read"),
        ("a.csv", b"question,question,solution\n1,2,3", "more than once"),
        ("a.csv", b"just one line of text", "it has 'just one line of text'"),
        ("a.parquet", b"PAR1 not really", "not a readable Parquet file"),
        ("a.json", b'[{"messages": []}]', "data=messages"),
        ("a.xlsx", b"PK", r"\.json, \.jsonl, \.csv, \.tsv, \.parquet"),
    ],
)
def test_an_unreadable_file_is_one_clear_error(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        file(None, path=tmp_path / name)


def test_no_such_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        file(None, path=tmp_path / "a.json")
    (tmp_path / "b.json").mkdir()
    with pytest.raises(DataError, match="expected a file"):
        file(None, path=tmp_path / "b.json")


def test_a_split_makes_sense_for_json_objects_only(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.csv", "a.json"):
        with pytest.raises(DataError, match=r"data\.split=train.*leave it out"):
            file(None, path=write(tmp_path / name, sample(3)), split="train")
