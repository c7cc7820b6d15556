"""The share of a micro-batch's positions that each layer computes.

In packed rows, layers from the last one that makes keys and values on compute only the needed
positions: those from each row's first target on, see `mathpal.models.packed_gemma3n`. In other
layouts, all layers compute all positions.
"""

from typing import NamedTuple

from mathpal.planning.setting import Setting, Terms

# Tensors and linear layers that are computed before a layer selects the needed positions.
_BEFORE = ("streams", "mixing", "input_layernorm", "prediction_router_input", "prediction_coefs")


class Span(NamedTuple):
    """The shares of all positions that a layer has as inputs and as outputs, 0 to 1.

    Attributes:
        narrows: whether this layer selects the needed positions. Its keys and values are still
            computed for all positions.
    """

    inputs: float
    outputs: float
    narrows: bool = False


ALL = Span(1.0, 1.0)


def spans(setting: Setting) -> list[Span]:
    """The span of each layer."""
    layers, needed = setting.architecture.layers, setting.needed
    if setting.layout != "packed":
        return [ALL] * len(layers)
    last = last_own(setting)
    late = len(layers) - last - 1
    return [ALL] * last + [Span(1.0, needed, narrows=True)] + [Span(needed, needed)] * late


def last_own(setting: Setting) -> int:
    """Index of the last layer that makes keys and values."""
    owning = (n for n, layer in enumerate(setting.architecture.layers) if layer.owns_kv)
    return max(owning, default=0)


def share(name: str, span: Span) -> float:
    """Share of all positions for which a layer computes the tensor or linear layer `name`."""
    if name in ("k", "v") or name.startswith(("k_", "v_", "kv_")):
        return 1.0
    return span.inputs if name in _BEFORE else span.outputs


def scaled(terms: Terms, span: Span) -> Terms:
    """Convert bytes per token that the layer computes to bytes per token of the micro-batch."""
    return {name: size * share(name, span) for name, size in terms.items()}


def effective_weights(setting: Setting) -> float:
    """Linear weights that are applied to a token on average, without the head."""
    shape = setting.architecture
    computed = whole = 0.0
    for layer, span in zip(shape.layers, spans(setting), strict=True):
        for name, linear in layer.linears.items():
            computed += linear.weights * share(name, span)
            whole += linear.weights
    needed = setting.needed if setting.layout == "packed" else 1.0
    unembedding = sum(x.weights for x in shape.linears if "unembed" in x.name)
    return computed + shape.linear_weights - whole - unembedding * (1 - needed)
