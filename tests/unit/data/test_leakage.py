"""What counts as the same question, against near misses and a slow oracle."""

import random

import pytest

from mathpal.data.leakage import find_leaks, formula, giving_away, wording
from mathpal.data.ngrams import contained, holders, shared_run, words
from mathpal.problems import Problem

LONG = (
    "Một cửa hàng buổi sáng bán được 25 kg gạo, buổi chiều bán được nhiều hơn buổi sáng 7 kg. "
    "Hỏi cả ngày cửa hàng đó bán được bao nhiêu ki-lô-gam gạo?"
)


def item(name: str, question: str, **more: object) -> Problem:
    return Problem(name, question, "Đáp số: 3", **more)


def kinds(train: list[Problem], held_out: list[Problem]) -> list[tuple[str, str, str]]:
    return [(leak.kind, leak.held_out, leak.train) for leak in find_leaks(train, held_out)]


def test_each_kind_of_leak_is_named_by_the_clearest_measure():
    train = [item("a", "Tính: 1 + 2"), item("b", LONG), item("c", "Tìm số lớn hơn 4 và nhỏ hơn 6")]
    assert kinds(train, [item("t", "tính:  1 + 2")]) == [("exact", "t", "a")]
    assert kinds(train, [item("t", "Tìm số lớn hơn 7 và nhỏ hơn 9")]) == [("masked", "t", "c")]
    assert kinds(train, [item("t", LONG.replace("gạo", "ngô"))]) == [("near", "t", "b")]
    assert kinds(train, [item("t", "Tính: 1 - 2")]) == []


def test_generated_rows_leak_by_text_or_by_parameters_of_their_family_only():
    train = [item("a", "Tính: 1 + 2", family="f", parameters="1,2")]
    assert kinds(train, [item("t", "Tính: 3 + 4", family="f", parameters="3,4")]) == []
    assert kinds(train, [item("t", "Cộng 1 với 2", family="f", parameters="1,2")]) == [
        ("parameters", "t", "a")
    ]
    assert kinds(train, [item("t", "Nhân 1 với 2", family="g", parameters="1,2")]) == []
    assert kinds(train, [item("t", "Tính: 1 + 2", family="g", parameters="9")]) == [
        ("exact", "t", "a")
    ]


def test_the_last_turn_of_a_talk_alone_is_no_leak():
    def talk(name: str, first: str) -> Problem:
        turns = (("user", first), ("assistant", "3"), ("user", "Vì sao?"), ("assistant", "…"))
        return Problem(name, "Vì sao?", "…", messages=turns)

    assert kinds([talk("a", "Tính: 1 + 2")], [talk("t", "Chu vi là gì?")]) == []
    assert kinds([talk("a", "Tính: 1 + 2")], [talk("t", "Tính: 1 + 2")]) == [("exact", "t", "a")]


def test_all_that_gives_a_question_away_is_found_at_once():
    train = [item(f"a{i}", LONG.replace("25", str(i))) for i in range(5)] + [item("b", "Tính 1+1")]
    train += [item("c", LONG.replace("gạo", "ngô")), item("d", LONG.upper())]
    held_out = [item("t", LONG)]
    found = giving_away(train, held_out)
    assert {name: leak.kind for name, leak in found.items()} == {
        **{f"a{i}": "masked" for i in range(5)}, "c": "near", "d": "exact"
    }  # fmt: skip
    assert {leak.held_out for leak in found.values()} == {"t"}
    assert find_leaks([p for p in train if p.id not in found], held_out) == []
    assert giving_away([], held_out) == giving_away(train, []) == {}


@pytest.mark.parametrize("count", [401, 3_000])
def test_more_near_twins_than_are_tried_for_one_question_go_in_two_passes(count, monkeypatch):
    twins = [
        item(f"a{i}", f"{LONG.replace('gạo', 'ngô')} Bạn {i} đố bạn {i}.") for i in range(count)
    ]
    others = [item(f"b{i}", f"Lan có {'rất ' * (i % 20)}nhiều kẹo, cho {i} bạn, mỗi bạn mấy kẹo "
                            f"và {'rất ' * (i // 20)}ít vở?") for i in range(100)]  # fmt: skip
    passes = []
    monkeypatch.setattr(
        "mathpal.data.leakage.holders", lambda *texts: passes.append(1) or holders(*texts)
    )
    held_out = [item("t", LONG), item("u", "Tính 1 + 1")]
    assert set(giving_away([*twins, *others], held_out)) == {p.id for p in twins}
    assert len(passes) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tính nhanh 25 × 4 + 1789 × 36", "Hãy tính nhanh: 25 × 4 + 1789 × 36"),
        ("Tìm x: x + 25 = 100", "Tìm x, biết: x + 25 = 100"),
        ("Tìm x: 25 + x = 100", "Câu 3: Tìm $x$ biết $25 + x = 100$."),
        ("Tính: 25 x 4 - 1", "Thực hiện phép tính $25 \\times 4 − 1$"),
        ("Tính bằng cách thuận tiện nhất: (3 + 4) : 7", "Tính (3 + 4) ÷ 7"),
    ],
)
def test_a_short_question_in_other_words_is_given_away_by_its_formula(one, other):
    assert kinds([item("a", one)], [item("t", other)]) == [("formula", "t", "a")]
    assert giving_away([item("a", other)], [item("t", one)])["a"].kind == "formula"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tính nhanh 25 × 4 + 1789 × 36", "Hãy tính nhanh: 25 × 4 + 1789 × 63"),
        ("Tìm x: x + 25 = 100", "Tìm x, biết: x - 25 = 100"),
        ("So sánh 3/4 và 5/6", "Tính tổng của 3/4 và 5/6"),
        ("Hãy tính (3 + 4) × 5", "Tính: 3 + 4 × 5"),
        ("Viết thương 6 : 8 dưới dạng phân số", "Tính 6 : 8"),
        ("Tính chu vi hình vuông cạnh 5 cm", "Tính diện tích hình vuông cạnh 5 cm"),
        ("Đọc số 25", "Viết số 25"),
    ],
)
def test_other_numbers_signs_brackets_or_tasks_are_another_question(one, other):
    assert kinds([item("a", one)], [item("t", other)]) == []


def test_long_questions_are_not_compared_by_a_formula():
    assert formula("Tính 3 + 4") and formula(f"{LONG} Tính 3 + 4") == ""
    assert formula("Hãy tính nhanh") == formula("Tính 25") == ""


def test_latex_commands_are_no_words():
    assert words("Tính \\frac{1}{2} \\times 3") == ["tính", "1", "2", "3"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Câu 4: Tính $3 + 4 = ?$", "câu 12.  tính 3+4", True),
        ("Bài 1. Tính 3 + 4", "Tính 3 - 4", False),
        ("Tính 1,5 + 2", "Tính 15 + 2", False),
        ("Tính 12 + 3", "Tính 1 + 23", False),
        ("Tìm số a", "Tìm số b", False),
        ("Tính (3 + 4) × 5", "Tính 3 + 4 × 5", False),
        ("Lan có 7 (cái kẹo)", "Lan có 7 cái kẹo", True),
    ],
)
def test_wording_ignores_label_and_typing_but_no_number_and_no_operator(one, other, same):
    assert (wording(one) == wording(other)) is same


def test_boilerplate_alone_is_no_near_duplicate():
    assert (
        contained(["Tính giá trị của biểu thức: 12 + 3"], ["Tính giá trị của biểu thức: 7 × 8"])
        == []
    )


def oracle(texts: list[str], others: list[str], share: float) -> dict[int, float]:
    def runs(text: str) -> set[tuple[str, ...]]:
        row = words(text)
        return {tuple(row[i : i + 5]) for i in range(len(row) - 4)}

    found = {}
    for index, text in enumerate(texts):
        mine = runs(text)
        if len(mine) >= 8:
            best = max(len(mine & runs(other)) for other in others) / len(mine)
            if best >= share:
                found[index] = best
    return found


@pytest.mark.parametrize("seed", range(6))
def test_containment_agrees_with_every_pair_compared(seed):
    draw = random.Random(seed)
    base = [" ".join(draw.choices("an ba ca da ga ha ma na".split(), k=30)) for _ in range(40)]

    def worn(text: str) -> str:
        row = text.split()
        for _ in range(draw.randrange(8)):
            row[draw.randrange(len(row))] = draw.choice("xa ya za".split())
        return " ".join(row[draw.randrange(6) :])

    texts = [worn(draw.choice(base)) for _ in range(60)] + ["", "an", "an ba ca da ga"]
    found = contained(texts, base, share=0.5)
    assert {pair.text: pair.share for pair in found} == pytest.approx(oracle(texts, base, 0.5))


@pytest.mark.parametrize("seed", range(3))
def test_holders_are_all_that_hold_enough(seed):
    draw = random.Random(seed)
    base = [" ".join(draw.choices("an ba ca da ga ha ma na".split(), k=20)) for _ in range(300)]
    others = [" ".join([*text.split()[draw.randrange(12) :], "xa"]) for text in base]
    expected = {i for i, other in enumerate(others) if oracle(base, [other], 0.5)}
    found = holders(base, others)
    assert {pair.other for pair in found} == expected
    assert len(found) == len(expected)
    for text, other, share in found:
        assert oracle([base[text]], [others[other]], 0.5) == {0: pytest.approx(share)}


def test_a_text_is_not_its_own_duplicate_but_its_copy_is():
    assert contained([LONG, "Tính 1 + 2"]) == []
    assert {(p.text, p.other) for p in contained([LONG, LONG + " Vì sao?"])} == {(0, 1), (1, 0)}


def test_a_shared_run_needs_all_its_words():
    row = [f"từ{chr(97 + i)}" for i in range(14)]
    assert shared_run([" ".join(row[:13])], [" ".join(row)]) == {0: 0}
    assert shared_run([" ".join(row[:12]) + " khác"], [" ".join(row)]) == {}
    assert shared_run([], ["a"]) == {} and shared_run(["a"], []) == {}


def test_empty_splits_leak_nothing():
    assert find_leaks([], [item("t", "x")]) == [] and find_leaks([item("a", "x")], []) == []
