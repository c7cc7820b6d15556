"""The exchanged forwards: Transformers' and PEFT's own ones are the oracle."""

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor, nn
from transformers import Gemma3nForCausalLM, Gemma3nTextConfig, LlamaConfig, LlamaForCausalLM

from mathpal.models import fused
from mathpal.models.accelerate import accelerate_layers
from mathpal.models.lora import attach_lora

IDS = torch.arange(2 * 21).view(2, 21) * 7 % 59 + 1
PACKED = torch.cat([torch.arange(n) for n in (5, 12, 4)])[None]
Prepare = Callable[[Any], Any]


def model(seed: int = 0, **shape: Any) -> Any:
    """Four layers with everything that Gemma-3n has: shared keys, sparse MLPs, a short window."""
    config = Gemma3nTextConfig(
        vocab_size=60, vocab_size_per_layer_input=60, hidden_size=32, intermediate_size=48,
        num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2, head_dim=8,
        hidden_size_per_layer_input=8, laurel_rank=4, altup_num_inputs=3, altup_active_idx=0,
        activation_sparsity_pattern=[0.9, 0.0, 0.0, 0.0], num_kv_shared_layers=2,
        layer_types=["sliding_attention", "full_attention"] * 2, sliding_window=6,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, **shape,
    )  # fmt: skip
    torch.manual_seed(seed)
    made = Gemma3nForCausalLM(config)
    with torch.no_grad():
        for name, weight in made.named_parameters():
            if "norm" in name or "scale" in name:
                weight.normal_(1.0, 0.2)  # not the ones and zeros of a fresh model
            else:
                weight.normal_(0.0, 0.08)
    return made.train()


def lora(base: Any, **settings: Any) -> Any:
    """PEFT's own model, with an update that is not zero."""
    names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    config = LoraConfig(r=3, lora_alpha=5, target_modules=names, task_type="CAUSAL_LM", **settings)
    torch.manual_seed(1)
    tuned = get_peft_model(base, config)
    for name, weight in tuned.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(weight, std=0.1)
    return tuned.train()


def whole(base: Any) -> Any:
    return base


def checkpointed(base: Any) -> Any:
    tuned = lora(base)
    tuned.enable_input_require_grads()
    tuned.gradient_checkpointing_enable({"use_reentrant": False})
    return tuned


def accelerated(plain: Any) -> Any:
    made = copy.deepcopy(plain)
    accelerate_layers(made)
    return made


def outcome(made: Any, **inputs: Any) -> tuple[Tensor, dict[str, Tensor]]:
    """Logits of all positions, and the gradient of a loss on them by weight."""
    made.zero_grad()
    torch.manual_seed(2)
    logits = made(**{"input_ids": IDS, "use_cache": False, **inputs}).logits
    ids = inputs.get("input_ids", IDS)
    nn.functional.cross_entropy(
        logits[:, :-1].flatten(0, 1).float(), ids[:, 1:].flatten()
    ).backward()
    grads = {n: p.grad.clone() for n, p in made.named_parameters() if p.grad is not None}
    return logits.detach(), grads


def furthest(one: dict[str, Tensor], other: dict[str, Tensor]) -> float:
    """The largest relative difference of a weight's gradient."""
    assert one.keys() == other.keys() and one
    return max(float((one[n] - other[n]).norm() / other[n].norm().clamp_min(1e-4)) for n in one)


def error(one: dict[str, Tensor], other: dict[str, Tensor]) -> float:
    """Of all gradients together."""
    return float(sum((one[n] - other[n]).square().sum() for n in other) ** 0.5)


class TestAgreement:
    @pytest.mark.parametrize("prepare", [whole, lora, checkpointed])
    @pytest.mark.parametrize("attention", ["sdpa", "eager"])
    def test_logits_and_all_gradients_are_transformers_own(
        self, prepare: Prepare, attention: str
    ) -> None:
        plain = prepare(model(attn_implementation=attention))
        logits, grads = outcome(accelerated(plain))
        expected, expected_grads = outcome(plain)
        torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-5)
        assert furthest(grads, expected_grads) < 1e-5

    @pytest.mark.parametrize("inputs", [
        {"input_ids": IDS[:1], "position_ids": PACKED},
        {"attention_mask": (torch.arange(21) < torch.tensor([[21], [13]])).long()},
    ], ids=["packed", "masked"])  # fmt: skip
    def test_packed_and_masked_rows(self, inputs: dict[str, Any]) -> None:
        plain = lora(model())
        logits, grads = outcome(accelerated(plain), **inputs)
        expected, expected_grads = outcome(plain, **inputs)
        torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-5)
        assert furthest(grads, expected_grads) < 1e-5

    def test_packed_rows_do_not_see_each_other(self) -> None:
        fast = accelerated(lora(model())).eval()
        packed = fast(input_ids=IDS[:1], position_ids=PACKED, use_cache=False).logits[0, 5:17]
        alone = fast(input_ids=IDS[:1, 5:17], use_cache=False).logits[0]
        torch.testing.assert_close(packed, alone, rtol=1e-5, atol=1e-5)

    @pytest.mark.parametrize("base", [torch.float32, torch.bfloat16], ids=str)
    @pytest.mark.parametrize("autocast", [True, False], ids=["autocast", "plain"])
    def test_bf16_is_as_near_to_fp32_as_the_plain_one(
        self, base: torch.dtype, autocast: bool
    ) -> None:
        plain = lora(model())
        frozen = [weight for name, weight in plain.named_parameters() if "lora_" not in name]
        for weight in frozen:
            weight.data = weight.data.bfloat16().float()  # of values that both dtypes hold
        exact, exact_grads = outcome(plain)
        for weight in frozen:
            weight.data = weight.data.to(base)
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            fast, fast_grads = outcome(accelerated(plain))
            slow, slow_grads = outcome(plain)
        assert fast.dtype == slow.dtype
        assert float((fast - exact).norm()) < 2 * float((slow - exact).norm()) + 1e-3
        assert error(fast_grads, exact_grads) < 2 * error(slow_grads, exact_grads) + 1e-3
        assert {g.dtype for g in fast_grads.values()} == {torch.float32}

    def test_hidden_states_and_attentions_come_out_as_before(self) -> None:
        plain = model(attn_implementation="eager").eval()
        asked = {"output_hidden_states": True, "output_attentions": True, "use_cache": False}
        got, wanted = accelerated(plain)(IDS, **asked), plain(IDS, **asked)
        for ours, theirs in ((got.hidden_states, wanted.hidden_states),
                             (got.attentions, wanted.attentions)):  # fmt: skip
            assert [t.shape for t in ours] == [t.shape for t in theirs]
            for one, other in zip(ours, theirs, strict=True):
                torch.testing.assert_close(one, other, rtol=1e-5, atol=3e-5)

    def test_generation_with_a_cache(self) -> None:
        plain = lora(model()).eval()
        asked: dict[str, Any] = {
            "max_new_tokens": 12, "do_sample": False, "return_dict_in_generate": True,
            "output_logits": True, "attention_mask": torch.ones_like(IDS), "eos_token_id": None,
        }  # fmt: skip
        got = accelerated(plain).generate(input_ids=IDS, **asked)
        wanted = plain.generate(input_ids=IDS, **asked)
        assert torch.equal(got.sequences, wanted.sequences)
        torch.testing.assert_close(torch.stack(got.logits), torch.stack(wanted.logits),
                                   rtol=1e-5, atol=1e-5)  # fmt: skip

    def test_two_passes_give_the_same_bits(self) -> None:
        fast = accelerated(lora(model()))
        (one, grads), (other, again) = outcome(fast), outcome(fast)
        assert torch.equal(one, other)
        assert all(torch.equal(grads[name], again[name]) for name in grads)


class TestWhatIsLeftAlone:
    def test_weights_names_and_types(self) -> None:
        plain = lora(model())
        fast = accelerated(plain)
        assert list(fast.state_dict()) == list(plain.state_dict())
        assert [type(m) for m in fast.modules()] == [type(m) for m in plain.modules()]
        fresh = model()
        assert all("forward" not in vars(module) for module in fresh.modules())

    def test_another_architecture(self) -> None:
        other = LlamaForCausalLM(LlamaConfig(
            vocab_size=60, hidden_size=16, intermediate_size=16, num_hidden_layers=1,
            num_attention_heads=2,
        ))  # fmt: skip
        accelerate_layers(other)
        assert all("forward" not in vars(module) for module in other.modules())
        plain = lora(other)
        logits, grads = outcome(accelerated(plain))
        expected, expected_grads = outcome(plain)
        torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-5)
        assert furthest(grads, expected_grads) < 1e-5

    @pytest.mark.parametrize("settings", [
        {"use_dora": True}, {"use_rslora": True}, {"lora_dropout": 0.3},
    ], ids=str)  # fmt: skip
    def test_other_kinds_of_lora(self, settings: dict[str, Any]) -> None:
        plain = lora(model(), **settings)
        logits, grads = outcome(accelerated(plain))
        expected, expected_grads = outcome(plain)
        torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-5)
        assert furthest(grads, expected_grads) < 2e-5

    def test_a_trainable_layer_under_the_lora_keeps_its_gradient(self) -> None:
        plain = lora(model())
        plain.requires_grad_(True)
        grads, expected = outcome(accelerated(plain))[1], outcome(plain)[1]
        assert furthest(grads, expected) < 1e-5

    def test_disabled_and_merged_adapters(self) -> None:
        base = model().eval()
        fast = accelerated(lora(copy.deepcopy(base))).eval()
        with torch.no_grad():
            tuned = fast(IDS, use_cache=False).logits
            with fast.disable_adapter():
                off = fast(IDS, use_cache=False).logits
            merged = fast.merge_and_unload()(IDS, use_cache=False).logits
            torch.testing.assert_close(off, base(IDS, use_cache=False).logits, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(merged, tuned, rtol=1e-4, atol=1e-4)
        assert not torch.allclose(off, tuned, atol=1e-2)

    def test_saved_adapters_and_models_load_without_mathpal(self, tmp_path: Path) -> None:
        base = model().eval()
        fast = accelerated(lora(copy.deepcopy(base))).eval()
        fast.save_pretrained(tmp_path / "adapter")
        again = PeftModel.from_pretrained(base, str(tmp_path / "adapter")).eval()
        fast.merge_and_unload().save_pretrained(tmp_path / "merged")
        merged = Gemma3nForCausalLM.from_pretrained(tmp_path / "merged").eval()
        with torch.no_grad():
            torch.testing.assert_close(
                merged(IDS, use_cache=False).logits, again(IDS, use_cache=False).logits,
                rtol=1e-4, atol=1e-4,
            )  # fmt: skip


class TestCopies:
    @pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
    def test_a_copy_computes_with_its_own_weights(self, copied: Prepare) -> None:
        fast = accelerated(model()).eval()
        expected = fast(IDS, use_cache=False).logits
        other = copied(fast)
        with torch.no_grad():
            for weight in other.parameters():
                weight.zero_()
        assert not other(IDS, use_cache=False).logits.any()
        assert torch.equal(fast(IDS, use_cache=False).logits, expected)

    def test_twice_is_as_good_as_once(self) -> None:
        fast = accelerated(lora(model()))
        expected = outcome(fast)
        accelerate_layers(fast)
        assert torch.equal(outcome(fast)[0], expected[0])

    def test_attach_lora_does_it(self) -> None:
        tuned = attach_lora(model(), r=2, alpha=4)
        exchanged = [m for m in tuned.modules() if "forward" in vars(m)]
        assert {type(m).__name__ for m in exchanged} >= {"Linear", "Gemma3nRMSNorm"}


def double(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


class TestClosedForms:
    """Against finite differences, in double precision."""

    def setup_method(self) -> None:
        torch.manual_seed(0)

    def test_rms_norm(self) -> None:
        def norm(x: Tensor, w: Tensor, r: Tensor) -> Tensor:
            return fused.rms_norm(x, w, 1e-6, r)

        assert torch.autograd.gradcheck(norm, (double(2, 3, 5), double(5), double(2, 3, 5)))
        assert torch.autograd.gradcheck(lambda x: fused.rms_norm(x, None, 1e-6), double(3, 5))

    def test_the_norm_of_zeros_is_finite(self) -> None:
        x = torch.zeros(2, 4, requires_grad=True)
        fused.rms_norm(x, torch.ones(4), 1e-6).sum().backward()
        assert torch.isfinite(x.grad).all()

    def test_lora_linear(self) -> None:
        weight, bias = double(4, 5).detach(), double(4).detach()
        for own in (bias, None):
            assert torch.autograd.gradcheck(
                lambda x, a, b, own=own: fused.lora_linear(x, weight, own, a, b, 0.7),
                (double(2, 3, 5), double(2, 5), double(4, 2)),
            )

    def test_mix(self) -> None:
        streams = (double(2, 3, 5), double(2, 3, 5))
        assert torch.autograd.gradcheck(
            lambda c, *s: fused.mix(c, s), (double(2, 3, 2, 2), *streams)
        )
