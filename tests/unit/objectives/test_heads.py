"""Heads that are more than a matrix, and backends that this machine does not have."""

import copy
import logging
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora
from mathpal.objectives.sft import sft
from mathpal.tokens.batches import IGNORED
from mathpal.tokens.chat import TokenTable, encode
from tests.unit.objectives.test_sft import (
    PROBLEMS,
    assert_gradients,
    batch_of,
    gradients,
    llama,
    theirs,
)


@pytest.fixture(scope="module")
def table(shared_tiny: Loaded) -> TokenTable:
    return encode(PROBLEMS, shared_tiny.tokenizer, max_length=256)


class Quantised(torch.nn.Linear):
    """Stands for a quantised layer: a subclass whose weight is not what it multiplies with."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, (self.weight * 8).round() / 8)


def quantised(model: Any) -> Any:
    head = Quantised(32, 600, bias=False)
    head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    model.set_output_embeddings(head)
    return model


def lora_on_the_head(model: Any) -> Any:
    from peft import LoraConfig, get_peft_model

    targets = ["q_proj", "lm_head"]
    return get_peft_model(model, LoraConfig(r=4, target_modules=targets, init_lora_weights=False))


def trained_copy_of_the_head(model: Any) -> Any:
    from peft import LoraConfig, get_peft_model

    settings = {"target_modules": ["q_proj"], "modules_to_save": ["lm_head"]}
    return get_peft_model(model, LoraConfig(r=4, init_lora_weights=False, **settings))


def biased(model: Any) -> Any:
    model.lm_head.bias = torch.nn.Parameter(torch.linspace(-2, 2, 600))
    return model


def scaled(model: Any) -> Any:
    """Logits are divided by 4 after the head, of which nothing is to be seen from outside."""
    from transformers import GraniteConfig, GraniteForCausalLM

    shape = {k: v for k, v in model.config.to_dict().items() if k.startswith(("num_", "hidden_s"))}
    torch.manual_seed(4)
    config = GraniteConfig(
        vocab_size=600, intermediate_size=48, logits_scaling=4.0, pad_token_id=0, **shape
    )
    return GraniteForCausalLM(config)


@pytest.mark.parametrize(
    "change", [quantised, lora_on_the_head, trained_copy_of_the_head, biased, scaled]
)
def test_a_head_that_is_more_than_a_matrix_is_called_as_it_is(
    table: TokenTable, caplog: pytest.LogCaptureFixture, change: Any
) -> None:
    model = change(llama()).eval()
    batch = batch_of(table, [0, 1, 2, 3])
    expected_loss = theirs(model, batch)
    expected = gradients(model, expected_loss)
    objective = sft()
    with caplog.at_level(logging.INFO, logger="mathpal.objectives.head"):
        loss = objective(model, batch)
        objective(model, batch)
    assert caplog.text.count("computes its logits itself") == 1, "said, and said once"
    assert loss.item() == pytest.approx(expected_loss.item(), rel=1e-5)
    assert_gradients(gradients(model, loss), expected)
    model.train()
    every = sft(answer_weight=0.5)(model, batch | {"answer": batch["labels"] != IGNORED})
    assert every.item() == pytest.approx(loss.item() / 2, rel=1e-5)
    model.eval()
    batch["labels"].fill_(IGNORED)
    filler = objective(model, batch)
    assert filler.item() == 0
    assert all((g == 0).all() for g in gradients(model, filler).values())


def test_looking_at_the_head_uses_up_no_random_numbers(tiny: Loaded, table: TokenTable) -> None:
    """Else the first step after a resumption would drop out other values than it did."""
    model = attach_lora(tiny.model, r=4, alpha=8, dropout=0.5).train()
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.2)
    batch = batch_of(table, [0, 1])
    objective = sft()
    losses = []
    for _ in range(2):  # the head is looked at in the first round only
        torch.manual_seed(11)
        losses.append(objective(model, batch).item())
    torch.manual_seed(12)
    assert losses[0] == losses[1] != objective(model, batch).item()


def test_a_copy_of_the_model_is_looked_at_anew(tiny: Loaded, table: TokenTable) -> None:
    batch, objective = batch_of(table, [0]), sft()
    before = objective(tiny.model, batch).item()
    other = copy.deepcopy(tiny.model)
    with torch.no_grad():
        other.lm_head.weight.mul_(2)
    assert objective(other, batch).item() != pytest.approx(before, rel=1e-3)
    assert objective(tiny.model, batch).item() == before


@pytest.mark.parametrize("backend", ["cut_cross_entropy", "liger"])
def test_a_fused_backend_without_a_gpu_is_refused(
    backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match=f"objective.backend={backend} needs a CUDA GPU"):
        sft(backend=backend)


@pytest.mark.parametrize(
    ("backend", "package"), [("cut_cross_entropy", "cut-cross-entropy"), ("liger", "liger-kernel")]
)
def test_a_fused_backend_that_is_not_installed_is_named(
    backend: Any, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=f'pip install "{package}"'):
        sft(backend=backend)


def test_a_fused_backend_that_cannot_smooth_labels_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    with pytest.raises(
        ConfigError, match=r"cut_cross_entropy does not support objective\.label_smoothing=0\.1"
    ):
        sft(backend="cut_cross_entropy", label_smoothing=0.1)
