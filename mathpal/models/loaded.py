"""The record that every model loader returns."""

from typing import Any, NamedTuple

from mathpal.models.origin import is_marked


class Loaded(NamedTuple):
    """A model ready for LoRA or for full fine-tuning, with its tokenizer.

    Attributes:
        model: a Hugging Face causal LM.
        tokenizer: its tokenizer, with a chat template.
        name: the hub name, folder or recipe it came from.
        max_length: most tokens of a training row or of prompt plus answer.
        fingerprint: sha256, see `mathpal.models.loading.fingerprint`: over every weight's name
            and shape and a sample of its values. For random weights: over the recipe.
        backend: what runs the layers, "transformers" or "unsloth".
    """

    model: Any
    tokenizer: Any
    name: str
    max_length: int
    fingerprint: str
    backend: str = "transformers"

    @property
    def trained_by_mathpal(self) -> bool:
        """Whether the base learnt the layout of our solutions; see `mathpal.models.origin`."""
        return is_marked(self.model.config)
