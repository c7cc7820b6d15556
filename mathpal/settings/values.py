"""Check one value against one annotation with pydantic.

Knows nothing of groups, functions or compositions.
"""

import json
from typing import Any

from mathpal.settings.faults import Fault, shown


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
        return adapter.validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        for detail in error.errors():
            given = f"{where}{_place(value, detail['loc'])}={shown(detail['input'])}"
            fault = Fault(given, _expected(detail))
            if fault not in faults:
                faults.append(fault)
        return value


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
    if detail["type"] == "path_not_file":
        return "a file that exists"
    if detail["type"] == "path_not_directory":
        return "a folder that exists"
    for opening in ("Input should be a valid ", "Input should be "):
        if reason.startswith(opening):
            return ("a valid " if "valid" in opening else "") + reason.removeprefix(opening)
    return reason
