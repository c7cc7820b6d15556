"""Problems as tokens: what the loss sees, and every way in which the mask gate says no."""

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathpal.curriculum import FAMILIES, problem
from mathpal.errors import DataError
from mathpal.models.loaded import Loaded
from mathpal.models.tokenizer import CHAT_TEMPLATE
from mathpal.problems import Problem
from mathpal.tokens.chat import (
    END_OF_TURN,
    TokenTable,
    asked_turns,
    encode,
    messages,
    prompt_text,
    stop_ids,
    stop_token,
)
from mathpal.tokens.plain import text_problem
from mathpal.tokens.preview import marked, mask_sample
from mathpal.tokens.token_cache import fingerprint
from tests.asking import ask

PROBLEMS = [problem("chat", "train", name, i) for name in sorted(FAMILIES) for i in range(3)]
SUM = Problem("sum", "1 + 1 = ?", "1 + 1 = 2\nĐáp số: 2")
WORDS = st.text("abcđệ 0123\n.+=:🙂", min_size=1, max_size=40).filter(
    lambda text: text.strip() != ""
)


@pytest.fixture(scope="module")
def tokenizer(shared_tiny: Loaded) -> Any:
    return shared_tiny.tokenizer


def with_template(tokenizer: Any, template: str) -> Any:
    changed = copy.deepcopy(tokenizer)
    changed.chat_template = template
    return changed


def row(table: TokenTable, index: int) -> tuple[list[int], list[int]]:
    """Prompt ids and supervised ids."""
    own = slice(table.starts[index], table.starts[index + 1])
    ids, begin = table.ids[own].tolist(), int(table.supervised[own].argmax())
    assert table.supervised[own].tolist() == [place >= begin for place in range(len(ids))]
    return ids[:begin], ids[begin:]


def oracle(tokenizer: Any, item: Problem) -> tuple[list[int], list[bool]]:
    """Ids and mask by character positions of the rendered text, without any prefix argument."""
    end = f"{END_OF_TURN}\n"
    text = f"<bos><start_of_turn>user\n{item.question.strip()}{end}<start_of_turn>model\n"
    answer_at = len(text)
    text += item.solution.strip() + END_OF_TURN
    out = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    return out.input_ids, [begin >= answer_at for begin, _ in out.offset_mapping]


def test_the_mask_is_that_of_a_brute_force_oracle(tokenizer: Any) -> None:
    table = encode(PROBLEMS, tokenizer, max_length=512)
    assert table.dropped == 0
    for index, item in enumerate(PROBLEMS):
        prompt, answer = row(table, index)
        ids, mask = oracle(tokenizer, item)
        assert prompt + answer == ids
        assert [False] * len(prompt) + [True] * len(answer) == mask


@settings(max_examples=150, deadline=None)
@given(question=WORDS, solution=WORDS)
def test_the_mask_holds_for_any_text(tokenizer: Any, question: str, solution: str) -> None:
    item = Problem("any", question, solution)
    prompt, answer = row(encode([item], tokenizer, max_length=512), 0)
    ids, mask = oracle(tokenizer, item)
    assert (prompt + answer, len(prompt)) == (ids, mask.index(True))


def test_the_loss_sees_the_solution_and_its_stop_token_and_nothing_else(tokenizer: Any) -> None:
    prompt, answer = row(encode([SUM], tokenizer, max_length=256), 0)
    assert tokenizer.decode(answer) == SUM.solution + END_OF_TURN
    assert tokenizer.decode(prompt) == prompt_text(tokenizer, SUM.question)
    assert answer[-1] == tokenizer.convert_tokens_to_ids(END_OF_TURN)


def test_counts_of_a_table_add_up(tokenizer: Any) -> None:
    table = encode(PROBLEMS, tokenizer, max_length=512)
    assert table.lengths.sum() == len(table.ids) == table.starts[-1]
    assert len(table.supervised) == len(table.ids)
    for index in range(len(PROBLEMS)):
        own = table.supervised[table.starts[index] : table.starts[index + 1]]
        assert own.sum() == table.loss_tokens[index]
    assert (table.ids.dtype, table.supervised.dtype) == (np.int32, np.bool_)


def test_more_problems_than_a_chunk_keep_their_order(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = encode(PROBLEMS, tokenizer, max_length=512)
    monkeypatch.setattr("mathpal.tokens.chat.CHUNK", 7)
    pieces = encode(PROBLEMS, tokenizer, max_length=512)
    assert (whole.ids == pieces.ids).all()
    assert (whole.starts == pieces.starts).all()
    assert (whole.supervised == pieces.supervised).all()


def test_too_long_rows_are_left_out_and_counted_never_cut(tokenizer: Any) -> None:
    whole = encode(PROBLEMS, tokenizer, max_length=512)
    limit = int(np.median(whole.lengths))
    table = encode(PROBLEMS, tokenizer, max_length=limit)
    fits = [i for i, length in enumerate(whole.lengths) if length <= limit]
    assert 0 < table.dropped == len(PROBLEMS) - len(fits)
    assert [row(table, i) for i in range(len(fits))] == [row(whole, i) for i in fits]


def test_a_row_of_exactly_the_limit_is_kept(tokenizer: Any) -> None:
    length = int(encode([SUM], tokenizer, max_length=256).lengths[0])
    assert encode([SUM], tokenizer, max_length=length).dropped == 0
    said = rf"validation: none of the 1 problems fits.*max_length={length - 1}"
    with pytest.raises(DataError, match=said):
        encode([SUM], tokenizer, max_length=length - 1, label="tokenizing validation")


BAD_TEMPLATES = {
    "double BOS": ("{{ bos_token }}" + CHAT_TEMPLATE, "2 BOS tokens"),
    "no BOS": (CHAT_TEMPLATE.replace("{{ bos_token }}", "", 1), "no BOS at the start"),
    "another generation prompt": (
        CHAT_TEMPLATE.replace('"<start_of_turn>model\n" }}', '"<start_of_turn>model: " }}'),
        "not a prefix",
    ),
    "no stop at all": (CHAT_TEMPLATE.replace("<end_of_turn>", ""), "would never stop"),
    "no stop after the model": (
        CHAT_TEMPLATE.replace(
            '"<end_of_turn>\n" }}',
            '("\n" if message["role"] == "assistant" else "<end_of_turn>\n") }}',
        ),
        "the solution is empty",
    ),
}


@pytest.mark.parametrize("name", BAD_TEMPLATES)
def test_a_faulty_template_is_refused(tokenizer: Any, name: str) -> None:
    template, reason = BAD_TEMPLATES[name]
    assert template != CHAT_TEMPLATE, "the test's own replacement missed"
    with pytest.raises(DataError, match=rf"mask gate: problem sum .*{reason}.*chat template"):
        encode([SUM], with_template(tokenizer, template), max_length=256)


def test_what_a_template_writes_after_the_stop_is_not_supervised(tokenizer: Any) -> None:
    longer = with_template(tokenizer, CHAT_TEMPLATE + "{{ eos_token }}\n")
    with pytest.raises(DataError, match="not a prefix"):  # it ends the prompt with <eos>, too
        encode([SUM], longer, max_length=256)
    ends = '{%- if not add_generation_prompt -%}{{ eos_token + "\\n" }}{%- endif -%}'
    table = encode([SUM], with_template(tokenizer, CHAT_TEMPLATE + ends), max_length=256)
    assert tokenizer.decode(row(table, 0)[1]) == SUM.solution + END_OF_TURN


@pytest.mark.parametrize("solution", ["", " \n\t"])
def test_an_empty_solution_is_refused(tokenizer: Any, solution: str) -> None:
    with pytest.raises(DataError, match="problem p7 .*the solution is empty"):
        encode([SUM, Problem("p7", "1 + 1 = ?", solution)], tokenizer, max_length=256)


@pytest.mark.parametrize(
    ("solution", "reason"),
    [
        ("Đáp số: 2<end_of_turn>\nThừa", "2 stop tokens"),
        ("<end_of_turn>", "2 stop tokens"),
        ("<bos>Đáp số: 2", "2 BOS tokens"),
    ],
)
def test_control_tokens_inside_a_solution_are_refused(
    tokenizer: Any, solution: str, reason: str
) -> None:
    """A stop in the middle would teach the model to stop there and then to continue."""
    with pytest.raises(DataError, match=reason):
        encode([Problem("p", "1 + 1 = ?", solution)], tokenizer, max_length=256)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("1 + 1 = ?<end_of_turn>\n<start_of_turn>model\n3", "<start_of_turn>, <end_of_turn>"),
        ("<start_of_turn>", "<start_of_turn>"),
        ("1 <eos> 2", "<eos>"),
        ("1 <pad> 2", "<pad>"),
    ],
)
def test_control_tokens_inside_a_question_are_refused(
    tokenizer: Any, question: str, named: str
) -> None:
    """Such a question would show the model another turn than the one that is asked."""
    with pytest.raises(DataError, match="the user turn of problem p holds") as caught:
        encode([SUM, Problem("p", question, "3")], tokenizer, max_length=256)
    assert all(token in str(caught.value) for token in named.split(", "))
    assert "remove these words" in str(caught.value)


@pytest.mark.parametrize("role", ["system", "user", "assistant"])
def test_a_control_token_in_any_turn_is_refused_and_the_turn_named(
    tokenizer: Any, role: str
) -> None:
    turns = tuple((who, f"{said} <start_of_turn>" if who == role else said)
                  for who, said in TALK.messages)  # fmt: skip
    talk = Problem("talk", "x", "y", messages=turns)
    with pytest.raises(DataError, match=f"the {role} turn of problem talk holds <start_of_turn>"):
        encode([talk], tokenizer, max_length=256)


@pytest.mark.parametrize(
    "question", ["a < b > c", "<end of turn>", "start_of_turn", "<end_of_turn", "1 <unk> 2", "<x>"]
)
def test_what_is_nearly_a_control_token_is_text(tokenizer: Any, question: str) -> None:
    assert len(encode([Problem("p", question, "3")], tokenizer, max_length=256).lengths) == 1


def test_all_faults_of_a_row_come_together(tokenizer: Any) -> None:
    template = "{{ bos_token }}" + CHAT_TEMPLATE.replace("<end_of_turn>", "")
    with pytest.raises(DataError, match="2 BOS tokens.*would never stop"):
        encode([SUM], with_template(tokenizer, template), max_length=256)


def test_without_a_turn_token_eos_ends_the_answer(tokenizer: Any) -> None:
    plain = "{{ messages[0].content }}\n{% if not add_generation_prompt %}{{ messages[1].content }}"
    fake = with_template(tokenizer, plain + "{{ eos_token }}{% endif %}")
    fake.get_vocab = lambda: {"<eos>": 1}
    assert stop_token(fake) == "<eos>"
    assert tokenizer.decode(row(encode([SUM], fake, max_length=256), 0)[1]).endswith(
        "= 2\nĐáp số: 2<eos>"
    )


def test_generation_ends_at_the_turn_token_and_at_eos(tokenizer: Any) -> None:
    assert stop_ids(tokenizer) == [1, 5]
    assert tokenizer.convert_ids_to_tokens([1, 5]) == ["<eos>", "<end_of_turn>"]


def test_messages_wait_for_the_model_without_a_solution() -> None:
    assert messages("a") == [{"role": "user", "content": "a"}]
    assert messages("a", "b")[1] == {"role": "assistant", "content": "b"}


def test_the_shown_sample_is_the_row_with_its_mask(tokenizer: Any) -> None:
    sample: Any = mask_sample(encode([SUM, *PROBLEMS[:2]], tokenizer, max_length=512), tokenizer)
    seen = "".join(piece["text"] for piece in sample["tokens"] if piece["supervised"])
    hidden = "".join(piece["text"] for piece in sample["tokens"] if not piece["supervised"])
    assert "1 + 1 = 2" in seen
    assert hidden.startswith("<bos>")
    assert len(sample["tokens"]) == sample["prompt_tokens"] + sample["supervised_tokens"]


TALK = Problem(
    "talk",
    "Vậy 3 + 3 = ?",
    "3 + 3 = 6",
    messages=(
        ("system", "Em là gia sư."),
        ("user", "2 + 2 = ?"),
        ("assistant", "2 + 2 = 4\nĐáp số: 4"),
        ("user", "Vậy 3 + 3 = ?"),
        ("assistant", "3 + 3 = 6"),
    ),
)


def talk_oracle(tokenizer: Any, item: Problem) -> tuple[list[int], list[bool]]:
    """Ids and mask of a conversation by character positions of the text."""
    text, answers, system = "<bos>", [], ""
    for role, said in item.messages:
        if role == "system":
            system = said.strip() + "\n\n"
            continue
        text += f"<start_of_turn>{'model' if role == 'assistant' else 'user'}\n"
        begin = len(text)
        text += f"{system}{said.strip()}{END_OF_TURN}"
        system = ""
        if role == "assistant":
            answers.append((begin, len(text)))
        text += "\n"
    out = tokenizer(text[:-1], add_special_tokens=False, return_offsets_mapping=True)
    return out.input_ids, [
        any(begin <= at < end for begin, end in answers) for at, _ in out.offset_mapping
    ]


def whole_row(table: TokenTable, index: int = 0) -> tuple[list[int], list[bool]]:
    own = slice(table.starts[index], table.starts[index + 1])
    return table.ids[own].tolist(), table.supervised[own].tolist()


def test_every_answer_of_a_conversation_and_its_stop_token_is_seen(tokenizer: Any) -> None:
    table = encode([SUM, TALK, SUM], tokenizer, max_length=256)
    assert whole_row(table, 1) == talk_oracle(tokenizer, TALK)
    sample: Any = mask_sample(encode([TALK, SUM], tokenizer, max_length=256), tokenizer)
    shown = marked(sample)
    assert shown.count("«") == 2
    assert "«2 + 2 = 4\nĐáp số: 4<end_of_turn>»\n<start_of_turn>user" in shown
    assert shown.endswith("«3 + 3 = 6<end_of_turn>»")
    assert row(table, 0) == row(table, 2) == row(encode([SUM], tokenizer, max_length=256), 0)
    assert table.loss_tokens[1] == sum(whole_row(table, 1)[1])


def test_an_answer_that_is_not_learnt_carries_no_loss(tokenizer: Any) -> None:
    item = replace(TALK, unlearnt=(2,))
    table = encode([item], tokenizer, max_length=256, mark_answers=True)
    ids, mask = whole_row(table)
    assert ids == talk_oracle(tokenizer, TALK)[0]
    seen = [token for token, learnt in zip(ids, mask, strict=True) if learnt]
    assert tokenizer.decode(seen) == f"3 + 3 = 6{END_OF_TURN}"
    assert fingerprint([item], tokenizer) != fingerprint([TALK], tokenizer)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4), st.none() | WORDS)
def test_the_mask_of_any_conversation(
    tokenizer: Any, pairs: list[tuple[str, str]], system: str | None
) -> None:
    turns = [turn for asked, told in pairs for turn in (("user", asked), ("assistant", told))]
    if system is not None:
        turns.insert(0, ("system", system))
    item = Problem("any", pairs[-1][0], pairs[-1][1], messages=tuple(turns))
    table = encode([item], tokenizer, max_length=4096)
    assert whole_row(table) == talk_oracle(tokenizer, item)


def test_a_model_is_asked_with_all_turns_before_the_last_answer(
    tokenizer: Any, shared_tiny: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mathpal.generation import decoding

    assert asked_turns(SUM) == messages(SUM.question)
    assert prompt_text(tokenizer, asked_turns(SUM)) == prompt_text(tokenizer, SUM.question)
    assert [turn["role"] for turn in asked_turns(TALK)] == ["system", "user", "assistant", "user"]
    prompts: list[str] = []

    def answer(model: Any, batch: list[list[int]], **settings: Any) -> Any:
        prompts.extend(map(tokenizer.decode, batch))
        return ((number, [1]) for number in range(len(batch)))

    monkeypatch.setattr(decoding, "decode", answer)
    asked = ["1 + 1 = ?", asked_turns(TALK)]
    ask(shared_tiny, asked, max_new_tokens=4, batch_tokens=100)
    whole = encode([TALK], tokenizer, max_length=256)
    ids, seen = whole_row(whole)
    last = len(seen) - seen[::-1].index(False)
    assert prompts == [prompt_text(tokenizer, "1 + 1 = ?"), tokenizer.decode(ids[:last])]


def test_a_conversation_of_question_and_answer_is_the_plain_problem(tokenizer: Any) -> None:
    turns = (("user", SUM.question), ("assistant", SUM.solution))
    talk = Problem("talk", SUM.question, SUM.solution, messages=turns)
    assert row(encode([talk], tokenizer, max_length=256), 0) == row(
        encode([SUM], tokenizer, max_length=256), 0
    )


def test_a_template_that_changes_earlier_answers_is_refused(tokenizer: Any) -> None:
    """Such as one that drops the thoughts of all answers but the last."""
    forgets = CHAT_TEMPLATE.replace(
        'message["content"] | trim', '(message["content"] if loop.last else "…") | trim'
    )
    assert forgets != CHAT_TEMPLATE
    with pytest.raises(DataError, match=r"problem talk .*answer 1: the prompt's ids are not"):
        encode([TALK], with_template(tokenizer, forgets), max_length=256)


def test_a_template_that_refuses_a_role_is_told_with_the_turns(tokenizer: Any) -> None:
    strict = (
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    )
    with pytest.raises(DataError, match=r"refuses problem talk .*system, user, .*no system role"):
        encode([TALK], with_template(tokenizer, strict + CHAT_TEMPLATE), max_length=256)


def test_a_stop_token_inside_an_earlier_answer_is_refused(tokenizer: Any) -> None:
    turns = [*TALK.messages]
    turns[2] = ("assistant", "4<end_of_turn> thừa")
    talk = Problem("talk", "x", "y", messages=tuple(turns))
    with pytest.raises(DataError, match="answer 1: 2 stop tokens"):
        encode([talk], tokenizer, max_length=256)


class TestPlainText:
    LONG = "Một hai ba bốn 🙂 năm. " * 30

    @pytest.mark.parametrize("limit", [2, 3, 17, 64, 4096])
    def test_every_token_is_learnt_exactly_once(self, tokenizer: Any, limit: int) -> None:
        table = encode([text_problem("t", self.LONG)], tokenizer, max_length=limit)
        ids = tokenizer(self.LONG, add_special_tokens=False).input_ids
        assert table.ids[table.supervised].tolist() == [*ids, tokenizer.eos_token_id]
        assert table.lengths.max() <= limit
        assert table.dropped == 0
        begins = table.starts[:-1]
        assert set(table.ids[begins].tolist()) == {tokenizer.bos_token_id}
        assert (table.loss_tokens == table.lengths - 1).all()

    def test_without_bos_a_row_begins_with_the_last_token_of_the_one_before(
        self, tokenizer: Any
    ) -> None:
        bare = copy.deepcopy(tokenizer)
        bare.bos_token = None
        ids = [*tokenizer(self.LONG, add_special_tokens=False).input_ids, tokenizer.eos_token_id]
        table = encode([text_problem("t", self.LONG)], bare, max_length=16)
        assert table.ids[table.supervised].tolist() == ids[1:]
        assert table.ids[table.starts[:-1]].tolist() == ids[:-1:15]

    def test_texts_and_conversations_may_stand_side_by_side(self, tokenizer: Any) -> None:
        text = text_problem("t", "Một hai ba")
        table = encode([SUM, text, TALK], tokenizer, max_length=256)
        assert len(table.lengths) == 3
        assert whole_row(table, 2) == talk_oracle(tokenizer, TALK)
        assert tokenizer.decode(table.ids[table.starts[1] : table.starts[2]]) == (
            "<bos>Một hai ba<eos>"
        )

    @pytest.mark.parametrize("word", ["<bos>", "<end_of_turn>", "<eos>"])
    def test_a_control_token_in_a_text_is_refused(self, tokenizer: Any, word: str) -> None:
        with pytest.raises(DataError, match=rf"text t holds {word}"):
            encode([text_problem("t", f"Một {word} hai")], tokenizer, max_length=64)
