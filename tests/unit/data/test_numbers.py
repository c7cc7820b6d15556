"""Golds do not depend on how a tool stored a number."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mathpal.data.files import file
from mathpal.data.numbers import shortest, with_decimal_commas, written
from mathpal.problems import Row
from tests.conftest import write

NAMES = "An Bình Chi Dũng Giang Hà Khoa Lan".split()


def golds(path: Path) -> dict[str, str | None]:
    splits = file(None, path=path, answer="answer", validation_share=0, test_share=0)
    return {problem.question.split()[0]: problem.answer for problem in splits.train}


def rows(cells: list[Any]) -> list[dict[str, Any]]:
    return [
        {"question": f"{name} có mấy lít?", "solution": "Tính ra.", "answer": cell}
        for name, cell in zip(NAMES, cells, strict=False)
    ]


@pytest.mark.parametrize(
    ("cell", "gold"),
    [
        (0.1 + 0.2, "0,3"),
        (2.9999999999999996, "3"),
        (4.35 * 100, "435"),
        (sum([0.1] * 1000), "100"),
        (0.10000000149011612, "0,1"),
        (5.0, "5"),
        (-0.0, "0"),
        (1e22, "1" + "0" * 22),
        (5e-05, "0,00005"),
        (1.25, "1,25"),
        (123456.789, "123456,789"),
        (7, "7"),
        (-2.5, "-2,5"),
        (1 / 3, "0,3333333333333333"),
        (3.141592653589793, "3,141592653589793"),
        (Decimal("2.50"), "2,5"),
        (Decimal("5.00"), "5"),
        (Decimal("1E+2"), "100"),
        ("0.30000000000000004", "0,3"),
        ("5.0", "5"),
        ("2.50", "2,5"),
        ("5e-05", "0,00005"),
        ([5], "5"),
        (["5 km"], "5 km"),
        ([2.5], "2,5"),
        ({"value": 5}, "5"),
        ({"a": None, "b": "B"}, "B"),
        ([["7"]], "7"),
        ("[5]", "5"),
        ("['5 km']", "5 km"),
        ("[5.]", "5"),
        ('{"value": 2.5}', "2,5"),
        # What stays, and what has no one value:
        ("1.500", "1.500"),
        ("1.250.000", "1.250.000"),
        ("12,5", "12,5"),
        ("{3}", "{3}"),
        ("[2, 3]", "[2, 3]"),
        ("[1;2]", "[1;2]"),
        ("1.23E+11", "1.23E+11"),
        ("12.05.2020", "12.05.2020"),
        ([1, 2], None),
        ([], None),
        ({"a": 1, "b": 2}, None),
        (True, None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        (Decimal("NaN"), None),
    ],
)
def test_the_text_of_an_answer_cell(cell: object, gold: str | None) -> None:
    assert written(cell) == gold


@pytest.mark.parametrize(
    ("value", "gold"), [(16777.2109375, "16777.21"), (0.5, "0.5"), (100.0999984741211, "100.1")]
)
def test_the_shortest_decimal_of_32_bits(value: float, gold: str) -> None:
    assert shortest(value, narrow=True) == Decimal(gold)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["1.500", "2.5"], ["1,5", "2,5"]),
        (["1.500 km", "0.125", "B"], ["1,500 km", "0,125", "B"]),
        (["1,234.5", "1,500", "2.500"], ["1234,5", "1500", "2,5"]),
        (["1.500", "12.000"], ["1.500", "12.000"]),
        (["1.500", "2.5", "1.250.000"], ["1.500", "2.5", "1.250.000"]),
        (["1.500", "2,5"], ["1.500", "2,5"]),
        (["1.500", "12.05.2020", "A2.5"], ["1.500", "12.05.2020", "A2.5"]),
        (["1.500", None, 2.5], ["1.500", None, 2.5]),
    ],
)
def test_other_cells_prove_what_the_point_is(before: list[Any], after: list[Any]) -> None:
    given = [Row(number, {"a": cell}) for number, cell in enumerate(before)]
    assert [row.fields["a"] for row in with_decimal_commas(given, "a") if row.fields] == after
    assert with_decimal_commas(given, None) == given


def single(path: Path, cells: list[float]) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pylist(rows(cells))
    place = table.schema.get_field_index("answer")
    pq.write_table(table.set_column(place, "answer", pa.array(cells, pa.float32())), path)
    return path


def decimals(path: Path, cells: list[float]) -> Path:
    return write(path, rows([Decimal(str(cell)).quantize(Decimal("0.00000")) for cell in cells]))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.json", lambda path, cells: write(path, rows(cells))),
        ("a.csv", lambda path, cells: write(path, rows([repr(cell) for cell in cells]))),
        ("a.jsonl", lambda path, cells: write(path, rows([[cell] for cell in cells]))),
        ("a.parquet", lambda path, cells: write(path, rows(cells))),
        ("b.parquet", single),
        ("c.parquet", decimals),
    ],
)
def test_every_way_to_store_numbers_gives_the_same_golds(
    tmp_path: Path, name: str, make: Callable[[Path, list[float]], Path]
) -> None:
    cells = [0.1, 2.5, 1.5, 12.0, 0.00005, 1.125, 100.1, 16777.21]
    found = golds(make(tmp_path / name, cells))
    assert list(map(found.get, NAMES)) == [
        "0,1", "2,5", "1,5", "12", "0,00005", "1,125", "100,1", "16777,21",
    ]  # fmt: skip


def test_an_audit_sees_the_golds_of_a_run(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", rows(["1.500", "2.5"]))
    splits = file(None, path=path, answer="answer", validation_share=0, test_share=0)
    again = {row.fields["answer"] for row in splits.raw[0].read(None) if row.fields}
    assert again == {problem.answer for problem in splits.train} == {"1,5", "2,5"}
    assert json.dumps(sorted(again))


@pytest.mark.parametrize("cell", ["1e9999999", "1.5e-9999999", "1e99999999999999999999"])
def test_a_power_beyond_all_numbers_stays_text(cell: str) -> None:
    assert written(cell) == cell
    assert written("1e-400") == "0," + "0" * 399 + "1"
