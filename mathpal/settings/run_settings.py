"""The settings of a run besides its groups. Imports nothing heavy, and not Hydra."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Predicate

Name = Annotated[str, Predicate(lambda text: re.fullmatch(r"[\w.-]+", text) is not None)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """The settings of a run besides its groups.

    Attributes:
        name: the experiment's name: letters, digits, '.', '_' and '-'.
        seed: of new weights, order and dropout; the data has its own.
        dry_run: do everything but the training.
        allow_leakage: train though held-out questions stand in the training split.
        allow_memory: train though the plan says that memory will not suffice.
        study: of the sweep that the run belongs to; a run does not read it.
        resume: never part of a composition: on the command line `resume=DIR` stands alone, in
            Python it is `mathpal.run.resume`.
    """

    name: Name
    seed: Annotated[int, Ge(0)] = 42
    dry_run: bool = False
    allow_leakage: bool = False
    allow_memory: bool = False
    study: dict[str, Any] | None = None
    resume: None = None
