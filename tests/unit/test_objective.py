"""The SFT loss against Transformers' own, and what padding and fillers may not do to it."""

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mathpal.curriculum import FAMILIES, problem
from mathpal.data.batches import IGNORED, Batch, collate
from mathpal.data.chat import TokenTable, encode
from mathpal.models.loaded import Loaded
from mathpal.objectives.sft import sft

PROBLEMS = [problem("loss", "train", name, 0) for name in sorted(FAMILIES)][:6]


@pytest.fixture(scope="module")
def table(shared_tiny: Loaded) -> TokenTable:
    return encode(PROBLEMS, shared_tiny.tokenizer, max_length=256)


def batch_of(table: TokenTable, rows: list[int], normaliser: float | None = None) -> Batch:
    tokens = float(table.loss_tokens[rows].sum())
    return collate(table, np.asarray(rows), pad=0, normaliser=normaliser or tokens)


def gradients(model: Any, loss: Any) -> dict[str, torch.Tensor]:
    model.zero_grad()
    loss.backward()
    return {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def relative(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).norm() / (other.norm() + 1e-12))


def test_loss_and_gradients_are_transformers_own(tiny: Loaded, table: TokenTable) -> None:
    batch = batch_of(table, [0, 1, 2, 3, 4, 5])
    width = torch.arange(batch["input_ids"].shape[1])
    mask = (width < torch.from_numpy(table.lengths)[:, None]).long()
    theirs = tiny.model(
        input_ids=batch["input_ids"], attention_mask=mask, labels=batch["labels"], use_cache=False
    ).loss
    expected = gradients(tiny.model, theirs)
    ours = sft()(tiny.model, batch)
    found = gradients(tiny.model, ours)
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-5)
    assert found.keys() == expected.keys()
    assert len(found) > 30
    wrong = {n: relative(found[n], g) for n, g in expected.items() if relative(found[n], g) > 1e-4}
    assert wrong == {}


def test_padding_on_the_right_without_a_mask_changes_nothing(
    tiny: Loaded, table: TokenTable
) -> None:
    assert len(set(table.lengths.tolist())) > 3, "rows of one length would not be padded"
    together = sft()(tiny.model, batch_of(table, [0, 1, 2, 3, 4, 5]))
    expected = gradients(tiny.model, together)
    tokens = float(table.supervised.sum())
    alone = torch.stack([sft()(tiny.model, batch_of(table, [r], tokens)) for r in range(6)]).sum()
    found = gradients(tiny.model, alone)
    assert alone.item() == pytest.approx(together.item(), abs=1e-5)
    assert max(relative(found[n], g) for n, g in expected.items()) < 1e-4


def test_what_fills_the_padding_does_not_matter(tiny: Loaded, table: TokenTable) -> None:
    rows, tokens = np.arange(6), 100.0
    losses = [
        sft()(tiny.model, collate(table, rows, pad=pad, normaliser=tokens)).item()
        for pad in (0, 5, 77)
    ]
    assert losses == pytest.approx([losses[0]] * 3, abs=1e-6)


def test_prompt_tokens_have_no_share_in_the_loss(tiny: Loaded, table: TokenTable) -> None:
    batch = batch_of(table, [0])
    logits = tiny.model(input_ids=batch["input_ids"]).logits[0]
    begin = int(table.supervised.argmax())
    by_hand = F.cross_entropy(logits[begin - 1 : -1], batch["input_ids"][0, begin:])
    assert sft()(tiny.model, batch).item() == pytest.approx(by_hand.item(), abs=1e-5)


def test_the_sum_is_divided_by_the_batch_normaliser(tiny: Loaded, table: TokenTable) -> None:
    one = sft()(tiny.model, batch_of(table, [0, 1], 1.0)).item()
    assert sft()(tiny.model, batch_of(table, [0, 1], 8.0)).item() == pytest.approx(one / 8)


def test_a_filler_has_zero_loss_and_zero_finite_gradients(tiny: Loaded, table: TokenTable) -> None:
    batch = batch_of(table, [0])
    batch["labels"].fill_(IGNORED)
    loss = sft()(tiny.model, batch)
    assert loss.item() == 0
    assert loss.requires_grad
    found = gradients(tiny.model, loss)
    assert found
    assert all((g == 0).all() for g in found.values())


@pytest.mark.parametrize("smoothing", [0.1, 0.5])
def test_label_smoothing_spreads_the_target_over_the_vocabulary(
    tiny: Loaded, table: TokenTable, smoothing: float
) -> None:
    batch = batch_of(table, [0, 3])
    logs = tiny.model(input_ids=batch["input_ids"]).logits[:, :-1].log_softmax(-1)  # (B, T, V)
    targets = batch["labels"][:, 1:]
    chosen = logs[targets != IGNORED]  # (N, V)
    hit = chosen.gather(1, targets[targets != IGNORED][:, None]).mean()
    by_hand = -(1 - smoothing) * hit - smoothing * chosen.mean()
    found = sft(label_smoothing=smoothing)(tiny.model, batch)
    assert found.item() == pytest.approx(by_hand.item(), abs=1e-5)
    assert found.item() != pytest.approx(sft()(tiny.model, batch).item(), abs=1e-3)


def test_bf16_logits_are_summed_in_fp32(table: TokenTable) -> None:
    class Bf16:
        """A model whose every logit is zero, in bf16: the loss is exactly log V a token."""

        def __call__(self, **inputs: Any) -> Any:
            shape = (inputs["input_ids"].shape[0], len(inputs["logits_to_keep"]), 600)
            self.logits = torch.zeros(shape, dtype=torch.bfloat16, requires_grad=True)
            return self

    loss = sft()(Bf16(), batch_of(table, [0, 1, 2, 3, 4, 5]))
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(float(np.log(600)), rel=1e-6)
