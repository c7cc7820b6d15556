"""Call a function that takes frozen records with the records' fields as flat settings.

Users type `trainer.lr=1e-4`; the function's body reads `optimization.lr`. Each setting's type,
range, default and explanation stand in the record and nowhere else. Standard library only.
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

    Each keyword-only parameter that is annotated with a dataclass is replaced by the fields of
    that dataclass. The decorated function's signature, which preflight reads, and its docstring
    show the fields.

    Args:
        without: fields that are not settings of this function; they keep their defaults.

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
            if f.name in owners
        ]
        shown = inspect.signature(function).replace(parameters=[*plain.values(), *flattened])
        called.__signature__ = shown  # type: ignore[attr-defined]
        called.__doc__ = _documented(function, records)
        return called

    return decorate


def _parted(
    function: Callable[..., Any],
) -> tuple[dict[str, inspect.Parameter], dict[str, Any]]:
    """Split the parameters: those that stay unchanged, and the record class of each other one."""
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
    """Join the docstrings of the function and of its records."""
    texts = [inspect.getdoc(function), *(inspect.getdoc(record) for record in records.values())]
    return "\n\n".join(text for text in texts if text)
