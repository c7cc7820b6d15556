"""Which share of a micro-batch's positions each layer works on.

As `mathpal.models.packed_gemma3n` has it: of packed rows, what comes behind the last layer that
makes own keys and values is computed only from each row's first target on. Everywhere else all
positions pass through all layers.
"""

from typing import NamedTuple

from mathpal.planning.setting import Setting, Terms

# Of tensors and of linear layers: what is computed before a layer's questions are chosen.
_BEFORE = ("streams", "mixing", "input_layernorm", "prediction_router_input", "prediction_coefs")


class Span(NamedTuple):
    """Of all positions the share that comes into a layer, and the share that it has outputs for.

    Attributes:
        narrows: whether the layer chooses those among its inputs; its keys and values are made
            of all.
    """

    inputs: float
    outputs: float
    narrows: bool = False


ALL = Span(1.0, 1.0)


def spans(setting: Setting) -> list[Span]:
    """Of each layer."""
    layers, asking = setting.architecture.layers, setting.asking
    if setting.layout != "packed":
        return [ALL] * len(layers)
    last = last_own(setting)
    late = len(layers) - last - 1
    return [ALL] * last + [Span(1.0, asking, narrows=True)] + [Span(asking, asking)] * late


def last_own(setting: Setting) -> int:
    """The number of the last layer that makes keys and values."""
    owning = (n for n, layer in enumerate(setting.architecture.layers) if layer.owns_kv)
    return max(owning, default=0)


def share(name: str, span: Span) -> float:
    """Of all positions those for which a layer's tensor or linear layer of this name is there."""
    if name in ("k", "v") or name.startswith(("k_", "v_", "kv_")):
        return 1.0
    return span.inputs if name in _BEFORE else span.outputs


def scaled(terms: Terms, span: Span) -> Terms:
    """Bytes for each token that a layer computes, as bytes for each of the micro-batch."""
    return {name: size * share(name, span) for name, size in terms.items()}


def effective_weights(setting: Setting) -> float:
    """Linear weights that a token meets on average, without the head."""
    shape = setting.architecture
    inside = counted = 0.0
    for layer, span in zip(shape.layers, spans(setting), strict=True):
        for name, linear in layer.linears.items():
            inside += linear.weights * share(name, span)
            counted += linear.weights
    last = setting.asking if setting.layout == "packed" else 1.0
    behind = sum(x.weights for x in shape.linears if "unembed" in x.name)
    return inside + shape.linear_weights - counted - behind * (1 - last)
