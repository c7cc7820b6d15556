"""A checked composition: functions with their settings bound.

Knows functions, settings and signatures. Does not compose or check them.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mathpal.settings.capabilities import Capabilities, capabilities

# A group's function with its settings bound. The caller passes the runtime objects.
Call = partial[Any]


def parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Return the settings of a function: its keyword-only parameters."""
    found = inspect.signature(function).parameters.items()
    return {name: p for name, p in found if p.kind is inspect.Parameter.KEYWORD_ONLY}


def settings_of(call: Call) -> dict[str, Any]:
    """Return all settings of a bound function, defaults included."""
    defaults = {name: p.default for name, p in parameters(call.func).items()}
    return defaults | call.keywords


def with_nested(call: Call) -> Iterator[Call]:
    """Yield a bound function and those in its settings, e.g. the sources of a mixture."""
    yield call
    for value in call.keywords.values():
        for inner in value.values() if isinstance(value, Mapping) else ():
            if isinstance(inner, partial):
                yield from with_nested(inner)


@dataclass(frozen=True, slots=True)
class Composition:
    """The functions of a composition and the settings outside its groups.

    A run has all groups. A verb has only the groups that its file in conf/ composes; reading
    another one raises KeyError. The docstring of each group shows how its function is called.

    Attributes:
        groups: bound functions by the group's name, e.g. "trainer".
        options: the given settings outside the groups, e.g. `seed`.
    """

    groups: Mapping[str, Call] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> Call:
        """() -> Loaded."""
        return self.groups["model"]

    @property
    def lora(self) -> Call:
        """(model) -> the model with its trainable weights."""
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
        """(loaded, problems) -> Report; None if nothing is measured."""
        return self.groups["evaluation"]

    @property
    def export(self) -> Call:
        """(loaded, run_dir) -> Path."""
        return self.groups["export"]

    @property
    def systems(self) -> dict[str, Call]:
        """(bench, name) -> System, by name; in the order of `system=[…]`."""
        return {
            group.removeprefix("system."): call
            for group, call in self.groups.items()
            if group.startswith("system.")
        }

    def settings(self, group: str) -> dict[str, Any]:
        """Return all settings of a group's function, defaults included."""
        return settings_of(self.groups[group])

    def can(self, group: str) -> Capabilities:
        """Return the capabilities that a group's function declares."""
        return capabilities(self.groups[group].func)
