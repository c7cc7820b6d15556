"""Whether a model, its tokenizer, the longest row and Transformers fit, before weights are read.

Knows Transformers' configurations and tokenizers; reads no weights.
"""

from typing import Any

from mathpal.errors import ConfigError


def require_vocabulary(config: Any, tokenizer: Any, path: str) -> None:
    """Require an embedding for every token.

    Args:
        config: Transformers' configuration of the model.
        tokenizer: its tokenizer.
        path: as the user wrote it, for the message.

    Raises:
        ConfigError: naming both sizes.
    """
    text = config.get_text_config()
    rows, last = getattr(text, "vocab_size", None), max(tokenizer.get_vocab().values())
    if rows is not None and last >= rows:
        token = tokenizer.convert_ids_to_tokens(last)
        raise ConfigError(
            f"model.path={path}: its tokenizer has the ids 0 to {last} (the last is {token!r}), "
            f"but the model's embedding has {rows} rows. Expected: the tokenizer that the "
            "model was trained with, or an embedding resized to it (resize_token_embeddings)"
        )


def require_positions(config: Any, max_length: int) -> None:
    """Require a position for every token of the longest row that a run may train on.

    Raises:
        ConfigError: naming both numbers.
    """
    places = positions(config)
    if places is not None and max_length > places:
        raise ConfigError(
            f"model.max_length={max_length}: this model knows {places} positions. "
            f"Set model.max_length={places}"
        )


def positions(config: Any) -> int | None:
    """Return how many positions a model knows; None if there is no such limit.

    Rotary positions that are scaled count as far as their scaling reaches.
    """
    text = config.get_text_config()
    places = getattr(text, "max_position_embeddings", None)
    if not isinstance(places, int) or places <= 0:
        return None
    rotary = getattr(text, "rope_parameters", None) or getattr(text, "rope_scaling", None) or {}
    reached = [places]
    for rule in (rotary, *(value for value in rotary.values() if isinstance(value, dict))):
        factor, first = rule.get("factor"), rule.get("original_max_position_embeddings")
        if factor:
            reached.append(int(factor * (first or places)))
    return max(reached)


def learned_positions(config: Any) -> int | None:
    """Return the length of a table of learned positions, beyond which a model fails; else None."""
    text = config.get_text_config()
    rotary = hasattr(text, "rope_parameters") or hasattr(text, "rope_scaling")
    return None if rotary else positions(config)


def require_transformers() -> None:
    """Refuse releases of Transformers that train Gemma-3n wrongly."""
    import transformers
    from packaging.version import Version

    if Version(transformers.__version__) < Version("5.6"):
        raise ConfigError(
            f"Gemma-3n needs transformers 5.6 or newer, found {transformers.__version__}: in older "
            "releases, layers that share keys and values train on wrong ones. "
            'Fix: pip install -U "transformers>=5.6,<=5.17"'
        )
