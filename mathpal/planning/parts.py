"""Count the weights and shapes of a model, on Transformers' class on the meta device.

Knows module names and shapes; knows nothing of bytes, batches or devices.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

PARTS = (
    "embeddings", "PLE table", "head", "attention", "MLP", "Laurel", "AltUp", "PLE projections",
    "norms", "other",
)  # fmt: skip
_WHERE = (
    (r"embed_tokens_per_layer\.", "PLE table"),
    (r"lm_head\.", "head"),
    (r"embed_tokens\.", "embeddings"),
    (r"altup", "AltUp"),
    (r"laurel\.linear", "Laurel"),
    (r"norm", "norms"),
    (r"per_layer_", "PLE projections"),
    (r"self_attn\.", "attention"),
    (r"mlp\.", "MLP"),
)


class Linear(NamedTuple):
    """A linear layer: its full dotted name, and the widths of its input and output."""

    name: str
    inputs: int
    outputs: int

    @property
    def weights(self) -> int:
        """Number of weights, without the bias."""
        return self.inputs * self.outputs


class Layer(NamedTuple):
    """One decoder layer.

    Attributes:
        linears: by the last part of their name, e.g. q_proj.
        heads: query heads; `kv_heads` key and value heads; all `head_dim` wide.
        owns_kv: whether it computes keys and values; Gemma-3n's last layers use earlier ones.
        sliding: whether its attention is limited to a window.
        sparse: whether it keeps only the largest MLP activations.
        norms: number of norms of the residual stream; `qk_norms` of queries, keys (and values).
    """

    linears: dict[str, Linear]
    heads: int
    kv_heads: int
    head_dim: int
    owns_kv: bool
    sliding: bool
    sparse: bool
    norms: int
    qk_norms: int


class Architecture(NamedTuple):
    """The shapes of a language model that memory and time depend on.

    Attributes:
        kind: "gemma3n"; "decoder": attention and a gated MLP in every layer; or "other", whose
            activations are unknown.
        parts: number of weights by part, see `PARTS`; 0 for a tied head.
        linears: all linear layers except the head.
        head: the head, tied or not.
        hidden: width of a residual stream; there are `streams` of them (AltUp).
        ple_width: width of the per-layer embeddings, 0 for none.
        window: tokens that a sliding layer attends to, 0 for none.
    """

    kind: str
    parts: dict[str, int]
    linears: tuple[Linear, ...]
    head: Linear
    layers: tuple[Layer, ...]
    hidden: int
    streams: int
    ple_width: int
    window: int

    @property
    def weights(self) -> int:
        """Number of weights."""
        return sum(self.parts.values())

    @property
    def linear_weights(self) -> int:
        """Weights of the linear layers without the head: N in the 4·N and 6·N rules."""
        return sum(linear.weights for linear in self.linears)


def architecture(config: Any) -> Architecture:
    """Read a model's shapes from its class.

    Args:
        config: Transformers' configuration of a text model.
    """
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa")
    parts = dict.fromkeys(PARTS, 0)
    for name, weight in model.named_parameters():  # lists a tied weight once
        parts[_part(name)] += weight.numel()
    linears = [
        Linear(name, module.in_features, module.out_features)
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear)
    ]
    output = model.get_output_embeddings()
    head = Linear("lm_head", output.in_features, output.out_features)
    layers = _layers(model, config)
    gemma3n = config.model_type == "gemma3n_text"
    return Architecture(
        kind="gemma3n" if gemma3n else "decoder" if _is_plain(layers) else "other",
        parts=parts,
        linears=tuple(linear for linear in linears if not linear.name.endswith("lm_head")),
        head=head,
        layers=layers,
        hidden=config.hidden_size,
        streams=config.altup_num_inputs if gemma3n else 1,
        ple_width=config.hidden_size_per_layer_input if gemma3n else 0,
        window=getattr(config, "sliding_window", None) or 0,
    )


def lora_weights(
    linears: Sequence[Linear], targets: Sequence[str], r: int, *, dora: bool = False
) -> int:
    """Number of LoRA weights that `mathpal.models.lora.attach_lora` would add."""
    chosen = targeted(linears, targets)
    return sum(
        r * (linear.inputs + linear.outputs) + (linear.outputs if dora else 0) for linear in chosen
    )


def targeted(linears: Sequence[Linear], targets: Sequence[str]) -> list[Linear]:
    """The linear layers that get LoRA."""
    from mathpal.models.lora import pattern

    return [linear for linear in linears if re.match(pattern(targets), linear.name)]


def _part(name: str) -> str:
    return next((part for where, part in _WHERE if re.search(where, name)), "other")


def _layers(model: Any, config: Any) -> tuple[Layer, ...]:
    body = model.base_model
    types = getattr(config, "layer_types", None) or []
    sparsity = getattr(config, "activation_sparsity_pattern", None) or []
    heads = config.num_attention_heads
    found = []
    for number, layer in enumerate(getattr(body, "layers", ())):
        linears = {
            name.rpartition(".")[2]: Linear(name, module.in_features, module.out_features)
            for name, module in layer.named_modules()
            if hasattr(module, "in_features")
        }
        norms = [name for name, _ in layer.named_modules() if re.search(r"norm\w*$", name)]
        found.append(
            Layer(
                linears=linears,
                heads=heads,
                kv_heads=getattr(config, "num_key_value_heads", None) or heads,
                head_dim=getattr(config, "head_dim", None) or config.hidden_size // heads,
                owns_kv="k_proj" in linears,
                sliding=types[number : number + 1] == ["sliding_attention"],
                sparse=bool(sparsity[number : number + 1]) and sparsity[number] > 0,
                norms=sum("." not in name for name in norms),
                qk_norms=sum("attn." in name for name in norms),
            )
        )
    return tuple(found)


def _is_plain(layers: tuple[Layer, ...]) -> bool:
    wanted = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}
    return bool(layers) and all(wanted == set(layer.linears) for layer in layers)
