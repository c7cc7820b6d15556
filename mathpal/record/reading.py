"""Read the records of a run directory: the one reader of JSON that a run has left.

A record is a TypedDict; keys that it does not name stay as they are. `read` is strict: what a run
is resumed or repeated from has to be right. `read_tolerantly` is for pages and lists: it leaves
out what has another shape, and names it.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from annotated_types import Ge, Le
from pydantic import TypeAdapter, ValidationError

from mathpal.errors import DataError
from mathpal.record import untrusted

T = TypeVar("T")
Schema = Literal[1]  # the number in a record's key "schema"
Step = Annotated[int, Ge(0), Le(2**53)]
_SHOWN = 3  # faults in one message


MISSING = "is missing"


class Fault(NamedTuple):
    """One place of a record that has another shape.

    Attributes:
        place: keys and numbers of items from the top.
        said: what is expected there and what was found.
    """

    place: tuple[str | int, ...]
    said: str

    def __str__(self) -> str:
        where = ".".join(map(str, self.place)) or "the whole"
        return f"{where} is missing" if self.said is MISSING else f"{where}: expected {self.said}"


class Found(NamedTuple, Generic[T]):
    """What was read of a damaged file.

    Attributes:
        value: the content without what has another shape; None if nothing can be read.
        damage: the reasons, each a clause that begins with the place.
    """

    value: T | None
    damage: list[str]


def read(path: Path, schema: type[T], *, finite: bool = True) -> T:
    """Read a record that has to be right.

    Args:
        path: of the file.
        schema: the record.
        finite: refuse NaN and infinity.

    Raises:
        DataError: naming the file, the place, what was found and what is expected.
    """
    try:
        return conform(_content(path, finite=finite), schema)
    except FileNotFoundError:
        raise DataError(
            f"{path} is not there; a run directory has it, e.g. outputs/latest"
        ) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {untrusted.reason(error)}") from error
    except ValueError as error:
        raise DataError(f"{path} is damaged: {error}") from error


def read_tolerantly(path: Path, schema: type[T]) -> Found[T]:
    """Read what can be read of a record. Top-level keys may be missing.

    Args:
        path: of the file.
        schema: the record, an object.

    Raises:
        FileNotFoundError: if it is absent.
    """
    try:
        value = _content(path, finite=True, errors="replace")
    except FileNotFoundError:
        raise
    except OSError as error:
        return Found(None, [f"it cannot be read: {untrusted.reason(error)}"])
    except ValueError as error:
        return Found(None, [str(error)])
    return mended(value, schema)


def mended(value: Any, schema: type[T]) -> Found[T]:
    """Return an object without the keys, and items of lists, that have another shape.

    Args:
        value: as JSON has it.
        schema: the record, an object.
    """
    faults = [f for f in _faults(value, schema) if f.said is not MISSING or len(f.place) > 1]
    damage = list(map(str, faults))
    if any(not fault.place for fault in faults):
        return Found(None, damage)
    left_out = {fault.place[:2] for fault in faults}
    kept: Any = {}
    for key, item in value.items():
        own = [place for place in left_out if place[0] == key]
        if isinstance(item, list) and own and all(isinstance(place[-1], int) for place in own):
            kept[key] = [each for number, each in enumerate(item) if (key, number) not in left_out]
        elif not own:
            kept[key] = item
    return Found(kept, damage)


def conform(value: Any, schema: type[T]) -> T:
    """Return the value if it is such a record.

    Args:
        value: as JSON has it.
        schema: the record.

    Raises:
        ValueError: naming each place, what was found and what is expected.
    """
    if faults := list(map(str, _faults(value, schema))):
        more = f"; {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise ValueError("; ".join(faults[:_SHOWN]) + more)
    found: T = value
    return found


def conforms(value: Any, schema: type[Any]) -> bool:
    """Return whether the value is such a record."""
    return not _faults(value, schema)


def _content(path: Path, *, finite: bool, errors: str = "strict") -> Any:
    try:
        text = untrusted.read_bytes(path).decode("utf-8", errors)
        return untrusted.parse_json(text, finite=finite)
    except ValueError as error:
        raise ValueError(f"it is not JSON: {error}") from error


@lru_cache(maxsize=64)
def _adapter(schema: Any) -> TypeAdapter[Any]:
    return TypeAdapter(schema)


def _faults(value: Any, schema: Any) -> list[Fault]:
    try:
        _adapter(schema).validate_python(value, strict=True)
    except ValidationError as error:
        found: dict[tuple[str | int, ...], list[str]] = {}
        for detail in error.errors(include_url=False, include_context=False):
            place, item = _place(value, detail["loc"])
            said = _expected(detail["msg"], item)
            if detail["type"] == "missing":
                place, said = (*place, detail["loc"][-1]), MISSING
            found.setdefault(place, []).append(said)
        return [Fault(place, _joined(said)) for place, said in found.items()]
    return []


def _place(value: Any, path: tuple[str | int, ...]) -> tuple[tuple[str | int, ...], Any]:
    """Return the place without pydantic's names for parts of a union, and the item there."""
    place: list[str | int] = []
    for part in path:
        inside = isinstance(value, dict) and part in value
        if inside or (isinstance(value, list) and isinstance(part, int)):
            place.append(part)
            value = value[part]
    return tuple(place), value


def _expected(message: str, item: Any) -> str:
    noun = message.removeprefix("Input should be ")
    for theirs, plain in (("None", "null"), ("a valid dictionary", "an object"),
                          ("a valid integer", "an integer"), ("a valid ", "a ")):  # fmt: skip
        noun = noun.replace(theirs, plain)
    return f"{noun}, found {_shown(item)}"


def _joined(said: list[str]) -> str:
    """Join what the parts of a union expect; all of them found the same."""
    nouns = [each.partition(", found ")[0] for each in said]
    return " or ".join(dict.fromkeys(nouns)) + said[0][len(nouns[0]) :]


def _shown(value: Any) -> str:
    """Return a value in a few words; of nested ones the kind only."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"
