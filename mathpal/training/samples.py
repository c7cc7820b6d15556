"""The callback that samples answers to a few validation rows during training.

Knows rows of tokens and generated text; does not change what is trained.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import lightning
import numpy as np
import torch

from mathpal.generation.library import greedy_settings, without_defaults
from mathpal.models.backends import answering
from mathpal.record.samples import Rows
from mathpal.tokens.chat import TokenTable, stop_ids

Texts = Callable[[int, Rows], None]

ROWS = 4
NEW_TOKENS = 128  # largest length of an answer


class Asked(NamedTuple):
    """A prompt (a row's tokens before its first supervised one), and its first answer's text."""

    ids: list[int]
    reference: str


class Sampler(lightning.Callback):
    """Answer rows greedily every `every` optimizer steps and at the end.

    Args:
        texts: called with the number of finished steps and a dict for each row: "prompt",
            "response", "reference".
        rows: prompts of the validation split, see `asked`.
        tokenizer: the model's.
        every: optimizer steps between samples.
        steps: optimizer steps in all.
    """

    def __init__(
        self, texts: Texts, rows: list[Asked], tokenizer: Any, *, every: int, steps: int
    ) -> None:
        self.texts, self.rows, self.tokenizer = texts, rows, tokenizer
        self.every, self.steps = every, steps

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        step = pl_module.step
        if (batch_idx + 1) % trainer.accumulate_grad_batches or not trainer.is_global_zero:
            return
        if step % self.every == 0 or step == self.steps:
            with trainer.precision_plugin.val_step_context():
                responses = answers(pl_module.model, self.tokenizer, self.rows)
            prompts = [self.tokenizer.decode(row.ids) for row in self.rows]
            self.texts(
                step,
                [
                    {"prompt": prompt, "response": response, "reference": row.reference}
                    for prompt, response, row in zip(prompts, responses, self.rows, strict=True)
                ],
            )


def asked(table: TokenTable, tokenizer: Any, count: int = ROWS) -> list[Asked]:
    """Return rows of a table as prompts: at most `count`, spread evenly over it."""
    total = len(table.starts) - 1
    chosen = np.unique(np.linspace(0, total - 1, num=min(count, total)).round().astype(int))
    rows = []
    for number in chosen:
        own = slice(table.starts[number], table.starts[number + 1])
        ids, seen = table.ids[own].tolist(), table.supervised[own]
        first = int(seen.argmax())
        answer = int(first + np.append(~seen[first:], True).argmax())
        reference = tokenizer.decode(ids[first:answer], skip_special_tokens=True)
        rows.append(Asked(ids[:first], reference))
    return rows


def answers(model: Any, tokenizer: Any, rows: list[Asked]) -> list[str]:
    """Generate an answer to each prompt; the model's mode is restored."""
    width = max(len(row.ids) for row in rows)
    pad = tokenizer.pad_token_id
    ids = torch.tensor([[pad] * (width - len(row.ids)) + row.ids for row in rows])  # (B, T)
    mask = torch.tensor([[0] * (width - len(row.ids)) + [1] * len(row.ids) for row in rows])
    # Not inference_mode: training cannot use tensors that the model caches in it.
    with answering(model), without_defaults(model), torch.no_grad():
        out = model.generate(
            input_ids=ids.to(model.device),
            attention_mask=mask.to(model.device),
            generation_config=greedy_settings(tokenizer, NEW_TOKENS),
        )
    stops = stop_ids(tokenizer)
    texts = []
    for row in out[:, width:].tolist():
        end = next((place for place, token in enumerate(row) if token in stops), len(row))
        texts.append(tokenizer.decode(row[:end], skip_special_tokens=True))
    return texts
