"""Problems as tokens: what the loss sees, and every way in which the mask gate says no."""

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathpal.curriculum import FAMILIES, problem
from mathpal.data.chat import (
    END_OF_TURN,
    TokenTable,
    encode,
    mask_sample,
    messages,
    prompt_text,
    stop_ids,
    stop_token,
)
from mathpal.errors import DataError
from mathpal.models.loaded import Loaded
from mathpal.models.tokenizer import CHAT_TEMPLATE
from mathpal.problems import Problem

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
    ids = table.ids[table.starts[index] : table.starts[index + 1]].tolist()
    return ids[: table.prompts[index]], ids[table.prompts[index] :]


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
    assert (table.supervised + table.prompts == table.lengths).all()
    assert table.ids.dtype == np.int32


def test_more_problems_than_a_chunk_keep_their_order(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = encode(PROBLEMS, tokenizer, max_length=512)
    monkeypatch.setattr("mathpal.data.chat.CHUNK", 7)
    pieces = encode(PROBLEMS, tokenizer, max_length=512)
    assert (whole.ids == pieces.ids).all()
    assert (whole.starts == pieces.starts).all()
    assert (whole.prompts == pieces.prompts).all()


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
    with pytest.raises(DataError, match=rf"none of the 1 problems fits.*max_length={length - 1}"):
        encode([SUM], tokenizer, max_length=length - 1)


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
    """A stop in the middle would teach the model to stop there and then to go on."""
    with pytest.raises(DataError, match=reason):
        encode([Problem("p", "1 + 1 = ?", solution)], tokenizer, max_length=256)


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
    sample: Any = mask_sample(encode(PROBLEMS[:2] + [SUM], tokenizer, max_length=512), tokenizer, 2)
    seen = "".join(piece["text"] for piece in sample["tokens"] if piece["supervised"])
    hidden = "".join(piece["text"] for piece in sample["tokens"] if not piece["supervised"])
    assert "1 + 1 = 2" in seen
    assert hidden.startswith("<bos>")
    assert len(sample["tokens"]) == sample["prompt_tokens"] + sample["supervised_tokens"]
