"""Whether MathPal trained a model, as its config.json says.

Such a model was asked bare questions in training and learnt the layout of our solutions. The fact
is stated where the weights are saved or drawn, and names decide nothing. Standard library only.
"""

from typing import Any

_KEY = "trained_by_mathpal"


def mark(config: Any) -> None:
    """State in a model's configuration, which is saved with the weights, that MathPal trains it."""
    setattr(config, _KEY, True)


def is_marked(config: Any) -> bool:
    """Return whether a model's configuration states that MathPal trained it."""
    return getattr(config, _KEY, False) is True


def text_part(config: Any) -> Any:
    """Return the configuration of the language model alone, with the mark of the whole one."""
    if is_marked(config):
        mark(config.text_config)
    return config.text_config
