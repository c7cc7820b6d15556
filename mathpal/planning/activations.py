"""What a forward pass keeps for the backward pass, component by component.

One function a component, each a dictionary of named terms in bytes for one token; the names are
those of the tensors. Read from `mathpal.models.accelerate` and `fused`, PEFT's layers and
Transformers' Gemma-3n, and held to what autograd really saves by tests/unit/test_planning.py.

Counted: every tensor that autograd saves, once however many nodes save it; the copies that
autocast makes; under checkpointing each layer's inputs. Not counted: what lives only inside one
operation, and weights (their bf16 copies under autocast are in `mathpal.planning.memory`).

Letters: P streams, D their width, H heads and K of keys and values of width d, I MLP width, R
LoRA rank; s bytes of a stream, c of what products take and give.
"""

from mathpal.planning import gemma3n
from mathpal.planning.parts import Architecture, Layer
from mathpal.planning.setting import FP32, STATISTIC, Setting, Terms, widths


def saved(setting: Setting) -> dict[str, float]:
    """Bytes kept at the end of a micro-batch's forward pass, by component, for all its tokens."""
    special = setting.architecture.kind == "gemma3n"
    before = gemma3n.embedding(setting) if special else {}
    behind = gemma3n.unembedding(setting) if special else _unembedding(setting)
    each = {
        "layers": kept_layers(setting),
        "embeddings": sum(before.values()),
        "unembedding": sum(behind.values()),
    }
    return {name: size * setting.batch_tokens for name, size in each.items()}


def kept_layers(setting: Setting) -> float:
    """Bytes a token that all decoder layers keep: what they save, or under checkpointing take."""
    layers = setting.architecture.layers
    if setting.checkpointing:
        streams = setting.architecture.streams * setting.architecture.hidden
        return len(layers) * streams * widths(setting).stream
    return sum(
        sum(layer_terms(setting, layer, first=number == 0).values())
        for number, layer in enumerate(layers)
    )


def largest_layer(setting: Setting) -> float:
    """Bytes a token that the largest layer saves: what checkpointing computes again at a time."""
    return max(
        (sum(layer_terms(setting, layer).values()) for layer in setting.architecture.layers),
        default=0.0,
    )


def layer_terms(setting: Setting, layer: Layer, *, first: bool = False) -> Terms:
    """What one decoder layer saves, in bytes a token.

    Args:
        first: nothing before its projections needs a gradient, where embeddings do not.
    """
    first = first and setting.lora is not None and not setting.checkpointing
    parts = [_attention(setting, layer), _mlp(setting, layer), _adapters(setting, layer)]
    if setting.architecture.kind == "gemma3n":
        parts += [
            gemma3n.norms(setting, first),
            gemma3n.altup(setting, first),
            gemma3n.per_layer_input(setting),
        ]
    else:
        parts += [_plain_norms(setting, layer, first)]
    if setting.lora is None:
        parts.append(_trained(setting, layer))
    return {name: size for part in parts for name, size in part.items()}


def _attention(setting: Setting, layer: Layer) -> Terms:
    """q, k and v before their norms and after rotation, the result, one number a row of scores."""
    c = widths(setting).compute
    q, kv = layer.heads * layer.head_dim * c, layer.kv_heads * layer.head_dim * c
    masked = _masked(setting, layer)
    repeated = masked or setting.attention == "eager"
    terms: Terms = {"q": q, "attended": q, "lse": layer.heads * FP32}
    if layer.owns_kv or repeated:  # else they are an earlier layer's, saved there
        # With a mask Transformers repeats the keys and values for every head.
        terms |= {"k": q if repeated else kv, "v": q if repeated else kv}
    if layer.qk_norms:
        kinds = 1 if not layer.owns_kv else layer.qk_norms
        before = _before_norm(setting)
        rows = [q] + [kv] * (kinds - 1)
        terms["qkv_before_norm"] = sum(rows) / c * before
        if setting.lora is None and setting.architecture.kind != "gemma3n":
            terms["qkv_normalised"] = float(sum(rows))
        terms["qkv_statistics"] = (layer.heads + layer.kv_heads * (kinds - 1)) * STATISTIC
    row = _attention_row(setting)
    if setting.attention == "eager":  # fp32 softmax, and its copy for the product
        terms["scores"] = layer.heads * row * (FP32 + (c if c != FP32 else 0))
        terms.pop("lse")
    elif masked:  # a mask as numbers, made anew by every layer; the same for all rows
        terms["mask"] = row * c * row / setting.batch_tokens
    return terms


def _before_norm(setting: Setting) -> int:
    """Gemma-3n's norms are MathPal's and keep their input; others keep it in fp32."""
    return widths(setting).compute if setting.architecture.kind == "gemma3n" else FP32


def _masked(setting: Setting, layer: Layer) -> bool:
    """Causal attention needs no mask but for a window that is too short, or packed rows."""
    if setting.attention == "flash_attention_2":  # it knows windows and packed rows itself
        return False
    beyond = layer.sliding and _attention_row(setting) > setting.architecture.window
    return setting.layout == "packed" or beyond


def _attention_row(setting: Setting) -> int:
    return setting.batch_tokens if setting.layout == "packed" else setting.row_tokens


def _mlp(setting: Setting, layer: Layer) -> Terms:
    c = widths(setting).compute
    if "gate_proj" not in layer.linears:
        return {}
    wide = layer.linears["gate_proj"].outputs * c
    terms: Terms = {"gate": wide, "act": wide, "up": wide}
    if layer.sparse:
        terms["gate_before_threshold"] = wide
    return terms


def _adapters(setting: Setting, layer: Layer) -> Terms:
    """What LoRA saves: each projection's input and the R numbers between A and B."""
    lora, c = setting.lora, widths(setting).compute
    if lora is None:
        return {}
    chosen = {name: layer.linears[name] for name in lora.targets if name in layer.linears}
    terms: Terms = {}
    for name, linear in chosen.items():
        terms[f"{name}_low"] = lora.r * c
        if lora.dropout:  # a copy of its own, and the mask: one byte on a GPU
            mask = 1 if setting.device == "gpu" else _input_width(setting, name)
            terms[f"{name}_dropped"] = linear.inputs * (c + mask)
        elif name == "down_proj":
            terms["product"] = linear.inputs * c
        if lora.variant == "dora":  # both results are scaled by a trained number a row
            terms[f"{name}_scaled"] = 2 * linear.outputs * c
    if not lora.dropout:
        for inputs in (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj")):
            terms |= _inputs(setting, [name for name in inputs if name in chosen])
    return terms


def _input_width(setting: Setting, name: str) -> int:
    """Bytes of a number that comes to a projection, before autocast."""
    wide = widths(setting)
    return wide.compute if name in ("down_proj", "o_proj") else _normed_width(setting)


def _normed_width(setting: Setting) -> int:
    return widths(setting).stream


def _inputs(setting: Setting, names: list[str]) -> Terms:
    """Projections of one tensor share it; a cast makes a copy for each of them."""
    c, hidden = widths(setting).compute, setting.architecture.hidden
    if not names:
        return {}
    copies = len(names) if _normed_width(setting) != c else 1
    return {f"{names[0]}_input": copies * hidden * c}


def _unembedding(setting: Setting) -> Terms:
    """The last norm, and the hidden states that the loss keeps."""
    hidden = setting.architecture.hidden
    kept = hidden * widths(setting).compute
    return {"final_norm": hidden * FP32 + STATISTIC, "hidden": kept}


def _plain_norms(setting: Setting, layer: Layer, first: bool) -> Terms:
    """Transformers' norms keep their input in fp32, and the result of the division if trained."""
    hidden = setting.architecture.hidden
    trained = hidden * widths(setting).compute if setting.lora is None else 0
    count = layer.norms - (1 if first else 0)
    return {"norms": count * (hidden * FP32 + STATISTIC + trained)}


def _trained(setting: Setting, layer: Layer) -> Terms:
    """With every weight trained, each linear layer keeps its input."""
    s, c, _ = widths(setting)
    hidden = setting.architecture.hidden
    terms: Terms = {}
    names = ["q_proj"] + (["k_proj", "v_proj"] if layer.owns_kv else [])
    gemma3n = setting.architecture.kind == "gemma3n"
    terms |= _inputs(setting, names + (["linear_left"] if gemma3n else []))
    terms |= _inputs(setting, ["gate_proj", "up_proj"])
    if "down_proj" in layer.linears:
        terms["product"] = layer.linears["down_proj"].inputs * c
    if gemma3n:
        terms |= {
            "router_inputs": 2 * hidden * c,
            "laurel_low": layer.linears["linear_right"].inputs * c,
            "scaled_output": hidden * s,
            "per_layer_input_gate_input": hidden * c,
            "per_layer_projection_input": setting.architecture.ple_width * c,
        }
    return terms


def backward_working(setting: Setting) -> float:
    """Bytes a token that the backward pass of one layer needs beside what was saved.

    Its peak is in the MLP: gradients of the product, of the activation and of `up` at once,
    while those of all streams and of the residual wait.
    """
    s, c, _ = widths(setting)
    shape: Architecture = setting.architecture
    inner = max(
        (layer.linears["gate_proj"].outputs for layer in shape.layers if _mlp(setting, layer)),
        default=0,
    )
    return (shape.streams + 1) * shape.hidden * s + shape.hidden * c + 3 * inner * c
