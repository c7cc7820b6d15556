"""Read what a checkpoint holds, all of it or nothing.

Knows Transformers' `from_pretrained` and its silences; knows no architecture's settings.
"""

import re
from typing import Any

from mathpal.errors import ConfigError


def read(kind: Any, source: str, path: str, **settings: Any) -> Any:
    """`kind.from_pretrained`, with one clear sentence where it cannot.

    Args:
        kind: a class of Transformers.
        source: the folder or hub name to read.
        path: the same as the user wrote it, for the message.
        settings: keywords of `from_pretrained`; None leaves one out.

    Raises:
        ConfigError: when there is nothing to read, or it is damaged.
    """
    from safetensors import SafetensorError

    settings = {name: value for name, value in settings.items() if value is not None}
    try:
        return kind.from_pretrained(source, **settings)
    except (OSError, ValueError, ImportError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigError(
            f"model.path={path} could not be loaded: {reason}\n"
            "Expected: shipped:gemma3n_tiny, a folder with config.json and *.safetensors, or a "
            "hub name that is in the cache or can be fetched (gated models need HF_TOKEN in the "
            "environment)."
        ) from error


def read_model(kind: Any, source: str, path: str, **settings: Any) -> Any:
    """The model with every weight from the checkpoint: Transformers fills holes at random.

    Arguments are those of `read`.

    Raises:
        ConfigError: naming the weights that are missing or have another shape.
    """
    model, found = read(
        kind, source, path, output_loading_info=True, ignore_mismatched_sizes=True, **settings
    )
    missing = [n for n in sorted(found["missing_keys"]) if not _is_unused(n, model.config)]
    reshaped = [
        f"{name} {tuple(given)} instead of {tuple(wanted)}"
        for name, given, wanted in sorted(found["mismatched_keys"])
    ]
    holes = missing + reshaped
    if holes:
        more = f" and {len(holes) - 3} more" if len(holes) > 3 else ""
        raise ConfigError(
            f"model.path={path}: {len(missing)} weights of the model are not in the checkpoint "
            f"and {len(reshaped)} have another shape: {', '.join(holes[:3])}{more}. "
            "Expected: a whole checkpoint of this architecture; fetch or export it again"
        )
    return model


def _is_unused(name: str, config: Any) -> bool:
    """Whether the weight is a key or value projection of a layer that uses an earlier layer's.

    Some releases of Transformers have such weights in the model and save none of them.
    """
    match = re.search(r"\.layers\.(\d+)\.self_attn\.(?:k_proj|v_proj|k_norm)\.", name)
    shared = getattr(config, "num_kv_shared_layers", 0) or 0
    return match is not None and int(match[1]) >= config.num_hidden_layers - shared
