"""Find a causal LM's plain head: the one matrix that turns its hidden states into logits.

Knows how Hugging Face models store their body and head. A model that does anything else between
the two has no plain head; only the model itself may then compute its logits.
"""

import logging
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.distributed.tensor import DTensor

log = logging.getLogger(__name__)

AGREEMENT = 0.02  # relative; bf16 rounding causes 0.004, a forgotten factor far more


class Head(NamedTuple):
    """logits = softcap · tanh(body(ids).last_hidden_state @ weightᵀ / softcap).

    Attributes:
        body: the decoder without its head.
        linear: a plain `torch.nn.Linear` without bias; its weight may be tied to the embeddings.
        softcap: largest magnitude of a logit; None for no cap.
    """

    body: Any
    linear: Any
    softcap: float | None


def plain_head(model: Any, ids: Any) -> Head | None:
    """Return the body and head of a causal LM, or of a PEFT model around one.

    Args:
        model: as `from_pretrained` or `get_peft_model` gives it.
        ids: (B, T) tokens; the first two are run through the model to compare its own logits
            with the head's. The caller's random state is unchanged.

    Returns:
        None, with a log line, when the logits are not computed as `Head` says: the head is
        quantised, wrapped (LoRA on it) or has a bias, or the logits are scaled.
    """
    base = _unwrapped(model)
    head, reason = _found(base)
    if head is not None and not _agrees(base, head, ids[:1, :2]):
        head, reason = None, "its logits differ from those of its head alone"
    if head is None:
        log.info(
            "%s computes its logits itself: %s. All logits of a micro-batch's supervised "
            "positions are then held in memory at once",
            type(base).__name__,
            reason,
        )
    return head


def body_of(model: Any) -> Any:
    """Return the decoder of a causal LM or PEFT model, or the model itself if it has none."""
    base = _unwrapped(model)
    return getattr(base, "base_model", base)


def _unwrapped(model: Any) -> Any:
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def _found(base: Any) -> tuple[Head | None, str]:
    body = body_of(base)
    linear = base.get_output_embeddings() if hasattr(base, "get_output_embeddings") else None
    if body is base or linear is None:
        return None, "its body and head cannot be told apart"
    # Exactly this class: quantised and LoRA layers are subclasses or other classes.
    if type(linear) is not nn.Linear or not linear.weight.is_floating_point():
        return None, f"its head is a {type(linear).__name__}, not a plain matrix"
    if isinstance(linear.weight, DTensor):
        return None, "its weights are divided among processes"
    if linear.bias is not None:
        return None, "its head has a bias"
    text = base.config.get_text_config()
    return Head(body, linear, getattr(text, "final_logit_softcapping", None)), ""


def _agrees(base: Any, head: Head, ids: Any) -> bool:
    """Return whether the model's own logits equal the head's on the body's output."""
    seen: list[Any] = []
    hook = head.body.register_forward_hook(lambda module, inputs, output: seen.append(output))
    devices = [ids.device] if ids.is_cuda else []
    try:
        with torch.no_grad(), torch.random.fork_rng(devices):
            theirs = base(input_ids=ids, use_cache=False).logits.float()
            if not seen:  # e.g. OPT calls a part of its body
                return False
            ours = head.linear(seen[0].last_hidden_state).float()
    finally:
        hook.remove()
    if head.softcap is not None:
        ours = torch.tanh(ours / head.softcap) * head.softcap
    return bool((ours - theirs).norm() <= AGREEMENT * theirs.norm())
