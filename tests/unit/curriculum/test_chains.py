"""Calculations are written out in steps that are exact, short and done place by place."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathpal.answers import check_steps
from mathpal.curriculum.chains import written_out
from mathpal.curriculum.families.division import long_division
from mathpal.curriculum.families.fraction_forms import reductions
from mathpal.curriculum.writing import spaced


@pytest.mark.parametrize(
    ("given", "between"),
    [
        ("67 - 58 = 9", "17 - 8"),
        ("6 200 - 4 450 = 1 750 (m)", "2 200 - 450 = 1 800 - 50"),
        ("2022 - 1977 = 45 (năm)", "1022 - 977 = 122 - 77 = 52 - 7"),
        ("202 - 4 = 198", "202 - 2 - 2 = 200 - 2"),
        ("46 + 55 + 56 = 157 (m)", "96 + 5 + 56 = 101 + 56"),
        ("57 × 9 = 513 (cm²)", "50 × 9 + 7 × 9 = 450 + 63 = 510 + 3"),
        ("50 × 43 = 2 150", "50 × 40 + 50 × 3 = 2 000 + 150"),
        ("264 : 6 = 44", "240 : 6 + 24 : 6 = 40 + 4"),
        ("85 000 : 5 = 17 000 (đồng)", "50 000 : 5 + 35 000 : 5 = 10 000 + 7 000"),
    ],
)
def test_a_long_calculation_gets_its_steps(given: str, between: str) -> None:
    calculation, value = given.split(" = ")
    assert written_out(given) == f"{calculation} = {between} = {value}"


@pytest.mark.parametrize(
    "line",
    [
        "3 + 4 = 7", "23 + 45 = 68", "67 - 45 = 22", "60 - 7 = 53", "4 000 + 34 000 = 38 000",
        "8 × 7 = 56", "12 × 3 = 36", "50 × 60 = 3 000", "63 : 9 = 7", "105 : 15 = 7",
        "4 500 : 100 = 45", "0,8 × 3,14 = 2,512", "1/2 + 1/4 = 3/4", "x = 111 - 75",
        "x + 75 = 111", "287 : 6 = 47 (dư 5)", "20 + 22 + 27 = 42 + 27 = 69", "28 < 89",
        "15 + 24 × 2 = 63", "Hàng chục: 13 - 8 = 5, nhớ 1", "Bài giải", "", "3 - 5 + 9 = 7",
        "7 : 0 = 0", "1 km = 1 000 m",
    ],
)  # fmt: skip
def test_one_step_and_other_lines_stay(line: str) -> None:
    assert written_out(line) == line


NUMBERS = st.integers(1, 99) | st.integers(1, 999) | st.integers(1, 99_999)


@given(NUMBERS, NUMBERS, st.sampled_from("+-×:"))
def test_every_step_has_the_same_value(a: int, b: int, sign: str) -> None:
    if sign == "-":
        a, b = max(a, b), min(a, b)
    if sign == ":":
        a, b = a * (b % 100 + 1), b % 100 + 1
    value = {"+": a + b, "-": a - b, "×": a * b, ":": a // b}[sign]
    line = f"{spaced(a)} {sign} {spaced(b)} = {spaced(value)}"
    for part in written_out(line).split(" = "):
        plain = part.replace(" ", "").replace("×", "*").replace(":", "/")
        plain = re.sub(r"\d+", lambda number: f"Fraction({number[0]})", plain)
        assert eval(plain, {"Fraction": Fraction}) == value
    assert all(step.verdict == "valid" for step in check_steps(written_out(line)))


@given(st.integers(10, 9_999), st.integers(2, 49))
def test_a_long_division_is_exact_and_takes_each_digit_once(number: int, divisor: int) -> None:
    lines = long_division(number, divisor)
    assert all(step.verdict != "invalid" for step in check_steps("\n".join(lines)))
    digits = [found[1] for line in lines if (found := re.search(r": \d+ được (\d)[.,]", line))]
    assert int("".join(digits) or 0) == number // divisor
    if number >= divisor:
        assert lines[-1].endswith(f"= {number % divisor}")


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [
        ((12, 18), [(6, 9, 2), (2, 3, 3)]),
        ((40, 28), [(20, 14, 2), (10, 7, 2)]),
        ((7, 9), []),
        ((9, 3), [(3, 1, 3)]),
        ((1, 5), []),
    ],
)
def test_a_fraction_is_reduced_by_primes(
    fraction: tuple[int, int], expected: list[tuple[int, int, int]]
) -> None:
    assert list(reductions(*fraction)) == expected
