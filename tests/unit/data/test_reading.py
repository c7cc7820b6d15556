"""Reading: the shapes that files come in, and what a break in one costs."""

import csv
import json
import unicodedata
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


def cells_of(text: str, names: tuple[str, str] = ("Câu hỏi", "Lời giải")) -> str:
    rows = [f"{row['question']}{text}Đáp số: {n},5" for n, row in enumerate(sample(20))]
    return "\r\n".join([text.join(names), *rows])


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("begin", ["", "sep=", '"sep='])
def test_the_separator_is_found_without_the_names(
    tmp_path: Path, delimiter: str, begin: str
) -> None:
    path = tmp_path / "a.csv"
    stated = f"{begin}{delimiter}{begin[:1].replace('s', '')}\r\n" if begin else ""
    path.write_text(stated + cells_of(delimiter), encoding="utf-8-sig")
    with pytest.raises(
        DataError, match=r"data\.question=\"Câu hỏi\"' 'data\.solution=\"Lời giải\""
    ):
        file(None, path=path)
    splits = file(None, path=path, question="Câu hỏi", solution="Lời giải", test_share=0)
    assert splits.notes["kept"] == 20


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32"])
def test_wide_text_with_and_without_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(cells_of("\t").encode(encoding))
    splits = file(None, path=path, question="Câu hỏi", solution="Lời giải", test_share=0)
    assert splits.notes["kept"] == 20


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp1258", "Windows-1258"), ("latin-1", "older than Unicode")]
)
def test_an_older_encoding_is_called_what_it_is(tmp_path: Path, encoding: str, name: str) -> None:
    text = cells_of(";")
    if encoding == "cp1258":  # base letters with their own sign, tones as signs after them
        pairs = [(sign, unicodedata.normalize("NFD", sign)) for sign in set(text)]
        for sign, parts in pairs:
            tone = next((part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323"), "")
            base = unicodedata.normalize("NFC", parts.replace(tone, "") if tone else parts)
            text = text.replace(sign, base + tone)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding, "ignore"))
    with pytest.raises(DataError, match=f"{name}.*CSV UTF-8"):
        file(None, path=path)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_names_of_columns_in_another_form_of_unicode_are_the_same(
    tmp_path: Path, suffix: str
) -> None:
    for form, other in (("NFC", "NFD"), ("NFD", "NFC")):
        names = [unicodedata.normalize(form, name) for name in ("Đề bài", "Lời giải")]
        rows = [dict(zip(names, row.values(), strict=True)) for row in sample(20)]
        path = write(tmp_path / f"{form}{suffix}", rows)
        question, solution = (unicodedata.normalize(other, name) for name in names)
        splits = file(None, path=path, question=question, solution=solution, test_share=0)
        assert splits.notes["kept"] == 20


@pytest.mark.parametrize(
    ("header", "advice"),
    [
        (
            "Câu hỏi;Lời giải;Đáp án",
            "'data.question=\"Câu hỏi\"' 'data.solution=\"Lời giải\"' 'data.answer=\"Đáp án\"'",
        ),
        (
            "STT;ĐỀ BÀI;Hướng dẫn giải",
            "'data.question=\"ĐỀ BÀI\"' 'data.solution=\"Hướng dẫn giải\"'",
        ),
        ("câu_hỏi;đáp_án", "'data.question=\"câu_hỏi\"' 'data.solution=\"đáp_án\"'"),
        ("STT;CauHoi;LoiGiai", "data.question=CauHoi data.solution=LoiGiai"),
        (
            "Câu hỏi số;Lời giải chi tiết",
            "'data.question=\"Câu hỏi số\"' 'data.solution=\"Lời giải chi tiết\"'",
        ),
        ("cau hoi;loi giai", "'data.question=\"cau hoi\"' 'data.solution=\"loi giai\"'"),
        ("question;x;answer", "data.solution=answer"),
    ],
)
def test_usual_headers_are_proposed(tmp_path: Path, header: str, advice: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        f"{header}\n1;2;3\n"[: None if header.count(";") > 1 else -3] + "\n", encoding="utf-8"
    )
    with pytest.raises(DataError) as caught:
        file(None, path=path)
    assert str(caught.value).endswith(f"Write {advice}")


@pytest.mark.parametrize("glue", ["\n", "\n\ufeff", "\ufeff"])
def test_a_second_header_is_set_aside(tmp_path: Path, glue: str) -> None:
    lines = [f"{name} có mấy bút?,Đáp số: {n}" for n, name in enumerate(NAMES)]
    one, two = (["question,solution", *part] for part in (lines[:10], lines[10:]))
    path = tmp_path / "a.csv"
    path.write_text("\n".join(one) + glue + "\n".join(two), encoding="utf-8-sig")
    splits = file(tmp_path, path=path, test_share=0)
    assert splits.notes["kept"] == 20
    assert [(r["row"], r["code"]) for r in rejects(tmp_path)] == [(11, "header")]


def test_rows_below_a_header_with_other_columns_are_set_aside(tmp_path: Path) -> None:
    lines = [f"{name} có mấy bút?,Đáp số: {n}" for n, name in enumerate(NAMES)]
    path = tmp_path / "a.csv"
    whole = ["question,solution", *lines, "solution,question", "Đáp số: 5,Mấy?", "id,a,b"]
    path.write_text("\n".join([*whole, "Question, solution ", "Hỏi?,Đáp số: 7"]), encoding="utf-8")
    splits = file(tmp_path, path=path, test_share=0)
    assert splits.notes["kept"] == 21
    assert [r["row"] for r in rejects(tmp_path)] == [21, 22, 23, 24]
    assert {r["code"] for r in rejects(tmp_path)} == {"header"}


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv", ".parquet"])
def test_a_row_of_names_of_columns_is_set_aside(tmp_path: Path, suffix: str) -> None:
    rows = [*sample(20), {"question": "Câu hỏi", "solution": "Lời giải"}]
    splits = file(tmp_path, path=write(tmp_path / f"a{suffix}", rows), test_share=0)
    assert splits.notes["quarantined"] == {"header": 1}


def test_a_byte_order_mark_before_a_line_of_json_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [json.dumps(row) for row in sample(20)]
    path.write_text("\ufeff" + "\n\ufeff".join(lines), encoding="utf-8")
    assert file(None, path=path).notes["kept"] == 20
