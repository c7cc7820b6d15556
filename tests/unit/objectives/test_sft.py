"""The SFT loss against Transformers' own; what padding, packing and fillers may not do to it."""

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mathpal.curriculum import FAMILIES, problem
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora
from mathpal.objectives import linear_cross_entropy as chunked
from mathpal.objectives.head import plain_head
from mathpal.objectives.sft import sft
from mathpal.tokens.batches import IGNORED, Batch, packed, padded
from mathpal.tokens.chat import TokenTable, encode

PROBLEMS = [problem("loss", "train", name, 0) for name in sorted(FAMILIES)][:6]


@pytest.fixture(scope="module")
def table(shared_tiny: Loaded) -> TokenTable:
    return encode(PROBLEMS, shared_tiny.tokenizer, max_length=256)


def batch_of(table: TokenTable, rows: list[int], normaliser: float | None = None) -> Batch:
    tokens = float(table.loss_tokens[rows].sum())
    return padded(table, np.asarray(rows), pad=0, normaliser=normaliser or tokens)


def gradients(model: Any, loss: Any) -> dict[str, torch.Tensor]:
    model.zero_grad()
    loss.backward()
    return {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def relative(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).norm() / (other.norm() + 1e-12))


def llama() -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(3)
    shape = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2}
    config = LlamaConfig(vocab_size=600, pad_token_id=0, **shape, **heads)
    return LlamaForCausalLM(config).eval()


def with_lora(model: Any) -> Any:
    """LoRA whose two factors are both random: the usual zero one hides half of the gradients."""
    wrapped = attach_lora(model, r=4, alpha=8)
    torch.manual_seed(5)
    for name, weight in wrapped.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.05)
    return wrapped.eval()


def theirs(model: Any, batch: Batch) -> torch.Tensor:
    """Transformers' own mean over the labels, with the mask that a user would give."""
    places = torch.arange(batch["labels"].shape[1])
    last = (places * (batch["labels"] != IGNORED)).amax(dim=1, keepdim=True)
    mask = (places <= last).long()
    labels, ids = batch["labels"], batch["input_ids"]
    return model(input_ids=ids, attention_mask=mask, labels=labels, use_cache=False).loss


def assert_gradients(
    found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor], rtol: float = 1e-5
) -> None:
    assert found.keys() == expected.keys()
    wrong = {n: relative(found[n], g) for n, g in expected.items() if relative(found[n], g) > rtol}
    assert wrong == {}


@pytest.mark.parametrize("kind", ["gemma3n", "llama"])
@pytest.mark.parametrize("lora", [False, True])
def test_loss_and_gradients_are_transformers_own(
    tiny: Loaded, table: TokenTable, kind: str, lora: bool
) -> None:
    model = tiny.model if kind == "gemma3n" else llama()
    model = with_lora(model) if lora else model
    batch = batch_of(table, [0, 1, 2, 3, 4, 5])
    expected_loss = theirs(model, batch)
    expected = gradients(model, expected_loss)
    loss = sft()(model, batch)
    assert plain_head(model, batch["input_ids"]) is not None, "the chunked loss was to be tried"
    assert loss.item() == pytest.approx(expected_loss.item(), rel=1e-5)
    assert_gradients(gradients(model, loss), expected)
    assert len(expected) > 15
    assert all(("lora_" in name) == lora for name in expected)


def test_tied_embeddings_get_both_of_their_gradients(table: TokenTable) -> None:
    from transformers import LlamaForCausalLM

    config = llama().config
    config.tie_word_embeddings = True
    model = LlamaForCausalLM(config).eval()
    assert model.lm_head.weight is model.model.embed_tokens.weight
    batch = batch_of(table, [0, 2])
    expected = gradients(model, theirs(model, batch))
    assert_gradients(gradients(model, sft()(model, batch)), expected)


def test_a_packed_batch_is_the_padded_one(tiny: Loaded, table: TokenTable) -> None:
    model = with_lora(tiny.model)
    rows, tokens = np.arange(6), float(table.loss_tokens.sum())
    expected_loss = sft()(model, padded(table, rows, pad=0, normaliser=tokens))
    expected = gradients(model, expected_loss)
    loss = sft()(model, packed(table, rows, normaliser=tokens))
    assert loss.item() == pytest.approx(expected_loss.item(), rel=1e-5)
    assert_gradients(gradients(model, loss), expected)


def test_gradient_checkpointing_changes_nothing(tiny: Loaded, table: TokenTable) -> None:
    model = with_lora(tiny.model).train()
    batch = batch_of(table, [0, 1, 2])
    expected = gradients(model, sft()(model, batch))
    model.gradient_checkpointing_enable({"use_reentrant": False})
    found = gradients(model, sft()(model, batch))
    assert_gradients(found, expected)


def test_under_autocast_products_are_bf16_and_lora_gradients_fp32(
    tiny: Loaded, table: TokenTable
) -> None:
    model, batch = with_lora(tiny.model), batch_of(table, [0, 1, 2, 3])
    expected_loss = sft()(model, batch)
    expected = gradients(model, expected_loss)
    with torch.autocast("cpu", torch.bfloat16):
        loss = sft()(model, batch)
    found = gradients(model, loss)
    assert loss.dtype == torch.float32
    assert {g.dtype for g in found.values()} == {torch.float32}
    assert loss.item() == pytest.approx(expected_loss.item(), rel=0.01)
    assert loss.item() != expected_loss.item(), "nothing was computed in bf16"
    whole = [torch.cat([g.flatten() for g in grads.values()]) for grads in (found, expected)]
    assert relative(*whole) < 0.1


def test_validation_computes_no_gradient(
    tiny: Loaded, table: TokenTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = []
    walk = chunked._walk

    def watched(*args: Any) -> Any:
        wanted.append(args[-2:])  # a gradient of the hidden states, of the head
        return walk(*args)

    monkeypatch.setattr(chunked, "_walk", watched)
    batch = batch_of(table, [0, 1])
    trained = sft()(tiny.model, batch)
    with torch.no_grad():
        checked = sft()(tiny.model, batch)
    assert wanted == [(True, True), (False, False)]
    assert checked.item() == trained.item()
    assert not checked.requires_grad


def test_tokens_of_the_answer_count_as_often_as_asked_in_training_only(
    tiny: Loaded, table: TokenTable
) -> None:
    batch = batch_of(table, [0, 1, 2])
    torch.manual_seed(0)
    answer = (torch.rand(batch["labels"].shape) < 0.3) & (batch["labels"] != IGNORED)
    weights = torch.where(answer, 4.0, 1.0)
    logs = tiny.model(input_ids=batch["input_ids"]).logits[:, :-1].log_softmax(-1)  # (B, T, V)
    targets = batch["labels"][:, 1:]
    hit = -logs.gather(2, targets.clamp(min=0)[..., None])[..., 0] * (targets != IGNORED)
    by_hand = (hit * weights[:, 1:]).sum() / batch["normaliser"]
    weighed = sft(answer_weight=4.0)
    plain = sft()(tiny.model, batch).item()
    assert weighed(tiny.model, batch | {"answer": answer}).item() == pytest.approx(plain)
    tiny.model.train()
    found = weighed(tiny.model, batch | {"answer": answer})
    assert found.item() == pytest.approx(by_hand.item(), rel=1e-5)
    assert by_hand.item() > 1.05 * plain


def test_encoding_marks_the_answers_tokens_and_nothing_else(tiny: Loaded) -> None:
    from mathpal.curriculum import FAMILIES, problem
    from mathpal.tokens.chat import encode

    problems = [problem("marked", "train", name, 0) for name in sorted(FAMILIES)[::6]]
    plain = encode(problems, tiny.tokenizer, max_length=1024)
    marked = encode(problems, tiny.tokenizer, max_length=1024, mark_answers=True)
    assert plain.answer is None
    assert marked.answer is not None
    assert (marked.ids == plain.ids).all() and (marked.supervised == plain.supervised).all()
    assert not (marked.answer & ~marked.supervised).any()
    for row, item in enumerate(problems):
        own = slice(marked.starts[row], marked.starts[row + 1])
        text = tiny.tokenizer.decode(marked.ids[own][marked.answer[own]]).strip()
        assert text and text in item.solution, item.id
        assert batch_of(marked, [row])["answer"].sum() == marked.answer[own].sum()


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
        sft()(tiny.model, padded(table, rows, pad=pad, normaliser=tokens)).item()
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
