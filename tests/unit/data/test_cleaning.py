"""Cleaning: what is fixed, what must stay, and what is recognised as damage."""

import json
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mathpal.data.cleaning import clean, damage, has_image, masked, only_image

EXAMS = Path(__file__).parents[4] / "shared/data/exams/train.json"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("36 cm<sup>2</sup>", "36 cm²"),
        ("8 dm<SUP>3 </SUP>= 8 lít", "8 dm³ = 8 lít"),
        ("2<sup>10</sup> và a<sup>n</sup>", "2^{10} và a^n"),
        ("60<sup>o</sup>", "60°"),
        ("S<sub>ABC&nbsp;</sub>= 5", "S_{ABC} = 5"),
        ("V<sub>1</sub>", "V_1"),
        ("S<sub><em>AB</em></sub>", "S_{AB}"),
        ("a<sup> </sup>b<sub></sub>", "a b"),
        ("x</sup>", "x"),
        ("a)&nbsp;3 &lt; 4<br/>b) 5&gt;4", "a) 3 < 4\nb) 5>4"),
        ("&amp;nbsp;Chọn&amp;nbsp;&amp;nbsp;B", "Chọn B"),
        ("T&#7893;ng c&#xF3; &aacute;", "Tổng có á"),
        ("<p>Bài giải</p><p><strong>Đáp số: 5</strong></p>", "Bài giải\n\nĐáp số: 5"),
        ("câu c **đ</strong>", "câu c **đ"),
        ("<b>in đậm</b> và <i>nghiêng</i>", "in đậm và nghiêng"),
        ('<a href="x">xem</a> <span class="m">7</span>', "xem 7"),
        ('<img alt="h" src="http://h/1.png"/>', "![](http://h/1.png)"),
        ("1<!-- ghi chú -->2", "12"),
        (r"\frac{{11}}{{12}}", r"\frac{11}{12}"),
        (r"\frac{{{S_{ABC}}}}{{\frac{1}{2}}}", r"\frac{S_{ABC}}{\frac{1}{2}}"),
        ("\frac{1}{2} \times 3 \text{ m}", r"\frac{1}{2} \times 3 \text{ m}"),
        ("12\u200b5\ufeff và\u00ad 3\x00", "125 và 3"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("  a \t b\u00a0\u202f \n\n\n\n  c  ", "a b\n\nc"),
        ("\u00d0áp số, ðồng, ÐS", "Đáp số, đồng, ĐS"),
        ("<td>28</td><td>83</td>", "28 83"),
        ("<option>A</option><option>B</option>", "A\n\nB"),
        ("<section>Xin</section><section>chào</section>", "Xin\n\nchào"),
        ("<b>Đáp</b><i>số</i> <b>28</b><u>83</u>", "Đáp số 28 83"),
        (
            "<strong>đ</strong><em>úng</em> <span>Tí</span><span>nh</span> <b>A</b><i>BC</i>",
            "đúng Tính ABC",
        ),
        ("xin\u200bchào \x01 bạn\x1cnhé\x1fta", "xin chào bạn\nnhé ta"),
        ("<del>Đáp số: 5</del> Đáp số: 6", "~~Đáp số: 5~~ Đáp số: 6"),
        ('<input type="radio" checked> A <time datetime="x">10:30</time>', "A 10:30"),
        ("\x08eta, \x07lpha, \x0bec{a}, \tan(x)", r"\beta, \alpha, \vec{a}, \tan(x)"),
        (r"\frac{8}}{{11}} x^{{2}}", r"\frac{8}}{11} x^{2}"),
        ("&amp;" + "amp;" * 9 + "lt;", "<"),
        (unicodedata.normalize("NFD", "Đề toán ở lớp"), "Đề toán ở lớp"),
    ],
)
def test_what_is_fixed(before: str, after: str) -> None:
    assert clean(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "so sánh a<b và b>c",
        "a <b> c",
        "x <y và y> z",
        "đoạn AB <CD> EF",
        "3,8 < x < 4,1",
        r"$1,5 \times \frac{9}{15} < \overline{x,2}$",
        r"\overline{{52}x4}",
        r"\left\{ {1;2} \right\}",
        r"\{{1}\}",
        r"\sqrt{{a}{b}}",
        "}}{{",
        r"\begin{array} a & b \\ c & d \end{array}",
        "A & B; AT&T; &notation; x&y;",
        "5 m² + 3 cm³ – 2 × 7 : 1 − 4",
        "**Đáp án:** B",
        "<think>28 + 83 = 111</think><answer>111</answer>",
        '<tool_call>\n{\n  "name": "cộng",\n  "args": {"a": [1, 2]}\n}\n</tool_call>',
        "<step 1> <reasoning><final_answer>5</final_answer> </s> <|im_end|> <unk>",
        "<output>8</output><input>3</input><data>x</data>",
        "<mfrac><mn>1</mn><mn>2</mn></mfrac>",
        "x<sup>2 và y",
        "```python\ndef f(x):\n    if x < 3:\n\n\n\n        return  x  # <b>&lt;</b>\n```",
        "~~~\n\tgo  {{x}}\n~~~\nxong",
        "1. Chạy:\n   ```\n     a\n   ```",
        "```\nchưa đóng\n    <br>",
        "gọi `a  <b>x</b> &amp; {{y}}` rồi ``c ` <br>``",
        "def f(x):\n    return x\n\nclass A:\n    x = 1\n\n    def g(self):\n        return 2",
        "for (i = 0; i < 3; i++) {\n\tprint(i);\n}",
        "- a\n  - b\n    - c",
        "List<int>, Map<String, List<Button>>, vector<a> và Promise<object>",
        "#include <map>\n#include <iostream>",
        "{{name}} {{1;2}} {% if x %}{{a}}{{b}}{% endif %}",
        "👩\u200d👧 🏳️\u200d🌈 🙂\u200d↔️ می\u200cشود क्\u200dष",
        "Það er maður, /ðə/ và /ði/",
    ],
)
def test_what_stays(text: str) -> None:
    assert clean(text) == text


def test_what_was_removed_is_counted() -> None:
    removed: Counter[str] = Counter()
    clean("<b>a</b>\u200b&lt;&nbsp;<!-- x --> \frac{{1}}{2} <think>`<b>`</think>", removed)
    assert removed == {
        "HTML tags": 2, "HTML comments": 1, "HTML entities": 2, "invisible characters": 1,
        "broken LaTeX commands": 1, "doubled braces": 1,
    }  # fmt: skip
    removed.clear()
    clean("<think>a < b</think>", removed)
    assert not removed


@given(
    st.text(alphabet=st.sampled_from('<>/&;{}\\ \n\tbrsuplt2x="ampâ\u0302\u00a0#38`~'), max_size=40)
)
@example("a ` b <!--\n--> `c  d`")
@example("<" * 12 + "em>" * 12)
@example("&amp;amp;lt;sup&gt;2</sup>")
@example("<<br>br>")
@example("{{{{x}}}}")
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_a_long_hostile_text_is_cleaned_in_reasonable_time() -> None:
    for text in ("{" * 20_000, "<a " * 7_000, "<!--" * 5_000, "&" * 20_000, "![" * 10_000):
        clean(text)
        has_image(text)
        masked(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ph©n lo¹i", "TCVN3"),
        ("Mét h×nh ch÷ nhËt cã chiÒu dµi 15cm, chiÒu réng 8cm. TÝnh diÖn tÝch h×nh ®ã.", "TCVN3"),
        ("§¸p sè: 70 m", "TCVN3"),
        ("Phaân loaïi", "VNI"),
        ("Moät hình chöõ nhaät coù chieàu daøi 15cm. Tính dieän tích hình ñoù.", "VNI"),
        ("PhÃ¢n loáº¡i", "Latin-1"),
        ("Má»™t hÃ¬nh chá»¯ nháº\xadt", "Latin-1"),
        ("Ph?n lo?i c?c s? t? nhi?n", "question marks"),
        ("Phân lo\ufffdi", "U+FFFD"),
    ],
)
def test_damage_is_named(text: str, kind: str) -> None:
    found = damage(text)
    assert found is not None
    assert kind in found


@pytest.mark.parametrize(
    "text",
    [
        "Phân loại",
        "Diện tích: 36 m² + 4 cm³, góc 60°, ± 2, ½ giờ, 3·4, 5 µm, §1",
        "Vận tốc 40 km/giờÔ tô đi tiếp, còn 10 cmÁp dụng công thức",
        "toa tàu hoả, khuya, thuở, quả, hoà, thuý, khoẻ, uỷ ban, tuỳ ý, loé, oà, xoã",
        "Số nào?Vì sao? Tìm x.",
        "Xem https://img.vn/a?b=c?d=e&x=Ã và bản quyền © NXB",
        "x + 3 = 5",
        "TOÁN LỚP NĂM: ĐÁP SỐ",
        "«Toán»",
        unicodedata.normalize("NFD", "Một hình chữ nhật có chiều dài"),
        "",
    ],
)
def test_sound_text_is_not_called_damaged(text: str) -> None:
    assert damage(text) is None


@pytest.mark.parametrize("name", ["TCVN3", "VNI"])
def test_one_odd_pair_is_no_proof_beside_sound_vietnamese(name: str) -> None:
    odd = {"TCVN3": "lµ", "VNI": "aâ"}[name]
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, f"Người ta viết {odd} thay cho chữ đúng")
        assert damage(text) is None


def test_an_image_is_seen_in_every_notation() -> None:
    assert has_image("Hình: ![](https://h/1.png)")
    assert has_image('<IMG src="1.png">')
    assert has_image(r"\includegraphics[width=3cm]{h.png}")
    assert not has_image("5! [a](b) hình vẽ")


def test_a_question_that_is_only_an_image() -> None:
    assert only_image("![](https://h/1.png)")
    assert only_image("Bài 9.\n![hình 1](a.png) .")
    assert not only_image("Tính x ![](a.png)")
    assert not only_image("3 + 4 ![](a.png)")
    assert not only_image("...")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tính 3 + 4", "Tính:  12,5 + 1 250"),
        ("Bài 9. Tìm x biết x : 2 = 4", "Câu 12: tìm x, biết x : 1.250.000 = 7 ?"),
        (r"Tính $1,5 \times 2$", "Tính 3 × 4"),
        ("cạnh 5 cm^2", "cạnh 17 cm²"),
        ("Hình bên ![](h/1.png) có mấy góc?", "Hình bên ![](h/22.png) có mấy góc?"),
    ],
)
def test_other_numbers_give_the_same_key(one: str, other: str) -> None:
    assert masked(clean(one)) == masked(clean(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tính 3 + 4", "Tính 3 - 4"),
        ("Tìm x biết x : 2 = 4", "Tìm x biết x - 2 = 4"),
        ("An có 3 cái kẹo", "An cho 3 cái kẹo"),
        ("Bài toán về 3 bạn", "Bài 3"),
    ],
)
def test_another_problem_gives_another_key(one: str, other: str) -> None:
    assert masked(one) != masked(other)


@pytest.mark.skipif(not EXAMS.exists(), reason="the exam file is not part of the repository")
def test_the_real_exams_come_out_clean() -> None:
    for row in json.loads(EXAMS.read_text(encoding="utf-8")):
        for text in row.values():
            cleaned = clean(text)
            assert damage(text) is None
            assert clean(cleaned) == cleaned
            for leftover in ("&nbsp;", "\xa0", "\t", "\f", "<sup", "<sub", "<strong", "{{1"):
                assert leftover not in cleaned
            assert cleaned.count("{") - cleaned.count("}") == text.count("{") - text.count("}")


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("2<sup>x<sup>2</sup></sup> + 1", "2^{x²} + 1"),
        ("a<sub>n<sub>k</sub></sub>", "a_{n_k}"),
        ("<b>Đề bài</b>Cho 5", "Đề bài Cho 5"),
        ("<b>Bài 1</b>Tính", "Bài 1 Tính"),
        ("Đáp số: 5<b>Bài 2</b>", "Đáp số: 5 Bài 2"),
        ("T<b>oán</b> và <i>Δ</i>ABC, <b>AB</b>Cd", "Toán và ΔABC, ABCd"),
        ("<s>[INST] 2 + 3? [/INST] 5 </s>", "<s>[INST] 2 + 3? [/INST] 5 </s>"),
        ("Giá <s>5</s> 6", "Giá ~~5~~ 6"),
    ],
)
def test_nothing_joins_and_no_element_is_half_removed(given: str, cleaned: str) -> None:
    assert clean(given) == cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "code",
    [
        "for i in range(3): # lặp\n    print(i)",
        "while (n) { // lặp\n    n--;\n}",
        "def f(\n    a,\n    b,\n):\n    return a<b",
        "def f(\n    a,\n) -> int:\n    return a",
    ],
)
def test_code_below_a_remark_or_a_long_head_keeps_its_indentation(code: str) -> None:
    assert clean(code) == code
