"""Who runs the layers: the choice, the order of imports, and the modes, with stand-ins."""

import sys
from functools import partial
from types import ModuleType
from typing import Any

import pytest
import torch

from mathpal.errors import ConfigError
from mathpal.models import backends, unsloth_loading
from mathpal.models.backends import answering, begin, enable_checkpointing, is_unsloth, set_mode
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora
from mathpal.models.precision import NOT_QUANTIZED
from tests.unit.models.test_loading import miniature


class Machine:
    """What `begin` asks of a machine."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, installed: bool, gpu: bool) -> None:
        monkeypatch.setattr(backends, "find_spec", lambda name: name if installed else None)
        monkeypatch.setattr(backends, "_gpu", lambda: gpu)
        monkeypatch.delenv("UNSLOTH_FORCE_CPU", raising=False)


class TestChoice:
    @pytest.mark.parametrize(("installed", "gpu"), [(False, False), (True, False), (False, True)])
    def test_auto_is_transformers_where_one_of_two_is_lacking(
        self, monkeypatch: pytest.MonkeyPatch, installed: bool, gpu: bool
    ) -> None:
        Machine(monkeypatch, installed=installed, gpu=gpu)
        assert begin("auto") == "transformers"

    def test_transformers_is_never_anything_else(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Machine(monkeypatch, installed=True, gpu=True)
        assert begin("transformers") == "transformers"

    @pytest.mark.parametrize("asked", ["auto", "unsloth"])
    def test_both_there_is_unsloth(self, monkeypatch: pytest.MonkeyPatch, asked: Any) -> None:
        Machine(monkeypatch, installed=True, gpu=True)
        monkeypatch.setitem(sys.modules, "unsloth", ModuleType("unsloth"))
        assert begin(asked) == "unsloth"

    @pytest.mark.parametrize("gpu", [True, False])
    def test_not_installed(self, monkeypatch: pytest.MonkeyPatch, gpu: bool) -> None:
        Machine(monkeypatch, installed=False, gpu=gpu)
        with pytest.raises(ConfigError, match=r"not installed: pip install 'mathpal\[gpu\]', or"):
            begin("unsloth")

    def test_no_gpu(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Machine(monkeypatch, installed=True, gpu=False)
        with pytest.raises(ConfigError, match=r"needs a CUDA GPU.*model\.backend=transformers"):
            begin("unsloth")

    @pytest.mark.parametrize("asked", ["auto", "unsloth"])
    def test_too_late(self, monkeypatch: pytest.MonkeyPatch, asked: Any) -> None:
        """Unsloth would only warn of it."""
        Machine(monkeypatch, installed=True, gpu=True)
        for name in ("transformers", "peft"):
            monkeypatch.setitem(sys.modules, name, ModuleType(name))
        with pytest.raises(ConfigError, match=r"before .*transformers, peft, .*a new process"):
            begin(asked)

    def test_a_loader_without_backends_is_transformers(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from mathpal.models.scratch import create_gemma3n

        Machine(monkeypatch, installed=True, gpu=True)
        backends.begin_for(partial(create_gemma3n, seed=1))


class Fake(torch.nn.Module):
    """As far as modes go, a model of Unsloth's."""

    is_gradient_checkpointing = True

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Any] = []

    def for_training(self, use_gradient_checkpointing: bool) -> None:
        self.calls.append(("training", use_gradient_checkpointing))
        self.is_gradient_checkpointing = use_gradient_checkpointing

    def for_inference(self) -> None:
        self.calls.append("inference")
        self.is_gradient_checkpointing = False


class TestModes:
    @pytest.mark.parametrize("checkpointing", [True, False])
    def test_training_keeps_the_checkpointing_that_was_chosen(self, checkpointing: bool) -> None:
        model = Fake()
        model.is_gradient_checkpointing = checkpointing
        set_mode(model, training=True)
        with answering(model):
            assert not model.training
            assert not model.is_gradient_checkpointing
        assert model.training
        assert model.calls == [
            ("training", checkpointing), "inference", ("training", checkpointing)
        ]  # fmt: skip

    def test_answers_of_a_finished_model_leave_it_so(self) -> None:
        model = Fake().eval()
        with answering(model):
            pass
        assert not model.training
        assert model.calls == ["inference"]

    def test_the_mode_comes_back_after_an_error(self) -> None:
        model = Fake().train()
        with pytest.raises(KeyError), answering(model):
            raise KeyError
        assert model.training and model.is_gradient_checkpointing

    def test_plain_models_have_train_and_eval(self, tiny: Loaded) -> None:
        assert not is_unsloth(tiny.model)
        set_mode(tiny.model, training=True)
        with answering(tiny.model):
            assert not tiny.model.training
        assert tiny.model.training


class TestCheckpointing:
    def test_it_is_the_kind_with_right_gradients(self, tiny: Loaded) -> None:
        enable_checkpointing(tiny.model)
        kinds = {
            m._gradient_checkpointing_func.keywords["use_reentrant"]
            for m in tiny.model.modules()
            if hasattr(m, "_gradient_checkpointing_func")
        }
        assert kinds == {False}

    def test_the_other_kind_put_in_its_place_is_noticed(self, tiny: Loaded) -> None:
        own = tiny.model.gradient_checkpointing_enable
        tiny.model.gradient_checkpointing_enable = lambda kwargs: own({"use_reentrant": True})
        with pytest.raises(AssertionError, match="reentrant checkpointing.*gradients"):
            enable_checkpointing(tiny.model)


class TestLoadingByUnsloth:
    """With a stand-in for the package; the package itself: tests/unsloth."""

    @pytest.fixture
    def fast(self, monkeypatch: pytest.MonkeyPatch, tiny: Loaded) -> Any:
        """A stand-in on a GPU that gives the tiny model and keeps what it was called with."""

        class FastModel:
            given: dict[str, Any]

            @classmethod
            def from_pretrained(cls, source: str, **given: Any) -> Any:
                cls.given = {"source": source, **given}
                tiny.model.gradient_checkpointing_enable = lambda **forced: None
                print("an introduction")
                return tiny.model, None

        module = ModuleType("unsloth")
        module.FastModel = FastModel  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "unsloth", module)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        return FastModel

    def load(self, mapping: dict[str, str] | None = None, **precision: Any) -> Any:
        return unsloth_loading.load(
            "folder", "folder", config=None, key_mapping=mapping, max_length=64, attention="sdpa",
            revision="abc", precision={"dtype": torch.bfloat16, **precision},
        )  # fmt: skip

    def test_it_decides_nothing_for_itself(self, fast: Any) -> None:
        self.load()
        assert fast.given == {
            "source": "folder", "max_seq_length": 64, "load_in_4bit": False,
            "use_exact_model_name": True, "use_gradient_checkpointing": False,
            "offload_embedding": False, "attn_implementation": "sdpa", "revision": "abc",
            "dtype": torch.bfloat16,
        }  # fmt: skip

    def test_of_a_checkpoint_with_towers_the_language_model(self, fast: Any) -> None:
        self.load({r"^model\.language_model\.": "model."})
        assert fast.given["text_only"] is True
        assert "key_mapping" not in fast.given

    def test_its_own_checkpointing_is_taken_off(self, fast: Any) -> None:
        enable_checkpointing(self.load())  # Transformers' own takes the argument as it is given

    def test_sixteen_bits_for_four_is_an_error(self, fast: Any) -> None:
        """Unsloth prints a line, and continues."""
        with pytest.raises(ConfigError, match=r"loaded it in 16 bits.*quantization=none"):
            self.load(quantization_config="4bit")

    def test_another_attention_than_asked_is_told(
        self, fast: Any, tiny: Loaded, caplog: pytest.LogCaptureFixture
    ) -> None:
        tiny.model.config._attn_implementation = "eager"
        self.load()
        assert "with attention eager, not sdpa as asked" in caplog.text

    def test_standard_output_stays_clean(
        self, fast: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.load()
        assert capsys.readouterr().out == ""

    def test_lora_around_it_leaves_its_layers_alone(self, tiny: Loaded) -> None:
        tiny.model.for_training = tiny.model.for_inference = lambda: None
        tuned = attach_lora(tiny.model, r=2, alpha=4)
        layers = [m for m in tuned.modules() if hasattr(m, "lora_A")]
        assert layers and not any("forward" in vars(layer) for layer in layers)


@pytest.mark.parametrize(("layers", "shared"), [(30, 10), (35, 15)])
def test_quantization_skips_what_altup_reads_by_weight(
    shared_tiny: Loaded, layers: int, shared: int
) -> None:
    """By Transformers' own rule, which compares the end of a layer's whole name."""
    from transformers.quantizers.quantizers_utils import should_convert_module

    model = miniature(layers, shared, shared_tiny.tokenizer)
    linear = [n for n, m in model.named_modules() if isinstance(m, torch.nn.Linear)]
    kept = {name for name in linear if not should_convert_module(name, NOT_QUANTIZED)}
    assert kept == {n for n in linear if "altup" in n or n == "lm_head"}
    assert len(kept) == 1 + 2 * 3 + 3 * layers
    assert {n.rsplit(".", 1)[1] for n in set(linear) - kept} >= {"q_proj", "up_proj"}
