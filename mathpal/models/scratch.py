"""A small Gemma-3n with random weights, and a tokenizer trained on the curriculum.

This is where the shipped model begins: `+experiment=tiny_base` pre-trains it. The class is
Transformers' own `Gemma3nForCausalLM`; only the sizes are small.
"""

import hashlib
import inspect
import json
from collections.abc import Mapping
from typing import Annotated, Any

from annotated_types import Ge, Interval

from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded
from mathpal.models.origin import mark
from mathpal.models.tokenizer import SPECIAL
from mathpal.settings.capabilities import declares
from mathpal.settings.run_settings import Seed

Share = Annotated[float, Interval(ge=0, lt=1)]
Count = Annotated[int, Ge(1)]


def _shapes(settings: Mapping[str, Any]) -> Any:
    """Configuration for a plan, with the upper bound for the vocabulary."""
    return shape_config(settings, vocabulary=settings["vocab_size"])


@declares(known_shapes=True, shapes=_shapes)
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
    seed: Seed = 0,
) -> Loaded:
    """Create a Gemma-3n of the given shape with random weights, in fp32.

    Args:
        hidden_size: width of the residual stream.
        layers: decoder layers; every fifth attends globally, the others within 512 tokens.
        heads: query heads of width `head_dim`; `kv_heads` key and value heads.
        intermediate_size: width of the MLP.
        per_layer_size: width of the per-layer embeddings.
        laurel_rank: rank of the learned augmented residual.
        altup_inputs: parallel streams of AltUp.
        sparse_layers: the first so many layers keep only 5 % of their MLP activations.
        shared_layers: the last so many layers use the keys and values of earlier ones.
        vocab_size: most entries of the tokenizer's vocabulary.
        tokenizer_problems: problems of each family that the tokenizer is trained on.
        max_length: most tokens of a row.
        seed: of the weights.

    Raises:
        ConfigError: for a shape that Gemma-3n cannot have.
    """
    from transformers import Gemma3nForCausalLM, set_seed

    from mathpal.curriculum import FAMILIES, problem
    from mathpal.models.accelerate import accelerate_layers
    from mathpal.models.tokenizer import train_tokenizer

    shape = {name: value for name, value in locals().items() if isinstance(value, int)}
    shape_config(shape, vocabulary=vocab_size)  # raises before the slow training of the tokenizer
    texts = (
        text
        for name in sorted(FAMILIES)
        for index in range(tokenizer_problems)
        for item in [problem("tokenizer", "train", name, index)]
        for text in (item.question, item.solution)
    )
    tokenizer = train_tokenizer(texts, vocab_size=vocab_size)
    tokenizer.model_max_length = max_length
    set_seed(seed)
    model = Gemma3nForCausalLM(shape_config(shape, vocabulary=len(tokenizer)))
    accelerate_layers(model)
    mark(model.config)  # it will know no layout but ours, and could follow no instruction
    digest = hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()
    return Loaded(model, tokenizer, "gemma3n_scratch", max_length, digest)


def shape_config(shape: Mapping[str, int], *, vocabulary: int) -> Any:
    """Transformers' configuration of a shape.

    Args:
        shape: settings of `create_gemma3n`; a missing one has its default.
        vocabulary: entries of the tokenizer.

    Raises:
        ConfigError: for a shape that Gemma-3n cannot have.
    """
    from transformers import Gemma3nTextConfig

    parameters = inspect.signature(create_gemma3n).parameters.items()
    shape = {name: parameter.default for name, parameter in parameters} | dict(shape)
    layers = shape["layers"]
    layer_types = [
        "full_attention" if (layer + 1) % 5 == 0 else "sliding_attention" for layer in range(layers)
    ]
    _check_shape(shape, layer_types)
    sparse = shape["sparse_layers"]
    return Gemma3nTextConfig(
        vocab_size=vocabulary,
        vocab_size_per_layer_input=vocabulary,
        hidden_size=shape["hidden_size"],
        intermediate_size=shape["intermediate_size"],
        num_hidden_layers=layers,
        num_attention_heads=shape["heads"],
        num_key_value_heads=shape["kv_heads"],
        head_dim=shape["head_dim"],
        hidden_size_per_layer_input=shape["per_layer_size"],
        laurel_rank=shape["laurel_rank"],
        altup_num_inputs=shape["altup_inputs"],
        activation_sparsity_pattern=[0.95] * sparse + [0.0] * (layers - sparse),
        num_kv_shared_layers=shape["shared_layers"],
        layer_types=layer_types,
        sliding_window=512,
        max_position_embeddings=shape["max_length"],
        pad_token_id=SPECIAL.index("<pad>"),
        bos_token_id=SPECIAL.index("<bos>"),
        eos_token_id=SPECIAL.index("<eos>"),
    )


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
            f"model.shared_layers={shared}: the layers before the last {shared} must include one "
            f"of each kind that these share from (of {layers} layers, every fifth is global)"
        )
    if faults:
        raise ConfigError("; ".join(faults))
