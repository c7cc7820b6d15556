"""Activation memory of Gemma-3n's own parts: norms, AltUp, per-layer embeddings.

Part of `mathpal.planning.activations`; other models do not have these parts.
"""

from mathpal.planning.setting import FP32, STATISTIC, Setting, Terms, widths


def norms(setting: Setting, first: bool) -> Terms:
    """Inputs of Gemma-3n's six norms: two normalise a stream, four the output of a product."""
    s, c, _ = widths(setting)
    hidden = setting.architecture.hidden
    terms: Terms = {
        "pre_feedforward_layernorm": hidden * s + STATISTIC,
        "post_attention_layernorm": hidden * c + STATISTIC,
        "post_feedforward_layernorm": hidden * c + STATISTIC,
        "post_per_layer_input_norm": hidden * c + STATISTIC,
    }
    if not first:
        terms["input_layernorm"] = hidden * s + STATISTIC
        terms["post_laurel_norm"] = hidden * c + STATISTIC
    return terms


def altup(setting: Setting, first: bool) -> Terms:
    """AltUp: the streams it mixes, the layer's output (it routes the correction), its error."""
    s = widths(setting).stream
    hidden, streams = setting.architecture.hidden, setting.architecture.streams
    terms: Terms = {
        "activated": hidden * s + STATISTIC,
        "news": hidden * s,
        "shares": streams * (s + FP32),
    }
    if not first:
        terms["streams"] = streams * hidden * s + STATISTIC
        terms["mixing"] = streams * streams * s + streams * FP32
    return terms


def per_layer_input(setting: Setting) -> Terms:
    """The gate of the per-layer input; the input itself is counted in `embedding`."""
    width = setting.architecture.ple_width * widths(setting).compute
    terms: Terms = {"per_layer_gate": width}
    if setting.lora is None or setting.checkpointing:  # the embeddings need a gradient
        terms["per_layer_act"] = width
    return terms


def embedding(setting: Setting) -> Terms:
    """The per-layer embeddings, and the first streams if they need a gradient.

    With checkpointing, PEFT makes the embeddings need one: otherwise layers without trained
    inputs would not be recomputed.
    """
    _, c, e = widths(setting)
    shape = setting.architecture
    layers = len(shape.layers)
    # One tensor for all layers; with packed rows a second one, for the needed positions.
    tensors = 1 + setting.needed if setting.layout == "packed" else 1
    terms: Terms = {"per_layer_inputs": tensors * layers * shape.ple_width * e}
    if setting.lora is not None and not setting.checkpointing:
        return terms
    terms |= {
        "per_layer_norm": layers * (shape.ple_width * c + STATISTIC),
        "embedded": shape.hidden * FP32 + STATISTIC,
        "projected": (shape.streams - 1) * _normalised(setting, setting.weight_width),
    }
    if setting.lora is None and c != setting.weight_width:
        terms["projection_inputs"] = shape.streams * shape.hidden * c
    return terms


def _normalised(setting: Setting, w: int) -> float:
    """Bytes of scaling a stream of width w: the stream, its fp32 copy, and the scaled product.

    Packed rows save no product: they multiply by one combined factor.
    """
    s = widths(setting).stream
    if setting.layout == "packed":
        return setting.architecture.hidden * (w + _squared(w)) + 3 * STATISTIC
    squared = FP32 if s != w else 0
    return setting.architecture.hidden * (w + squared + s) + 3 * STATISTIC


def _squared(w: int) -> int:
    """Bytes of the fp32 copy that is squared; none if the stream is fp32 itself."""
    return 0 if w == FP32 else FP32


def unembedding(setting: Setting) -> Terms:
    """Merging the streams into one, the final norm, and the hidden states that the loss saves."""
    s, c, _ = widths(setting)
    shape = setting.architecture
    # Transformers scales the output of the product, MathPal a copy in the stream's dtype.
    width = s if setting.layout == "packed" else setting.weight_width
    terms: Terms = {
        "last_streams": shape.streams * shape.hidden * s + STATISTIC,
        "unprojected": (shape.streams - 1) * _normalised(setting, width),
        "final_norm": shape.hidden * s + STATISTIC,
        "hidden": shape.hidden * s,
    }
    if setting.layout == "packed":
        terms["last_squared"] = shape.hidden * _squared(s)
    if setting.lora is None and c != s:
        terms["unprojection_inputs"] = (shape.streams - 1) * shape.hidden * c
    return terms
