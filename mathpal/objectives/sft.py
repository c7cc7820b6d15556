"""Supervised fine-tuning: cross-entropy of the solution's tokens, and the batches of its rows.

Knows nothing of Lightning, devices or accumulation: the loss is a function of a model and a batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge, Gt, Lt

from mathpal.objectives.fused import Backend, linear_loss
from mathpal.objectives.objective import Loss
from mathpal.problems import Problem

if TYPE_CHECKING:
    from torch import Tensor

    from mathpal.tokens.batches import TrainingBatches, ValidationBatches
    from mathpal.tokens.chat import TokenTable
    from mathpal.tokens.windows import Plan


@dataclass(frozen=True, slots=True)
class Supervised:
    """An `Objective`: rows with a loss mask, padded or packed into micro-batches.

    Attributes:
        loss: (model, batch) -> scalar loss with gradient.
        mark_answers: whether rows mark the tokens that state the final answer.
    """

    loss: Loss
    mark_answers: bool = False

    def __call__(self, model: Any, batch: Any) -> Any:
        return self.loss(model, batch)

    def encode(
        self, problems: Sequence[Problem], tokenizer: Any, *, max_length: int, label: str
    ) -> "TokenTable":
        """Tokenize problems, or read their rows from the token cache."""
        from mathpal.tokens.token_cache import encode_cached

        return encode_cached(
            problems,
            tokenizer,
            label=label,
            max_length=max_length,
            mark_answers=self.mark_answers,
        )

    def training_batches(
        self, table: "TokenTable", plan: "Plan", *, steps: int | None, epochs: int, pad: int
    ) -> "TrainingBatches":
        """Return the micro-batches of a run."""
        from mathpal.tokens.batches import TrainingBatches

        return TrainingBatches(table, plan, steps=steps, epochs=epochs, pad=pad)

    def validation_batches(
        self, table: "TokenTable", *, batch_tokens: int, pad: int
    ) -> "ValidationBatches":
        """Return the micro-batches of the validation loss."""
        from mathpal.tokens.batches import ValidationBatches

        return ValidationBatches(table, batch_tokens=batch_tokens, pad=pad)


def sft(
    *,
    label_smoothing: Annotated[float, Ge(0), Lt(1)] = 0.0,
    answer_weight: Annotated[float, Gt(0)] = 1.0,
    backend: Backend = "torch",
) -> Supervised:
    """Response-only cross-entropy, summed and divided by the batch's normaliser.

    Args:
        label_smoothing: share of the target spread evenly over the vocabulary, 0 to below 1.
        answer_weight: weight of each token of the final answer in the training loss. Validation
            losses ignore it, and so stay comparable.
        backend: torch runs anywhere; cut_cross_entropy and liger are fused kernels for a GPU.

    Returns:
        The objective. Its model is any Hugging Face causal LM or a PEFT model around one, its
        batch a `mathpal.tokens.batches.Batch`.

    Raises:
        ConfigError: when the backend is not available on this machine, or lacks an option.
    """
    from weakref import WeakKeyDictionary

    from mathpal.objectives.head import Head, plain_head

    linear = linear_loss(backend, label_smoothing=label_smoothing)
    heads: WeakKeyDictionary[Any, Head | None] = WeakKeyDictionary()

    def loss(model: Any, batch: Any) -> Any:
        if model not in heads:
            heads[model] = plain_head(model, batch["input_ids"])
        head = heads[model]
        # No attention mask: rows are padded on the right, and causal attention sees only the
        # left. Packed rows are separated by their positions, which restart at 0.
        inputs = {"input_ids": batch["input_ids"], "use_cache": False}
        if "position_ids" in batch:
            inputs["position_ids"] = batch["position_ids"]
        targets, weights = _following(
            batch, 1.0 if answer_weight == 1 or not model.training else answer_weight
        )
        rows = batch.get("rows")
        if head is not None and rows is not None and getattr(head.body, "takes_rows", False):
            inputs["rows"] = rows
            places = rows.places().to(targets.device, non_blocking=True)
            targets = targets[:, places]
            weights = None if weights is None else weights[:, places]
        if head is None:
            total = _from_logits(model, inputs, targets, weights, label_smoothing)
        else:
            total = linear(
                head.body(**inputs).last_hidden_state,
                head.linear.weight,
                targets,
                softcap=head.softcap,
                token_weights=weights,
                label_smoothing=label_smoothing,
            )
        return total / batch["normaliser"]

    return Supervised(loss, mark_answers=answer_weight != 1)


def _following(batch: Any, answer_weight: float) -> "tuple[Tensor, Tensor | None]":
    """Return for each position (B, T) its target, the next label, and the target's weight."""
    import torch.nn.functional as F

    from mathpal.tokens.batches import IGNORED

    targets = F.pad(batch["labels"][:, 1:], (0, 1), value=IGNORED)
    if answer_weight == 1:
        return targets, None
    answer = F.pad(batch["answer"][:, 1:], (0, 1))
    return targets, 1 + (answer_weight - 1) * answer.float()


def _from_logits(
    model: Any,
    inputs: dict[str, Any],
    targets: "Tensor",
    weights: "Tensor | None",
    label_smoothing: float,
) -> "Tensor":
    """Return the same sum from the model's own logits, for the columns with a target."""
    import torch.nn.functional as F

    from mathpal.tokens.batches import IGNORED

    columns = (targets != IGNORED).any(dim=0).nonzero().squeeze(-1)  # (K,)
    if columns.numel() == 0:  # a filler micro-batch without targets: zero loss and gradient
        columns = columns.new_zeros(1)
    logits = model(**inputs, logits_to_keep=columns).logits  # (B, K, V)
    losses = F.cross_entropy(
        logits.float().flatten(0, 1),
        targets[:, columns].flatten(),
        ignore_index=IGNORED,
        reduction="none",
        label_smoothing=label_smoothing,
    )
    return (losses if weights is None else losses * weights[:, columns].flatten()).sum()
