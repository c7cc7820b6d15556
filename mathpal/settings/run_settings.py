"""The settings of a run outside its groups. Imports neither Hydra nor anything heavy."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Lt, Predicate


def _is_name(text: str) -> bool:
    plain = re.fullmatch(r"[\w.-]+", text) is not None and text.strip(".") != ""
    return plain and len(text.encode()) <= 200  # a file system has room for 255 bytes


Name = Annotated[str, Predicate(_is_name)]
Seed = Annotated[int, Ge(0), Lt(2**32)]  # what NumPy's generator takes


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """The settings of a run outside its groups.

    Attributes:
        name: the experiment's name: letters, digits, '.', '_' and '-'.
        seed: seed of new weights, row order and dropout; the data has its own.
        dry_run: do everything but the training.
        allow_leakage: train even if held-out questions are in the training split.
        allow_memory: train even if the plan exceeds the available memory.
        study: settings of the sweep that the run belongs to; the run ignores them.
        resume: always null in a composition. To resume a run, give `resume=DIR` alone on the
            command line, or call `mathpal.run.resume` in Python.
    """

    name: Name
    seed: Seed = 42
    dry_run: bool = False
    allow_leakage: bool = False
    allow_memory: bool = False
    study: dict[str, Any] | None = None
    resume: None = None
