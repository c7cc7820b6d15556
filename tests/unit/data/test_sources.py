"""`data=messages`, `text`, `preference` and `hub`: what each makes of good and of broken rows."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from mathpal.data.conversations import conversations
from mathpal.data.hub import hub
from mathpal.data.leakage import find_leaks
from mathpal.data.preference import preference
from mathpal.data.text import text
from mathpal.errors import ConfigError, DataError
from mathpal.models.loaded import Loaded
from mathpal.problems import Problem, Splits
from mathpal.tokens.chat import encode
from tests.conftest import rejects, write

NAMES = "An Bình Chi Dũng Giang Hà Khoa Lan Minh Nga Oanh Phúc Quân Sơn Tú Uyên Vân Xuân Yến Ý"


def questions(count: int) -> list[dict[str, str]]:
    """Rows whose questions differ in words, not only in numbers."""
    things = "kẹo vở bi cam tem hoa que cờ".split()
    return [
        {
            "question": f"{name} có {n + 2} {thing}, thêm 3. Tính số {thing} của {name}.",
            "solution": f"{n + 2} + 3 = {n + 5}\nĐáp số: {n + 5} {thing}",
        }
        for n, (thing, name) in enumerate((t, m) for t in things for m in NAMES.split())
    ][:count]


def chat(row: dict[str, str], *before: tuple[str, str]) -> dict[str, Any]:
    turns = [*before, ("user", row["question"]), ("assistant", row["solution"])]
    return {"messages": [{"role": role, "content": said} for role, said in turns]}


def everything(splits: Splits) -> list[Problem]:
    return [*splits.train, *splits.validation, *splits.test]


class TestConversations:
    def test_turns_become_question_solution_and_messages(self, tmp_path: Path) -> None:
        row = questions(1)[0]
        whole = chat(row, ("system", "Em là gia sư."), ("user", "Chào"), ("assistant", "Chào em"))
        path = write(tmp_path / "a.jsonl", [whole])
        (problem,) = conversations(None, path=path, test_share=0, validation_share=0).train
        assert (problem.question, problem.solution) == (row["question"], row["solution"])
        assert problem.answer == "5 kẹo"
        assert problem.messages[0] == ("system", "Em là gia sư.")
        assert [role for role, _ in problem.messages] == ["system", *["user", "assistant"] * 2]

    @pytest.mark.parametrize("suffix", [".json", ".jsonl", ".parquet"])
    def test_sharegpt_parts_and_openai_give_the_same_problems(
        self, tmp_path: Path, suffix: str
    ) -> None:
        openai = [chat(row, ("system", "Gia sư")) for row in questions(60)]
        names = {"system": "system", "user": "human", "assistant": "gpt"}
        sharegpt = [
            {
                "conversations": [
                    {"from": names[turn["role"]], "value": turn["content"]}
                    for turn in row["messages"]
                ]
            }
            for row in openai
        ]
        parts = [
            {
                "messages": [
                    {"role": turn["role"], "content": [{"type": "text", "text": turn["content"]}]}
                    for turn in row["messages"]
                ]
            }
            for row in openai
        ]
        reference = conversations(None, path=write(tmp_path / f"a{suffix}", openai))
        other = write(tmp_path / f"b{suffix}", sharegpt)
        assert conversations(None, path=other, messages="conversations")[:3] == reference[:3]
        assert conversations(None, path=write(tmp_path / f"c{suffix}", parts))[:3] == reference[:3]
        with pytest.raises(DataError, match=r"data\.messages=conversations"):
            conversations(None, path=other)

    @pytest.mark.parametrize("suffix", [".json", ".jsonl", ".parquet"])
    @pytest.mark.parametrize(
        "keys", [{"weight": 0}, {"train": False}, {"loss_mask": 0.0}, {"weight": 0, "train": False}]
    )
    def test_an_answer_can_say_that_it_is_not_learnt(
        self, tmp_path: Path, suffix: str, keys: dict[str, Any]
    ) -> None:
        row = chat(questions(1)[0], ("user", "Chào"), ("assistant", "Đáp số: 0"))
        plain = conversations(None, path=write(tmp_path / f"a{suffix}", [row]), test_share=0)
        row["messages"][1] |= keys
        row["messages"][3] |= {key: type(value)(1) for key, value in keys.items()}
        path = write(tmp_path / f"b{suffix}", [row])
        splits = conversations(None, path=path, test_share=0)
        assert [p.unlearnt for p in plain.train] == [()]
        assert [p.unlearnt for p in splits.train] == [(1,)]
        assert splits.train[0].messages == plain.train[0].messages
        assert "1 answers not learnt, as their turns say" in str(splits.notes["description"])

    def test_nothing_is_learnt_after_the_last_answer_to_learn(self, tmp_path: Path) -> None:
        row = questions(1)[0]
        wrong = {"role": "assistant", "content": "Đáp số: 0", "weight": 0}
        turns = [*chat(row)["messages"], {"role": "user", "content": "Chắc không?"}, wrong]
        path = write(tmp_path / "a.jsonl", [{"messages": turns}])
        splits = conversations(None, path=path, test_share=0)
        (problem,) = splits.train
        assert (problem.solution, problem.answer) == (row["solution"], "5 kẹo")
        assert len(problem.messages) == 2 and problem.unlearnt == ()
        assert "2 turns after the last answer to learn" in str(splits.notes["description"])

    @pytest.mark.parametrize(
        ("keys", "said"),
        [
            ({"weight": 0}, "no answer of 'messages' is to be learnt"),
            ({"weight": 0.5}, "weight=0.5: only 0, 1, true and false"),
            ({"loss_mask": [1, 0]}, "only 0, 1, true and false"),
            ({"train": "false"}, "only 0, 1, true and false"),
            ({"weight": 1, "train": False}, "contradict"),
            ({"tool_calls": [{"name": "cộng"}]}, "it holds tool_calls, which would be lost"),
            ({"reasoning_content": "nghĩ"}, "it holds reasoning_content"),
            ({"function_call": {"name": "f"}, "content": None}, "it holds function_call"),
        ],
    )
    def test_what_a_turn_says_and_cannot_be_honoured_is_set_aside(
        self, tmp_path: Path, keys: dict[str, Any], said: str
    ) -> None:
        rows = [chat(row) for row in questions(2)]
        rows[0]["messages"][-1] |= keys
        path = write(tmp_path / "a.jsonl", rows)
        splits = conversations(tmp_path, path=path, test_share=0, max_quarantine=0.5)
        assert len(splits.train) == 1
        assert said in rejects(tmp_path)[0]["message"]

    @pytest.mark.parametrize(
        ("keys", "said"),
        [
            ({"tools": [{"name": "cộng"}]}, "beside 'messages' it holds tools, which would be"),
            ({"functions": "[{}]", "images": ["a.png"]}, "it holds functions, images"),
            ({"system": 7}, "turn 1 (system)"),
        ],
    )
    def test_a_row_with_more_than_turns_is_set_aside(
        self, tmp_path: Path, keys: dict[str, Any], said: str
    ) -> None:
        rows = [chat(row) | {"tools": [], "system": None, "id": 7} for row in questions(2)]
        rows[0] |= keys
        path = write(tmp_path / "a.jsonl", rows)
        splits = conversations(tmp_path, path=path, test_share=0, max_quarantine=0.5)
        assert len(splits.train) == 1
        assert said in rejects(tmp_path)[0]["message"]

    def test_a_system_text_beside_the_turns_is_the_first_turn(self, tmp_path: Path) -> None:
        rows = [chat(row) | {"system": "Em là gia sư."} for row in questions(2)]
        within = [chat(row, ("system", "Em là gia sư.")) for row in questions(2)]
        beside, inside = (
            conversations(None, path=write(tmp_path / name, data), test_share=0)
            for name, data in (("a.jsonl", rows), ("b.jsonl", within))
        )
        assert beside.train == inside.train
        both = [*rows, within[0] | {"system": "Khác"}]
        path = write(tmp_path / "c.jsonl", both)
        conversations(tmp_path, path=path, test_share=0, max_quarantine=0.5)
        assert "there is a system turn and 'system' beside" in rejects(tmp_path)[0]["message"]

    def test_only_answers_are_learnt(self, tmp_path: Path) -> None:
        rows = [chat(row, ("system", "Gia sư")) for row in questions(3)]
        for row in rows:
            for turn in row["messages"]:
                turn |= {"weight": None, "train": turn["role"] == "assistant", "tool_calls": []}
        rows[0]["messages"][1]["train"] = True
        rows[1]["messages"][1]["name"] = "An"
        path = write(tmp_path / "a.jsonl", rows)
        splits = conversations(tmp_path, path=path, test_share=0, max_quarantine=0.5)
        assert len(splits.train) == 2 and {p.unlearnt for p in splits.train} == {()}
        assert "train=True in a user turn" in rejects(tmp_path)[0]["message"]
        assert "1 keys 'name' of turns" in str(splits.notes["description"])

    @pytest.mark.parametrize(
        ("turns", "code", "said"),
        [
            ([("user", "a")], "turns", "the assistant last"),
            ([("assistant", "a")], "turns", "the turns are assistant"),
            ([("system", "a")], "turns", "the turns are system"),
            ([("user", "a"), ("user", "b"), ("assistant", "c")], "turns", "user, user, assistant"),
            ([("user", "a"), ("system", "s"), ("assistant", "c")], "turns", "at the start"),
            ([("user", "a"), ("tool", "b")], "turns", "turn 2 of 'messages': the role is 'tool'"),
            ([("user", "a"), ("assistant", "  ")], "empty", "turn 2 (assistant)"),
            ([("user", "a"), ("assistant", None)], "empty", "turn 2 (assistant)"),
            ([("user", "a"), ("assistant", 7)], "not_text", "turn 2 (assistant)"),
            ([("user", "a"), ("assistant", [{"type": "image"}])], "not_text", "not text"),
            ([("user", "Ph©n lo¹i"), ("assistant", "b")], "damaged_encoding", "TCVN3"),
            ([("user", "a"), ("assistant", "b" * 60_000)], "too_long", "max_characters"),
            ([], "empty", "is empty"),
        ],
    )
    def test_a_broken_conversation_is_set_aside_with_its_reason(
        self, tmp_path: Path, turns: list[tuple[str, Any]], code: str, said: str
    ) -> None:
        bad = {"messages": [{"role": role, "content": content} for role, content in turns]}
        rows = [*map(chat, questions(20)), bad]
        splits = conversations(tmp_path, path=write(tmp_path / "a.json", rows))
        assert splits.notes["quarantined"] == {code: 1}
        (reject,) = rejects(tmp_path)
        assert reject["row"] == 21
        assert said in reject["message"]

    @pytest.mark.parametrize("turns", ["text", {"role": "user"}, ["a", "b"]])
    def test_what_is_no_list_of_turns_is_set_aside(self, tmp_path: Path, turns: Any) -> None:
        rows = [*map(chat, questions(20)), {"messages": turns}]
        path = write(tmp_path / "a.json", rows)
        assert sum(conversations(None, path=path).notes["quarantined"].values()) == 1  # type: ignore[attr-defined]

    def test_the_same_last_question_after_other_turns_is_no_copy(self, tmp_path: Path) -> None:
        thanks = {"question": "Giải thích thêm đi", "solution": "Được chứ"}
        rows = [
            chat(thanks, ("user", row["question"]), ("assistant", row["solution"]))
            for row in questions(20)
        ]
        splits = conversations(None, path=write(tmp_path / "a.json", [*rows, rows[0]]))
        assert (splits.notes["kept"], splits.notes["duplicates"]) == (20, 1)
        assert len({problem.id for problem in everything(splits)}) == len(everything(splits))

    def test_only_questions_that_stand_alone_are_tested_on(self, tmp_path: Path) -> None:
        before = [(), (("system", "Gia sư"),), (("user", "Chào thầy"), ("assistant", "Chào em"))]
        chats = [chat(row, *before[n % 3]) for n, row in enumerate(questions(100))]
        splits = conversations(None, path=write(tmp_path / "a.json", chats), test_share=0.4)
        assert {len(problem.messages) for problem in splits.test} == {2, 3}
        assert any(len(problem.messages) == 4 for problem in splits.validation)

    def test_a_system_turn_in_every_conversation_leaves_a_test(self, tmp_path: Path) -> None:
        chats = [chat(row, ("system", "Em là gia sư.")) for row in questions(60)]
        splits = conversations(None, path=write(tmp_path / "a.json", chats), test_share=0.3)
        assert splits.test
        assert all(problem.messages[0][0] == "system" for problem in splits.test)

    def test_talks_that_end_alike_are_not_all_in_one_split(self, tmp_path: Path) -> None:
        why = {"question": "Vì sao?", "solution": "Vì đề bài cho như vậy."}
        talks = [
            chat(why, ("user", row["question"]), ("assistant", row["solution"]))
            for row in questions(60)
        ]
        splits = conversations(None, path=write(tmp_path / "a.json", talks), validation_share=0.3)
        assert splits.train
        assert splits.validation

    def test_a_test_question_in_an_earlier_turn_is_not_trained_on(self, tmp_path: Path) -> None:
        rows = questions(60)
        plain = write(tmp_path / "a.json", list(map(chat, rows)))
        tested = conversations(None, path=plain, test_share=0.3).test[0]
        asked = tested.question.replace("thêm 3", "thêm 8")
        spies = [
            chat(
                {"question": f"{name} cảm ơn thầy!", "solution": "Không có gì"},
                ("user", f"{name} muốn hỏi chuyện khác" if name < "K" else asked),
                ("assistant", "…"),
            )
            for name in NAMES.split()
        ]
        with_spies = write(tmp_path / "b.json", [*map(chat, rows), *spies])
        splits = conversations(None, path=with_spies, test_share=0.3)
        trained = {said for p in splits.train for _, said in p.messages}
        assert splits.notes["leaks"]
        assert asked not in trained
        assert any("muốn hỏi chuyện khác" in said for said in trained)

    def test_a_long_system_turn_makes_no_two_conversations_alike(self, tmp_path: Path) -> None:
        system = ("system", " ".join(f"Điều {n}: em luôn giảng giải kỹ." for n in range(40)))
        rows = [chat(row, system) for row in questions(60)]
        splits = conversations(None, path=write(tmp_path / "a.json", rows), validation_share=0.3)
        assert splits.validation
        assert splits.notes["leaks"] == 0


class TestText:
    def test_paragraphs_are_the_texts_of_a_txt_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_bytes("\ufeff\r\nMột.\r\nHai.\r\n \r\n\r\nBa\r\nBốn\n\nMột.\nHai.".encode())
        splits = text(tmp_path, path=path, validation_share=0)
        assert sorted(p.question for p in splits.train) == ["Ba\nBốn", "Một.\nHai."]
        assert all(p.solution == "" and p.answer is None for p in splits.train)
        assert [(r["row"], r["code"]) for r in rejects(tmp_path)] == [(9, "duplicate")]

    def test_a_column_gives_the_same_as_paragraphs(self, tmp_path: Path) -> None:
        texts = [f"{name} thích học toán." for name in NAMES.split()]
        (tmp_path / "a.txt").write_text("\n\n".join(texts), encoding="utf-8")
        rows = [{"body": one} for one in texts]
        whole = text(None, path=tmp_path / "a.txt", validation_share=0.3)
        for suffix in (".jsonl", ".csv", ".parquet"):
            path = write(tmp_path / f"b{suffix}", rows)
            assert text(None, path=path, column="body", validation_share=0.3)[:3] == whole[:3]
            with pytest.raises(DataError, match=r"no column 'text'.*data\.column=body"):
                text(None, path=path)
        assert whole.validation
        assert whole.test == []

    def test_a_blank_line_in_a_code_fence_divides_no_texts(self, tmp_path: Path) -> None:
        code = "```python\ndef f():\n    a = 1\n\n    return a\n```"
        path = tmp_path / "a.txt"
        path.write_text(f"Một\n\n{code}\n\nHai\n\nBa\n\n```\n\nBốn", encoding="utf-8")
        texts = {p.question for p in text(None, path=path, validation_share=0).train}
        assert texts == {"Một", code, "Hai", "Ba", "```", "Bốn"}

    @pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe"])
    def test_a_file_without_text_is_one_clear_error(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "a.txt").write_bytes(content)
        with pytest.raises(DataError, match="no text"):
            text(None, path=tmp_path / "a.txt")

    def test_a_long_text_is_not_too_long_and_passes_the_leakage_gate(self, tmp_path: Path) -> None:
        long = " ".join(f"Câu {n}: {name} học." for n in range(3000) for name in ("An", "Chi"))
        texts = [long, *(f"{name} thích học môn toán và tiếng Việt." for name in NAMES.split())]
        (tmp_path / "a.txt").write_text("\n\n".join(texts), encoding="utf-8")
        splits = text(None, path=tmp_path / "a.txt", validation_share=0.3)
        assert splits.notes["quarantined"] == {}
        assert find_leaks(splits.train, [*splits.test, *splits.validation]) == []


class TestPreference:
    def rows(self, count: int) -> list[dict[str, str]]:
        return [
            {"prompt": row["question"], "chosen": row["solution"], "rejected": "Em không biết."}
            for row in questions(count)
        ]

    def test_the_better_response_is_learnt_and_the_worse_kept(
        self, tmp_path: Path, shared_tiny: Loaded
    ) -> None:
        path = write(tmp_path / "a.jsonl", self.rows(30))
        splits = preference(None, path=path)
        row = splits.train[0]
        assert row.rejected == "Em không biết."
        assert row.answer is not None
        table = encode([row], shared_tiny.tokenizer, max_length=256)
        learnt = shared_tiny.tokenizer.decode(table.ids[table.supervised])
        assert learnt == row.solution + "<end_of_turn>"

    @pytest.mark.parametrize("worse", ["Đúng rồi", " Đúng&nbsp;rồi \n"])
    def test_equal_responses_are_set_aside(self, tmp_path: Path, worse: str) -> None:
        rows = [*self.rows(20), {"prompt": "Hỏi", "chosen": "Đúng rồi", "rejected": worse}]
        splits = preference(tmp_path, path=write(tmp_path / "a.json", rows))
        assert splits.notes["quarantined"] == {"equal": 1}
        near = [*self.rows(20), {"prompt": "Hỏi", "chosen": "Đúng rồi", "rejected": "Đúng rồi!"}]
        assert preference(None, path=write(tmp_path / "b.json", near)).notes["kept"] == 21

    def test_pairs_of_one_prompt_are_no_copies_share_a_split_and_are_tested_once(
        self, tmp_path: Path
    ) -> None:
        rows = [row | {"rejected": f"Sai {n}"} for row in self.rows(60) for n in (1, 2)]
        splits = preference(None, path=write(tmp_path / "a.json", [*rows, rows[0]]), test_share=0.3)
        assert (splits.notes["kept"], splits.notes["duplicates"]) == (120, 1)
        assert len({p.id for p in everything(splits)}) == len(everything(splits))
        asked = [{p.question for p in split} for split in splits[:3]]
        assert not (asked[0] & asked[2] or asked[0] & asked[1] or asked[1] & asked[2])
        assert len(asked[2]) == len(splits.test) > 0
        assert splits.notes["test_unused"] == len(splits.test)

    def test_the_pairs_that_the_test_has_no_use_for_are_listed(self, tmp_path: Path) -> None:
        rows = [row | {"rejected": f"Sai {n}"} for row in self.rows(60) for n in (1, 2)]
        path = write(tmp_path / "a.json", rows)
        splits = preference(tmp_path, path=path, test_share=0.3, max_test=1)
        listed = [row for row in rejects(tmp_path) if row["code"] == "asked"]
        assert len(listed) * 2 == splits.notes["test_unused"] + 1
        assert {row["split"] for row in listed} == {"test"}
        assert all(row["problem"]["rejected"].startswith("Sai") for row in listed)


CARD = """---
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*
  - split: test
    path: data/test-*
---
# Exams
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data set in the Hub's layout: 80 rows to train on, 20 others to test on."""
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / "exams" / "data").mkdir(parents=True)
    (tmp_path / "exams" / "README.md").write_text(CARD)
    fill(tmp_path / "exams", questions(80), questions(100)[80:])
    return tmp_path / "exams"


def fill(folder: Path, train: list[Any], test: list[Any]) -> None:
    write(folder / "data" / "train-00000-of-00001.parquet", train)
    write(folder / "data" / "test-00000-of-00001.parquet", test)


class TestHub:
    def test_the_data_sets_own_test_split_is_tested_on(self, folder: Path) -> None:
        splits = hub(None, path=str(folder))
        assert {p.question for p in splits.test} == {r["question"] for r in questions(100)[80:]}
        assert len(splits.train) + len(splits.validation) == 80
        assert splits.validation
        assert splits.notes["rows_read"] == 100
        assert find_leaks(splits.train, [*splits.test, *splits.validation]) == []

    def test_training_rows_that_give_a_test_question_away_are_dropped(self, folder: Path) -> None:
        same, other_numbers = questions(82)[80:]
        other_numbers = other_numbers | {
            "question": other_numbers["question"].replace("thêm 3", "thêm 9")
        }
        near_miss = {"question": "Tính: 3 - 2", "solution": "1\nĐáp số: 1"}
        operator = {"question": "Tính: 3 + 2", "solution": "5\nĐáp số: 5"}
        fill(
            folder,
            [*questions(80), same, other_numbers, near_miss],
            [*questions(100)[80:], operator],
        )
        splits = hub(None, path=str(folder), validation_share=0)
        assert splits.notes["leaks"] == 2
        assert len(splits.test) == 21
        assert len(splits.train) == 81
        assert any(p.question == near_miss["question"] for p in splits.train)
        assert "2 too like a held-out question" in str(splits.notes["description"])

    def test_validation_rows_that_give_a_test_question_away_are_counted_and_listed(
        self, folder: Path, tmp_path: Path
    ) -> None:
        twin = questions(82)[81]
        near = twin | {"question": twin["question"].replace("thêm 3", "thêm 9")}
        write(
            folder / "data" / "validation-00000-of-00001.parquet",
            [twin, near, *questions(140)[120:]],
        )
        (folder / "README.md").write_text(
            CARD.replace("  - split: test", "  - split: validation\n    path: data/validation-*\n"
                         "  - split: test")
        )  # fmt: skip
        splits = hub(tmp_path / "run", path=str(folder), validation_split="validation")
        assert (splits.notes["validation_leaks"], len(splits.validation)) == (2, 20)
        listed = [(r["split"], r["code"]) for r in rejects(tmp_path / "run")]
        assert listed == [("validation", "leak")] * 2

    def test_a_folder_has_no_revision(self, folder: Path) -> None:
        with pytest.raises(ConfigError, match=r"data\.revision=main: .* is a folder"):
            hub(None, path=str(folder), revision="main")

    def test_without_a_test_split_a_share_of_train_is_tested_on(self, folder: Path) -> None:
        (folder / "data" / "test-00000-of-00001.parquet").unlink()
        (folder / "README.md").write_text("no configuration")
        with pytest.raises(DataError, match=r"no split 'test'; it has train \(80 rows\).*null"):
            hub(None, path=str(folder))
        splits = hub(None, path=str(folder), test_split=None, test_share=0.3)
        assert splits.test
        assert len(everything(splits)) == 80

    def test_quarantine_names_the_split_of_a_row(self, folder: Path, tmp_path: Path) -> None:
        bad = {"question": "", "solution": "7"}
        fill(folder, [*questions(80), bad], [*questions(100)[80:], bad])
        hub(tmp_path / "run", path=str(folder))
        found = [(r["split"], r["row"], r["code"]) for r in rejects(tmp_path / "run")]
        assert found == [("test", 21, "empty"), ("train", 81, "empty")]

    def test_what_cannot_be_checked_is_not_tested_on(self, folder: Path) -> None:
        open_end = {"question": "Vẽ một hình vuông", "solution": "Học sinh tự làm."}
        fill(folder, questions(80), [*questions(90)[80:], open_end])
        splits = hub(None, path=str(folder), validation_share=0)
        assert len(splits.test) == 10
        assert [p.question for p in splits.validation] == ["Vẽ một hình vuông"]

    def test_wrong_columns_and_subsets_are_answered_with_the_override(self, folder: Path) -> None:
        with pytest.raises(DataError, match=r"no column 'problem'.*data\.question=question"):
            hub(None, path=str(folder), question="problem")
        with pytest.raises(DataError, match=r"'x' not found.*default.*data\.subset="):
            hub(None, path=str(folder), subset="x")

    def test_an_empty_folder_says_what_was_expected(self, tmp_path: Path, folder: Path) -> None:
        shutil.rmtree(folder / "data")
        with pytest.raises(DataError, match=r"cannot be loaded.*data/train-\*\.parquet"):
            hub(None, path=str(folder))

    def test_without_network_there_is_a_way_out(self, folder: Path) -> None:
        with pytest.raises(DataError, match=r"could not be reached.*data\.path=FOLDER") as caught:
            hub(None, path="ngohongthai/exam-sixth_grade-instruct-dataset")
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (OSError("Access to dataset x is gated"), "HF_TOKEN"),
            (FileNotFoundError("Dataset 'x/y' doesn't exist on the Hub"), "Check the name"),
            (OSError(28, "No space left on device"), r"no room left.*folder.*has room$"),
        ],
    )
    def test_gated_and_unknown_data_sets(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
    ) -> None:
        import datasets

        def refuse(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(datasets, "load_dataset", refuse)
        with pytest.raises(DataError, match=said):
            hub(None, path="x/y")

    def test_a_missing_package_is_named_with_its_install_line(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "datasets", None)
        with pytest.raises(ConfigError, match=r"pip install 'mathpal\[data\]'"):
            hub(None, path="x/y")


def test_notes_of_every_source_can_be_written(tmp_path: Path) -> None:
    splits = preference(None, path=write(tmp_path / "a.json", TestPreference().rows(30)))
    assert json.loads(json.dumps(splits.notes)) == splits.notes
