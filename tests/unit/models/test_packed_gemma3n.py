"""Packed rows without padding: each of them run alone by Transformers is the oracle."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import Gemma3nForCausalLM

from mathpal.models import fused
from mathpal.models.accelerate import accelerate_layers
from mathpal.models.packed_attention import packed_attention
from mathpal.tokens.batches import PackedRows
from tests.unit.models.test_fused import double, furthest, lora, model, whole

ROWS = PackedRows(lengths=(9, 1, 14, 5), first=(4, 0, 0, 4))
IDS = torch.arange(sum(ROWS.lengths))[None] * 7 % 59 + 1
POSITIONS = torch.cat([torch.arange(n) for n in ROWS.lengths])[None]


def eager(q: Tensor, k: Tensor, v: Tensor, rows: PackedRows, scale: float, window: Any) -> Tensor:
    """Every position's row and place by hand, and one mask for all."""
    row = torch.repeat_interleave(torch.arange(len(rows.lengths)), torch.tensor(rows.lengths))
    place = torch.cat([torch.arange(n) for n in rows.lengths])
    asks = rows.places()
    seen = (row == row[asks][:, None]) & (place <= place[asks][:, None])
    seen &= place > place[asks][:, None] - (window or 10**6)
    k, v = (t.repeat_interleave(q.shape[1] // t.shape[1], dim=1) for t in (k, v))
    scores = torch.einsum("qhe,nhe->hqn", q, k) * scale
    scores = scores.masked_fill(~seen, -torch.inf)
    return torch.einsum("hqn,nhe->qhe", scores.softmax(-1), v)


class TestAttention:
    @pytest.mark.parametrize("window", [None, 1, 4, 9, 14, 50])
    @pytest.mark.parametrize("heads", [(4, 2), (3, 1), (2, 2)])
    @pytest.mark.parametrize("first", [ROWS.first, (0, 0, 0, 0), (8, 0, 13, 4)])
    def test_it_is_that_of_one_large_mask(self, window: Any, heads: Any, first: Any) -> None:
        torch.manual_seed(0)
        rows = PackedRows(ROWS.lengths, first)
        q = double(sum(rows.positions_needed), heads[0], 6)
        k, v = double(sum(rows.lengths), heads[1], 6), double(sum(rows.lengths), heads[1], 6)
        found = packed_attention(q, k, v, rows, scale=0.3, window=window)
        expected = eager(q, k, v, rows, 0.3, window)
        torch.testing.assert_close(found, expected)
        down = torch.randn_like(found)
        ours = torch.autograd.grad(found, (q, k, v), down)
        torch.testing.assert_close(ours, torch.autograd.grad(expected, (q, k, v), down))


def test_rotation_is_transformers_own() -> None:
    from transformers.models.gemma3n.modeling_gemma3n import apply_rotary_pos_emb

    torch.manual_seed(0)
    x, angles = double(1, 7, 3, 8), torch.randn(1, 7, 8, dtype=torch.float64)
    cos, sin = angles.cos(), angles.sin()  # the two halves need not be alike
    expected = apply_rotary_pos_emb(x, cos, sin, unsqueeze_dim=2)
    torch.testing.assert_close(fused.rotary(x, cos, sin), expected)
    assert torch.autograd.gradcheck(lambda x: fused.rotary(x, cos, sin), (x,))


def unshared(**shape: Any) -> Any:
    """The same model whose every layer makes its own keys."""
    plain = model(**shape)
    config = copy.deepcopy(plain.config)
    config.num_kv_shared_layers = 0
    made = Gemma3nForCausalLM(config).train()
    torch.manual_seed(3)
    with torch.no_grad():
        for name, weight in made.named_parameters():
            weight.normal_(1.0 if "norm" in name else 0.0, 0.1)
    return made


def text_model(made: Any) -> Any:
    return (made.get_base_model() if hasattr(made, "get_base_model") else made).model


def packed(made: Any) -> Tensor:
    """Hidden states (Q, D) of the positions that ask, all rows in one."""
    inputs = {"input_ids": IDS, "position_ids": POSITIONS, "use_cache": False}
    return text_model(made)(**inputs, rows=ROWS).last_hidden_state[0]


def alone(made: Any) -> Tensor:
    """The same, row by row."""
    parts = zip(IDS[0].split(list(ROWS.lengths)), ROWS.first)
    return torch.cat([
        text_model(made)(input_ids=ids[None], use_cache=False).last_hidden_state[0, first:]
        for ids, first in parts
    ])  # fmt: skip


def gradients(made: Any, hidden: Tensor) -> dict[str, Tensor]:
    made.zero_grad()
    torch.manual_seed(5)
    hidden.backward(torch.randn_like(hidden))
    return {n: p.grad.clone() for n, p in made.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("base", [model, unshared])
@pytest.mark.parametrize("prepare", [lora, whole])
@pytest.mark.parametrize("checkpointing", [False, True])
def test_states_and_gradients_are_those_of_each_row_alone(
    base: Any, prepare: Any, checkpointing: bool
) -> None:
    plain = prepare(base())
    fast = copy.deepcopy(plain)
    accelerate_layers(fast)
    if checkpointing:
        fast.gradient_checkpointing_enable({"use_reentrant": False})
    expected, found = alone(plain), packed(fast)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    assert furthest(gradients(fast, found), gradients(plain, expected)) < 1e-5


@pytest.mark.parametrize(("base", "last_own"), [(model, 1), (unshared, 3)])
def test_late_layers_compute_only_the_needed_positions(base: Any, last_own: int) -> None:
    fast = base()
    accelerate_layers(fast)
    seen: list[int] = []
    for layer in text_model(fast).layers:
        layer.mlp.register_forward_hook(lambda m, args, out: seen.append(out.shape[1]))
    packed(fast)
    tokens, needed = sum(ROWS.lengths), sum(ROWS.positions_needed)
    assert needed < tokens
    assert seen == [tokens] * last_own + [needed] * (4 - last_own)


def test_bf16_autocast_is_as_near_to_fp32_as_rows_alone() -> None:
    plain = lora(model())
    fast = copy.deepcopy(plain)
    accelerate_layers(fast)
    with torch.no_grad():
        exact = alone(plain)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        ours, theirs = packed(fast), alone(plain)
    assert float((ours - exact).norm()) < 2 * float((theirs - exact).norm()) + 1e-3


def test_two_passes_give_the_same_bits() -> None:
    fast = lora(model())
    accelerate_layers(fast)
    one, other = packed(fast), packed(fast)
    assert torch.equal(one, other)
    first, again = gradients(fast, one), gradients(fast, other)
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_dropout_in_the_attention_is_left_to_transformers() -> None:
    fast = model(attention_dropout=0.1)
    accelerate_layers(fast)
    assert not text_model(fast).takes_rows
    other = model()
    accelerate_layers(other)
    assert text_model(other).takes_rows
