"""The plan: counts are those of the real models, bytes those that autograd really keeps."""

import copy
import json
import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    Gemma3nTextConfig,
    Gemma3TextConfig,
    LlamaConfig,
    Qwen3Config,
)

from mathpal.cli.main import VERBS, run
from mathpal.errors import ConfigError, InfeasibleError
from mathpal.models import packed_gemma3n
from mathpal.models.accelerate import accelerate_layers
from mathpal.models.lora import PROJECTIONS, attach_lora, no_lora
from mathpal.objectives.sft import sft
from mathpal.planning import gate, machine, plans
from mathpal.planning import setting as planning_setting
from mathpal.planning.activations import backward, kept_by_layer, saved
from mathpal.planning.describe import as_text, as_values
from mathpal.planning.fixes import fixes
from mathpal.planning.machine import Room
from mathpal.planning.memory import GB, cast_weights, memory, optimizer_state, trained_weights
from mathpal.planning.parts import Architecture, architecture, lora_weights
from mathpal.planning.plans import Data, plan, with_data
from mathpal.planning.setting import ASSUMED_NEEDED, Setting, setting
from mathpal.planning.shapes import text_config
from mathpal.planning.spans import effective_weights
from mathpal.run import train
from mathpal.settings import composition
from mathpal.settings.checked import Composition
from mathpal.settings.composition import CONF, compose
from mathpal.settings.preflight import preflight
from mathpal.tokens.batches import PackedRows
from mathpal.tokens.chat import TokenTable
from mathpal.training.settling import takes_rows
from tests.unit.planning.saved import autocast_of_a_gpu, bytes_saved, packed_attention_of_a_gpu

WHOLE = ("lora=none", "evaluation.systems=[tuned]", "export=none")
LONG = "trainer.batch_tokens=2048"
CHECKPOINTING = "trainer.gradient_checkpointing=true"
EXPERIMENTS = sorted(path.stem for path in (CONF / "experiment").glob("*.yaml"))
T, B = 128, 8


def bound(*overrides: str) -> Composition:
    return preflight(composition.split(compose(list(overrides))).config)


@pytest.fixture(scope="module")
def e2b() -> Setting:
    return setting(bound("+experiment=grade6_e2b"), "gpu")


@pytest.fixture(scope="module")
def e4b() -> Setting:
    return setting(bound("+experiment=grade6_e2b", "model=gemma3n_e4b"), "gpu")


class TestCounts:
    @pytest.mark.parametrize(
        ("model", "weights", "table", "linear", "lora"),
        [
            ("gemma3n_e2b", 4_435_182_688, 2_013_265_920, 1_884_014_944, 20_316_160),
            ("gemma3n_e4b", 6_835_235_568, 2_348_810_240, 3_948_440_304, 37_191_680),
        ],
    )
    def test_the_real_models_without_their_checkpoints(
        self, model: str, weights: int, table: int, linear: int, lora: int
    ) -> None:
        shape = architecture(text_config(bound(f"model={model}").model))
        assert (shape.weights, shape.parts["PLE table"]) == (weights, table)
        assert shape.linear_weights == linear
        assert lora_weights(shape.linears, PROJECTIONS, 16) == lora
        assert shape.parts["embeddings"] == shape.head.weights == 262_400 * 2048
        assert shape.parts["head"] == 0, "it is tied"

    def test_a_folder_is_read_and_wins_over_what_is_known_by_its_name(self, tmp_path: Path) -> None:
        folder = tmp_path / "gemma-3n-E2B-it"
        narrow().save_pretrained(folder)
        shape = architecture(text_config(bound(f"model.path={folder}").model))
        assert shape.hidden == 96

    def test_a_folder_that_says_nothing_is_an_error_whatever_its_name(self, tmp_path: Path) -> None:
        (tmp_path / "gemma-3n-E2B-it").mkdir()
        with pytest.raises(ConfigError, match=r"has no config\.json"):
            plan(bound(f"model.path={tmp_path}/gemma-3n-E2B-it"), device="gpu")

    def test_a_name_that_nobody_knows_is_asked_for_as_a_folder(self) -> None:
        with pytest.raises(ConfigError, match="there is no config.json to plan with"):
            plan(bound("model=causal_lm", "model.path=some/model"), device="gpu")

    @pytest.mark.parametrize("variant", ["lora", "dora"])
    def test_lora_is_counted_as_it_is_attached(self, variant: str) -> None:
        config = narrow()
        shape = architecture(copy.deepcopy(config))
        tuned = attach_lora(
            AutoModelForCausalLM.from_config(config), r=5, alpha=1, variant=variant,
            targets=["q_proj", "v_proj", "down_proj"],
        )  # fmt: skip
        attached = sum(w.numel() for w in tuned.parameters() if w.requires_grad)
        assert attached == lora_weights(
            shape.linears, ["q_proj", "v_proj", "down_proj"], 5, dora=variant == "dora"
        )

    def test_the_parts_of_the_shipped_model_are_all_of_it(self, shared_tiny: Any) -> None:
        shape = architecture(copy.deepcopy(shared_tiny.model.config))
        assert shape.weights == sum(w.numel() for w in shared_tiny.model.parameters())
        assert shape.parts["other"] == 0

    def test_a_scratch_model_is_planned_at_its_largest_vocabulary(self) -> None:
        shape = architecture(text_config(bound("model=gemma3n_scratch").model))
        assert shape.head.outputs == 1536


def narrow(**changed: Any) -> Gemma3nTextConfig:
    """All that Gemma-3n has: shared keys, sparse MLPs, four streams, both kinds of attention."""
    shape: dict[str, Any] = {
        "vocab_size": 300, "vocab_size_per_layer_input": 300, "hidden_size": 96,
        "intermediate_size": 256, "num_hidden_layers": 6, "num_attention_heads": 4,
        "num_key_value_heads": 2, "head_dim": 32, "hidden_size_per_layer_input": 16,
        "laurel_rank": 8, "altup_num_inputs": 4, "num_kv_shared_layers": 2,
        "activation_sparsity_pattern": [0.95] * 2 + [0.0] * 4, "sliding_window": 512,
        "layer_types": ["sliding_attention", "full_attention"] * 3,
    }  # fmt: skip
    return Gemma3nTextConfig(**shape | changed)


def dense(kind: Any) -> Any:
    return kind(
        vocab_size=300, hidden_size=96, intermediate_size=256, num_hidden_layers=4,
        num_attention_heads=4, num_key_value_heads=2, head_dim=24,
    )  # fmt: skip


class TestActivations:
    """The formula against what autograd keeps: where a forward changes, this says by how much."""

    @pytest.mark.parametrize(
        ("config", "overrides", "how"),
        [
            pytest.param(narrow(), (), {}, id="lora"),
            pytest.param(narrow(), WHOLE, {}, id="all weights"),
            pytest.param(narrow(), (CHECKPOINTING,), {}, id="checkpointing"),
            pytest.param(narrow(), (*WHOLE, CHECKPOINTING), {}, id="all weights, checkpointing"),
            pytest.param(narrow(), ("lora.dropout=0.1",), {}, id="dropout"),
            pytest.param(narrow(), ("lora=dora",), {}, id="dora"),
            pytest.param(narrow(), ("lora.targets=[q_proj]",), {}, id="one projection"),
            pytest.param(narrow(sliding_window=64), (), {}, id="rows beyond the window"),
            pytest.param(narrow(), (), {"layout": "masked"}, id="masked"),
            pytest.param(narrow(), (), {"layout": "packed"}, id="packed"),
            pytest.param(narrow(), (), {"layout": "packed", "first": 0}, id="packed, all ask"),
            pytest.param(narrow(), (), {"layout": "packed", "first": 112}, id="packed, few ask"),
            pytest.param(narrow(), WHOLE, {"layout": "packed"}, id="packed, all weights"),
            pytest.param(narrow(), (CHECKPOINTING,), {"layout": "packed"}, id="packed, recomputed"),
            pytest.param(
                narrow(), ("lora.dropout=0.1",), {"layout": "packed"}, id="packed, dropout"
            ),
            pytest.param(narrow(), ("lora=dora",), {"layout": "packed"}, id="packed, dora"),
            pytest.param(
                narrow(), ("lora.targets=[k_proj]",), {"layout": "packed"}, id="packed, keys"
            ),
            pytest.param(
                narrow(sliding_window=64), (), {"layout": "packed"}, id="packed, beyond the window"
            ),
            pytest.param(
                narrow(num_kv_shared_layers=0), (), {"layout": "packed"}, id="packed, none shares"
            ),
            pytest.param(
                narrow(), (), {"layout": "packed", "mixed": True}, id="packed, bf16-mixed"
            ),
            pytest.param(
                narrow(),
                WHOLE,
                {"layout": "packed", "mixed": True},
                id="packed, bf16-mixed, all weights",
            ),
            pytest.param(narrow(), (), {"attention": "eager"}, id="eager"),
            pytest.param(narrow(), (), {"mixed": True}, id="bf16-mixed"),
            pytest.param(narrow(), WHOLE, {"mixed": True}, id="bf16-mixed, all weights"),
            pytest.param(narrow(), (CHECKPOINTING,), {"mixed": True}, id="bf16-mixed, recomputed"),
            pytest.param(dense(LlamaConfig), (), {}, id="llama"),
            pytest.param(dense(LlamaConfig), (), {"mixed": True}, id="llama, bf16-mixed"),
            pytest.param(dense(Qwen3Config), WHOLE, {}, id="qwen3, all weights"),
            pytest.param(dense(Gemma3TextConfig), (), {"mixed": True}, id="gemma3, bf16-mixed"),
        ],
    )
    def test_are_what_is_saved_for_the_backward_pass(
        self,
        config: Any,
        overrides: tuple[str, ...],
        how: dict[str, Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        mixed, first, shape = (
            how.get("mixed", False), how.get("first", 40), architecture(copy.deepcopy(config))
        )  # fmt: skip
        tokens = f"trainer.batch_tokens={T * B}"
        asked = setting(
            bound(tokens, "model.max_length=128", *overrides), "gpu" if mixed else "cpu"
        )
        asked = asked._replace(
            architecture=shape, weight_width=2 if mixed and asked.lora else 4,
            layout=(layout := how.get("layout", "padded")),
            needed=1 - first / T if layout == "packed" else 1.0,
            attention=how.get("attention", "sdpa"),
        )  # fmt: skip
        if asked.weight_width == 2:
            monkeypatch.setattr(packed_gemma3n, "packed_attention", packed_attention_of_a_gpu)
        forward, model = self.forward(config, asked, first)
        kept = bytes_saved(model, forward)
        assert sum(saved(asked).values()) + cast_weights(asked) == pytest.approx(kept, rel=0.03)

    def forward(self, config: Any, asked: Setting, first: int) -> tuple[Any, Any]:
        torch.manual_seed(0)
        model = AutoModelForCausalLM.from_config(config, attn_implementation=asked.attention)
        accelerate_layers(model)
        if asked.lora is None:
            model = no_lora(model)
        else:
            model = model.to(torch.bfloat16) if asked.mixed else model
            r, targets, dropout, variant = asked.lora
            model = attach_lora(
                model, r=r, alpha=1, dropout=dropout, targets=targets,
                variant=variant,  # type: ignore[arg-type]
            )  # fmt: skip
        if asked.checkpointing:
            model.gradient_checkpointing_enable({"use_reentrant": False})
        ids = torch.randint(3, 299, (B, T))
        batch: dict[str, Any] = {"input_ids": ids, "labels": ids.clone(), "normaliser": 1.0}
        if asked.layout != "padded":
            batch = {"input_ids": ids.view(1, -1), "labels": ids.view(1, -1), "normaliser": 1.0,
                     "position_ids": torch.arange(T).repeat(B)[None]}  # fmt: skip
        if asked.layout == "packed":
            batch["rows"] = PackedRows((T,) * B, (first,) * B)
        loss, model = sft(), model.train()

        def forward() -> Any:
            if not asked.mixed:
                return loss(model, batch)
            with autocast_of_a_gpu():
                return loss(model, batch)

        with torch.no_grad():
            forward()  # the first one compares the head's logits
        return forward, model


class TestMemory:
    def test_four_bits_are_half_a_byte_and_a_little_of_the_linear_weights_alone(
        self, e2b: Setting
    ) -> None:
        full, small = (
            memory(e2b._replace(quantization=q)).training["weights"] for q in ("none", "4bit")
        )
        quantized = sum(
            x.weights for x in e2b.architecture.linears
            if not any(n in x.name for n in ("altup_", "coefs", "router"))
        )  # fmt: skip
        assert full - small == pytest.approx(quantized * (2 - 0.5159), rel=1e-4)

    def test_the_table_moves_to_the_host_whole(self, e2b: Setting) -> None:
        there, gone = memory(e2b), memory(e2b._replace(offload_ple=True))
        assert gone.host == {"PLE table": 2_013_265_920 * 2.0}
        assert there.peak - gone.peak == 2_013_265_920 * 2
        assert there.host == {} and "PLE table" not in gone.training

    @pytest.mark.parametrize(
        ("optimizer", "bytes_a_weight"), [("adamw", 8), ("adamw_8bit", 2.03), ("adafactor", 0.25)]
    )
    def test_optimizers_differ_in_what_they_keep(
        self, e2b: Setting, optimizer: str, bytes_a_weight: float
    ) -> None:
        state = optimizer_state(e2b._replace(optimizer=optimizer))
        assert state / trained_weights(e2b) == pytest.approx(bytes_a_weight, rel=0.1)

    @pytest.mark.parametrize("optimizer", ["adamw", "adafactor"])
    @pytest.mark.parametrize("whole", [False, True])
    def test_the_state_is_that_of_the_optimizer(
        self, shared_tiny: Any, optimizer: str, whole: bool
    ) -> None:
        from mathpal.training.job import Optimization
        from mathpal.training.optimizers import build
        from mathpal.training.state import trained

        model = copy.deepcopy(shared_tiny.model)
        model = no_lora(model) if whole else attach_lora(model, r=4, alpha=4)
        asked = Optimization(optimizer=optimizer, lr=1e-3, betas=(0.9, 0.9))  # type: ignore[arg-type]
        made = build(asked, trained(model))
        for weight in trained(model).values():
            weight.grad = torch.ones_like(weight)
        made.step()
        kept = sum(
            value.numel() * value.itemsize
            for state in made.state.values() for value in state.values()
            if isinstance(value, torch.Tensor) and value.ndim
        )  # fmt: skip
        asked = setting(bound(*(WHOLE if whole else ("lora.r=4",))), "cpu")
        shape = architecture(copy.deepcopy(shared_tiny.model.config))
        asked = asked._replace(architecture=shape, optimizer=optimizer)
        assert optimizer_state(asked) == pytest.approx(kept, rel=0.02)

    def test_ddp_keeps_the_gradients_twice_and_fsdp_divides_what_lasts(self) -> None:
        one = setting(bound(*WHOLE), "cpu")
        alone = memory(one).training
        several = memory(one._replace(devices=4, strategy="ddp")).training
        divided = memory(one._replace(devices=4, strategy="fsdp")).training
        assert several["gradients"] == 2 * alone["gradients"]
        assert several["weights"] == alone["weights"]
        assert divided["optimizer"] == alone["optimizer"] / 4
        assert divided["gathered"] > 0

    def test_a_run_that_measures_nothing_has_no_cache(self) -> None:
        assert memory(setting(bound("evaluation=none"), "cpu")).evaluation == {}

    def test_one_mask_over_packed_rows_grows_with_the_micro_batch(self) -> None:
        padded = setting(bound("trainer.layout=padded"), "cpu")
        masked = padded._replace(layout="masked")
        extra = training_peak(masked) - training_peak(padded)
        assert extra > len(padded.architecture.layers) * padded.batch_tokens**2 * 4

    @pytest.mark.parametrize("checkpointing", [False, True])
    def test_prompts_save_memory_in_late_layers(self, e2b: Setting, checkpointing: bool) -> None:
        e2b = e2b._replace(checkpointing=checkpointing)
        few, many = (training_peak(e2b._replace(needed=share)) for share in (0.1, 0.9))
        assert e2b.layout == "packed" and few < many

    def test_recomputing_is_largest_where_all_positions_are_computed(self, e2b: Setting) -> None:
        few = e2b._replace(needed=0.1, checkpointing=True)
        each = kept_by_layer(few)[0]
        assert backward(few).kept == 19 * each, "layer 20 is the first with few positions"
        assert backward(few._replace(needed=1.0)).kept == 30 * each

    def test_effective_work_is_that_of_the_positions_that_ask(self, e2b: Setting) -> None:
        linear = e2b.architecture.linear_weights
        assert effective_weights(e2b._replace(needed=1.0)) == linear
        assert effective_weights(e2b._replace(layout="padded")) == linear
        none = effective_weights(e2b._replace(needed=0.0))
        early = sum(
            x.weights for layer in e2b.architecture.layers[:19] for x in layer.linears.values()
        )
        alike = (
            2 * 2048 * 512 + 2048 * 7680 + 4 * 16
        )  # k and v of layer 20; what extras are made of
        assert none == early + alike + 3 * 2048 * 2048
        half = effective_weights(e2b._replace(needed=0.5))
        assert half == pytest.approx((none + linear) / 2)


def training_peak(asked: Setting) -> float:
    return sum(memory(asked).training.values())


class TestLayout:
    """What `fit` makes of trainer.layout, known before the model is there."""

    @pytest.mark.parametrize(
        ("overrides", "layout"),
        [
            ((), "packed"),
            (("trainer.layout=padded",), "padded"),
            (("trainer=ddp",), "packed"),
            (("trainer=fsdp", *WHOLE), "padded"),
            (("trainer=fsdp", "trainer.layout=packed", *WHOLE), "masked"),
            (("trainer=trl",), "padded"),
            (("model=gemma3n_e2b", "model.backend=transformers", LONG), "packed"),
            (("model=gemma3n_e2b", "model.backend=unsloth", LONG), "padded"),
            (("model=gemma3n_e2b", "model.offload_ple=true", LONG), "packed"),
            (("model=gemma3n_e2b", "model.text_only=false", LONG), "padded"),
            (("model=llama32_3b", LONG), "padded"),
            (("model=llama32_3b", "trainer.layout=packed", LONG), "masked"),
            (("model=gemma3n_scratch",), "packed"),
        ],
    )
    def test_is_that_of_the_training(self, overrides: tuple[str, ...], layout: str) -> None:
        assert setting(bound(*overrides), "gpu").layout == layout

    @pytest.mark.parametrize(("device", "layout"), [("gpu", "padded"), ("cpu", "packed")])
    def test_is_padded_where_unsloth_would_be_taken(
        self, monkeypatch: pytest.MonkeyPatch, device: Any, layout: str
    ) -> None:
        monkeypatch.setattr(planning_setting, "find_spec", lambda name: name)
        given = bound("model=gemma3n_e2b", LONG)
        assert setting(given, device).layout == layout

    def test_agrees_with_fit_on_the_shipped_model(self, shared_tiny: Any) -> None:
        assert takes_rows(shared_tiny.model)
        assert not takes_rows(AutoModelForCausalLM.from_config(narrow(attention_dropout=0.1)))


class TestRows:
    def test_of_a_plan_are_assumed_and_it_says_so(self) -> None:
        made = plan(bound(), device="cpu")
        assert made.setting.needed == made.setting.supervised == ASSUMED_NEEDED
        assert f"assumed until the rows are known: {ASSUMED_NEEDED:.0%}" in as_text(made)
        assert as_values(made)["rows_known"] is False

    def test_of_a_real_table_take_their_place(self) -> None:
        made = plan(bound(), device="cpu")
        known = with_data(made, Data(tokens=20_480, longest=100, supervised=0.5, needed=0.53))
        assert known.setting.needed == 0.53 and known.work.effective > 0.53
        assert "first target on (53%)" in as_text(known)
        assert training_peak(known.setting) < training_peak(made.setting)

    def test_that_are_padded_are_computed_at_all_positions(self) -> None:
        made = plan(bound("trainer.layout=padded"), device="cpu")
        known = with_data(made, Data(tokens=20_480, longest=100, supervised=0.5, needed=0.53))
        assert known.setting.needed == made.setting.needed == 1.0
        assert "effective" not in as_text(known) and "rows     padded" in as_text(known)

    def test_of_plain_text_ask_everywhere(self, tmp_path: Path) -> None:
        (tmp_path / "x.txt").write_text("x")
        given = bound("data=text", f"data.path={tmp_path}/x.txt", "evaluation=none")
        assert setting(given, "cpu").needed == 1.0

    def test_are_counted_some_at_a_time(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(gate, "CHUNK", 2)
        supervised = np.array([0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1], dtype=bool)
        table = TokenTable(np.zeros(11, np.int32), np.array([0, 4, 7, 11]), supervised, 0)
        said = gate.refined(plan(bound(), device="cpu"), table, tmp_path)
        # From position 1, from the last one for want of a target, and from 1 (not 0) again.
        assert json.loads((tmp_path / "plan.json").read_text())["asking"] == (3 + 1 + 3 + 0) / 11
        assert "(64%)" in said


class TestFixes:
    def test_the_first_that_suffices_alone_is_the_fix(self, e4b: Setting) -> None:
        found = fixes(e4b, memory(e4b).peak - GB)
        assert found.together == ("model.quantization=4bit",)
        assert [m.name for m in found.each][:2] == ["4-bit weights", "PLE on the host"]

    def test_the_cheapest_comes_first_even_where_a_later_one_saves_more(self, e4b: Setting) -> None:
        without = e4b._replace(checkpointing=False)
        found = fixes(without, memory(without).peak - GB)
        assert found.together == ("trainer.gradient_checkpointing=true",)

    def test_several_are_put_together_and_then_fit(self, e4b: Setting) -> None:
        found = fixes(e4b, 10.5 * GB)
        assert found.together == ("model.quantization=4bit", "model.offload_ple=true")
        changed = e4b._replace(quantization="4bit", offload_ple=True)
        assert memory(changed).peak <= 10.5 * GB

    def test_micro_batches_get_smaller_as_many_tokens_stay_in_a_step(self, e4b: Setting) -> None:
        found = fixes(e4b, 8 * GB)
        small = memory(e4b._replace(quantization="4bit", offload_ple=True)).peak
        found = fixes(e4b, small - 0.3 * GB)
        words = dict(word.split("=") for word in found.together)
        step = int(words["trainer.batch_tokens"]) * int(words["trainer.accumulate"])
        assert step == e4b.batch_tokens * e4b.accumulate

    def test_where_nothing_helps_the_device_that_would_is_named(self) -> None:
        asked = plan(bound())
        found = plans.planned("x", asked.setting, Room(0.1 * GB, "stated"), asked.work)
        assert found.fixes is not None and found.fixes.together is None
        least = math.ceil(found.fixes.least / GB * 10) / 10
        assert f"a device that has at least {least:.1f} GB" in plans.verdict(found)
        enough = plans.planned("x", asked.setting, Room(least * GB, "stated"), asked.work)
        assert enough.fixes is not None and enough.fixes.together

    def test_without_any_change_no_empty_list_is_shown(self) -> None:
        asked = plan(bound())
        found = plans.planned("x", asked.setting, Room(0.1 * GB, "stated"), asked.work)
        assert found.fixes is not None
        needs = found._replace(fixes=found.fixes._replace(each=(), least=asked.memory.peak))
        said = as_text(needs)
        assert said.splitlines()[-1].startswith("verdict")
        assert "none is known for it" in said and "a device that has at least" in said

    def test_a_machine_without_a_gpu_is_called_that(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for there in (True, False):
            monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
            source = machine.room("cpu", 1).source
            assert ("no GPU is visible" in source) is not there

    def test_a_cpu_is_offered_nothing_that_needs_a_gpu(self) -> None:
        asked = setting(bound("trainer.batch_tokens=8192"), "cpu")
        words = " ".join(word for fix in fixes(asked, 0).each for word in fix.overrides)
        assert "quantization" not in words and "offload" not in words

    def test_weights_that_are_trained_stay_whole_and_on_the_device(self) -> None:
        asked = setting(bound(*WHOLE), "gpu")
        words = " ".join(word for fix in fixes(asked, 0).each for word in fix.overrides)
        assert "quantization" not in words and "offload" not in words


class TestPlan:
    @pytest.mark.parametrize("experiment", EXPERIMENTS)
    def test_every_recipe_can_be_planned(self, experiment: str) -> None:
        made = plan(bound(f"+experiment={experiment}"), device="gpu", memory_gb=80)
        assert made.fits
        assert json.loads(json.dumps(as_values(made)))["fits"] is True
        assert "fits into 80.0 GB stated" in as_text(made)

    def test_time_follows_from_the_rate(self) -> None:
        made = plan(bound("trainer.max_steps=100"), device="cpu", tflops=0.001)
        assert made.work.flops == 100 * 2048 * 4 * made.setting.architecture.linear_weights
        assert made.work.seconds == pytest.approx(made.work.flops / 1e9)

    def test_training_all_weights_costs_six_operations(self) -> None:
        four, six = (plan(bound(*o), device="cpu").work.flops_per_token for o in ((), WHOLE))
        assert six / four == 1.5

    def test_steps_of_epochs_are_known_with_the_rows(self) -> None:
        made = plan(bound("trainer.max_steps=null", "trainer.epochs=2"), device="cpu")
        assert made.work.steps is None and "depend on the rows (see dry_run" in as_text(made)
        counted = with_data(made, Data(tokens=20_480, longest=100, supervised=0.5, needed=0.5))
        assert counted.work.steps == 20
        assert counted.memory.peak < made.memory.peak

    def test_without_a_gpu_there_is_no_verdict_on_one(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        made = plan(bound(), device="gpu")
        assert made.fits is None and "memory_gb=" in as_text(made)

    def test_what_only_a_gpu_can_do_is_not_planned_for_a_cpu(self) -> None:
        asked = bound("model=gemma3n_e2b", "model.quantization=4bit", "trainer.batch_tokens=2048")
        with pytest.raises(ConfigError, match=r"quantization=4bit .* device=gpu"):
            plan(asked, device="cpu")

    def test_an_unknown_architecture_says_what_it_leaves_out(self) -> None:
        made = plan(bound(), device="cpu")
        other: Architecture = made.setting.architecture._replace(kind="other")
        blind = plans.planned("x", made.setting._replace(architecture=other), None, made.work)
        assert blind.memory.training["activations"] == 0
        assert "lower bound" in as_text(blind)


class TestGate:
    @pytest.fixture
    def tight(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(plans, "room", lambda kind, devices: Room(0.7 * GB, "of a toy"))

    @pytest.mark.usefixtures("tight")
    def test_stops_before_the_weights_are_loaded_and_names_the_fix(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from mathpal.run import preparing

        monkeypatch.setattr(preparing, "load_model", lambda *a, **k: pytest.fail("it was loaded"))
        with pytest.raises(InfeasibleError) as error:
            train(compose(["evaluation=none"]), tmp_path / "run")
        message = str(error.value)
        assert "does not fit into 0.7 GB of a toy" in message
        assert "To make it fit, set trainer.gradient_checkpointing=true" in message
        assert "allow_memory=true" in message
        outcome = json.loads((tmp_path / "run/outcome.json").read_text())
        assert (outcome["status"], outcome["error_type"]) == ("failed", "InfeasibleError")

    @pytest.mark.usefixtures("tight")
    def test_can_be_overridden_and_that_is_recorded(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        few = ["data.train=40", "data.test_per_family=1", "dry_run=true", "evaluation=none"]
        train(compose(["allow_memory=true", *few]), tmp_path / "run")
        manifest = json.loads((tmp_path / "run/run.json").read_text())
        assert manifest["config"]["allow_memory"] is True
        assert manifest["plan"]["fits"] is False and manifest["plan"]["room_gb"] == 0.7
        assert "allowed by allow_memory=true" in caplog.text
        written = json.loads((tmp_path / "run/plan.json").read_text())
        assert written["room"]["source"] == "of a toy"

    def test_lets_pass_what_fits(self, tmp_path: Path) -> None:
        made = gate.memory_gate(bound(), tmp_path, allow=False)
        assert made is not None and made.fits
        assert (tmp_path / "plan.json").exists()

    def test_lets_a_loader_that_it_does_not_know_decide_for_itself(self, tmp_path: Path) -> None:
        def load_own() -> None: ...

        unknown = Composition({**bound().groups, "model": partial(load_own)})
        assert gate.memory_gate(unknown, tmp_path, allow=False) is None
        assert not (tmp_path / "plan.json").exists()


class TestVerb:
    def said(self, capsys: Any, monkeypatch: Any, *words: str) -> str:
        monkeypatch.setattr("sys.argv", ["mathpal plan", *words])
        run(VERBS["plan"])
        return str(capsys.readouterr().out)

    def test_takes_the_command_line_of_a_run(self, capsys: Any, monkeypatch: Any) -> None:
        text = self.said(
            capsys, monkeypatch, "+experiment=grade6_e2b", "model=gemma3n_e4b", "seed=3",
            "device=gpu", "memory_gb=8", "format=json",
        )  # fmt: skip
        told = json.loads(text)
        assert told["model"] == "google/gemma-3n-E4B-it" and told["fits"] is False
        assert told["together"][0] == "model.quantization=4bit"
        assert math.isclose(sum(told["parts"].values()), told["weights"])

    def test_takes_the_rate_of_a_run(self, capsys: Any, monkeypatch: Any, tmp_path: Path) -> None:
        (tmp_path / "outcome.json").write_text(
            '{"status": "completed", "metrics": {"train/tflops": 0.1}}'
        )
        assert ", 2 min\n" in self.said(capsys, monkeypatch, f"like={tmp_path}", "device=cpu")

    def test_holds_the_rules_between_groups(self, capsys: Any, monkeypatch: Any) -> None:
        with pytest.raises(SystemExit):
            self.said(capsys, monkeypatch, "lora=none", "model.offload_ple=true")
        assert "a per-layer embedding table that is not trained" in capsys.readouterr().err
