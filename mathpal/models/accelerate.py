"""Replace the forwards of Gemma-3n and LoRA layers by ones that make fewer passes over memory.

Instances are changed, never classes: weights, names, module types and saved files stay the same.
Knows Transformers' text layers and PEFT's LoRA layer; all other layers keep their forward.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from mathpal.models import fused, packed_gemma3n


def accelerate_layers(model: nn.Module) -> None:
    """Replace the forwards of all known layers in place. Calling it again changes nothing.

    Args:
        model: any model. In a Gemma-3n the norms, Laurel blocks, decoder layers and text model
            get new forwards; in a PEFT model the LoRA layers around plain linear layers do.
            `takes_rows` is set on the text model: whether its forward accepts packed rows, see
            `packed_gemma3n.text_model`.
    """
    for module in model.modules():
        kind = type(module)
        forward = _forwards().get(f"{kind.__module__}.{kind.__qualname__}")
        if forward is not None:
            # A partial, unlike a bound method, is copied with its module and can be pickled.
            module.forward = partial(forward, module)  # type: ignore[method-assign]
        if forward is packed_gemma3n.text_model:
            module.takes_rows = packed_gemma3n.supports(module)  # type: ignore[assignment]


def _forwards() -> dict[str, Callable[..., Any]]:
    """Map a layer's full type name to its new forward.

    Names avoid importing the types, and exclude subclasses, which may compute something else.
    """
    gemma = "transformers.models.gemma3n.modeling_gemma3n"
    return {
        f"{gemma}.Gemma3nRMSNorm": _norm,
        f"{gemma}.Gemma3nTextLaurelBlock": _laurel,
        f"{gemma}.Gemma3nTextDecoderLayer": _decoder_layer,
        f"{gemma}.Gemma3nTextModel": packed_gemma3n.text_model,
        "peft.tuners.lora.layer.Linear": _lora,
    }


def _norm(self: Any, hidden_states: Tensor, residual: Tensor | None = None) -> Tensor:
    weight = self.weight if self.with_scale else None
    return fused.rms_norm(hidden_states, weight, self.eps, residual)


def _laurel(self: Any, hidden_states: Tensor) -> Tensor:
    low = self.linear_right(self.linear_left(hidden_states))
    return self.post_laurel_norm(low, residual=hidden_states)


def _decoder_layer(
    self: Any,
    hidden_states: Tensor,  # (P, B, T, D)
    position_embeddings: Any = None,
    per_layer_input: Any = None,
    shared_kv_states: Any = None,
    attention_mask: Tensor | None = None,
    position_ids: Tensor | None = None,
    past_key_values: Any = None,
    layer_positions: packed_gemma3n.LayerPositions | None = None,
    **kwargs: Any,
) -> Tensor:
    active = self.config.altup_active_idx
    predictions = _predicted(self.altup, hidden_states.unbind(0))
    normed = self.input_layernorm(predictions[active])
    if layer_positions is not None:
        predictions = tuple(packed_gemma3n.needed(own, layer_positions) for own in predictions)
        attended, normed = packed_gemma3n.attention(
            self.self_attn, normed, shared_kv_states, layer_positions
        )
    else:
        attended, _ = self.self_attn(
            hidden_states=normed,
            attention_mask=attention_mask,
            shared_kv_states=shared_kv_states,
            position_ids=position_ids,
            position_embeddings=position_embeddings,
            past_key_values=past_key_values,
            **kwargs,
        )
    attended = self.post_attention_layernorm(attended, residual=predictions[active])
    attended = (attended + self.laurel(normed)) * math.sqrt(0.5)
    output = self.mlp(self.pre_feedforward_layernorm(attended))
    output = self.post_feedforward_layernorm(output, residual=attended)
    streams = _corrected(self.altup, predictions, output)
    first = streams[active]
    if self.config.altup_correct_scale:
        first = self.altup.scale_corrected_output(first)
    gate = self.act_fn(self.per_layer_input_gate(first))
    first = self.per_layer_projection(gate * per_layer_input)
    first = self.post_per_layer_input_norm(first)
    return torch.stack([streams[0], *(stream + first for stream in streams[1:])])


def _predicted(altup: Any, streams: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """AltUp's prediction step: estimate every stream after the layer, before the layer runs."""
    count, clip = len(streams), altup.config.altup_coef_clip
    routes = altup.compute_router_modalities(streams[altup.config.altup_active_idx])  # (B, T, P)
    if altup.training and clip is not None:
        altup.prediction_coefs.weight.data.clamp_(-clip, clip)
    mixing = altup.prediction_coefs(routes).unflatten(-1, (count, count))
    return fused.mix(mixing.to(streams[0].dtype), streams)


def _corrected(altup: Any, predictions: tuple[Tensor, ...], output: Tensor) -> list[Tensor]:
    """AltUp's correction step: move every prediction by the layer's error on the active stream."""
    clip, weight = altup.config.altup_coef_clip, altup.correction_coefs.weight
    if altup.training and clip is not None:
        weight = weight.clamp(-clip, clip)
    shares = (
        nn.functional.linear(altup.compute_router_modalities(output), weight) + 1.0
    )  # (B, T, P)
    news = output - predictions[altup.config.altup_active_idx]
    shares = shares.to(news.dtype)
    return [
        torch.addcmul(prediction, news, share.unsqueeze(-1))
        for prediction, share in zip(predictions, shares.unbind(-1), strict=True)
    ]


def _lora(self: Any, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    name = _only_adapter(self)
    if name is None or args or kwargs:
        return type(self).forward(self, x, *args, **kwargs)
    base, a, b = self.base_layer, self.lora_A[name].weight, self.lora_B[name].weight
    weight, bias = base.weight, base.bias
    if torch.is_autocast_enabled(x.device.type):
        dtype = torch.get_autocast_dtype(x.device.type)
        x, weight, a, b = x.to(dtype), weight.to(dtype), a.to(dtype), b.to(dtype)
        bias = None if bias is None else bias.to(dtype)
    elif not x.dtype == weight.dtype == a.dtype == b.dtype:
        return type(self).forward(self, x)
    return fused.lora_linear(x, weight, bias, a, b, self.scaling[name])


def _only_adapter(layer: Any) -> str | None:
    """Name of the only active adapter if it is plain LoRA on a frozen linear layer, else None."""
    names = [name for name in layer.active_adapters if name in layer.lora_A]
    if len(names) != 1 or layer.disable_adapters or layer.merged:
        return None
    (name,), base = names, layer.base_layer
    simple = (
        type(base) is nn.Linear
        and not base.weight.requires_grad
        and name not in layer.lora_variant
        and not layer.lora_bias[name]
        and isinstance(layer.lora_dropout[name], nn.Identity)
    )
    return name if simple else None
