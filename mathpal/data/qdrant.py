"""Problems from a Qdrant collection: what `data=qdrant` names.

Knows the payload of scraped exams and how a text with markers is split. Usable rows are in
`sieve`. Vectors are not read.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Interval

from mathpal.data.finish import (
    EVERY_ROW,
    ONE_SPLIT,
    Characters,
    Count,
    Share,
    Tolerance,
    finish,
)
from mathpal.data.sieve import digest, sieve, worked_problem
from mathpal.errors import ConfigError, DataError
from mathpal.problems import Fault, Problem, RawRows, Row, Splits
from mathpal.settings.capabilities import Limits, declares
from mathpal.settings.faults import Fault as SettingsFault
from mathpal.settings.faults import shown

Grades = Sequence[Annotated[int, Interval(ge=1, le=12)]]

CONTENT = ("cleaned_content", "content")  # payload keys of cleaned_exams and of vector_exams
PAGE = 256  # points a request
SECONDS = 30
_QUESTION = re.compile(r"^#{3,4}[ \t]*QUESTION[ \t]*:[ \t]*", re.M | re.I)
_SOLUTION = re.compile(r"^#{3,4}[ \t]*SOLUTION[ \t]*:[ \t]*", re.M | re.I)
_GRADE = re.compile(r"(?<!\d)(1[0-2]|[1-9])(?!\d)")


def _one_store(settings: Mapping[str, Any]) -> SettingsFault | None:
    path, url = settings["path"], settings["url"]
    if (path is None) != (url is None):
        return None
    return SettingsFault(
        f"data.path={shown(path)} data.url={shown(url)}",
        "exactly one of the two: a local store's folder, or a server",
        "data.path=FOLDER or data.url=http://localhost:6333",
    )


@declares(rule=_one_store, limits=Limits(audited=EVERY_ROW, undivided=ONE_SPLIT))
def qdrant(
    run_dir: Path | None,
    *,
    path: Path | None = None,
    url: str | None = None,
    collection: str = "cleaned_exams",
    content: str | None = None,
    grades: Grades | None = None,
    validation_share: Share = 0.05,
    test_share: Share = 0.1,
    max_test: Count = 200,
    max_quarantine: Tolerance = 0.2,
    max_characters: Characters = 20_000,
    seed: int = 42,
) -> Splits:
    """Load problems from a collection's payloads, split at `### QUESTION:` / `#### SOLUTION:`.

    A point may hold several problems. The payload's grade_id becomes the grade, its type the
    family. A server's key is read from QDRANT_API_KEY. An embedded collection is stored with
    pickle: open only folders that you trust.

    The arguments that are not explained here are those of `finish`.

    Args:
        run_dir: where `data/quarantine.jsonl` is written.
        path: folder of an embedded Qdrant (`QdrantClient(path=…)`); or
        url: a server, e.g. http://localhost:6333; exactly one of the two.
        collection: cleaned_exams, vector_exams, or one of the same payload.
        content: payload key of the text; None takes cleaned_content or content.
        grades: only these school grades, by grade_id; None for all.
        max_characters: longest question and solution together.

    Raises:
        ConfigError: not exactly one of path and url; the package qdrant-client is missing.
        DataError: the store is missing or unreachable, there is no such collection, too many
            rows are malformed, or no row is left to train on.
    """
    if (path is None) == (url is None):
        raise ConfigError(
            f"data.path={path} data.url={url}: expected exactly one of the two; "
            "data.path=FOLDER for an embedded Qdrant, data.url=http://localhost:6333 for a server"
        )
    source = f"data.path={path}" if url is None else f"data.url={url}"
    source = f"{source} data.collection={collection}"
    points = read(source, path, url, collection)
    rows: list[Row] = []
    for payload in points:
        if grades is None or grade_of(payload) in grades:
            rows += rows_of(payload, content, first=len(rows) + 1)
    if not rows:
        chosen = "" if grades is None else f" of data.grades={list(grades)}"
        raise DataError(f"{source}: none of its {len(points)} points{chosen} holds a problem")
    columns = {"question": "question", "solution": "solution"}
    sieved = sieve(rows, columns=columns, max_characters=max_characters, make=_problem)
    return finish(
        {"train": sieved},
        run_dir,
        source=source,
        facts={"title": f"Qdrant {collection}", "collection": collection, "points": len(points)},
        raw=[RawRows(partial(_reread, path, url, collection, content), columns)],
        validation_share=validation_share,
        test_share=test_share,
        max_test=max_test,
        max_quarantine=max_quarantine,
        seed=seed,
    )


def library(source: str) -> Any:
    """Import qdrant_client, which may be missing. `source` names the settings in the message."""
    try:
        import qdrant_client
    except ModuleNotFoundError as error:
        if error.name != "qdrant_client":
            raise
        raise ConfigError(
            f"{source} needs the package qdrant-client: pip install 'mathpal[qdrant]'"
        ) from error
    return qdrant_client


def read(source: str, path: Path | None, url: str | None, collection: str) -> list[dict[str, Any]]:
    """Read the payloads of all points. `source` names the settings in messages."""
    qdrant_client = library(source)
    from qdrant_client.http.exceptions import ApiException

    # The client would create a missing folder.
    if path is not None and not (path / "meta.json").is_file():
        raise DataError(f"{source}: expected the folder of an embedded Qdrant, with a meta.json")
    try:
        if path is not None:
            client = qdrant_client.QdrantClient(path=str(path))
        else:
            client = qdrant_client.QdrantClient(
                url=url,
                api_key=os.environ.get("QDRANT_API_KEY"),
                timeout=SECONDS,
                check_compatibility=False,
            )
        with closing(client):
            names = sorted(entry.name for entry in client.get_collections().collections)
            if collection not in names:
                there = ", ".join(names) or "none"
                raise DataError(f"{source}: there is no such collection; there is {there}")
            return list(_scroll(client, collection))
    except (ApiException, RuntimeError, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        way_out = (
            "Close the other program that has this folder open, or use a server with data.url="
            if url is None
            else "Check that the server runs at this address, and QDRANT_API_KEY where it wants one"
        )
        raise DataError(f"{source} cannot be read: {reason}. {way_out}") from error


def _scroll(client: Any, collection: str) -> Iterator[dict[str, Any]]:
    offset = None
    while True:
        points, offset = client.scroll(
            collection, limit=PAGE, offset=offset, with_payload=True, with_vectors=False
        )
        yield from (dict(point.payload or {}) for point in points)
        if offset is None:
            return


def rows_of(payload: dict[str, Any], content: str | None, *, first: int) -> list[Row]:
    """Return a row for each problem of a point; a point without markers is one unreadable row.

    Args:
        payload: of the point.
        content: payload key of the text; None takes the first of `CONTENT`.
        first: number of the first row.
    """
    keys = [content] if content is not None else [key for key in CONTENT if key in payload]
    text = payload.get(keys[0]) if keys else None
    if not isinstance(text, str):
        wanted = content or " or ".join(CONTENT)
        fault = Fault("missing_key", f"the payload has no text {wanted}; it has {list(payload)}")
        return [Row(first, None, str(payload)[:500], fault)]
    rows: list[Row] = []
    for part in _QUESTION.split(text)[1:]:
        question, *solutions = _SOLUTION.split(part)
        if len(solutions) == 1:
            fields = {**payload, "question": question, "solution": solutions[0]}
            rows.append(Row(first + len(rows), fields))
        else:
            fault = Fault("no_markers", f"{len(solutions)} '#### SOLUTION:' after a question")
            rows.append(Row(first + len(rows), None, part[:500], fault))
    fault = Fault("no_markers", "there is no '### QUESTION:' in it")
    return rows or [Row(first, None, text[:500], fault)]


def _reread(
    path: Path | None, url: str | None, collection: str, content: str | None, further: str | None
) -> Iterator[Row]:
    """The rows of every point, each with the whole payload."""
    for payload in read(f"group={further}", path, url, collection):
        yield from rows_of(payload, content, first=1)


def _problem(
    fields: Mapping[str, Any],
    columns: Mapping[str, str],
    max_characters: int,
    removed: Counter[str] | None = None,
) -> Problem | Fault:
    problem = worked_problem(fields, columns, max_characters, removed)
    if isinstance(problem, Fault):
        return problem
    family = fields.get("type")
    return replace(
        problem,
        id=f"qdrant/{digest(problem.question)}",
        grade=grade_of(fields),
        family=family if isinstance(family, str) else "",
    )


def grade_of(payload: Mapping[str, Any]) -> int | None:
    """Return the school grade of grade_id (6, "6", "grade_6", "lop-6"); None without one.

    Example:
        >>> grade_of({"grade_id": "grade_6"})
        6
    """
    found = _GRADE.findall(str(payload.get("grade_id", "")))
    return int(found[0]) if len(found) == 1 else None
