"""Loading: the real architecture in miniature comes back exactly, or not at all."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded
from mathpal.models.loading import fingerprint, load_causal_lm, load_gemma3n
from mathpal.models.lora import PROJECTIONS, attach_lora, no_lora
from mathpal.models.scratch import create_gemma3n
from tests.conftest import TINY

PROMPT = "Tính: 12 + 30"


def miniature(layers: int, shared: int, tokenizer: Any) -> Any:
    """Gemma-3n E2B or E4B with all its traits, only narrow."""
    from transformers import Gemma3nForCausalLM, Gemma3nTextConfig

    torch.manual_seed(3)
    return Gemma3nForCausalLM(
        Gemma3nTextConfig(
            vocab_size=len(tokenizer),
            vocab_size_per_layer_input=len(tokenizer),
            hidden_size=16,
            intermediate_size=64,
            num_hidden_layers=layers,
            num_kv_shared_layers=shared,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=8,
            hidden_size_per_layer_input=8,
            laurel_rank=64,
            altup_num_inputs=4,
            activation_sparsity_pattern=[0.95] * 10 + [0.0] * (layers - 10),
            sliding_window=16,
            pad_token_id=0,
            bos_token_id=2,
            eos_token_id=1,
        )
    ).eval()


def logits(model: Any, tokenizer: Any) -> torch.Tensor:
    ids = tokenizer("<bos>" + PROMPT * 4, add_special_tokens=False, return_tensors="pt").input_ids
    with torch.inference_mode():
        return model(ids).logits.float()


def same_logits(one: torch.Tensor, other: torch.Tensor) -> bool:
    """But for the rounding of layers whose additions are in another order."""
    return bool((one - other).norm() <= 1e-5 * other.norm())


def saved(model: Any, tokenizer: Any, folder: Path) -> Path:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def rewrite(folder: Path, change: Any) -> None:
    """Write the folder's weights again as `change(weights)`."""
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    save_file(change(load_file(path)), path, metadata={"format": "pt"})


def with_towers(folder: Path) -> Path:
    """Turn a text-only folder into the layout of Gemma3nForConditionalGeneration."""
    config = json.loads((folder / "config.json").read_text())
    whole = {
        "model_type": "gemma3n",
        "architectures": ["Gemma3nForConditionalGeneration"],
        "text_config": config,
    }
    (folder / "config.json").write_text(json.dumps(whole))

    def deeper(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        moved = {n.replace("model.", "model.language_model.", 1): w for n, w in weights.items()}
        tower = {
            "model.vision_tower.stem.weight": torch.ones(3),
            "model.embed_audio.x": torch.ones(2),
        }
        return {**moved, **tower}

    rewrite(folder, deeper)
    return folder


@pytest.fixture(scope="module")
def e2b(shared_tiny: Loaded, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """The miniature E2B and the folder that it was saved to; tests copy the folder."""
    model = miniature(30, 10, shared_tiny.tokenizer)
    return model, saved(model, shared_tiny.tokenizer, tmp_path_factory.mktemp("e2b"))


@pytest.fixture
def folder(e2b: tuple[Any, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(e2b[1], tmp_path / "model"))


@pytest.fixture
def small(shared_tiny: Loaded, tmp_path: Path) -> Path:
    """The two-layer model in a folder that a test may spoil."""
    return saved(shared_tiny.model, shared_tiny.tokenizer, tmp_path / "small")


class TestWhatComesBack:
    @pytest.mark.parametrize(("layers", "shared"), [(30, 10), (35, 15)])
    def test_a_saved_model_loads_with_the_same_logits(
        self, shared_tiny: Loaded, tmp_path: Path, layers: int, shared: int
    ) -> None:
        tokenizer = shared_tiny.tokenizer
        model = miniature(layers, shared, tokenizer)
        loaded = load_gemma3n(path=str(saved(model, tokenizer, tmp_path)), max_length=64)
        assert same_logits(logits(loaded.model, loaded.tokenizer), logits(model, tokenizer))
        assert loaded.fingerprint == fingerprint(model)
        assert (loaded.name, loaded.max_length) == (str(tmp_path), 64)

    def test_a_checkpoint_with_towers_gives_the_same_language_model(
        self, e2b: tuple[Any, Path], folder: Path
    ) -> None:
        loaded = load_gemma3n(path=str(with_towers(folder)))
        assert type(loaded.model).__name__ == "Gemma3nForCausalLM"
        assert same_logits(logits(loaded.model, loaded.tokenizer), logits(e2b[0], loaded.tokenizer))
        assert not [n for n, _ in loaded.model.named_parameters() if "tower" in n or "audio" in n]

    def test_weights_of_shared_keys_and_values_may_be_there_too(
        self, e2b: tuple[Any, Path], folder: Path
    ) -> None:
        """The published checkpoints have them, though nothing reads them."""
        unused = {
            f"model.layers.{n}.self_attn.{k}.weight": torch.ones(8, 16)
            for n in range(20, 30)
            for k in ("k_proj", "v_proj")
        }
        rewrite(folder, lambda weights: {**weights, **unused})
        loaded = load_gemma3n(path=str(folder))
        assert same_logits(logits(loaded.model, loaded.tokenizer), logits(e2b[0], loaded.tokenizer))

    def test_any_causal_lm_loads_with_the_same_logits(
        self, shared_tiny: Loaded, small: Path
    ) -> None:
        loaded = load_causal_lm(path=str(small))
        expected = logits(shared_tiny.model, shared_tiny.tokenizer)
        assert same_logits(logits(loaded.model, loaded.tokenizer), expected)

    def test_rotary_frequencies_stay_fp32_in_bf16(self, folder: Path) -> None:
        loaded = load_gemma3n(path=str(folder), dtype="bfloat16")
        assert {p.dtype for p in loaded.model.parameters()} == {torch.bfloat16}
        rotary = [b for n, b in loaded.model.named_buffers() if "inv_freq" in n]
        assert rotary
        assert {b.dtype for b in rotary} == {torch.float32}

    @pytest.mark.skipif(torch.cuda.is_available(), reason="auto is bfloat16 on a GPU")
    def test_auto_is_fp32_without_a_gpu(self, small: Path) -> None:
        model = load_gemma3n(path=str(small)).model
        assert {p.dtype for p in model.parameters()} == {torch.float32}

    def test_a_tokenizer_without_padding_pads_with_eos(self, small: Path) -> None:
        path = small / "tokenizer_config.json"
        config = json.loads(path.read_text())
        path.write_text(json.dumps({**config, "pad_token": None, "padding_side": "right"}))
        tokenizer = load_gemma3n(path=str(small)).tokenizer
        assert tokenizer.pad_token == tokenizer.eos_token
        assert tokenizer.padding_side == "left"

    def test_the_fingerprint_follows_the_weights_not_the_file(
        self, shared_tiny: Loaded, small: Path
    ) -> None:
        before = load_gemma3n(path=str(small)).fingerprint
        assert before == fingerprint(shared_tiny.model)
        rewrite(small, lambda weights: {n: w + 1e-3 * ("q_proj" in n) for n, w in weights.items()})
        assert load_gemma3n(path=str(small)).fingerprint != before


class TestMissingWeights:
    """Transformers fills what a checkpoint lacks with random numbers and a log line."""

    @pytest.mark.parametrize(
        "name",
        [
            "model.layers.7.mlp.up_proj.weight",
            "model.layers.3.self_attn.k_proj.weight",
            "model.layers.29.self_attn.q_proj.weight",
            "model.embed_tokens.weight",
            "model.layers.0.altup.correction_coefs.weight",
        ],
    )
    def test_a_missing_weight_is_an_error_that_names_it(self, folder: Path, name: str) -> None:
        rewrite(folder, lambda weights: {n: w for n, w in weights.items() if n != name})
        with pytest.raises(ConfigError, match=rf"model\.path=.*{name}"):
            load_gemma3n(path=str(folder))

    def test_many_missing_weights_are_counted(self, folder: Path) -> None:
        rewrite(folder, lambda weights: {n: w for n, w in weights.items() if "mlp" not in n})
        with pytest.raises(ConfigError, match=r"90 weights.*and 87 more"):
            load_gemma3n(path=str(folder))

    def test_the_same_holds_under_towers(self, folder: Path) -> None:
        with_towers(folder)
        name = "model.language_model.layers.0.mlp.up_proj.weight"
        rewrite(folder, lambda weights: {n: w for n, w in weights.items() if n != name})
        with pytest.raises(ConfigError, match=r"model\.layers\.0\.mlp\.up_proj\.weight"):
            load_gemma3n(path=str(folder))

    def test_the_same_holds_for_any_causal_lm(self, small: Path) -> None:
        rewrite(small, lambda weights: {n: w for n, w in weights.items() if "layers.1." not in n})
        with pytest.raises(ConfigError, match=r"model\.layers\.1\."):
            load_causal_lm(path=str(small))

    def test_a_weight_of_another_shape_is_an_error_that_names_it(self, small: Path) -> None:
        name = "model.layers.0.mlp.up_proj.weight"
        rewrite(small, lambda weights: {**weights, name: torch.ones(3, 4)})
        with pytest.raises(ConfigError, match=rf"{name}"):
            load_gemma3n(path=str(small))

    def test_a_damaged_file_is_an_error(self, small: Path) -> None:
        path = small / "model.safetensors"
        path.write_bytes(path.read_bytes()[:1000])
        with pytest.raises(ConfigError, match=r"model\.path=.*could not be loaded"):
            load_gemma3n(path=str(small))


class TestMistakes:
    @pytest.mark.parametrize("path", ["nowhere", "/nowhere/at/all", "./no/such", "no-one/no-model"])
    def test_a_path_that_is_not_there(self, path: str) -> None:
        with pytest.raises(ConfigError, match=rf"model\.path={path} could not be loaded") as error:
            load_gemma3n(path=path)
        assert "shipped:gemma3n_tiny, a folder with config.json" in str(error.value)

    def test_a_folder_without_a_model(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"could not be loaded.*config\.json"):
            load_gemma3n(path=str(tmp_path))

    def test_a_folder_without_weights(self, small: Path) -> None:
        (small / "model.safetensors").unlink()
        with pytest.raises(ConfigError, match=r"could not be loaded.*safetensors"):
            load_gemma3n(path=str(small))

    def test_a_folder_without_a_tokenizer(self, small: Path) -> None:
        (small / "tokenizer.json").unlink()
        (small / "tokenizer_config.json").unlink()
        with pytest.raises(ConfigError, match=r"model\.path=.*tokenizer"):
            load_gemma3n(path=str(small))

    def test_another_architecture(self, small: Path) -> None:
        config = {"model_type": "llama", "architectures": ["LlamaForCausalLM"]}
        (small / "config.json").write_text(json.dumps(config))
        with pytest.raises(ConfigError, match=r"is a llama, not a Gemma-3n; use model=causal_lm"):
            load_gemma3n(path=str(small))

    def test_no_chat_template(self, small: Path) -> None:
        (small / "chat_template.jinja").unlink()
        with pytest.raises(ConfigError, match=r"no chat template.*chat_template\.jinja"):
            load_gemma3n(path=str(small))

    def test_an_unknown_shipped_name_lists_those_that_are_there(self) -> None:
        with pytest.raises(ConfigError, match=r"shipped:gemma9: no such shipped model.* has "):
            load_gemma3n(path="shipped:gemma9")

    @pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
    @pytest.mark.parametrize("bits", ["4bit", "8bit"])
    def test_quantization_without_a_gpu(self, small: Path, bits: Any) -> None:
        with pytest.raises(ConfigError, match=rf"{bits} needs a CUDA GPU.*quantization=none"):
            load_gemma3n(path=str(small), quantization=bits)

    @pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
    def test_an_attention_that_is_not_installed(self, small: Path) -> None:
        with pytest.raises(ConfigError, match=r"could not be loaded: .*[Ff]lash"):
            load_gemma3n(path=str(small), attention="flash_attention_2")

    def test_an_old_transformers_is_refused(
        self, small: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("transformers.__version__", "5.5.4")
        with pytest.raises(
            ConfigError, match=r"5\.6 or newer, found 5\.5\.4.*pip install"
        ) as error:
            load_gemma3n(path=str(small))
        assert "share keys and values" in str(error.value)


class TestLora:
    @pytest.mark.parametrize("variant", ["lora", "dora", "rslora"])
    def test_only_the_projections_of_decoder_layers_are_wrapped(
        self, shared_tiny: Loaded, variant: Any
    ) -> None:
        model = attach_lora(miniature(30, 10, shared_tiny.tokenizer), r=2, alpha=4, variant=variant)
        wrapped = {n.removeprefix("base_model.model.") for n, m in model.named_modules()
                   if hasattr(m, "lora_A")}  # fmt: skip
        expected = {
            f"model.layers.{layer}.{'self_attn' if name[0] in 'qkvo' else 'mlp'}.{name}"
            for layer in range(30)
            for name in PROJECTIONS
            if layer < 20 or name not in ("k_proj", "v_proj")
        } - {f"model.layers.{n}.mlp.o_proj" for n in range(30)}
        assert wrapped == expected
        assert all(p.requires_grad == ("lora_" in n) for n, p in model.named_parameters())

    def test_towers_altup_and_laurel_are_never_touched(self) -> None:
        """The names of a Gemma-3n with towers, as far as its linear layers are alike."""
        names = (
            "model.language_model.layers.0.self_attn.q_proj",
            "model.vision_tower.layers.0.self_attn.q_proj",
            "model.audio_tower.layers.0.mlp.up_proj",
            "model.language_model.layers.0.altup.q_proj",
            "model.language_model.layers.0.laurel.up_proj",
        )

        class Fake(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                for name in names:
                    *path, last = name.split(".")
                    node: torch.nn.Module = self
                    for part in path:
                        if not hasattr(node, part):
                            node.add_module(part, torch.nn.Module())
                        node = getattr(node, part)
                    node.add_module(last, torch.nn.Linear(4, 4))
                self.config = type("Config", (), {"model_type": "fake", "to_dict": dict})()

            def prepare_inputs_for_generation(self) -> None: ...

        model = attach_lora(Fake(), r=2, alpha=4)
        wrapped = [n for n, m in model.named_modules() if hasattr(m, "lora_A")]
        assert wrapped == [f"base_model.model.{names[0]}"]

    def test_a_fresh_adapter_changes_no_logits(self, tiny: Loaded) -> None:
        before = logits(tiny.model, tiny.tokenizer)
        with_lora = attach_lora(tiny.model, r=4, alpha=8)
        assert same_logits(logits(with_lora, tiny.tokenizer), before)

    def test_without_lora_every_weight_is_trained(self, tiny: Loaded) -> None:
        tiny.model.requires_grad_(False)
        assert all(p.requires_grad for p in no_lora(tiny.model).parameters())


class TestScratch:
    def test_the_seed_names_the_weights(self, shared_tiny: Loaded) -> None:
        same = create_gemma3n(**TINY, seed=7)
        other = create_gemma3n(**TINY, seed=8)
        assert fingerprint(same.model) == fingerprint(shared_tiny.model)
        assert same.fingerprint == shared_tiny.fingerprint
        assert fingerprint(other.model) != fingerprint(same.model)
        assert other.fingerprint != same.fingerprint

    @pytest.mark.parametrize(
        ("shape", "setting"),
        [
            ({"sparse_layers": 3}, "model.sparse_layers=3"),
            ({"shared_layers": 2}, "model.shared_layers=2"),
            ({"layers": 6, "shared_layers": 3}, "model.shared_layers=3"),
            ({"heads": 3, "kv_heads": 2}, "model.kv_heads=2"),
        ],
    )
    def test_a_shape_that_cannot_be_is_refused(self, shape: dict[str, int], setting: str) -> None:
        """Three shared layers of six need keys and values of a global layer before the third."""
        with pytest.raises(ConfigError, match=setting):
            create_gemma3n(**{**TINY, **shape})
