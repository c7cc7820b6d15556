"""What the systems of a comparison are built from."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from mathpal.models.loaded import Loaded
from mathpal.problems import Problem
from mathpal.systems.system import System


class Bench(NamedTuple):
    """What the functions of `conf/system/` get beside their settings.

    Attributes:
        load: loads the model of a run directory (None: the comparison's first run), at a
            checkpoint's step (None: the finished run's weights). The same model is loaded once.
        run: the comparison's first run.
        train: the first run's training problems.
        test: the problems of the comparison.
        built: the systems so far, by name: those before this one in `system=[…]`.
    """

    load: Callable[[Path | None, int | None], Loaded]
    run: Path
    train: Sequence[Problem]
    test: Sequence[Problem] = ()
    built: Mapping[str, System] = MappingProxyType({})
