"""The data gates, at their edges."""

import json

import pytest

from mathpal.data.gates import gold_gate, leakage_gate
from mathpal.errors import DataError
from mathpal.problems import Problem, Splits


def item(name: str, question: str, answer: str | None = "3", kind: str | None = None) -> Problem:
    return Problem(name, question, "Đáp số: 3", answer, kind)


LEAKY = Splits([item("a", "Tính: 1 + 2")], [], [item("t", "tính:  1 + 2")], {"seed": 1})


def test_a_held_out_question_in_train_is_named_with_its_twin():
    train = [item("a", "Tính: 1 + 2"), item("b", "Tính: 2 + 2")]
    with pytest.raises(DataError, match="t = b"):
        leakage_gate(Splits(train, [], [item("t", "tính:  2 + 2")], {}))
    with pytest.raises(DataError, match="v = a"):
        leakage_gate(Splits(train, [item("v", "Tính: 1 + 2")], [], {}))


def test_other_numbers_are_no_leak_for_generated_rows_and_one_for_foreign_ones():
    def drawn(name: str, question: str, values: str) -> Problem:
        return Problem(name, question, "…", family="f", parameters=values)

    train, test = drawn("a", "Tính: 1 + 2", "1,2"), drawn("t", "Tính: 1 + 3", "1,3")
    leakage_gate(Splits([train], [], [test], {}))
    with pytest.raises(DataError, match="other numbers"):
        leakage_gate(Splits([item("a", "Tính: 1 + 2")], [], [item("t", "Tính: 1 + 3")], {}))


def test_the_message_shows_the_pair_and_says_how_to_fix_it():
    with pytest.raises(DataError) as caught:
        leakage_gate(LEAKY)
    message = str(caught.value)
    assert "Tính: 1 + 2" in message and "data audit" in message
    assert "allow_leakage=true" in message


def test_only_the_first_pairs_are_in_the_message_and_all_are_in_the_file(tmp_path):
    names = ["một", "hai", "ba", "bốn", "năm", "sáu", "bảy"]
    train = [item(f"a{i}", f"Viết số {name}") for i, name in enumerate(names)]
    test = [item(f"t{i}", f"Viết số {name}") for i, name in enumerate(names)]
    listed = tmp_path / "data" / "leakage.jsonl"
    with pytest.raises(DataError, match="7 held-out") as caught:
        leakage_gate(Splits(train, [], test, {}), listed=listed)
    assert "t2 = a2" in str(caught.value) and "t3 = a3" not in str(caught.value)
    rows = [json.loads(line) for line in listed.read_text().splitlines()]
    assert [(row["held_out"], row["train"]) for row in rows] == [
        (f"t{i}", f"a{i}") for i in range(7)
    ]
    assert rows[0]["train_question"] == "Viết số một"


def test_an_override_warns_and_is_kept_in_the_notes(caplog, tmp_path):
    splits = LEAKY._replace(notes={"seed": 1})
    leakage_gate(splits, allow=True, listed=tmp_path / "leakage.jsonl")
    assert splits.notes == {"seed": 1, "leaks_allowed": {"exact": 1}}
    assert "allow_leakage=true" in caplog.text
    assert (tmp_path / "leakage.jsonl").exists()


def test_sound_data_pass_untouched_and_leave_no_file(tmp_path):
    sound = Splits([item("a", "Tính: 1 + 2")], [], [item("t", "Đọc số 5")], {})
    leakage_gate(sound, allow=True, listed=tmp_path / "leakage.jsonl")
    assert sound.notes == {} and not list(tmp_path.iterdir())


def test_a_common_system_turn_makes_no_leak():
    system = "Bạn là một thầy giáo dạy toán tiểu học, hãy giải thật rõ ràng từng bước một nhé."

    def talk(name: str, question: str) -> Problem:
        turns = (("system", system), ("user", question), ("assistant", "Đáp số: 3"))
        return Problem(name, question, "Đáp số: 3", messages=turns)

    leakage_gate(Splits([talk("a", "Tính: 1 + 2")], [], [talk("t", "Đọc số 5 bằng chữ")], {}))


def test_nothing_to_train_on_is_refused_even_with_the_override():
    for allow in (False, True):
        with pytest.raises(DataError, match="no training problem"):
            leakage_gate(Splits([], [], [item("t", "x")], {}), allow=allow)


def test_a_test_split_without_gold_is_refused_before_training():
    for problems in ([], [item("t", "x", None)]):
        with pytest.raises(DataError, match="evaluation=none"):
            gold_gate(problems)


def test_a_gold_that_cannot_be_read_is_named():
    gold_gate([item("t", "x"), item("u", "y", None)])
    with pytest.raises(DataError, match="1 test problems.*u"):
        gold_gate([item("t", "x"), item("u", "y", "???", "integer")])
