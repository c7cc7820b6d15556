"""One value against one annotation: what fits, and what would. pydantic compares.

Knows nothing of groups, functions and compositions.
"""

import json
from typing import Any

from mathpal.settings.faults import Fault, shown


def check_value(where: str, value: Any, annotation: Any, faults: list[Fault]) -> Any:
    """The value as its annotation wants it; a fault where it does not fit.

    Args:
        where: the setting, for the fault.
        value: of JSON's kinds.
        annotation: of the parameter.
        faults: takes what is found.
    """
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    adapter: TypeAdapter[Any] = TypeAdapter(annotation, config=ConfigDict(allow_inf_nan=False))
    try:
        # Strict JSON mode: a list may be a tuple, a string a path, an int a float; nothing else.
        return adapter.validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        for detail in error.errors():
            given = f"{where}{_place(value, detail['loc'])}={shown(detail['input'])}"
            fault = Fault(given, _expected(detail))
            if fault not in faults:
                faults.append(fault)
        return value


def _place(value: Any, path: tuple[int | str, ...]) -> str:
    """Where in the value: "[1]" of a list, ".own" of a mapping; pydantic's own tags left out."""
    place = ""
    for part in path:
        if isinstance(part, int):
            place += f"[{part}]"
        elif isinstance(value, dict) and part in value:
            place += f".{part}"
            value = value[part]
    return place


def _expected(detail: Any) -> str:
    """pydantic's reason as a noun phrase."""
    reason = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "predicate_failed":
        return "letters, digits, '.', '_' and '-'"
    if detail["type"] == "path_not_file":
        return "a file that exists"
    if detail["type"] == "path_not_directory":
        return "a folder that exists"
    for opening in ("Input should be a valid ", "Input should be "):
        if reason.startswith(opening):
            return ("a valid " if "valid" in opening else "") + reason.removeprefix(opening)
    return reason
