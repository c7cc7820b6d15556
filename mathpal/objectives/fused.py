"""Linear cross-entropy by fused GPU kernels of other packages, imported only when selected.

Each is a function like `linear_cross_entropy`. An option that a package lacks raises an error; it
is never ignored.
"""

from typing import TYPE_CHECKING, Any, Literal, Protocol

from mathpal.errors import ConfigError

if TYPE_CHECKING:
    from torch import Tensor

Backend = Literal["torch", "cut_cross_entropy", "liger"]
PACKAGES = {
    "cut_cross_entropy": ("cut_cross_entropy", "cut-cross-entropy"),
    "liger": ("liger_kernel", "liger-kernel"),
}


class LinearLoss(Protocol):
    """The signature of `linear_cross_entropy`."""

    def __call__(
        self,
        hidden: "Tensor",
        weight: "Tensor",
        targets: "Tensor",
        *,
        softcap: float | None = None,
        token_weights: "Tensor | None" = None,
        label_smoothing: float = 0.0,
    ) -> "Tensor": ...


def linear_loss(backend: Backend, *, label_smoothing: float = 0.0) -> LinearLoss:
    """Return the loss function of a backend.

    Args:
        backend: torch runs anywhere; the others need a GPU and their package.
        label_smoothing: the value that the function will be called with.

    Raises:
        ConfigError: when the GPU or the package is missing, or the package cannot smooth labels.
    """
    from importlib.util import find_spec

    import torch

    from mathpal.objectives.linear_cross_entropy import linear_cross_entropy

    if backend == "torch":
        return linear_cross_entropy
    if not torch.cuda.is_available():
        raise ConfigError(
            f"objective.backend={backend} needs a CUDA GPU, and this machine shows none; "
            "use objective.backend=torch"
        )
    module, package = PACKAGES[backend]
    if find_spec(module) is None:
        raise ConfigError(f'objective.backend={backend} needs {package}: pip install "{package}"')
    if backend == "liger":
        return _liger
    if label_smoothing:
        raise ConfigError(
            f"cut_cross_entropy does not support objective.label_smoothing={label_smoothing}; use "
            "objective.backend=torch or liger, or objective.label_smoothing=0"
        )
    return _cut_cross_entropy


def _cut_cross_entropy(
    hidden: "Tensor",
    weight: "Tensor",
    targets: "Tensor",
    *,
    softcap: float | None = None,
    token_weights: "Tensor | None" = None,
    label_smoothing: float = 0.0,
) -> "Tensor":
    """Cut cross-entropy (Wijmans et al. 2024, arXiv 2411.09009), without its gradient filter.

    Gradients are summed in fp32 if the installed release supports it; 25.1.1, the newest on PyPI,
    sums them in the 16 bits of its inputs.
    """
    from inspect import signature

    import torch
    from cut_cross_entropy import linear_cross_entropy  # type: ignore[import-not-found]

    assert not label_smoothing
    dtype = _half(hidden, weight)
    known = signature(linear_cross_entropy).parameters
    wide = {name: True for name in ("accum_e_fp32", "accum_c_fp32") if name in known}
    with torch.autocast(hidden.device.type, enabled=False):
        losses: Tensor = linear_cross_entropy(
            hidden.flatten(0, -2).to(dtype),
            weight.to(dtype),
            targets.flatten(),
            softcap=softcap,
            reduction="none",
            filter_eps=None,  # the default drops gradients below the rounding of bf16
            **wide,
        )
        if token_weights is not None:
            losses = losses * token_weights.flatten()
        return losses.float().sum()


def _liger(
    hidden: "Tensor",
    weight: "Tensor",
    targets: "Tensor",
    *,
    softcap: float | None = None,
    token_weights: "Tensor | None" = None,
    label_smoothing: float = 0.0,
) -> "Tensor":
    """Liger's fused linear cross-entropy (Hsu et al. 2024, arXiv 2410.10989)."""
    import torch
    from liger_kernel.transformers.functional import (  # type: ignore[import-not-found]
        liger_fused_linear_cross_entropy,
    )

    if token_weights is not None:
        raise ConfigError(
            "objective.backend=liger cannot weight single tokens; use objective.backend=torch"
        )
    dtype = _product_dtype(hidden, weight)
    rows = (targets.flatten() != -100).nonzero().squeeze(-1)  # (N,)
    if not len(rows):
        return hidden.sum() * 0.0
    with torch.autocast(hidden.device.type, enabled=False):
        loss: Tensor = liger_fused_linear_cross_entropy(
            hidden.flatten(0, -2)[rows].to(dtype),
            weight.to(dtype),
            targets.flatten()[rows],
            label_smoothing=label_smoothing,
            reduction="sum",
            softcap=softcap,
            accum_dtype=torch.float32,
        )
        return loss.float()


def _product_dtype(hidden: "Tensor", weight: "Tensor") -> Any:
    import torch

    kind = hidden.device.type
    if torch.is_autocast_enabled(kind):
        return torch.get_autocast_dtype(kind)
    return torch.promote_types(hidden.dtype, weight.dtype)


def _half(hidden: "Tensor", weight: "Tensor") -> Any:
    dtype = _product_dtype(hidden, weight)
    if dtype.itemsize != 2:
        raise ConfigError(
            "objective.backend=cut_cross_entropy computes in 16 bits only, but this run is in "
            f"{dtype}; use trainer.precision=bf16-mixed or objective.backend=torch"
        )
    return dtype
