"""A model, its tokenizer and the longest row fit each other, or one sentence says what does not."""

import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, OPTConfig

from mathpal.curriculum import problem
from mathpal.errors import ConfigError
from mathpal.models.fitting import learned_positions, positions
from mathpal.models.loaded import Loaded
from mathpal.models.loading import load_causal_lm
from mathpal.models.lora import attach_lora
from mathpal.objectives.sft import sft
from mathpal.planning.plans import plan
from mathpal.settings.composition import compose, split
from mathpal.settings.preflight import preflight
from mathpal.tokens.chat import encode
from mathpal.training.fit import fit
from mathpal.training.job import TrainingJob
from tests.asking import ask
from tests.unit.models.test_loading import saved


def made(kind: Any, tokenizer: Any, folder: Path, **more: Any) -> Path:
    torch.manual_seed(0)
    sizes = {"vocab_size": len(tokenizer), "num_hidden_layers": 2, "num_attention_heads": 2}
    special = {"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 1}
    config = kind(**{**sizes, "hidden_size": 16, **special, **more})
    return saved(AutoModelForCausalLM.from_config(config), tokenizer, folder)


def opt(loaded: Loaded, folder: Path, places: int, **more: Any) -> Path:
    wide = {"ffn_dim": 32, "word_embed_proj_dim": 16, "max_position_embeddings": places}
    return made(OPTConfig, loaded.tokenizer, folder, **{**wide, **more})


def llama(loaded: Loaded, folder: Path, **more: Any) -> Path:
    return made(LlamaConfig, loaded.tokenizer, folder, intermediate_size=32, **more)


class TestVocabulary:
    def test_a_larger_tokenizer_is_refused_before_the_weights(
        self, shared_tiny: Loaded, tmp_path: Path
    ) -> None:
        folder = llama(shared_tiny, tmp_path / "m", vocab_size=len(shared_tiny.tokenizer) - 1)
        (folder / "model.safetensors").unlink()
        with pytest.raises(
            ConfigError, match=r"ids 0 to \d+ \(the last is .*embedding has \d+ rows"
        ):
            load_causal_lm(path=str(folder))

    @pytest.mark.parametrize("more", [0, 100])
    def test_an_embedding_of_the_same_size_or_larger_is_sound(
        self, shared_tiny: Loaded, tmp_path: Path, more: int
    ) -> None:
        size = len(shared_tiny.tokenizer) + more
        load_causal_lm(path=str(llama(shared_tiny, tmp_path / "m", vocab_size=size)))


class TestPositions:
    @pytest.mark.parametrize("kind", ["learned", "rotary"])
    def test_longer_rows_are_refused(self, shared_tiny: Loaded, tmp_path: Path, kind: str) -> None:
        place = tmp_path / "m"
        folder = (
            opt(shared_tiny, place, 64)
            if kind == "learned"
            else llama(shared_tiny, place, max_position_embeddings=64)
        )
        words = ["model=causal_lm", f"model.path={folder}", "model.backend=transformers"]
        asked = split(compose([*words, "model.max_length=65"])).config
        with pytest.raises(ConfigError, match=r"knows 64 positions. Set model.max_length=64"):
            plan(preflight(asked))
        plan(preflight(split(compose([*words, "model.max_length=64"])).config))

    def test_scaled_rotary_positions_reach_further(self) -> None:
        plain = LlamaConfig(max_position_embeddings=64)
        scaled = LlamaConfig(
            max_position_embeddings=64,
            rope_parameters={"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0},
        )
        assert (positions(plain), positions(scaled)) == (64, 256)
        assert learned_positions(scaled) is None
        assert learned_positions(GPT2Config(n_positions=32)) == 32

    def test_answers_end_where_positions_end(
        self, shared_tiny: Loaded, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        folder = opt(shared_tiny, tmp_path / "m", 64)
        loaded = load_causal_lm(path=str(folder), dtype="float32", max_length=64)
        with caplog.at_level(logging.WARNING):
            (found,) = ask(loaded, ["Tính: 1 + 2"], max_new_tokens=200, batch_tokens=4096)
        assert 0 < found.tokens < 64 and "cut off after" in caplog.text
        with pytest.raises(ConfigError, match="knows 64 positions, so it cannot answer"):
            ask(loaded, ["Tính: 1 + 2" * 20], max_new_tokens=2, batch_tokens=4096)


@pytest.mark.parametrize("inner", [16, 8])
def test_an_opt_model_is_trained_and_asked(shared_tiny: Loaded, tmp_path: Path, inner: int) -> None:
    folder = opt(shared_tiny, tmp_path / "m", 256, word_embed_proj_dim=inner)
    loaded = load_causal_lm(path=str(folder), dtype="float32", max_length=256)
    loaded = loaded._replace(model=attach_lora(loaded.model, r=2, alpha=2))
    rows = encode(
        [problem("x", "train", "van_toc", i) for i in range(8)], loaded.tokenizer, max_length=256
    )
    losses: list[float] = []

    def record(step: int, values: dict[str, float]) -> None:
        losses.extend(values[name] for name in ("train/loss",) if name in values)

    job = TrainingJob(loaded, rows, None, sft(), record, None)
    fit(job, lr=5e-2, batch_tokens=1024, max_steps=12, record_every=1, accelerator="cpu")
    assert losses[-1] < losses[0]
    (found,) = ask(loaded, ["Tính: 1 + 2"], max_new_tokens=4, batch_tokens=512)
    assert found.tokens >= 1
