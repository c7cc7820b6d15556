"""Embeddings by a sentence-transformers model, from a folder or by its name on the Hub."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mathpal.errors import ConfigError, DataError
from mathpal.retrieval.lsa import Vectors

AT_ONCE = 32  # questions of an index that are embedded together


class Encoder(NamedTuple):
    """The two sides of a model that embeds questions: vectors of length 1, (questions, size).

    Attributes:
        passages: embeds the questions of the index.
        queries: embeds the questions that are asked, one at a time: none changes another's vector.
    """

    passages: Callable[[Sequence[str]], Vectors]
    queries: Callable[[Sequence[str]], Vectors]


def encoder(source: str | Path, *, query_prefix: str = "", passage_prefix: str = "") -> Encoder:
    """Load a sentence-transformers model.

    A folder is loaded without a network. The model's own prompts are used, unless a
    prefix is given.

    Args:
        source: the model's folder, or its name on the Hub.
        query_prefix: text before each question that is asked, e.g. "query: " for E5.
        passage_prefix: text before each question of the index, e.g. "passage: ".

    Raises:
        ConfigError: the package sentence-transformers is missing.
        DataError: there is no such folder, or it cannot be loaded.
    """
    named = f"embeddings={source}"
    folder = Path(source)
    if not folder.is_dir() and (folder.is_absolute() or str(source).startswith((".", "~"))):
        raise DataError(f"{named}: expected the folder of a sentence-transformers model")
    try:
        from sentence_transformers import SentenceTransformer
    except ModuleNotFoundError as error:
        if error.name != "sentence_transformers":
            raise
        raise ConfigError(
            f"{named} needs the package sentence-transformers: pip install 'mathpal[dense]'; "
            "embeddings=lsa needs none"
        ) from error
    try:
        model: Any = SentenceTransformer(str(source), local_files_only=folder.is_dir())
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        raise DataError(f"{named} cannot be loaded: {reason}") from error

    def side(encode: Any, prefix: str, at_once: int) -> Callable[[Sequence[str]], Vectors]:
        more = {"prompt": prefix} if prefix else {}

        def embed(questions: Sequence[str]) -> Vectors:
            found = encode(
                list(questions), batch_size=at_once, show_progress_bar=False,
                convert_to_numpy=True, normalize_embeddings=True, **more,
            )  # fmt: skip
            return np.asarray(found, np.float32).reshape(len(questions), -1)

        return embed

    return Encoder(
        side(model.encode_document, passage_prefix, AT_ONCE),
        side(model.encode_query, query_prefix, 1),
    )
