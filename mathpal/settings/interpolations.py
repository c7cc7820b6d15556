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
    holders = dict(_nodes(config))
    leaves = {path: node for path, node in holders.items() if isinstance(node, str)}
    if sum(len(inner) for text in leaves.values() for _, inner in _spans(text)) > _COMPUTED:
        raise ValueError(f"it has more than {_COMPUTED} interpolations within interpolations")
    costs: dict[str, _Cost] = {}
    for path in leaves:
        _cost(path, leaves, holders, costs, ())


def _nodes(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every node with its dotted path; the whole has the path ""."""
    yield path, value
    items = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else items:
        yield from _nodes(item, f"{path}.{key}" if path else str(key))


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
    holders: dict[str, Any],
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
        for each in [name] if name in leaves else _below(name, leaves, holders):
            found = _cost(each, leaves, holders, costs, (*within, path))
            evaluations += found.evaluations
            depth = max(depth, len(within) + 1 + found.depth)
            if evaluations > _EVALUATIONS or depth > _DEPTH:
                raise ValueError(
                    f"the interpolations of {path} stand for more than {_EVALUATIONS} others, or "
                    f"are more than {_DEPTH} deep"
                )
    costs[path] = _Cost(evaluations, depth - len(within))
    return costs[path]


def _below(name: str, leaves: dict[str, str], holders: dict[str, Any]) -> list[str]:
    """The texts below a mapping or list that an interpolation names."""
    if not isinstance(holders.get(name), dict | list):
        return []
    return [path for path in leaves if not name or path.startswith(f"{name}.")]
