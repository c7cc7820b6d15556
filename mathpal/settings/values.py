"""Check one value against one annotation with pydantic.

Knows nothing of groups, functions or compositions.
"""

import json
import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from mathpal.settings.faults import Fault, shown
from mathpal.settings.words import to_copy


def check_value(where: str, value: Any, annotation: Any, faults: list[Fault]) -> Any:
    """Return the value converted to its annotation; if it is invalid, append faults.

    Args:
        where: the setting's name, for the message.
        value: a JSON value: null, boolean, number, string, list or mapping.
        annotation: the annotation of the parameter.
        faults: the list to append to.

    Returns:
        The converted value; the unchanged value if it is invalid.
    """
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    adapter: TypeAdapter[Any] = TypeAdapter(annotation, config=ConfigDict(allow_inf_nan=False))
    try:
        # Strict JSON mode: a list may be a tuple, a string a path, an int a float; nothing else.
        return adapter.validate_json(json.dumps(_at_home(value, annotation)), strict=True)
    except OSError as error:  # a name that is too long for any file
        faults.append(Fault(f"{where}={value}", f"a path of this file system ({error.strerror})"))
        return value
    except (TypeError, ValueError) as error:
        if not isinstance(error, ValidationError):  # bytes, or a mapping with keys of other types
            faults.append(Fault(f"{where}={value!r}", f"a value that JSON can hold ({error})"))
            return value
        for detail in error.errors():
            given = value if detail["type"] == "json_invalid" else detail["input"]
            place = f"{where}{_place(value, detail['loc'])}"
            fault = Fault(f"{place}={shown(given)}", _expected(detail), _fix(place, detail))
            if fault not in faults:
                faults.append(fault)
        return value


def _at_home(value: Any, annotation: Any) -> Any:
    """Return the value; a path that begins with ~ stands in the home folder."""
    is_path = isinstance(value, str) and value.startswith("~") and _takes_path(annotation)
    return os.path.expanduser(value) if is_path else value


def _takes_path(annotation: Any) -> bool:
    kind = isinstance(annotation, type) and issubclass(annotation, Path)
    return kind or any(_takes_path(part) for part in get_args(annotation))


def _fix(place: str, detail: Any) -> str:
    """Return the word that writes the value as what is expected; "" where that is unknown."""
    given = detail["input"]
    if detail["type"] == "string_type" and given is not None:
        return to_copy(place, shown(given))
    if detail["type"] in ("list_type", "tuple_type") and isinstance(given, str):
        parts = [part.strip() for part in given.strip("[]").split(",")]
        return shlex.quote(f"{place}={json.dumps(parts, ensure_ascii=False)}")
    return ""


def _place(value: Any, path: tuple[int | str, ...]) -> str:
    """Return the place within the value: "[1]" in a list, ".own" in a mapping.

    pydantic's own tags in the path are left out.
    """
    place = ""
    for part in path:
        if isinstance(part, int):
            place += f"[{part}]"
        elif isinstance(value, dict) and part in value:
            place += f".{part}"
            value = value[part]
    return place


def _expected(detail: Any) -> str:
    """Return pydantic's reason as a noun phrase."""
    reason = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "predicate_failed":
        return "at most 200 letters, digits, '.', '_' and '-', and not only dots"
    if detail["type"] == "json_invalid":
        return "text that can be written as UTF-8"
    if detail["type"] == "path_not_file":
        return "a file that exists"
    if detail["type"] == "path_not_directory":
        return "a folder that exists"
    for opening in ("Input should be a valid ", "Input should be "):
        if reason.startswith(opening):
            return ("a valid " if "valid" in opening else "") + reason.removeprefix(opening)
    return reason


def as_typed(fault: Fault, overrides: Sequence[str]) -> Fault:
    """Return the fault of a text that Hydra read as something else (`1.50`) as it was typed."""
    if fault.expected == "a valid string":
        for text in overrides:
            key, _, value = text.lstrip("+").partition("=")
            if value and fault.given.startswith(f"{key}="):
                return Fault(f"{key}={value}", fault.expected, to_copy(key, value))
    return fault
