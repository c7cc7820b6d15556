"""The interface between objective and trainer: a loss, and the batches it is computed on.

Supervised fine-tuning has batches of rows with a loss mask; preference pairs and rollouts would
have their own. A trainer uses nothing of an objective but this interface.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from mathpal.problems import Problem

if TYPE_CHECKING:
    from torch import Tensor

    from mathpal.tokens.batches import Batch
    from mathpal.tokens.chat import TokenTable
    from mathpal.tokens.windows import Plan


# (model, batch) -> scalar loss with gradient
Loss = Callable[[Any, Any], Any]


class Batches(Protocol):
    """The micro-batches of a whole run; micro-batch i is a function of i alone.

    Attributes:
        plan: how rows are drawn and grouped into batches.
        steps: optimizer steps in all.
        pad: padding token id.
    """

    plan: "Plan"
    steps: int
    pad: int

    def __len__(self) -> int:
        """Return the number of micro-batches: `steps` × `plan.accumulate`."""

    def __getitem__(self, index: int) -> Any:
        """Return a micro-batch, as the objective's loss takes it."""

    def rows(self, step: int) -> list[int]:
        """Return the indices of a step's training rows."""

    def replanned(self, plan: "Plan") -> "Batches":
        """Return the same steps on the same rows, divided by another plan."""

    @property
    def longest(self) -> int:
        """Tokens of the longest row; no micro-batch may be smaller."""


class Objective(Protocol):
    """The loss that a step minimises, and its batches."""

    def __call__(self, model: Any, batch: Any) -> "Tensor":
        """Return the loss of a micro-batch: a scalar with gradient.

        Args:
            model: a Hugging Face causal LM or a PEFT model around one.
            batch: a micro-batch of this objective.
        """

    def encode(
        self, problems: Sequence[Problem], tokenizer: Any, *, max_length: int, label: str
    ) -> "TokenTable":
        """Tokenize problems into the rows of this objective.

        Args:
            problems: at least one.
            tokenizer: the model's, with a chat template.
            max_length: largest number of tokens of a row; longer rows are left out and counted.
            label: title of the progress bar.

        Raises:
            DataError: when a row's mask is wrong, or no row is left.
        """

    def training_batches(
        self, table: "TokenTable", plan: "Plan", *, steps: int | None, epochs: int, pad: int
    ) -> Batches:
        """Return the micro-batches of `steps` optimizer steps, or of `epochs` without `steps`."""

    def validation_batches(
        self, table: "TokenTable", *, batch_tokens: int, pad: int
    ) -> "Iterable[Batch]":
        """Return the micro-batches of the validation loss: every row once."""
