"""Steps in the layouts of teachers and chat models: every row is a habit, or an error beside it.

A row gives the solution and the verdicts of its steps in order: v valid, i invalid, u unchecked.
"""

import time
import unicodedata

import pytest

from mathpal.answers import check_steps
from tests.unit.answers.tables import STEP_VERDICTS, step_cases

TABLES: dict[str, list[tuple[str, str]]] = {
    "numbers": [
        ("v", "40 x .3 = 12"),
        ("i", "40 x .3 = 13"),
        ("v", ".5 + .25 = .75"),
        ("v", "20 × 600 = 12,000"),
        ("i", "20 × 600 = 12,500"),
        ("v", "1,200,000 : 1,000 = 1,200"),
        ("i", "1,200,000 : 1,000 = 12,000"),
        ("v", "1,250.5 × 2 = 2,501"),
        ("v", "1,500 × 2 = 3"),
        ("i", "12,5 × 10 = 12,500"),
        ("u", "12,5 × 1000 = 12,500"),  # two habits in one equation
        ("v", "\\frac{5}{3} = 1,(6)"),
        ("i", "\\frac{5}{3} = 1,(3)"),
        ("v", "1/6 = 0,1(6)"),
        ("v", "0,(3) + 0,(6) = 1"),
        ("v", "5/3 = 1.(6)"),
        ("i", "5/3 = 1.(3)"),
        ("v", "3.(4) = 12"),
        ("vv", "2 : 3 = 0,(6) ≈ 0,67"),
        ("v", "1 234 567 ≈ 1 200 000"),
        ("i", "1 234 567 ≈ 1 400 000"),
        ("v", "1,234,567 ≈ 1,200,000"),
        ("v", "2**3 = 8"),
        ("i", "2**3 = 9"),
        ("v", "-4^2 = -16"),
        ("u", "-4^2 = 16"),  # a bullet without a space, or an error
        ("v", "3 000₫ + 4 000₫ = 7 000₫"),
    ],
    "products with a dot": [
        ("v", "100 = 2^2 . 5^2"),
        ("i", "100 = 2^2 . 5^3"),
        ("v", "2².5² = 100"),
        ("v", "2^3 . 7 = 56"),
        ("i", "2^3 . 7 = 58"),
        ("v", "100 = 2². 5²"),
        ("v", "2². 5² = 100"),
        ("u", "(a + b). 3 = 12"),
        ("v", "(3 + 4). 5 = 35"),
        ("i", "(3 + 4). 5 = 36"),
        ("vv", "$2^5 = 32$ (loại). $3^5 = 243$ (nhận)."),
        ("vi", "$2^5 = 32$ (loại). $3^5 = 244$ (nhận)."),
        ("iv", "$2^5 = 33$. $3^5 = 243$ (nhận)."),
        ("vv", "17 : 5 = 3 (dư 2). 3 + 4 = 7"),
        ("vi", "3 + 4 = 7 (kg). 2 + 2 = 5"),
        ("iv", "3 + 4 = 8. 2 + 2 = 4"),
    ],
    "a colon ends a label or divides": [
        ("uv", "Với n = 6: 6 × 5 : 2 = 15"),
        ("ui", "Với n = 6: 6 × 5 : 2 = 16"),
        ("uu", "x = 3: 3 × 5 = 15"),
        ("ui", "x = 3: 3 × 5 = 16"),
        ("v", "Trang 10-50: 41 × 2 = 82"),
        ("i", "Trang 10-50: 41 × 2 = 83"),
        ("v", "Số trang có 2 chữ số (10-99): 90 × 2 = 180"),
        ("u", "10 - 2: 2 × 4 = 8"),
        ("i", "10 - 2: 2 × 4 = 7"),
        ("v", "Bước 1 : 3 × 4 = 12"),
        ("i", "Bước 1 : 3 × 4 = 13"),
        ("i", "**Bước 1:** 3 × 4 = 13"),
        ("v", "Câu 3 : 12 : 3 = 4"),
        ("v", "Ngày 12/3: 45 + 5 = 50"),
        ("i", "Ngày 12/3: 45 + 5 = 60"),
        ("v", "(70 + 10): 2 × 4 = 160"),
        ("u", "(70 + 10): 2 × 4 = 8"),
        ("v", "Vậy 12: 3 × 2 = 8"),
        ("u", "Vậy 12: 3 × 2 = 6"),
        ("i", "Vậy 12: 3 × 2 = 7"),
        ("v", "3 : 4 = 6 : 8"),
        ("i", "24: 6 = 5"),
        ("v", "Nhân 3 với 4: 3 × 4 = 12"),
        ("i", "Nhân 3 với 4: 3 × 4 = 13"),
        ("v", "Số 140: 1 + 4 + 0 = 5"),
        ("i", "Số 140: 1 + 4 + 0 = 6"),
        ("v", "3 + 4 = 7: đúng"),
        ("i", "3 + 4 = 8: đúng"),
        ("u", "3 + 4 = 8: sai"),
    ],
    "operations in words": [
        ("v", "Lấy 80 nhân với 3/4 = 60"),
        ("i", "Lấy 80 nhân với 3/4 = 50"),
        ("v", "80 kg chia cho 4 = 20 kg"),
        ("v", "2 nhân 3 cộng 4 = 10"),
        ("i", "2 nhân 3 cộng 4 = 14"),
        ("u", "số đó nhân với 3 = 12"),
        ("v", "Lấy 80 nhân 2 rồi cộng 20 = 180"),
        ("v", "25% của 80 kg = 20 kg"),
        ("v", "1/2 của 1/3 = 1/6"),
        ("i", "3/4 của 80 = 50"),
        ("v", "12 : 48 = 1/4 của 48 viên"),
        ("v", "7 : 2 = 3 R 1"),
        ("i", "7 : 2 = 3 R 2"),
    ],
    "common divisors and multiples": [
        ("v", "(7,12) = 1"),
        ("i", "(7,12) = 2"),
        ("v", "(12; 8) = 4"),
        ("v", "[4,6] = 12"),
        ("u", "[4,6] = 4"),  # the whole part of 4,6
        ("vv", "ƯCLN(24, 40) = 2^3 = 8"),
        ("i", "ƯCLN(24, 40) = 4"),
        ("i", "ƯCLN của 24 và 40 = 6"),
        ("v", "ƯCLN của 24 và 40 = 8"),
        ("vv", "BCNN(12, 20) = 2^2 . 3 . 5 = 60"),
        ("i", "BCNN(4; 6) = 24"),
        ("u", "M(7,12) = 5"),
        ("u", "1 = (7,12)"),
        ("v", "(2,5) = 2,5"),
        ("v", "3 × (4,5) = 13,5"),
        ("i", "3 × (4,5) = 13"),
    ],
    "emoji": [
        ("i", "100 - 25 = 85 ✅"),
        ("v", "100 - 25 = 75 ✅"),
        ("i", "100 - 25 = 85 ✔️ (đúng)"),
        ("v", "100 − 25 = 75 (đồng) 💰"),
        ("i", "3 + 4 = 8 quả 🍎"),
        ("u", "3 + 4 = 8 ❌"),
        ("u", "❌ 3 + 4 = 8"),
        ("i", "✅ 3 + 4 = 8"),
        ("vv", "7 × 8 = 56 ✅, 56 : 8 = 7 ✅"),
        ("i", "👉 Tổng: 3 + 4 = 8 👈"),
        ("i", "1️⃣ 3 + 4 = 8"),
        ("u", "🍎 + 3 = 7"),  # an unknown
        ("u", "⭐ + 3 = 7"),
        ("u", "2 × ⭐ = 10"),
        ("u", "3 🍎 = 12"),
    ],
    "Markdown": [
        ("v", "3 × 4 **= 12** quyển"),
        ("i", "3 × 4 **= 13** quyển"),
        ("v", "*3 × 4 = 12*"),
        ("i", "3 × 4 = *13* quyển"),
        ("i", "3 × 4 = __13__"),
        ("i", "`3 × 4 = 13`"),
        ("v", "3 *4 = 12"),
        ("u", "x *3 = 12"),
        ("i", "12 \\* 3 = 38"),
        ("u", "3 + 4 = ~~8~~ 7"),
        ("i", "* 3 + 4 = 8"),
        ("i", "• 3 + 4 = 8"),
        ("i", "### Bước 2: 3 + 4 = 8"),
        ("vi", "3 + 3 = 6\n> 3 + 4 = 8"),
        ("vu", "3 + 3 = 6\n> x"),
        ("vi", "| Cam | 3 + 4 = 7 |\n|---|---|\n| Táo | 3 + 5 = 9 |"),
        ("u", "|-5| + |3| = 8"),
        ("i", "3 + 4 == 8"),
    ],
    "LaTeX": [
        ("v", "$\\\\frac{3}{4} \\\\times 8 = 6$"),
        ("i", "$\\\\frac{3}{4} \\\\times 8 = 7$"),
        ("v", "\\\\( 3 \\\\times 4 = 12 \\\\)"),
        ("vv", "3 + 4 = 7 \\\\ 7 + 1 = 8"),
        ("vv", "3 + 4 = 7 \\\\\\frac{1}{2} + \\frac{1}{2} = 1"),
        ("vi", "\\begin{align} 3 + 4 &= 7 \\\\ 7 + 1 &= 9 \\end{align}"),
        ("uv", "\\begin{aligned} A &= 3 + 4 \\\\ &= 7 \\end{aligned}"),
        ("i", "3 × 4 = $\\boxed{13}$"),
        ("u", "$S_{DNC} = S_{DMC} - 5$"),
    ],
    "arrows and comments": [
        ("vv", "3 × 4 = 12 ==> 12 + 1 = 13"),
        ("vi", "3 × 4 = 12 ➔ 12 + 1 = 14"),
        ("vi", "3 × 4 = 12 $\\\\Rightarrow$ 12 + 1 = 14"),
        ("i", "➡️ 3 × 4 = 13"),
        ("vi", "3 + 4 = 7 [thử lại: 7 − 4 = 2]"),
        ("u", "3 + 4 = 8 (loại vì lẻ)"),
        ("i", "3 + 4 = 8. Loại bi đỏ có nhiều hơn."),
        ("i", "3 + 4 = 8 (1)"),
    ],
}
CASES = step_cases(TABLES)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(("text", "verdicts"), CASES)
def test_layouts(text: str, verdicts: str, form: str) -> None:
    steps = check_steps(unicodedata.normalize(form, text))  # type: ignore[arg-type]
    assert [step.verdict for step in steps] == [STEP_VERDICTS[v] for v in verdicts], steps


RUNS = [
    "-", "+", "(", ")", "[", "{", "}", "{{", "\\", "=", "1", " ", "= ", "1=", "1+", "((1", "1 ",
    "x", "x ", "2x", ",", ".", "1,1.1,", "√", "\\frac{", "\\frac{1}{", "\\\\frac{", "a", "ab ",
    "…", "a b c ", "1 = 1 dư ", "^{2}", "1 000 ", "1,000,", "1/", "1/1/", "3 và 1/2 ", "<a ", "<",
    "≈1:", "\n=", "\n", "1 giờ 2 phút ", "1 bạn + ", "9^9^", "%", "1% = ", "1.1 = 1.2 ", "*", "*a",
    "_a", "`", "|", "| a", "\n|", "\n> ", "✅", "1 ✅", "1: ", "a: ", "1,(", "(1,2", "(1,2)", "1. ",
    "(1+1). ", "1 nhân ", "của 1", "n = 1: ", "1-2: ", "$. ", "->", "- ", "ƯCLN(1,2) = ",
]  # fmt: skip


def seconds(text: str) -> float:
    """Return the processor time that checking a text takes, the best of three."""
    took = []
    for _ in range(3):
        start = time.thread_time()
        check_steps(text)
        took.append(time.thread_time() - start)
    return min(took)


@pytest.mark.parametrize("head", ["", "1="])
@pytest.mark.parametrize("unit", RUNS)
def test_time_grows_no_faster_than_the_text(unit: str, head: str) -> None:
    """A quadratic pattern takes 16 times as long for a text of four times the length."""
    yardstick = seconds("Ta có: 35 × 2 = 70 (m)\n" * 20)
    short, long = (seconds(head + unit * (size // len(unit))) for size in (5_000, 20_000))
    assert long < 8 * max(short, yardstick)
    assert seconds(head + unit * (1_000_000 // len(unit))) < 4 * max(long, yardstick)  # cut
