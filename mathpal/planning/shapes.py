"""The configuration of a model without its weights: from a folder, the cache, or a known name.

Knows where configurations are stored, and the sizes of a few common models; counts nothing.
"""

import re
from functools import partial
from pathlib import Path
from typing import Any

from mathpal.errors import ConfigError
from mathpal.settings.capabilities import capabilities

# From the published config.json files, so that planning does not need the checkpoint.
KNOWN: dict[str, tuple[str, dict[str, Any]]] = {
    r"gemma-3n-e2b": (
        "Gemma3nTextConfig",
        {"num_hidden_layers": 30, "num_kv_shared_layers": 10, "intermediate_size": 8192},
    ),
    r"gemma-3n-e4b": (
        "Gemma3nTextConfig",
        {"num_hidden_layers": 35, "num_kv_shared_layers": 15, "intermediate_size": 16384},
    ),
    r"llama-3\.2-1b": (
        "LlamaConfig",
        {
            "vocab_size": 128256, "hidden_size": 2048, "intermediate_size": 8192,
            "num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8,
            "head_dim": 64, "tie_word_embeddings": True,
        },
    ),
    r"llama-3\.2-3b": (
        "LlamaConfig",
        {
            "vocab_size": 128256, "hidden_size": 3072, "intermediate_size": 8192,
            "num_hidden_layers": 28, "num_attention_heads": 24, "num_key_value_heads": 8,
            "head_dim": 128, "tie_word_embeddings": True,
        },
    ),
}  # fmt: skip


def text_config(model: partial[Any]) -> Any:
    """Transformers' configuration of the language model that a bound loader would load.

    Args:
        model: the `model` group's callable with its settings.

    Raises:
        ConfigError: if no configuration is found and the name is not a known one.
    """
    settings, shapes = model.keywords, capabilities(model.func).shapes
    if shapes is not None:
        return shapes(settings)
    return _read(settings["path"], settings.get("revision")).get_text_config()


def _read(path: str, revision: str | None) -> Any:
    """Read the configuration from the folder or the cache, else by known name, else the hub."""
    import transformers

    from mathpal.models.checkpoint import read
    from mathpal.models.loading import source_of

    source = source_of(path)
    if Path(source).is_dir() and not Path(source, "config.json").is_file():
        # Transformers would take the folder's name for the name of an architecture.
        raise ConfigError(f"model.path={path} has no config.json; expected: a checkpoint's folder")
    find = partial(read, transformers.AutoConfig, source, path, revision=revision)
    try:
        return find(local_files_only=True)
    except ConfigError:
        if source != path:  # a local folder: report its own fault
            raise
    known = _known(path)
    if known is not None:
        return known
    try:
        return find()
    except ConfigError as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(
            f"{reason}\nSo there is no config.json to plan with. Expected: the folder of a "
            "checkpoint, or a hub name that is in the cache or can be fetched. Gemma-3n E2B and "
            "E4B and Llama-3.2 1B and 3B can be planned without it"
        ) from error


def _known(path: str) -> Any:
    import transformers

    for pattern, (kind, settings) in KNOWN.items():
        if re.search(pattern, path.lower()):
            return getattr(transformers, kind)(**settings)
    return None
