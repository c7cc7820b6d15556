"""A small Gemma-3n with random weights, and a tokenizer trained on the curriculum.

The recipe's first half: what it makes is pre-trained by `+experiment=tiny_base`. The class is
Transformers' own `Gemma3nForCausalLM`; only the sizes are small.
"""

import hashlib
import json
from typing import Annotated

from annotated_types import Ge, Interval

from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded

Share = Annotated[float, Interval(ge=0, lt=1)]
Count = Annotated[int, Ge(1)]


def create_gemma3n(
    *,
    hidden_size: Count,
    layers: Count,
    heads: Count,
    kv_heads: Count = 1,
    head_dim: Count = 32,
    intermediate_size: Count,
    per_layer_size: Count = 32,
    laurel_rank: Count = 16,
    altup_inputs: Annotated[int, Ge(2)] = 4,
    sparse_layers: Annotated[int, Ge(0)] = 0,
    shared_layers: Annotated[int, Ge(0)] = 0,
    vocab_size: Annotated[int, Ge(512)] = 1024,
    tokenizer_problems: Count = 300,
    max_length: Count = 512,
    seed: int = 0,
) -> Loaded:
    """Make a Gemma-3n of the given shape with random weights, in fp32.

    Args:
        hidden_size: width of the residual stream.
        layers: decoder layers; every fifth attends globally, the others within 512 tokens.
        heads: attention heads of `head_dim` each; `kv_heads` of them have own keys and values.
        intermediate_size: width of the MLP.
        per_layer_size: width of the per-layer embeddings.
        laurel_rank: rank of the learned augmented residual.
        altup_inputs: parallel streams of AltUp.
        sparse_layers: how many first layers keep only 5 % of their MLP activations.
        shared_layers: how many last layers use the keys and values of earlier ones.
        vocab_size: upper bound for the tokenizer's vocabulary.
        tokenizer_problems: problems a family whose texts train the tokenizer.
        max_length: most tokens of a row.
        seed: of the weights.

    Raises:
        ConfigError: for a shape that Gemma-3n cannot have.
    """
    from transformers import Gemma3nForCausalLM, Gemma3nTextConfig, set_seed

    from mathpal.curriculum import FAMILIES, problem
    from mathpal.models.accelerate import accelerate_layers
    from mathpal.models.tokenizer import train_tokenizer

    shape = {name: value for name, value in locals().items() if isinstance(value, int)}
    layer_types = [
        "full_attention" if (layer + 1) % 5 == 0 else "sliding_attention" for layer in range(layers)
    ]
    _check_shape(shape, layer_types)
    texts = (
        text
        for name in sorted(FAMILIES)
        for index in range(tokenizer_problems)
        for item in [problem("tokenizer", "train", name, index)]
        for text in (item.question, item.solution)
    )
    tokenizer = train_tokenizer(texts, vocab_size=vocab_size)
    tokenizer.model_max_length = max_length
    config = Gemma3nTextConfig(
        vocab_size=len(tokenizer),
        vocab_size_per_layer_input=len(tokenizer),
        hidden_size=hidden_size,
        intermediate_size=intermediate_size,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        head_dim=head_dim,
        hidden_size_per_layer_input=per_layer_size,
        laurel_rank=laurel_rank,
        altup_num_inputs=altup_inputs,
        activation_sparsity_pattern=[0.95] * sparse_layers + [0.0] * (layers - sparse_layers),
        num_kv_shared_layers=shared_layers,
        layer_types=layer_types,
        sliding_window=512,
        max_position_embeddings=max_length,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    set_seed(seed)
    model = Gemma3nForCausalLM(config)
    accelerate_layers(model)
    digest = hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()
    return Loaded(model, tokenizer, "gemma3n_scratch", max_length, digest)


def _check_shape(shape: dict[str, int], layer_types: list[str]) -> None:
    faults = []
    for whole, part in (("heads", "kv_heads"), ("hidden_size", "heads")):
        if shape[whole] % shape[part]:
            faults.append(
                f"model.{part}={shape[part]}: expected a divisor of model.{whole}={shape[whole]}"
            )
    layers, sparse, shared = (shape[n] for n in ("layers", "sparse_layers", "shared_layers"))
    if sparse > layers:
        faults.append(f"model.sparse_layers={sparse}: expected at most model.layers={layers}")
    own = max(0, layers - shared)
    if not set(layer_types[own:]) <= set(layer_types[:own]):
        faults.append(
            f"model.shared_layers={shared}: expected that layers 1 to {layers} without the last "
            f"{shared} still have one of each kind to share from (every fifth is a global one)"
        )
    if faults:
        raise ConfigError("; ".join(faults))
