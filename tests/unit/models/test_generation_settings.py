"""A base's generation_config.json may be anything: the model loads, and can be saved again."""

import json
from pathlib import Path
from typing import Any

import pytest

from mathpal.generation.chat import reply
from mathpal.generation.records import Decoding
from mathpal.models.loaded import Loaded
from mathpal.models.loading import load_causal_lm
from mathpal.models.lora import attach_lora
from mathpal.tokens.chat import messages
from tests.unit.models.test_loading import saved

FILE = "generation_config.json"


@pytest.fixture
def folder(tiny: Loaded, tmp_path: Path) -> Path:
    return saved(tiny.model, tiny.tokenizer, tmp_path / "base")


@pytest.mark.parametrize(
    "content",
    [
        {"do_sample": False, "temperature": 0.7, "top_p": 0.9},
        {"pad_token_id": -5},
        {"max_new_tokens": -1},
        {"cache_implementation": "foo"},
        {"num_return_sequences": 4},
        {"watermarking_config": 3},
        {"suppress_tokens": 3},
        [],
        None,
    ],
)
def test_an_invalid_one_is_left_out_with_a_warning(
    folder: Path, content: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / FILE).write_text(json.dumps(content), encoding="utf-8")
    loaded = load_causal_lm(path=str(folder), dtype="float32")
    assert "generation_config.json is invalid and is not used" in caplog.text
    loaded.model.save_pretrained(folder / "again")
    assert "pad_token_id" not in json.loads((folder / "again" / FILE).read_text())


def test_a_valid_one_is_kept(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / FILE).write_text(json.dumps({"do_sample": True, "temperature": 0.7}))
    loaded = load_causal_lm(path=str(folder), dtype="float32")
    assert loaded.model.generation_config.temperature == 0.7
    assert not caplog.text


def test_none_is_needed(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / FILE).unlink()
    load_causal_lm(path=str(folder), dtype="float32")
    assert not caplog.text


@pytest.mark.parametrize(
    "content",
    [
        {"repetition_penalty": 50.0},
        {"num_beams": 4},
        {"repetition_penalty": "x"},
        {"num_beams": -3},
    ],
)
@pytest.mark.parametrize("lora", [False, True])
def test_answers_do_not_depend_on_it(
    folder: Path, tiny: Loaded, content: dict[str, Any], lora: bool
) -> None:
    (folder / FILE).write_text(json.dumps(content))
    loaded = load_causal_lm(path=str(folder), dtype="float32")
    if lora:
        loaded = loaded._replace(model=attach_lora(loaded.model, r=2, alpha=4))
    question = messages("Có 12 quả cam, thêm 12 quả cam. Hỏi có mấy quả cam?")
    expected = reply(tiny, question, Decoding(max_new_tokens=30))
    assert reply(loaded, question, Decoding(max_new_tokens=30)) == expected
    held = loaded.model.generation_config
    assert [getattr(held, name) for name in content] == list(content.values())
