"""Fixtures shared by all tests: a Gemma-3n that is made in a second and knows nothing."""

import os

# Before torch and Transformers are imported: tiny tensors gain nothing from threads, sums of one
# thread are the same everywhere, and no test may reach for a network.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import copy
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mathpal.models.loaded import Loaded

# Two layers of the real architecture: AltUp, Laurel, per-layer embeddings, grouped attention.
TINY = {
    "hidden_size": 32,
    "layers": 2,
    "heads": 2,
    "kv_heads": 1,
    "head_dim": 16,
    "intermediate_size": 64,
    "per_layer_size": 8,
    "laurel_rank": 4,
    "vocab_size": 600,
    "tokenizer_problems": 5,
    "max_length": 256,
}


@pytest.fixture(scope="session")
def shared_tiny() -> "Loaded":
    """A random two-layer Gemma-3n and its tokenizer; shared, so a test must not change it."""
    from mathpal.models.scratch import create_gemma3n

    loaded = create_gemma3n(**TINY, seed=7)
    loaded.model.eval()
    return loaded


@pytest.fixture
def tiny(shared_tiny: "Loaded") -> "Loaded":
    """The same model as `shared_tiny`, a test's own copy to train or to wrap."""
    return shared_tiny._replace(model=copy.deepcopy(shared_tiny.model))
