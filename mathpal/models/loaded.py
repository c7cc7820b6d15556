"""What every model loader returns."""

from typing import Any, NamedTuple


class Loaded(NamedTuple):
    """A model ready to be given LoRA weights, or to be trained whole.

    Attributes:
        model: a Hugging Face causal LM.
        tokenizer: its tokenizer, with a chat template.
        name: the hub name, folder or recipe it came from.
        max_length: most tokens of a training row or of prompt plus answer.
        fingerprint: sha256 over the weights' file (or over the recipe, for random weights).
        backend: who runs the layers, "transformers" or "unsloth".
    """

    model: Any
    tokenizer: Any
    name: str
    max_length: int
    fingerprint: str
    backend: str = "transformers"
