"""Bound the work that a recorded configuration's interpolations cause.

A value that names another twice doubles its work; thirty such values in a chain would never end.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_EVALUATIONS = 10_000  # of one value; a run of MathPal's own groups needs 30 in all
_DEPTH = 50
_COMPUTED = 8  # interpolations within others: their keys are unknown before they are resolved
_MARK = re.compile(r"(\\*)(\$\{|\})")
_KEY = re.compile(r"[^\s${}:,'\"()]+")


class _Cost(NamedTuple):
    evaluations: int
    depth: int


def require_bounded(config: Any) -> None:
    """Refuse a configuration whose resolution would not end soon.

    Args:
        config: plain values, interpolations unresolved.

    Raises:
        ValueError: names the value.
    """
    leaves: dict[str, str] = {}
    below: dict[str, list[str]] = {}
    _gather(config, "", leaves, below)
    if sum(len(inner) for text in leaves.values() for _, inner in _spans(text)) > _COMPUTED:
        raise ValueError(f"it has more than {_COMPUTED} interpolations within interpolations")
    costs: dict[str, _Cost] = {}
    for path in leaves:
        _cost(path, leaves, below, costs, ())


def literal(text: str) -> str:
    """Return a text in which OmegaConf finds no interpolation; resolved, it is the text again.

    Example:
        >>> print(literal("${x}"))
        \\${x}
    """
    return re.sub(r"(\\*)\$\{", lambda found: found[1] * 2 + r"\${", text)


def _gather(
    value: Any, path: str, leaves: dict[str, str], below: dict[str, list[str]]
) -> list[str]:
    """Fill in each text by its dotted path, and for each node the paths of the texts within it.

    Returns:
        The paths within this node; the whole has the path "".
    """
    found = below[path] = []
    if isinstance(value, str):
        leaves[path] = value
        found.append(path)
    items = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else items:
        found += _gather(item, f"{path}.{key}" if path else str(key), leaves, below)
    return found


def _spans(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each outer interpolation, and the parts of it that are interpolations themselves."""
    starts: list[int] = []
    inner: list[str] = []
    for mark in _MARK.finditer(text):
        if mark[2] == "${":
            if len(mark[1]) % 2 == 0:
                starts.append(mark.start(2))
        elif starts:
            start = starts.pop()
            if starts:
                inner.append(text[start : mark.end()])
            else:
                whole = text[start : mark.end()]
                if "oc.decode" in whole:  # reads its text as an interpolation once more
                    inner.append(whole)
                yield whole, inner
                inner = []


def _named(text: str, path: str) -> Iterator[str]:
    """The dotted paths that the interpolations of a value may name."""
    for span, _ in _spans(text):
        for key in _KEY.findall(span):
            name = key.replace("[", ".").replace("]", "")
            up = len(name) - len(name.lstrip("."))
            above = path.split(".")[:-up] if up else []
            yield ".".join([*above, *filter(None, name.split("."))])


def _cost(
    path: str,
    leaves: dict[str, str],
    below: dict[str, list[str]],
    costs: dict[str, _Cost],
    within: tuple[str, ...],
) -> _Cost:
    """The work that a value causes; it is kept in `costs`."""
    if path in within:
        return _Cost(0, 0)  # OmegaConf itself names the cycle
    if path in costs:
        return costs[path]
    evaluations, depth = 1, len(within)
    for name in _named(leaves[path], path):
        for each in below.get(name, ()):
            found = _cost(each, leaves, below, costs, (*within, path))
            evaluations += found.evaluations
            depth = max(depth, len(within) + 1 + found.depth)
            if evaluations > _EVALUATIONS or depth > _DEPTH:
                raise ValueError(
                    f"the interpolations of {path} stand for more than {_EVALUATIONS} others, or "
                    f"are more than {_DEPTH} deep"
                )
    costs[path] = _Cost(evaluations, depth - len(within))
    return costs[path]
