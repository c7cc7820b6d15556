"""Supervised fine-tuning: cross-entropy of the solution's tokens, and nothing else.

Knows nothing of Lightning, devices or accumulation: it is a function of a model and a batch.
"""

from collections.abc import Callable
from typing import Annotated, Any

from annotated_types import Ge, Lt

Objective = Callable[[Any, Any], Any]


def sft(*, label_smoothing: Annotated[float, Ge(0), Lt(1)] = 0.0) -> Objective:
    """Response-only cross-entropy, summed and divided by the batch's normaliser.

    Args:
        label_smoothing: share of the target spread evenly over the vocabulary, 0 to below 1.

    Returns:
        A function (model, batch) -> loss, a scalar tensor with gradient. The model is any
        Hugging Face causal LM, the batch a `mathpal.data.batches.Batch`.
    """

    def loss(model: Any, batch: Any) -> Any:
        import torch.nn.functional as F

        from mathpal.data.batches import IGNORED

        ids, labels = batch["input_ids"], batch["labels"]  # (B, T)
        targets = labels[:, 1:]  # position t predicts token t + 1
        # Only columns with a target need logits: exact, and the head is the largest matrix.
        columns = (targets != IGNORED).any(dim=0).nonzero().squeeze(-1)  # (K,)
        if columns.numel() == 0:  # a filler of the accumulation window: no loss, gradient zero
            columns = columns.new_zeros(1)
        # No attention mask: rows are padded on the right, where causal attention of the tokens
        # before cannot see.
        # Packed rows are kept apart by positions that begin anew.
        packed = {"position_ids": batch["position_ids"]} if "position_ids" in batch else {}
        logits = model(
            input_ids=ids, use_cache=False, logits_to_keep=columns, **packed
        ).logits  # (B, K, V)
        total = F.cross_entropy(
            logits.float().flatten(0, 1),
            targets[:, columns].flatten(),
            ignore_index=IGNORED,
            reduction="sum",
            label_smoothing=label_smoothing,
        )
        return total / batch["normaliser"]

    return loss
