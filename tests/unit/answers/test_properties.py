"""What must hold for every value and every text, drawn by hypothesis.

Small here so that the normal suite stays quick; tests/slow/test_answers_properties.py runs the
same properties on many more examples.
"""

import re
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mathpal.answers import KINDS, VERDICTS, check_steps, declared_answer, grade, parse_gold
from mathpal.errors import DataError

QUICK = settings(
    max_examples=150, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
STEP_VERDICTS = {"valid", "invalid", "unchecked"}
MARKERS = [
    "Đáp số: ",
    "Đáp án: ",
    "Vậy đáp số là ",
    "**Đáp số:** ",
    "Kết quả: ",
    "\\boxed{",
    "ĐS: ",
]
THOUSANDS = ["", " ", ".", "\u00a0", "\u202f", "\\,"]
# (gold unit, response unit, response value for one gold unit)
UNITS = [
    ("m", "cm", 100), ("m", "dm", 10), ("km", "m", 1000), ("m²", "cm²", 10_000),
    ("ha", "m²", 10_000), ("m³", "lít", 1000), ("m³", "dm³", 1000), ("kg", "g", 1000),
    ("tấn", "kg", 1000), ("tạ", "yến", 10),
    ("giờ", "phút", 60), ("phút", "giây", 60), ("năm", "tháng", 12), ("nghìn đồng", "đồng", 1000),
]  # fmt: skip
FRAGMENTS = [
    "Đáp số: ", "Đáp án ", "Vậy ", "Chọn ", "là ", "\\boxed{", "\\frac{", "\\frac{1}{2}", "}", "{",
    "(", ")", "[", "]", "((", "1.000", "3/4", " km", "km/", " giờ ", "=", "==", ":", ";", ",", ".",
    "…", " dư ", " hoặc ", "-", "–", "+", "×", "x", "<", ">", "A", "B. ", "\n", " ", "1", "12 ",
    "9" * 30, "%", "²", "^", "^{2}", "<sup>", "</sup>", "&nbsp;", "$", "\\", "a)", "b) ", "không ",
    "có ", "thứ Ba", "7:25", "2³", "m²", "\u0301", "\ud800", "\x00", "ấ", "🙂", "và ", "hay ",
]  # fmt: skip
GOLDS = [
    ("70", "integer"), ("1,5", "decimal"), ("3/4", "fraction"), ("2 4/9", "mixed"),
    ("28%", "percent"), ("70 km", "quantity"), ("7 giờ 25 phút", "time"), ("3 : 4", "ratio"),
    ("Số lớn: 30; số bé: 20", "pair"), ("2/3 < 3/4 < 5/6", "list"), ("7 (dư 2)", "remainder"),
    ("{2; 3; 5}", "set"), ("<", "sign"), ("B", "choice"), ("có", "yesno"), ("thứ Ba", "text"),
    ("52x4", "pattern"), ("2³ × 5", "factors"), ("a) 12 cm; b) Đúng", "parts"),
]  # fmt: skip


Check = Callable[..., None]
PROPERTIES: dict[str, tuple[dict[str, Any], Check]] = {}


def holds_for(**strategies: Any) -> Callable[[Check], Check]:
    """A hypothesis test, kept in `PROPERTIES` so that the slow suite can run it for longer."""

    def register(check: Check) -> Check:
        PROPERTIES[check.__name__] = (strategies, check)
        return QUICK(given(**strategies)(check))

    return register


def shown(value: Fraction, places: int, thousands: str) -> str:
    """A decimal number as a Vietnamese book prints it."""
    whole, rest = divmod(abs(value) * 10**places, 10**places)
    digits = f"{int(whole):,}".replace(",", thousands)
    text = f"{digits},{int(rest):0{places}d}" if places else digits
    return f"-{text}" if value < 0 else text


def declared(marker: str, answer: str) -> str:
    return f"Bài giải\n1 + 1 = 2\n{marker}{answer}" + ("}" if marker.endswith("{") else "")


@holds_for(
    number=st.integers(-(10**9), 10**9),
    places=st.integers(0, 3),
    thousands=st.sampled_from(THOUSANDS),
    marker=st.sampled_from(MARKERS),
    change=st.integers(-(10**6), 10**6).filter(bool),
)
def test_a_number_in_any_notation_is_correct_and_a_changed_one_is_wrong(
    number: int, places: int, thousands: str, marker: str, change: int
) -> None:
    value = Fraction(number, 10**places)
    response = declared(marker, shown(value, places, thousands))
    assert grade(response, parse_gold(shown(value, places, ""))).verdict == "correct"
    other = shown(value + Fraction(change, 10**places), places, "")
    assert grade(response, parse_gold(other)).verdict == "wrong"


@holds_for(
    number=st.integers(1, 10**6),
    units=st.sampled_from(UNITS),
    thousands=st.sampled_from(THOUSANDS),
    marker=st.sampled_from(MARKERS),
    glue=st.sampled_from([" ", ""]),
    change=st.integers(1, 1000),
)
def test_a_quantity_in_any_unit_of_its_dimension_is_correct_and_no_other_value(
    number: int, units: tuple[str, str, int], thousands: str, marker: str, glue: str, change: int
) -> None:
    whole, part, factor = units
    gold = parse_gold(f"{number} {whole}")
    amount = Fraction(number * factor)
    assert grade(declared(marker, f"{number}{glue}{whole}"), gold).verdict == "correct"
    assert (
        grade(declared(marker, f"{shown(amount, 0, thousands)} {part}"), gold).verdict == "correct"
    )
    assert (
        grade(declared(marker, f"{shown(amount + change, 0, '')} {part}"), gold).verdict == "wrong"
    )
    assert grade(declared(marker, str(number)), gold).verdict == "wrong_unit"


@holds_for(over=st.integers(1, 5000), under=st.integers(2, 500), marker=st.sampled_from(MARKERS))
def test_a_fraction_in_any_notation_is_correct_and_a_changed_one_is_not(
    over: int, under: int, marker: str
) -> None:
    value = Fraction(over, under)
    top, bottom = value.numerator, value.denominator
    if bottom == 1:
        return
    gold = parse_gold(f"{top}/{bottom}")
    shapes = [
        f"{top}/{bottom}",
        f"$\\frac{{{top}}}{{{bottom}}}$",
        f"$\\dfrac{{{{{top}}}}}{{{{{bottom}}}}}$",
    ]
    whole, rest = divmod(top, bottom)
    if whole:
        shapes += [f"{whole} và {rest}/{bottom}", f"${whole}\\frac{{{rest}}}{{{bottom}}}$"]
    for shape in shapes:
        assert grade(declared(marker, shape), gold).verdict == "correct", shape
    assert grade(declared(marker, f"{top + 1}/{bottom}"), gold).verdict == "wrong"
    assert grade(declared(marker, f"{3 * top}/{3 * bottom}"), gold).verdict == "wrong_form"


@holds_for(
    numbers=st.lists(st.integers(0, 10_000), min_size=2, max_size=5, unique=True),
    separator=st.sampled_from(["; ", ", ", " và "]),
    order=st.randoms(use_true_random=False),
)
def test_a_set_holds_in_any_order_and_misses_no_member(
    numbers: list[int], separator: str, order: object
) -> None:
    gold = parse_gold("{" + "; ".join(map(str, numbers)) + "}")
    mixed = list(numbers)
    order.shuffle(mixed)  # type: ignore[attr-defined]
    assert grade("Đáp số: " + separator.join(map(str, mixed)), gold).verdict == "correct"
    assert grade("Đáp số: " + separator.join(map(str, mixed[1:])), gold).verdict == "wrong"


@holds_for(
    powers=st.dictionaries(st.sampled_from([2, 3, 5, 7, 11]), st.integers(1, 5), min_size=1),
    sign=st.sampled_from([" × ", ".", " x ", " \\cdot "]),
)
def test_a_factorisation_holds_in_powers_and_written_out(powers: dict[int, int], sign: str) -> None:
    gold = parse_gold(" × ".join(f"{p}^{n}" for p, n in powers.items()), "factors")
    written = sign.join(sign.join([str(p)] * n) for p, n in reversed(powers.items()))
    latex = sign.join(f"{p}^{{{n}}}" for p, n in powers.items())
    assert grade(f"Đáp số: {written}", gold).verdict == "correct"
    assert grade(f"Đáp số: ${latex}$", gold).verdict == "correct"
    more = sign.join(f"{p}^{{{n + 1}}}" for p, n in powers.items())
    assert grade(f"Đáp số: {more}", gold).verdict == "wrong"


@holds_for(
    numbers=st.lists(st.integers(1, 999), min_size=2, max_size=5),
    signs=st.lists(st.sampled_from("+-×:"), min_size=4, max_size=4),
    bracket=st.booleans(),
    change=st.integers(1, 50),
)
def test_a_calculation_that_python_confirms_is_valid_and_a_changed_one_never(
    numbers: list[int], signs: list[str], bracket: bool, change: int
) -> None:
    pieces = [str(numbers[0])]
    for sign, number in zip(signs, numbers[1:], strict=False):
        pieces += [sign, str(number)]
    if bracket:
        pieces[0], pieces[2] = f"({pieces[0]}", f"{pieces[2]})"
    text = " ".join(pieces)
    python = re.sub(r"[0-9]+", r"Fraction(\g<0>)", text).replace("×", "*").replace(":", "/")
    value = eval(python, {"Fraction": Fraction})  # our own digits and signs only
    right = f"{value.numerator}/{value.denominator}" if value.denominator > 1 else str(value)
    (step,) = check_steps(f"Ta có: {text} = {right}")
    assert step.verdict == "valid", step
    wrong = value + change
    shown_wrong = f"{wrong.numerator}/{wrong.denominator}" if wrong.denominator > 1 else str(wrong)
    (step,) = check_steps(f"Ta có: {text} = {shown_wrong}")
    assert step.verdict == "invalid", step


@holds_for(
    texts=st.lists(st.one_of(st.text(max_size=10), st.sampled_from(FRAGMENTS)), max_size=30),
    repeats=st.sampled_from([1, 1, 7, 200]),
    gold=st.sampled_from(GOLDS),
    lenient=st.booleans(),
)
def test_no_text_raises(
    texts: list[str], repeats: int, gold: tuple[str, str], lenient: bool
) -> None:
    whole = "".join(texts) * repeats
    read = parse_gold(*gold)
    assert grade(whole, read, question=whole, lenient=lenient).verdict in VERDICTS
    assert all(step.verdict in STEP_VERDICTS for step in check_steps(whole))
    declared_answer(whole)
    for kind in (None, gold[1]):
        try:
            assert parse_gold(whole, kind).kind in KINDS
        except DataError:
            continue


@holds_for(
    parts=st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=3),
    head=st.sampled_from(["", "Đáp số: ", "Chọn ", "1 + 1 = "]),
    size=st.sampled_from([10_000, 10_000, 10_000, 100_000, 1_000_000]),
    gold=st.sampled_from(GOLDS),
)
def test_no_text_of_up_to_a_megabyte_takes_over_50_ms_per_10_kb(
    parts: list[str], head: str, size: int, gold: tuple[str, str]
) -> None:
    unit = "".join(parts)
    text = head + unit * (size // len(unit))
    read = parse_gold(*gold)
    allowed = 0.05 * size / 10_000 + 0.05
    for work in (
        lambda: grade(text, read, question=text, lenient=True),
        lambda: check_steps(text),
        lambda: declared_answer(text),
    ):
        took = []
        for _ in range(3):  # the machine is shared: the best of three is the work itself
            start = time.process_time()
            work()
            took.append(time.process_time() - start)
            if took[-1] <= allowed:
                break
        assert min(took) <= allowed, (unit, size, took)


def test_the_property_golds_cover_every_kind() -> None:
    assert {kind for _, kind in GOLDS} == set(KINDS)
