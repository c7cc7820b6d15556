"""What counts as the same question, against near misses and a slow oracle."""

import random

import pytest

from mathpal.data.leakage import find_leaks, without_leaks, wording
from mathpal.data.ngrams import contained, shared_run, words
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


def test_without_leaks_keeps_the_held_out_rows_and_ends_clean():
    train = [item(f"a{i}", LONG.replace("25", str(i))) for i in range(5)] + [item("b", "Tính 1+1")]
    held_out = [item("t", LONG)]
    kept, gone = without_leaks(train, held_out)
    assert [p.id for p in kept] == ["b"]
    assert {leak.train for leak in gone} == {f"a{i}" for i in range(5)}
    assert find_leaks(kept, held_out) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Câu 4: Tính $3 + 4 = ?$", "câu 12.  tính 3+4", True),
        ("Bài 1. Tính 3 + 4", "Tính 3 - 4", False),
        ("Tính 1,5 + 2", "Tính 15 + 2", False),
        ("Tính 12 + 3", "Tính 1 + 23", False),
        ("Tìm số a", "Tìm số b", False),
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
