"""A composition that passed its checks: functions with their settings bound.

Knows functions, settings and signatures; not how they were composed or checked.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mathpal.settings.capabilities import Capabilities, capabilities

# A group's function with its settings bound; runtime objects are given when it is called.
Call = partial[Any]


def parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The settings of a function: its keyword-only parameters."""
    found = inspect.signature(function).parameters.items()
    return {name: p for name, p in found if p.kind is inspect.Parameter.KEYWORD_ONLY}


def settings_of(call: Call) -> dict[str, Any]:
    """All settings of a bound function, defaults included."""
    defaults = {name: p.default for name, p in parameters(call.func).items()}
    return defaults | call.keywords


@dataclass(frozen=True, slots=True)
class Composition:
    """The functions of a composition and the settings outside its groups.

    A run has all groups. A verb has those in its file of conf/; asking for another one is a bug.

    Attributes:
        groups: by name, e.g. "trainer".
        options: settings outside the groups, e.g. `seed`, as they were given.
    """

    groups: Mapping[str, Call] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> Call:
        """() -> Loaded."""
        return self.groups["model"]

    @property
    def lora(self) -> Call:
        """(model) -> model with the weights to be trained."""
        return self.groups["lora"]

    @property
    def data(self) -> Call:
        """(run_dir) -> Splits."""
        return self.groups["data"]

    @property
    def objective(self) -> Call:
        """() -> Objective."""
        return self.groups["objective"]

    @property
    def trainer(self) -> Call:
        """(job) -> FitResult."""
        return self.groups["trainer"]

    @property
    def tracker(self) -> Call:
        """(run_dir) -> Tracking."""
        return self.groups["tracker"]

    @property
    def evaluation(self) -> Call:
        """(loaded, problems) -> Report, or None where nothing is measured."""
        return self.groups["evaluation"]

    @property
    def export(self) -> Call:
        """(loaded, run_dir) -> Path."""
        return self.groups["export"]

    def settings(self, group: str) -> dict[str, Any]:
        """All settings of a group's function, defaults included."""
        return settings_of(self.groups[group])

    def can(self, group: str) -> Capabilities:
        """What a group's function declares of itself."""
        return capabilities(self.groups[group].func)
