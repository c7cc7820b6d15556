"""Records as settings: the signature shows their fields, the function gets the records."""

import inspect
import pickle
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from annotated_types import Ge

from mathpal.settings.flat import flat
from mathpal.settings.targets import public_function


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long.

    Attributes:
        steps: optimizer steps.
        warmup: share of them.
    """

    steps: Annotated[int, Ge(1)]
    warmup: float = 0.05


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What is refused.

    Attributes:
        spike: in nats.
    """

    spike: float | None = 3.0


@flat()
def fit(job: str, *, seed: int = 1, schedule: Schedule, guard: Guard) -> tuple[Any, ...]:
    """Train."""
    return job, seed, schedule, guard


@flat(without=("spike",))
def unguarded(job: str, *, schedule: Schedule, guard: Guard) -> tuple[Any, ...]:
    """Train without a guard."""
    return job, schedule, guard


def test_the_function_gets_its_records() -> None:
    assert fit("job", steps=3, spike=None) == ("job", 1, Schedule(steps=3), Guard(spike=None))
    assert fit("job", seed=2, steps=3, warmup=1.0)[1:3] == (2, Schedule(steps=3, warmup=1.0))


def test_the_signature_shows_fields_with_types_and_defaults() -> None:
    shown = inspect.signature(fit).parameters
    assert list(shown) == ["job", "seed", "steps", "warmup", "spike"]
    assert shown["steps"].annotation == Annotated[int, Ge(1)]
    assert shown["steps"].default is inspect.Parameter.empty
    assert (shown["warmup"].default, shown["spike"].default) == (0.05, 3.0)
    assert all(shown[n].kind is inspect.Parameter.KEYWORD_ONLY for n in list(shown)[1:])


def test_the_docstring_explains_every_field() -> None:
    assert fit.__doc__ is not None and fit.__doc__.startswith("Train.")
    assert "warmup: share of them." in fit.__doc__ and "spike: in nats." in fit.__doc__


def test_a_field_that_is_left_out_keeps_its_default_and_cannot_be_given() -> None:
    assert unguarded("job", steps=1) == ("job", Schedule(steps=1), Guard(spike=3.0))
    with pytest.raises(TypeError, match=r"unguarded\(\) has no setting 'spike'"):
        unguarded("job", steps=1, spike=1.0)


def test_an_unknown_setting_and_a_missing_one_are_errors() -> None:
    with pytest.raises(TypeError, match="has no setting 'step'"):
        fit("job", step=3)
    with pytest.raises(TypeError, match="steps"):
        fit("job")


def test_it_stays_a_public_function_that_pickles() -> None:
    name = f"{__name__}.fit"
    assert public_function(name, __name__, ("job",)) is not None
    assert pickle.loads(pickle.dumps(fit)) is fit
