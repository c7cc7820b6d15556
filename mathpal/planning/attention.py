"""Activation memory of attention, for each implementation. Part of `mathpal.planning.activations`.

Padded rows use Transformers' attention. Packed rows of a Gemma-3n use
`mathpal.models.packed_attention`. Packed rows of any other model ("masked") use Transformers'
attention with one mask over the whole micro-batch.
"""

from mathpal.planning.parts import Layer
from mathpal.planning.setting import FP32, STATISTIC, Setting, Terms, widths
from mathpal.planning.spans import Span, last_own


def attention(setting: Setting, layer: Layer, span: Span) -> Terms:
    """q, k and v before their norms and after rotation, the output, and the log-sum-exps."""
    c = widths(setting).compute
    q, kv = layer.heads * layer.head_dim * c, layer.kv_heads * layer.head_dim * c
    repeated = layer.heads != layer.kv_heads and _repeats(setting, layer)
    terms: Terms = {"q": q, "attended": q, "lse": layer.heads * FP32}
    if setting.layout == "packed" and _short_rows(setting):
        terms = {"q": q, "probabilities": layer.heads * setting.row_tokens * c}
    if layer.owns_kv or repeated:  # else an earlier layer saves them
        terms |= {"k": q if repeated else kv, "v": q if repeated else kv}
    if layer.qk_norms:
        terms |= _before_norms(setting, layer, q, kv)
    if setting.layout == "packed":
        return terms | _packed(setting, layer, span, q)
    row = setting.batch_tokens if setting.layout == "masked" else setting.row_tokens
    if setting.attention == "eager":  # fp32 softmax, and its copy for the matrix product
        terms["scores"] = layer.heads * row * (FP32 + (c if c != FP32 else 0))
        terms.pop("lse")
    elif _masked(setting, layer):  # as floats; each layer makes one for all rows
        terms["mask"] = row * c * row / setting.batch_tokens
    return terms


def _before_norms(setting: Setting, layer: Layer, q: int, kv: int) -> Terms:
    """Inputs of the norms of q, k and v: MathPal's norms (Gemma-3n) save them without a cast."""
    c, gemma3n = widths(setting).compute, setting.architecture.kind == "gemma3n"
    width = c if gemma3n else FP32
    kinds = layer.qk_norms - 1 if layer.owns_kv else 0  # norms of keys, and in Gemma-3n of values
    terms: Terms = {
        "q_before_norm": q / c * width,
        "q_statistics": layer.heads * STATISTIC,
        "kv_before_norm": kinds * kv / c * width,
        "kv_statistics": kinds * layer.kv_heads * STATISTIC,
    }
    if setting.lora is None and not gemma3n:
        terms |= {"q_normalised": q, "kv_normalised": kinds * kv}
    return terms


def _packed(setting: Setting, layer: Layer, span: Span, q: int) -> Terms:
    """Tensors saved if rows are computed one by one: masks, and the concatenated outputs."""
    if _one_kernel(setting):
        return {}
    lora, terms = setting.lora, {}
    if lora is None or ("o_proj" in lora.targets and not lora.dropout):
        terms["attended_by_all"] = float(q)
    if not _short_rows(setting) and (span.outputs < 1 or _beyond_window(setting, layer)):
        terms["mask"] = float(setting.row_tokens * widths(setting).compute)
    return terms


def rotation(setting: Setting) -> float:
    """Bytes per token of the rotary cosines and sines, for each kind of attention.

    Layers that compute only the needed positions have their own. Padded rows share one row of
    them, and under checkpointing none are saved.
    """
    layers = setting.architecture.layers
    if setting.layout == "padded" or setting.checkpointing or not layers:
        return 0.0
    each = 2 * layers[0].head_dim * setting.weight_width
    if setting.layout == "masked":
        return float(each * len({layer.sliding for layer in layers}))
    last = last_own(setting)
    of_all = len({layer.sliding for layer in layers[: last + 1]})
    of_needed = len({layer.sliding for layer in layers[last:]})
    return each * (of_all + setting.needed * of_needed)


def _repeats(setting: Setting, layer: Layer) -> bool:
    """Whether shared keys and values are copied for every head."""
    if setting.layout != "packed":  # Transformers copies them if there is a mask
        return setting.attention == "eager" or _masked(setting, layer)
    from mathpal.models.packed_attention import shares_keys

    if _short_rows(setting):
        return False
    return not (_one_kernel(setting) and shares_keys())


def _short_rows(setting: Setting) -> bool:
    """Whether packed rows save their probabilities, and need neither masks nor copies."""
    from mathpal.models.packed_attention import SHORT

    return not _one_kernel(setting) and setting.row_tokens <= SHORT


def _one_kernel(setting: Setting) -> bool:
    """Whether one kernel computes all packed rows: on a GPU with 16-bit weights."""
    return setting.device == "gpu" and setting.weight_width == 2


def _masked(setting: Setting, layer: Layer) -> bool:
    """Whether attention needs a mask: rows longer than the window, or several rows in one."""
    if setting.attention == "flash_attention_2":  # handles windows and packed rows itself
        return False
    return setting.layout == "masked" or _beyond_window(setting, layer)


def _beyond_window(setting: Setting, layer: Layer) -> bool:
    row = setting.batch_tokens if setting.layout == "masked" else setting.row_tokens
    return layer.sliding and row > setting.architecture.window
