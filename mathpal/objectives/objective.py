"""The seam between an objective and the trainer: a loss, and the batches that it is computed on.

Supervised fine-tuning brings rows with a loss mask; preference pairs and rollouts would bring their
own. A trainer knows only what stands here.
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
    """The micro-batches of a whole run; number i is a function of i alone.

    Attributes:
        plan: what decides the batches besides the data.
        steps: optimizer steps in all.
        pad: the id that fills a batch.
    """

    plan: "Plan"
    steps: int
    pad: int

    def __len__(self) -> int:
        """Micro-batches in all: `steps` × `plan.accumulate`."""

    def __getitem__(self, index: int) -> Any:
        """A micro-batch, as the objective's loss takes it."""

    def rows(self, step: int) -> list[int]:
        """Numbers of the training rows of a step."""

    def replanned(self, plan: "Plan") -> "Batches":
        """The same steps on the same rows, cut by another plan."""

    @property
    def longest(self) -> int:
        """Tokens of the longest row; no micro-batch may be smaller."""


class Objective(Protocol):
    """What a step minimises, and on what."""

    def __call__(self, model: Any, batch: Any) -> "Tensor":
        """The loss of a micro-batch: a scalar with gradient.

        Args:
            model: a Hugging Face causal LM or a PEFT model around one.
            batch: of this objective's own batches.
        """

    def encode(
        self, problems: Sequence[Problem], tokenizer: Any, *, max_length: int, label: str
    ) -> "TokenTable":
        """Tokenize problems into the rows of this objective.

        Args:
            problems: at least one.
            tokenizer: of the model, with a chat template.
            max_length: most tokens of a row; longer ones are left out and counted.
            label: shown with the progress.

        Raises:
            DataError: when a row's mask is wrong, or no row is left.
        """

    def training_batches(
        self, table: "TokenTable", plan: "Plan", *, steps: int | None, epochs: int, pad: int
    ) -> Batches:
        """The micro-batches of a run; `epochs` counts where `steps` is None."""

    def validation_batches(
        self, table: "TokenTable", *, batch_tokens: int, pad: int
    ) -> "Iterable[Batch]":
        """The micro-batches of the validation loss: every row once."""
