"""Implementations of the loss over a large vocabulary.

Each maker returns a function of hidden states (N, H), head (V, H) and targets (N,).
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from common import Missing, need

SOFTCAP = 30.0
Loss = Callable[[Any, Any, Any], Any]


def eager() -> Loss:
    """Transformers' loss: all logits, softcapped, in fp32, log-softmax."""
    import torch

    def loss(hidden: Any, weight: Any, targets: Any) -> Any:
        logits = torch.nn.functional.linear(hidden, weight)
        logits = torch.tanh(logits / SOFTCAP) * SOFTCAP
        return torch.nn.functional.cross_entropy(logits.float(), targets, reduction="sum")

    return loss


def compiled() -> Loss:
    """`eager` under torch.compile."""
    import torch

    return torch.compile(eager(), dynamic=False)


def chunks(rows: int | None = None) -> Loss:
    """MathPal's own loss."""
    from mathpal.objectives.linear_cross_entropy import linear_cross_entropy

    return partial(linear_cross_entropy, softcap=SOFTCAP, chunk=rows)


def fused(backend: Any) -> Loss:
    """Another package's kernel as MathPal calls it, with exact gradients."""
    from mathpal.objectives.fused import PACKAGES, linear_loss

    _need_gpu()
    need(*PACKAGES[backend])
    return partial(linear_loss(backend), softcap=SOFTCAP)


def filtered() -> Loss:
    """Cut cross-entropy with its defaults: it drops gradients below bf16's rounding."""
    _need_gpu()
    need("cut_cross_entropy", "cut-cross-entropy")
    from cut_cross_entropy import linear_cross_entropy

    return partial(linear_cross_entropy, softcap=SOFTCAP, reduction="sum")


def unsloth() -> Loss:
    """Unsloth's fused loss, which sizes its chunks by the free memory."""
    _need_gpu()
    need("unsloth")
    import unsloth  # noqa: F401 - must come first
    from unsloth_zoo.fused_losses import unsloth_fused_ce_loss

    def loss(hidden: Any, weight: Any, targets: Any) -> Any:
        import torch

        # It shifts the labels itself: add one row, which it drops.

        labels = torch.cat([targets.new_full((1,), -100), targets])[None]
        states = torch.cat([hidden, hidden[-1:]])[None]
        return unsloth_fused_ce_loss(
            trainer=None, hidden_states=states, lm_head_weight=weight, lm_head_bias=None,
            labels=labels, n_items=1, logit_softcapping=SOFTCAP,
        )  # fmt: skip

    return loss


def _need_gpu() -> None:
    import torch

    if not torch.cuda.is_available():
        raise Missing("its kernels need a GPU")


LOSSES: dict[str, Callable[[], Loss]] = {
    "eager": eager,
    "mathpal": chunks,
    "mathpal, 512 rows": partial(chunks, 512),
    "cut_cross_entropy": partial(fused, "cut_cross_entropy"),
    "cut_cross_entropy, filtered": filtered,
    "liger": partial(fused, "liger"),
    "eager, compiled": compiled,
    "unsloth": unsloth,
}
