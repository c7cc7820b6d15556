"""The shipped model's tokenizer: nothing is lost, digits stand alone, the layout is Gemma's."""

import re
import string
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathpal.curriculum import FAMILIES, problem
from mathpal.models.loaded import Loaded
from mathpal.models.tokenizer import ALPHABET, BYTES, LETTERS, SPECIAL, train_tokenizer

VIETNAMESE = LETTERS + LETTERS.upper() + string.digits + " .,:;?!()%/+-=<>×²³°\n\t'\""
ANY = st.text(max_size=60).filter(lambda text: "▁" not in text)
TEXTS = ANY | st.text(VIETNAMESE, max_size=120)


@pytest.fixture(scope="module")
def tokenizer(shared_tiny: Loaded) -> Any:
    return shared_tiny.tokenizer


def ids_of(tokenizer: Any, text: str) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=False).input_ids
    return ids


@settings(max_examples=400, deadline=None)
@given(text=TEXTS)
def test_any_text_comes_back_unchanged(tokenizer: Any, text: str) -> None:
    assert tokenizer.decode(ids_of(tokenizer, text)) == text


@settings(max_examples=100, deadline=None)
@given(text=st.text(VIETNAMESE, max_size=80))
def test_decomposed_letters_come_back_decomposed(tokenizer: Any, text: str) -> None:
    taken_apart = unicodedata.normalize("NFD", text)
    assert tokenizer.decode(ids_of(tokenizer, taken_apart)) == taken_apart


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "  hai  khoảng trắng  ",
        "\n\nBài giải\n\n",
        "\tthụt\tvào",
        "dòng\r\ncũ",
        "🙂👨‍👩‍👧🇻🇳",
        "số 二十 và ½ ∑ √",
        "<0x41> không phải là byte",
        "Đặng Thị Ngọc Ánh, 12 345,67 đồng",
        "nul \x00 ở giữa",
    ],
)
def test_awkward_texts_come_back_unchanged(tokenizer: Any, text: str) -> None:
    assert tokenizer.decode(ids_of(tokenizer, text)) == text


def test_curriculum_texts_come_back_and_known_characters_need_no_bytes(
    tokenizer: Any,
) -> None:
    spelt = {tokenizer.convert_tokens_to_ids(token) for token in BYTES}
    for name in FAMILIES:
        item = problem("tokens", "test", name, 0)
        for text in (item.question, item.solution):
            ids = ids_of(tokenizer, text)
            assert tokenizer.decode(ids) == text
            if set(text) <= {*ALPHABET, " "}:  # grade 6 writes powers, braces and degrees
                assert not spelt & set(ids), text


def test_every_digit_is_a_token_of_its_own(tokenizer: Any) -> None:
    tokens = tokenizer.tokenize("Tính: 1234567890 + 98,76 = 12/345 km²")
    assert [t for t in tokens if re.search(r"\d", t)] == list("1234567890987612345")
    joined = [t for t in tokenizer.get_vocab() if re.search(r"\d", t) and t not in BYTES]
    assert sorted(joined) == list(string.digits)


def test_no_learned_token_reaches_over_a_line_or_a_sign(tokenizer: Any) -> None:
    words = [t for t in tokenizer.get_vocab() if t not in BYTES and t not in SPECIAL]
    assert [t for t in words if len(t) > 1 and re.search(r"[\n.,:;?!()%/+=<>×²³-]", t)] == []


def test_special_tokens_have_gemmas_roles_and_first_places(tokenizer: Any) -> None:
    assert [tokenizer.convert_tokens_to_ids(t) for t in SPECIAL] == list(range(len(SPECIAL)))
    assert (tokenizer.pad_token, tokenizer.eos_token) == ("<pad>", "<eos>")
    assert (tokenizer.bos_token, tokenizer.unk_token) == ("<bos>", "<unk>")
    assert tokenizer.tokenize("a<end_of_turn>b") == ["a", "<end_of_turn>", "b"]
    assert tokenizer.decode([2, *ids_of(tokenizer, "hai"), 5], skip_special_tokens=True) == "hai"


def test_the_vocabulary_stays_within_its_bound() -> None:
    texts = [problem("tokens", "train", name, i).solution for name in FAMILIES for i in range(20)]
    made = train_tokenizer(texts, vocab_size=700)
    assert len(made) <= 700
    assert sorted(made.get_vocab().values()) == list(range(len(made)))
    assert made.get_vocab() == train_tokenizer(texts, vocab_size=700).get_vocab()


def render(tokenizer: Any, *turns: tuple[str, str], ask: bool = False) -> str:
    text: str = tokenizer.apply_chat_template(
        [{"role": role, "content": content} for role, content in turns],
        tokenize=False,
        add_generation_prompt=ask,
    )
    return text


def test_the_prompt_is_gemmas_layout_to_the_letter(tokenizer: Any) -> None:
    assert render(tokenizer, ("user", "1 + 1 = ?"), ask=True) == (
        "<bos><start_of_turn>user\n1 + 1 = ?<end_of_turn>\n<start_of_turn>model\n"
    )


def test_a_conversation_is_gemmas_layout_to_the_letter(tokenizer: Any) -> None:
    turns = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    assert render(tokenizer, *turns) == (
        "<bos><start_of_turn>user\na<end_of_turn>\n<start_of_turn>model\nb<end_of_turn>\n"
        "<start_of_turn>user\nc<end_of_turn>\n<start_of_turn>model\nd<end_of_turn>\n"
    )


def test_system_text_goes_in_front_of_the_first_user_turn_only(tokenizer: Any) -> None:
    turns = [("system", " Ngắn gọn. "), ("user", "a"), ("assistant", "b"), ("user", "c")]
    assert render(tokenizer, *turns) == (
        "<bos><start_of_turn>user\nNgắn gọn.\n\na<end_of_turn>\n<start_of_turn>model\n"
        "b<end_of_turn>\n<start_of_turn>user\nc<end_of_turn>\n"
    )


def test_content_is_trimmed_outside_and_kept_inside(tokenizer: Any) -> None:
    assert render(tokenizer, ("user", "\n  a\n\n b \t\n")) == (
        "<bos><start_of_turn>user\na\n\n b<end_of_turn>\n"
    )


def test_content_is_not_read_as_a_template(tokenizer: Any) -> None:
    assert "{{ bos_token }} & <b>" in render(tokenizer, ("user", "{{ bos_token }} & <b>"))


def test_the_rendered_prompt_has_one_bos(tokenizer: Any) -> None:
    ids = ids_of(tokenizer, render(tokenizer, ("user", "a"), ask=True))
    assert ids.count(tokenizer.bos_token_id) == 1
    assert ids[0] == tokenizer.bos_token_id


@pytest.mark.parametrize("beside_its_model", [False, True])
def test_auto_tokenizer_loads_what_was_saved(
    shared_tiny: Loaded, tmp_path: Path, beside_its_model: bool
) -> None:
    """With config.json beside it, Transformers could choose its own Gemma tokenizer instead."""
    from transformers import AutoTokenizer

    shared_tiny.tokenizer.save_pretrained(tmp_path)
    if beside_its_model:
        shared_tiny.model.save_pretrained(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert loaded.get_vocab() == shared_tiny.tokenizer.get_vocab()
    assert loaded.chat_template == shared_tiny.tokenizer.chat_template
    assert (loaded.pad_token, loaded.padding_side) == ("<pad>", "left")
    for text in ("  Tính:  12 × 3 = ?\n🙂", unicodedata.normalize("NFD", "Bài giải"), "a<eos>b"):
        assert ids_of(loaded, text) == ids_of(shared_tiny.tokenizer, text)
        assert loaded.decode(ids_of(loaded, text)) == text
    prompt = render(loaded, ("user", "Số?"), ask=True)
    assert prompt == render(shared_tiny.tokenizer, ("user", "Số?"), ask=True)
