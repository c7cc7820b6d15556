"""Several data sets as one: what `data=mixture` names.

Knows the shares of the sources, and that no source trains on problems that another holds out.
Knows nothing of how a source gets its rows.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Gt

from mathpal.data.apart import without_leaks
from mathpal.data.finish import number
from mathpal.data.quarantine import FILE, write_quarantine
from mathpal.data.sieve import digest
from mathpal.errors import ConfigError, DataError, MathPalError
from mathpal.problems import LeftOut, Problem, RawRows, Splits
from mathpal.settings.capabilities import Limits, declares

Source = Callable[[Path | None], Splits]


@declares(limits=Limits(audited={"weights": None, "train": None}, nested="sources"))
def mixture(
    run_dir: Path | None,
    *,
    sources: Mapping[str, Source],
    weights: Mapping[str, Annotated[float, Gt(0)]] | None = None,
    train: Annotated[int, Ge(1)] | None = None,
    seed: int = 42,
) -> Splits:
    """Mix the training problems of several sources in given shares, and join their held-out ones.

    Training problems that give away a held-out problem of any source are dropped first. If a
    source has fewer problems than its share, some are repeated: all of them in whole passes, the
    rest chosen by hash. Each problem has its source's name, so that the evaluation reports every
    source; it is also the family of problems without one.

    Args:
        run_dir: where dropped problems are listed in `data/quarantine.jsonl`; each source writes
            its own quarantine below `data/<name>/`.
        sources: a name for each source, and the source.
        weights: name to weight, above 0, of every source; None for the sources' own sizes.
        train: training problems in all; None for as many as possible without repetition.
        seed: chooses the problems if not all of a source are used.

    Raises:
        ConfigError: the weights' names are not those of the sources.
        DataError: an error of a source, or a source without training problems.
    """
    if weights is not None and set(weights) != set(sources):
        raise ConfigError(
            f"data.weights names {', '.join(sorted(weights)) or 'none'}, data.sources "
            f"{', '.join(sorted(sources))}; expected a weight for every source and no other"
        )
    parts = {name: _part(name, source, run_dir) for name, source in sources.items()}
    given = [p for part in parts.values() for p in part.train]
    held_out = [p for part in parts.values() for p in part.validation]
    test = [p for part in parts.values() for p in part.test]
    pool, validation, left_out = without_leaks(given, held_out, test)
    if left_out:
        write_quarantine(run_dir, left_out)
    lost = {
        split: Counter(_source(row.row) for row in left_out if row.split == split)
        for split in ("train", "validation")
    }
    left: dict[str, list[Problem]] = {name: [] for name in parts}
    for problem in pool:
        left[_source(problem.id)].append(problem)
    shares = _shares({name: len(rows) for name, rows in left.items()}, weights, lost["train"])
    counts = _counts({name: len(rows) for name, rows in left.items()}, shares, train)
    rows = [p for name in parts for p in _drawn(left[name], counts[name], seed)]
    notes: dict[str, Any] = {
        "sources": {name: part.notes for name, part in parts.items()},
        "available": {name: len(rows) for name, rows in left.items()},
        "used": counts,
        "leaks": {name: lost["train"][name] for name in parts},
        "validation_leaks": {name: lost["validation"][name] for name in parts},
    }
    notes["description"] = describe(notes)
    raw = [way for part in parts.values() for way in part.raw]
    return Splits(rows, validation, test, notes, _rejected(parts, left_out), raw)


def _source(name: object) -> str:
    """The source that a problem's id names."""
    return str(name).split("/")[0]


def _part(name: str, source: Source, run_dir: Path | None) -> Splits:
    """Load one source; its problems are marked with its name."""
    folder = None if run_dir is None else Path(run_dir) / "data" / name
    try:
        part = source(folder)
    except MathPalError as error:
        raise type(error)(f"source {name} (data.sources.{name}): {error}") from error
    train, validation, test = (
        [replace(p, id=f"{name}/{p.id}", family=p.family or name, source=name) for p in problems]
        for problems in part[:3]
    )
    rejected = [_renamed(name, left) for left in part.rejected]
    # Rows cannot be matched with the renamed problems, so an audit looks at the problems.
    raw = [RawRows(way.read, way.columns) for way in part.raw]
    return Splits(train, validation, test, part.notes, rejected, raw)


def _renamed(name: str, left: LeftOut) -> LeftOut:
    """The rejected row, marked with its source's name."""
    problem = left.problem
    if problem is not None:
        problem = replace(problem, id=f"{name}/{problem.id}")
    return left._replace(row=f"{name}/{left.row}", problem=problem)


def _rejected(parts: Mapping[str, Splits], own: Sequence[LeftOut]) -> list[LeftOut]:
    """All rejected rows, in the order of the quarantine files' paths."""
    rows = {name: part.rejected for name, part in parts.items()}
    places = sorted([*((name, rows[name]) for name in rows), (FILE.name, own)], key=itemgetter(0))
    return [left for _, found in places for left in found]


def _shares(
    sizes: Mapping[str, int], weights: Mapping[str, float] | None, leaks: Mapping[str, int]
) -> Mapping[str, float]:
    """Each source's share of the training problems; together 1."""
    empty = [name for name, size in sizes.items() if not size]
    if empty:
        lost = sum(leaks.get(name, 0) for name in empty)
        why = f" ({lost} rows give away held-out problems of a source)" if lost else ""
        raise DataError(
            f"data.sources: nothing of {', '.join(empty)} is left to train on{why}; give it more "
            f"rows, or leave it out: ~data.sources.{empty[0]}"
        )
    chosen = sizes if weights is None else weights
    return {name: chosen[name] / sum(chosen.values()) for name in sizes}


def _counts(
    sizes: Mapping[str, int], shares: Mapping[str, float], total: int | None
) -> dict[str, int]:
    """Problems of each source, together `total`; the largest remainders are rounded up."""
    if total is None:
        # Against rounding errors: 3 / 0.3 must not become 9.
        total = int(min(sizes[name] / shares[name] for name in sizes) + 1e-6)
    exact = {name: total * share for name, share in shares.items()}
    counts = {name: int(value + 1e-9) for name, value in exact.items()}
    order = sorted(exact, key=lambda name: (counts[name] - exact[name], name))
    for name in order[: total - sum(counts.values())]:
        counts[name] += 1
    return counts


def _drawn(problems: list[Problem], count: int, seed: int) -> list[Problem]:
    """`count` of the problems: whole passes over all of them, the rest chosen by hash."""
    passes, rest = divmod(count, len(problems))
    order = sorted(problems, key=lambda problem: digest(f"{seed}\x1f{problem.id}"))
    return [*(problems * passes), *order[:rest]]


def describe(notes: Mapping[str, Any]) -> str:
    """Describe the notes of `mixture` in a few plain lines."""
    lines = []
    for name, used in notes["used"].items():
        have = notes["available"][name]
        line = f"{name}: {number(used)} training problems of {number(have)}"
        if used > have:
            line += f", each {used / have:.1f} times"
        if notes["leaks"][name]:
            line += f"; {number(notes['leaks'][name])} dropped, as a source holds out the like"
        if validation := notes["validation_leaks"][name]:
            line += f"; {number(validation)} dropped from validation, as a source tests the like"
        own = str(notes["sources"][name].get("description", "")).splitlines()
        lines += [line, *(f"  {text}" for text in own)]
    return "\n".join(lines)
