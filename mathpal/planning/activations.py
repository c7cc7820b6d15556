"""Activation memory: the tensors that a forward pass saves for the backward pass.

One function for each component; it returns named terms in bytes per token, named after the
tensors. They follow `mathpal.models.accelerate` and `fused`, PEFT's layers and Transformers'
Gemma-3n. tests/unit/planning/test_planning.py compares them with what autograd saves.

Counted: every tensor that autograd saves, once even if several nodes save it; the copies that
autocast makes; under checkpointing, each layer's inputs. Not counted: temporary tensors inside
one operation, and weights (their bf16 copies under autocast are in `mathpal.planning.memory`).

A term is for one token that the layer computes. With packed rows, late layers compute only some
of the tokens, see `mathpal.planning.spans`.

Letters: s bytes of a number in a residual stream, c bytes of a number in a matrix product.
"""

from typing import NamedTuple

from mathpal.planning import gemma3n
from mathpal.planning.attention import attention, rotation
from mathpal.planning.parts import Layer
from mathpal.planning.setting import FP32, STATISTIC, Setting, Terms, widths
from mathpal.planning.spans import Span, scaled, spans


def saved(setting: Setting) -> dict[str, float]:
    """Bytes saved at the end of a micro-batch's forward pass, by component, for all its tokens."""
    special = setting.architecture.kind == "gemma3n"
    before = gemma3n.embedding(setting) if special else {}
    after = gemma3n.unembedding(setting) if special else _unembedding(setting)
    each = {
        "layers": sum(kept_by_layer(setting)),
        "embeddings": sum(before.values()) + rotation(setting),
        "unembedding": sum(after.values()) * setting.needed,
    }
    return {name: size * setting.batch_tokens for name, size in each.items()}


def kept_by_layer(setting: Setting) -> list[float]:
    """Bytes per token that each layer saves; under checkpointing, the size of its inputs."""
    if setting.checkpointing:
        streams = setting.architecture.streams * setting.architecture.hidden
        return [streams * widths(setting).stream * span.inputs for span in spans(setting)]
    return [
        sum(layer_terms(setting, layer, span, first=number == 0).values())
        for number, (layer, span) in enumerate(_layers(setting))
    ]


def _layers(setting: Setting) -> list[tuple[Layer, Span]]:
    return list(zip(setting.architecture.layers, spans(setting), strict=True))


class Backward(NamedTuple):
    """Peak of the layers' backward pass, in bytes per token.

    Attributes:
        kept: saved by the layers whose backward pass is not finished.
        working: used by the current layer, with the activations that checkpointing recomputes.
    """

    kept: float
    working: float


def backward(setting: Setting) -> Backward:
    """Find the layer at which the backward pass needs most.

    From the last layer to the first, less remains saved, but early layers may compute more tokens.
    """
    kept, found = kept_by_layer(setting), Backward(0.0, 0.0)
    for number, (layer, span) in enumerate(_layers(setting)):
        working = backward_working(setting) * span.outputs
        if setting.checkpointing:
            working += sum(layer_terms(setting, layer, span).values())
        found = max(found, Backward(sum(kept[: number + 1]), working), key=sum)
    return found


def layer_terms(setting: Setting, layer: Layer, span: Span, *, first: bool = False) -> Terms:
    """Tensors that one decoder layer saves, in bytes per token of the micro-batch.

    Args:
        setting: of the run.
        layer: its shapes.
        span: share of the positions that the layer computes.
        first: it is the first layer. If the embeddings need no gradient, nothing before its
            projections does.
    """
    first = first and setting.lora is not None and not setting.checkpointing
    parts = [
        attention(setting, layer, span), _mlp(setting, layer), _adapters(setting, layer, span),
    ]  # fmt: skip
    if setting.architecture.kind == "gemma3n":
        parts += [
            gemma3n.norms(setting, first),
            gemma3n.altup(setting, first),
            gemma3n.per_layer_input(setting),
        ]
    else:
        parts += [_plain_norms(setting, layer, first)]
    if setting.lora is None:
        parts.append(_trained(setting, layer, span))
    return scaled({name: size for part in parts for name, size in part.items()}, span)


def _mlp(setting: Setting, layer: Layer) -> Terms:
    c = widths(setting).compute
    if "gate_proj" not in layer.linears:
        return {}
    wide = layer.linears["gate_proj"].outputs * c
    terms: Terms = {"gate": wide, "act": wide, "up": wide}
    if layer.sparse:
        terms["gate_before_threshold"] = wide
    return terms


def _adapters(setting: Setting, layer: Layer, span: Span) -> Terms:
    """Tensors that LoRA saves: each projection's input and the r numbers between A and B."""
    lora, c = setting.lora, widths(setting).compute
    if lora is None:
        return {}
    chosen = {name: layer.linears[name] for name in lora.targets if name in layer.linears}
    terms: Terms = {}
    for name, linear in chosen.items():
        terms[f"{name}_low"] = lora.r * c
        if lora.dropout:  # its own copy of the input, and the mask: one byte on a GPU
            mask = 1 if setting.device == "gpu" else _input_width(setting, name)
            terms[f"{name}_dropped"] = linear.inputs * (c + mask)
        elif name == "down_proj":
            terms["product"] = linear.inputs * c
        if lora.variant == "dora":  # both results are scaled by a trained number per row
            terms[f"{name}_scaled"] = 2 * linear.outputs * c
    if not lora.dropout:
        for inputs in (*_normed(span), ("gate_proj", "up_proj")):
            terms |= _inputs(setting, [name for name in inputs if name in chosen])
    return terms


def _input_width(setting: Setting, name: str) -> int:
    """Bytes of a number in a projection's input, before autocast."""
    wide = widths(setting)
    return wide.compute if name in ("down_proj", "o_proj") else _normed_width(setting)


def _normed_width(setting: Setting) -> int:
    return widths(setting).stream


def _normed(span: Span) -> tuple[tuple[str, ...], ...]:
    """Groups of linear layers that share one input tensor after the input norm.

    In the layer that selects the needed positions, queries and Laurel get a tensor of their own.
    """
    of_all, of_needed = ("k_proj", "v_proj"), ("q_proj", "linear_left")
    return (of_needed, of_all) if span.narrows else ((*of_needed, *of_all),)


def _inputs(setting: Setting, names: list[str]) -> Terms:
    """Bytes of the input of some projections: one shared tensor, or a cast copy for each."""
    c, hidden = widths(setting).compute, setting.architecture.hidden
    if not names:
        return {}
    copies = len(names) if _normed_width(setting) != c else 1
    return {f"{names[0]}_input": copies * hidden * c}


def _unembedding(setting: Setting) -> Terms:
    """The final norm, and the hidden states that the loss saves."""
    hidden = setting.architecture.hidden
    kept = hidden * widths(setting).compute
    return {"final_norm": hidden * FP32 + STATISTIC, "hidden": kept}


def _plain_norms(setting: Setting, layer: Layer, first: bool) -> Terms:
    """Transformers' norms save their input in fp32, and if trained the normalised input too."""
    hidden = setting.architecture.hidden
    trained = hidden * widths(setting).compute if setting.lora is None else 0
    count = layer.norms - (1 if first else 0)
    return {"norms": count * (hidden * FP32 + STATISTIC + trained)}


def _trained(setting: Setting, layer: Layer, span: Span) -> Terms:
    """Inputs of the linear layers, saved if every weight is trained."""
    s, c, _ = widths(setting)
    hidden = setting.architecture.hidden
    terms: Terms = {}
    gemma3n = setting.architecture.kind == "gemma3n"
    for inputs in (*_normed(span), ("gate_proj", "up_proj")):
        terms |= _inputs(setting, [name for name in inputs if name in layer.linears])
    if "down_proj" in layer.linears:
        terms["product"] = layer.linears["down_proj"].inputs * c
    if gemma3n:
        terms |= {
            "prediction_router_input": hidden * c,
            "correction_router_input": hidden * c,
            "laurel_low": layer.linears["linear_right"].inputs * c,
            "scaled_output": hidden * s,
            "per_layer_input_gate_input": hidden * c,
            "per_layer_projection_input": setting.architecture.ple_width * c,
        }
    return terms


def backward_working(setting: Setting) -> float:
    """Bytes per token that the backward pass of one layer needs in addition to saved tensors.

    The peak is in the MLP: the gradients of the product, the activation and `up` exist at the same
    time, beside those of all streams and of the residual.
    """
    s, c, _ = widths(setting)
    shape = setting.architecture
    inner = max(
        (layer.linears["gate_proj"].outputs for layer in shape.layers if _mlp(setting, layer)),
        default=0,
    )
    return (shape.streams + 1) * shape.hidden * s + shape.hidden * c + 3 * inner * c
