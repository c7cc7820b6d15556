"""Cross-entropy directly from hidden states: the logits never exist all at once.

Only rows with a target are multiplied by the head, one chunk at a time. The forward pass also
computes the gradient from each chunk's scores, so that only one chunk of them is in memory. Plain
torch, any device, deterministic. Knows nothing of models or batches.

Letters: P positions, N of them with a target, R rows of a chunk, H hidden width, V vocabulary.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from mathpal.tokens.batches import IGNORED

CHUNK_SCORES = 2**25  # scores of a chunk: 128 MiB in fp32, 128 rows of Gemma's vocabulary
TILE_SCORES = {"cpu": 2**18}  # scores of a tile, which stays in the cache during element-wise work
BOUNDED = 40.0  # exp(±40) and its sums fit fp32: up to this softcap no row maximum is needed


def linear_cross_entropy(
    hidden: Tensor,
    weight: Tensor,
    targets: Tensor,
    *,
    softcap: float | None = None,
    token_weights: Tensor | None = None,
    label_smoothing: float = 0.0,
    chunk: int | None = None,
) -> Tensor:
    """Sum over the targets of the cross-entropy of softcap · tanh(hidden @ weightᵀ / softcap).

    Args:
        hidden: (…, H) floating. Under autocast, matrix products use its dtype; everything else is
            computed in fp32 (in fp64 for fp64 inputs).
        weight: (V, H), the head. Its gradient is computed only when it requires one.
        targets: (…) int64 in 0 to V - 1, or -100 for no loss.
        softcap: largest magnitude of a logit, above 0; None for no cap.
        token_weights: (…) factor of each target's loss; None for 1. No gradient flows to them.
        label_smoothing: share of the target spread evenly over the vocabulary, 0 to below 1.
        chunk: rows of a chunk; None for as many as make 2**25 scores.

    Returns:
        A scalar, differentiable once; 0 with zero gradients where there is no target.

    Source: computing the gradient chunk by chunk in the forward pass is from Hsu et al. 2024
    (Liger Kernel, arXiv 2410.10989); the softcap is that of Gemma 2 (2408.00118).
    """
    flat = hidden.reshape(-1, hidden.shape[-1])  # (P, H)
    wanted = targets.reshape(-1)
    rows = (wanted != IGNORED).nonzero().squeeze(-1)  # (N,)
    kind = flat.device.type
    product = (
        torch.get_autocast_dtype(kind)
        if torch.is_autocast_enabled(kind)
        else torch.promote_types(flat.dtype, weight.dtype)
    )
    exact = torch.float64 if product == torch.float64 else torch.float32
    task = _Task(
        targets=wanted[rows],
        weights=None if token_weights is None else token_weights.reshape(-1)[rows].to(exact),
        softcap=softcap,
        smoothing=label_smoothing,
        chunk=chunk or max(1, CHUNK_SCORES // len(weight)),
        product=product,
        exact=exact,
    )
    if torch.is_grad_enabled() and (hidden.requires_grad or weight.requires_grad):
        total: Tensor = _LinearCrossEntropy.apply(flat, weight, rows, task)  # type: ignore[no-untyped-call]
        return total
    return _walk(flat, weight, rows, task, False, False)[0]


class _Task(NamedTuple):
    """N targets and the options; `product` and `exact` are the dtypes of products and sums."""

    targets: Tensor  # (N,)
    weights: Tensor | None  # (N,)
    softcap: float | None
    smoothing: float
    chunk: int
    product: torch.dtype
    exact: torch.dtype


class _LinearCrossEntropy(torch.autograd.Function):
    """Compute both gradients in the forward pass; the backward pass only scales them.

    It scales them in place and keeps no copy, because a second (V, H) tensor may not fit into
    memory. A second backward pass through a retained graph computes them again.
    """

    @staticmethod
    def forward(ctx: Any, flat: Tensor, weight: Tensor, rows: Tensor, task: _Task) -> Tensor:
        total, *gradients = _walk(flat, weight, rows, task, *ctx.needs_input_grad[:2])
        ctx.task, ctx.gradients = task, gradients
        ctx.save_for_backward(flat, weight, rows)
        return total

    @staticmethod
    @torch.autograd.function.once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, outer: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        flat, weight, rows = ctx.saved_tensors
        gradients, ctx.gradients = ctx.gradients, None
        if gradients is None:
            _, *gradients = _walk(flat, weight, rows, ctx.task, *ctx.needs_input_grad[:2])
        grad_weight, grad_rows = gradients.pop(), gradients.pop()
        grad_flat = None
        if grad_rows is not None:
            grad_flat = torch.zeros_like(flat)
            grad_flat.index_copy_(0, rows, grad_rows.mul_(outer).to(flat.dtype))
        if grad_weight is not None:
            grad_weight = grad_weight.mul_(outer).to(weight.dtype)
        return grad_flat, grad_weight, None, None


def _walk(
    flat: Tensor,
    weight: Tensor,
    rows: Tensor,
    task: _Task,
    wants_hidden: bool,
    wants_weight: bool,
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """Return the summed loss, and the gradients of the chosen rows (N, H) and the weight (V, H)."""
    gradient = wants_hidden or wants_weight
    with torch.no_grad(), torch.autocast(flat.device.type, enabled=False):
        chosen = flat.index_select(0, rows).to(task.product)  # (N, H)
        head = weight.detach().to(task.product)
        count, width = chosen.shape
        losses = chosen.new_empty(count, dtype=task.exact)
        grad_rows = chosen.new_empty(count, width, dtype=task.exact) if wants_hidden else None
        grad_weight = head.new_zeros(head.shape, dtype=task.exact) if wants_weight else None
        room = chosen.new_empty(min(task.chunk, count), len(head), dtype=task.exact)
        for begin in range(0, count, task.chunk):
            part = slice(begin, min(begin + task.chunk, count))
            scores = _product(chosen[part], head.t(), room[: part.stop - begin])  # (R, V)
            _by_tiles(scores, part, task, losses, gradient=gradient)
            if not gradient:
                continue
            slopes = scores.to(task.product)
            if grad_rows is not None:
                _product(slopes, head, grad_rows[part])
            if grad_weight is not None and task.product == task.exact:
                grad_weight.addmm_(slopes.t(), chosen[part])
            elif grad_weight is not None:
                grad_weight += _product(slopes.t(), chosen[part], torch.empty_like(grad_weight))
        return losses.sum(), grad_rows, grad_weight


def _product(left: Tensor, right: Tensor, out: Tensor) -> Tensor:
    """Write left @ right to `out`; its dtype is that of the sums, even for bf16 factors."""
    if left.dtype == out.dtype:
        return torch.mm(left, right, out=out)
    if left.is_cuda:
        return torch.mm(left, right, out_dtype=out.dtype, out=out)  # type: ignore[call-overload,no-any-return]
    return out.copy_(torch.mm(left, right))  # a CPU has no such product: the sums are rounded


def _by_tiles(scores: Tensor, part: slice, task: _Task, losses: Tensor, *, gradient: bool) -> None:
    """Fill losses[part] from a chunk's scores (R, V), and overwrite these with their gradient."""
    count, vocabulary = scores.shape
    tile = max(1, TILE_SCORES.get(scores.device.type, CHUNK_SCORES // 4) // vocabulary)
    spare = torch.empty_like(scores[:tile])
    for begin in range(0, count, tile):
        end = min(begin + tile, count)
        here = slice(part.start + begin, part.start + end)
        losses[here] = _tile(scores[begin:end], spare[: end - begin], here, task, gradient)


def _tile(x: Tensor, spare: Tensor, here: slice, task: _Task, gradient: bool) -> Tensor:
    """Return the weighted losses (R,) of scores x (R, V); `gradient` overwrites x with theirs.

    With t = tanh(x / softcap) and z = softcap · t the gradient of the loss by x is
    (softmax(z) - target) · (1 - t²). `spare` is scratch space of x's size.
    """
    targets = task.targets[here, None]  # (R, 1)
    weights = None if task.weights is None else task.weights[here, None]
    cap, share = task.softcap, task.smoothing
    scale = 1.0
    if cap is not None:
        x.div_(cap).tanh_()
        scale = cap
    if cap is not None and cap <= BOUNDED:
        top = x.new_full((1, 1), cap)
    else:
        top = x.amax(1, keepdim=True) * scale  # (R, 1)
    loss = top - (1 - share) * scale * x.gather(1, targets)
    if share:
        loss = loss - share * scale * x.mean(1, keepdim=True)
    # Only the softcap's derivative needs t again; otherwise x may be overwritten.
    e = spare if gradient and cap is not None else x
    torch.add(-top, x, alpha=scale, out=e).exp_()
    total = e.sum(1, keepdim=True)
    loss = loss + total.log()
    if gradient:
        e.mul_(total.reciprocal_())
        if share:
            e.sub_(share / x.shape[1])
        e.scatter_(1, targets, e.gather(1, targets) - (1 - share))
        if weights is not None:
            e.mul_(weights)
        if cap is not None:
            torch.ops.aten.tanh_backward.grad_input(e, x, grad_input=x)
    return (loss if weights is None else loss * weights).squeeze(1)
