"""Load a causal LM through Unsloth; the rest of MathPal need not know the difference.

The weights have the names, shapes and values that Transformers would load. Unsloth is imported
inside the functions; it needs a GPU, or UNSLOTH_FORCE_CPU=1 for its CPU backend.
"""

import contextlib
import logging
import sys
from typing import Any

from mathpal.errors import ConfigError
from mathpal.models.checkpoint import explained, generation_settings, stored_names, unfilled

log = logging.getLogger(__name__)


def load(
    source: str,
    path: str,
    *,
    config: Any,
    key_mapping: dict[str, str] | None,
    max_length: int,
    attention: str,
    revision: str | None,
    precision: dict[str, Any],
) -> Any:
    """Load Unsloth's model, and check that every weight came from the checkpoint.

    Args:
        source: the folder or hub name to read.
        path: the same as the user wrote it, for messages.
        config: of the wanted model, which may be only the language model of the checkpoint.
        key_mapping: patterns of names in the checkpoint -> names in the model; None if they agree.
        max_length: most tokens of a row.
        attention: implementation of the attention.
        revision: of a hub checkpoint.
        precision: keywords of `from_pretrained` for dtype, device and quantization.

    Raises:
        ConfigError: if loading fails, weights are missing, or quantization was asked for and
            not done.
    """
    import torch
    from unsloth import FastModel

    given = arguments(max_length, precision)
    given |= {"attn_implementation": attention, "revision": revision}
    if key_mapping is not None:
        # Unsloth's CPU backend has no text_only; it passes unknown keywords to Transformers.
        gpu = torch.cuda.is_available()
        given |= {"text_only": True} if gpu else {"config": config, "key_mapping": key_mapping}
    generation = generation_settings(source, path, revision)
    with contextlib.redirect_stdout(sys.stderr), explained(path):
        model, _ = FastModel.from_pretrained(source, **given)
    if generation is not None:
        model.generation_config = generation
    # Unsloth's method forces reentrant checkpointing for Gemma-3n; restore the class's own.
    vars(model).pop("gradient_checkpointing_enable", None)
    _require_quantized(model, path, precision)
    runs = getattr(model.config, "_attn_implementation", attention)
    if runs != attention:
        log.warning("Unsloth runs %s with attention %s, not %s as asked", path, runs, attention)
    if config is not None:
        names = stored_names(source, path, revision)
        _require_whole(model, names, key_mapping or {}, path)
    return model


def arguments(max_length: int, precision: dict[str, Any]) -> dict[str, Any]:
    """Keywords that keep `FastModel.from_pretrained` from choosing settings by itself."""
    return {
        "max_seq_length": max_length,
        "load_in_4bit": False,  # its default is True
        # Else Unsloth may replace a hub name by a repository that it has quantized or changed.
        "use_exact_model_name": True,
        # `fit` turns on checkpointing; Unsloth's own is reentrant for Gemma-3n.
        "use_gradient_checkpointing": False,
        "offload_embedding": False,  # else it depends on the free memory
        **precision,
    }


def _require_quantized(model: Any, path: str, precision: dict[str, Any]) -> None:
    """Raise if Unsloth loaded in 16 bits: without a working bitsandbytes it only prints a line."""
    if "quantization_config" not in precision:
        return
    kinds = {type(module).__name__ for module in model.modules()}
    if not kinds & {"Linear4bit", "Linear8bitLt"}:
        raise ConfigError(
            f"model.path={path}: Unsloth could not quantize it and loaded it in 16 bits; see "
            "`python -m bitsandbytes`, or use model.quantization=none"
        )


def _require_whole(model: Any, stored: set[str], mapping: dict[str, str], path: str) -> None:
    """Raise if the checkpoint lacks weights: Unsloth fills them at random, without an error."""
    tied = getattr(model, "all_tied_weights_keys", None) or {}
    wanted = {name for name, _ in model.named_parameters()} - set(tied)
    missing = unfilled(wanted, stored, mapping, model.config)
    if missing:
        raise ConfigError(
            f"model.path={path}: {len(missing)} weights of the model are not in the checkpoint: "
            f"{', '.join(missing[:3])}. Expected: a whole checkpoint of this architecture; fetch "
            "or export it again"
        )
