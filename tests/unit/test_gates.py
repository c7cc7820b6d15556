"""The data gates, at their edges."""

import pytest

from mathpal.data.gates import gold_gate, leakage_gate
from mathpal.errors import DataError
from mathpal.problems import Problem, Splits


def item(name: str, question: str, answer: str | None = "3", kind: str | None = None) -> Problem:
    return Problem(name, question, "Đáp số: 3", answer, kind)


def test_a_held_out_question_in_train_is_named_with_its_twin():
    train = [item("a", "Tính: 1 + 2"), item("b", "Tính: 2 + 2")]
    with pytest.raises(DataError, match="t = b"):
        leakage_gate(Splits(train, [], [item("t", "tính:  2 + 2")], {}))
    with pytest.raises(DataError, match="v = a"):
        leakage_gate(Splits(train, [item("v", "Tính: 1 + 2")], [], {}))


def test_other_numbers_are_no_leak():
    leakage_gate(Splits([item("a", "Tính: 1 + 2")], [], [item("t", "Tính: 1 + 3")], {}))


def test_nothing_to_train_on_is_refused():
    with pytest.raises(DataError, match="no training problem"):
        leakage_gate(Splits([], [], [item("t", "x")], {}))


def test_a_test_split_without_gold_is_refused_before_training():
    for problems in ([], [item("t", "x", None)]):
        with pytest.raises(DataError, match="evaluation=none"):
            gold_gate(problems)


def test_a_gold_that_cannot_be_read_is_named():
    gold_gate([item("t", "x"), item("u", "y", None)])
    with pytest.raises(DataError, match="1 test problems.*u"):
        gold_gate([item("t", "x"), item("u", "y", "???", "integer")])
