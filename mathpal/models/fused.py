"""Gemma-3n's small operations with closed-form gradients, which make fewer passes over memory.

Values and gradients equal those of the plain expression under autograd, up to rounding, and are
deterministic. Pure functions of tensors: they know nothing of modules, layers or Transformers.
Letters: N tokens, D width, P AltUp streams, R LoRA rank.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def rms_norm(
    x: Tensor, weight: Tensor | None, eps: float, residual: Tensor | None = None
) -> Tensor:
    """x / rms(x) · weight over the last dimension, plus `residual`; statistics in fp32 or wider.

    Args:
        x: (..., D).
        weight: (D,), or None for ones.
        eps: added to the mean square.
        residual: (..., D), added after the norm.

    Source: Zhang and Sennrich 2019 (arXiv 1910.07467).
    """
    return _RMSNorm.apply(x, weight, eps, residual)


class _RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor | None, eps: float, residual: Tensor | None
    ) -> Tensor:
        wide = _wide(x)
        inverse = _inverse_rms(wide, eps)  # (..., 1)
        y = wide * inverse
        if weight is not None:
            y = y.mul_(weight)
        y = y.to(x.dtype)
        ctx.save_for_backward(x, weight, inverse)
        if residual is None:
            return y
        return y.add_(residual) if residual.dtype == y.dtype else y + residual

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, inverse = ctx.saved_tensors
        wide, given = _wide(x), _wide(g)
        dweight = None
        if ctx.needs_input_grad[1]:
            dweight = (given * wide * inverse).flatten(0, -2).sum(0).to(weight.dtype)
        dx = None
        if ctx.needs_input_grad[0]:
            scaled = given if weight is None else given * weight
            along = torch.linalg.vecdot(scaled, wide).unsqueeze(-1)  # (..., 1)
            along.mul_(inverse.pow(3).div_(-x.shape[-1]))
            dx = torch.addcmul(scaled * inverse, wide, along).to(x.dtype)
        return dx, dweight, None, g if ctx.needs_input_grad[3] else None


def lora_linear(
    x: Tensor, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor, scaling: float
) -> Tensor:
    """x·weightᵀ + bias + scaling · (x·aᵀ)·bᵀ, all of one dtype; the weight and bias are frozen.

    Args:
        x: (..., in).
        weight: (out, in).
        bias: (out,) or None.
        a: (R, in).
        b: (out, R).
        scaling: factor of the low-rank update.

    Source: Hu et al. 2021 (arXiv 2106.09685).
    """
    return _LoraLinear.apply(x, weight, bias, a, b, scaling)


class _LoraLinear(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor,
        scaling: float,
    ) -> Tensor:  # fmt: skip
        rows = x.flatten(0, -2)  # (N, in)
        low = rows @ a.t()  # (N, R)
        y = torch.nn.functional.linear(rows, weight, bias)
        y.addmm_(low, b.t(), alpha=scaling)
        ctx.save_for_backward(rows, weight, a, b, low)
        ctx.scaling = scaling
        return y.view(*x.shape[:-1], -1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        rows, weight, a, b, low = ctx.saved_tensors
        given = g.reshape(-1, g.shape[-1])  # (N, out)
        up = (given @ b).mul_(ctx.scaling)  # (N, R)
        dx = None
        if ctx.needs_input_grad[0]:
            dx = (given @ weight).addmm_(up, a).view(*g.shape[:-1], -1)
        da = up.t() @ rows if ctx.needs_input_grad[3] else None
        db = (given.t() @ low).mul_(ctx.scaling) if ctx.needs_input_grad[4] else None
        return dx, None, None, da, db, None


def rotary(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding: rotate the two halves of x's last dimension by position.

    Args:
        x: (..., T, H, E).
        cos: (..., T, E), no gradient.
        sin: (..., T, E), no gradient.

    Source: Su et al. 2021 (arXiv 2104.09864).
    """
    return _Rotary.apply(x, cos.unsqueeze(-2), sin.unsqueeze(-2))


class _Rotary(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        ctx.save_for_backward(cos, sin)
        y, half = x * cos, x.shape[-1] // 2
        y[..., :half].addcmul_(x[..., half:], sin[..., :half], value=-1)
        y[..., half:].addcmul_(x[..., :half], sin[..., half:])
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        cos, sin = ctx.saved_tensors
        dx, half = g * cos, g.shape[-1] // 2
        dx[..., :half].addcmul_(g[..., half:], sin[..., half:])
        dx[..., half:].addcmul_(g[..., :half], sin[..., :half], value=-1)
        return dx, None, None


def mix(coefficients: Tensor, streams: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """out[k] = streams[k] + Σ_j coefficients[..., k, j] · streams[j].

    Args:
        coefficients: (B, T, P, P), of the streams' dtype.
        streams: P of (B, T, D).
    """
    return _Mix.apply(coefficients, *streams)


class _Mix(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, coefficients: Tensor, *streams: Tensor) -> tuple[Tensor, ...]:
        ctx.save_for_backward(coefficients, *streams)
        return _mixed(coefficients, streams)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *g: Tensor) -> tuple[Tensor | None, ...]:
        coefficients, *streams = ctx.saved_tensors
        products = [torch.linalg.vecdot(own, stream) for own in g for stream in streams]
        dcoefficients = torch.stack(products, -1).view_as(coefficients)
        return dcoefficients, *_mixed(coefficients.transpose(-1, -2), g)


def _mixed(coefficients: Tensor, streams: Sequence[Tensor]) -> tuple[Tensor, ...]:
    out = []
    for own, row in zip(streams, coefficients.unbind(-2), strict=True):
        total = torch.addcmul(own, streams[0], row[..., :1])
        for stream, share in zip(streams[1:], row[..., 1:].unbind(-1), strict=True):
            total.addcmul_(stream, share.unsqueeze(-1))
        out.append(total)
    return tuple(out)


def _wide(x: Tensor) -> Tensor:
    """x in fp32, or wider if it is."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def _inverse_rms(x: Tensor, eps: float) -> Tensor:
    norm = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return norm.square_().div_(x.shape[-1]).add_(eps).rsqrt_()
