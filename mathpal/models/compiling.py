"""Compile the decoder layers of a Gemma-3n that runs packed rows: small operations become one.

What a layer does between its matrix products is limited by memory, not by arithmetic; compiled,
several of these operations share one pass. Only the packed path is compiled: generation, whose
lengths grow with every token, is not. Knows `accelerate` and `packed_gemma3n`, nothing of training.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
import torch._dynamo
from torch import nn

from mathpal.models import packed_gemma3n

VARIANTS = 64  # of a layer: sparse or dense, window or all, early or late, each for few shapes


@contextmanager
def compiled_layers(model: nn.Module) -> Iterator[None]:
    """Within it, the model's packed rows go through compiled layers.

    Args:
        model: with a text model that takes rows.
    """
    bodies = [module for module in model.modules() if getattr(module, "takes_rows", False)]
    classes: dict[nn.Module, tuple[type, Any]] = {}
    torch._dynamo.config.recompile_limit = VARIANTS
    torch._dynamo.config.accumulated_recompile_limit = 16 * VARIANTS
    for body in bodies:
        assert isinstance(body.layers, nn.ModuleList)
        classes |= _as_methods(body.layers)
        body.through = torch.compile(packed_gemma3n.through)  # type: ignore[assignment]
    assert bodies, "fit asks for it only where packed rows are run"
    try:
        yield
    finally:
        for module, (kind, forward) in classes.items():
            module.__class__ = kind
            module.forward = forward
        for body in bodies:
            del body.through


def _as_methods(layers: nn.Module) -> dict[nn.Module, tuple[type, Any]]:
    """Make forwards that instances have methods of their classes, and tell what was before.

    A function that an instance carries is compiled anew for each instance; a method once.
    """
    before: dict[nn.Module, tuple[type, Any]] = {}
    kinds: dict[type, type] = {}
    for module in layers.modules():
        forward = vars(module).get("forward")
        if isinstance(forward, partial):
            kind = type(module)
            if kind not in kinds:
                kinds[kind] = type(kind.__name__, (kind,), {"forward": forward.func})
            before[module] = (kind, forward)
            del module.forward
            module.__class__ = kinds[kind]
    return before
