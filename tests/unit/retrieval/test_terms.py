"""What makes two questions alike: terms at their edges."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathpal.retrieval.terms import shape, terms, units


@pytest.mark.parametrize(
    "number",
    [
        "7", "1250", "1 250", "1.250", "12 345 678", "3,5", "1.250,75", "3/4", "2 3/4", "½", "1½",
        "12/5/2024", "$3{,}5$", "$25\\,000$", "$\\frac{3}{4}$", "$\\dfrac{12}{7}$", "$\\frac34$",
        "$1\\frac{1}{2}$", "\uff11\uff12",
    ],
)  # fmt: skip
def test_every_writing_of_a_number_is_one_term(number: str) -> None:
    assert units(f"có {number} quả") == ["có", "#", "quả"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("?! …", []),
        ("số A4 và H2O", ["số", "a4", "và", "h2o"]),
        ("hai bạn", ["hai", "bạn"]),
        ("cạnh 20cm, lớp 6A", ["cạnh", "#", "cm", "lớp", "#", "a"]),
        ("1234 567", ["#", "#"]),
        ("các số 1; 2 và 3,5.", ["các", "số", "#", "#", "và", "#"]),
        ("Bài 3. Tính: 3 + 4", ["tính", "#", "+", "#"]),
        ("Tìm x, biết: x : 3 = 5", ["tìm", "x", "biết", "x", ":", "#", "=", "#"]),
        ("(3 + 4):7", ["#", "+", "#", ":", "#"]),
        ("36 / 4", ["#", ":", "#"]),
        ("3x4", ["#", "×", "#"]),
        ("$3 \\times 4 \\div 2$", ["#", "×", "#", ":", "#"]),
        ("5 ki-lô-gam − 2", ["#", "ki", "lô", "gam", "-", "#"]),
        ("![hình 1](https://h/2024/19_1.png) cạnh", ["cạnh"]),
        ("$\\frac{a}{3}$", ["a", "#"]),
        ("$S_{ABC}$ = 9 cm²", ["s", "abc", "=", "#", "cm²"]),
    ],
)
def test_edges(text: str, expected: list[str]) -> None:
    assert units(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hoà góp thuỷ tinh", "Hòa góp thủy tinh"), ("đường tròn", "ĐƯỜNG TRÒN"), ("toè", "tòe")],
)
def test_case_and_the_place_of_a_tone_do_not_count(one: str, other: str) -> None:
    assert units(one) == units(other)


def test_terms_are_units_and_pairs_without_counts() -> None:
    assert terms("Có 5 kẹo, có 7 bi") == [
        "có", "#", "kẹo", "bi", "có #", "# kẹo", "kẹo có", "# bi",
    ]  # fmt: skip
    assert terms("") == []
    assert terms("kẹo") == ["kẹo"]


def test_twins_share_a_shape_and_near_misses_do_not() -> None:
    assert shape("Bài 1: Tính $3 + 4,5$") == shape("tính 1 200 + 7")
    assert shape("Tính 3 + 4") != shape("Tính 3 - 4")
    assert shape("Tính 3 + 4") != shape("Tính 3 + 4 + 5")
    assert shape("…") == ""


@given(st.text(alphabet="aăâđêôơưáàảãạ òúý0123456789,.:/x×+-$\\{}()", max_size=40))
def test_the_form_of_unicode_does_not_count(text: str) -> None:
    expected = units(unicodedata.normalize("NFC", text))
    assert units(unicodedata.normalize("NFD", text)) == expected
    assert all(" " not in unit and unit == unit.lower() for unit in expected)


def test_long_runs_cost_linear_time() -> None:
    for run in ("1 ", "1/", "-", "\\frac{", "x:", "1.", "{,}", "!["):
        assert len(units(run * 100_000)) <= 200_000
