"""Functions that take frozen records, called with the records' fields as flat settings.

`trainer.lr=1e-4` is what people type; `optimization.lr` is what a function's body reads. The record
has each setting's type, range, default and explanation, and nothing else repeats them. Standard
library only.
"""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import wraps
from typing import Any, TypeVar

Result = TypeVar("Result")
Parameter = inspect.Parameter


def flat(
    *, without: tuple[str, ...] = ()
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Give a function the fields of its record parameters as keyword-only parameters.

    Each keyword-only parameter that is annotated with a dataclass is replaced by that class's
    fields. The signature, which preflight reads, and the docstring show the fields.

    Args:
        without: fields that are no settings of this function; they keep their defaults.

    Example:
        >>> @dataclass(frozen=True)
        ... class Schedule:
        ...     warmup: float = 0.05
        >>> @flat()
        ... def fit(model, *, schedule: Schedule): return schedule.warmup
        >>> fit(None, warmup=0.1)
        0.1
    """  # fmt: skip

    def decorate(function: Callable[..., Result]) -> Callable[..., Result]:
        plain, records = _parted(function)
        owners = {
            field.name: name
            for name, record in records.items()
            for field in fields(record)
            if field.name not in without
        }

        @wraps(function)
        def called(*runtime: Any, **settings: Any) -> Result:
            given: dict[str, dict[str, Any]] = {name: {} for name in records}
            rest: dict[str, Any] = {}
            for key, value in settings.items():
                if key not in owners and key not in plain:
                    raise TypeError(f"{function.__name__}() has no setting {key!r}")
                (given[owners[key]] if key in owners else rest)[key] = value
            made = {name: record(**given[name]) for name, record in records.items()}
            return function(*runtime, **rest, **made)

        flattened = [
            Parameter(f.name, Parameter.KEYWORD_ONLY, default=_default(f), annotation=f.type)
            for record in records.values()
            for f in fields(record)
            if f.name not in without
        ]
        shown = inspect.signature(function).replace(parameters=[*plain.values(), *flattened])
        called.__signature__ = shown  # type: ignore[attr-defined]
        called.__doc__ = _documented(function, records)
        return called

    return decorate


def _parted(
    function: Callable[..., Any],
) -> tuple[dict[str, inspect.Parameter], dict[str, Any]]:
    """The parameters that stay as they are, and the record class of each of the others."""
    plain: dict[str, inspect.Parameter] = {}
    records: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is Parameter.KEYWORD_ONLY and is_dataclass(parameter.annotation):
            records[name] = parameter.annotation
        else:
            plain[name] = parameter
    return plain, records


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return Parameter.empty if field.default_factory is MISSING else field.default_factory()


def _documented(function: Callable[..., Any], records: dict[str, Any]) -> str:
    """The function's docstring, and that of each record below it."""
    texts = [inspect.getdoc(function), *(inspect.getdoc(record) for record in records.values())]
    return "\n\n".join(text for text in texts if text)
