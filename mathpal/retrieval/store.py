"""Dense search in Qdrant: an embedded folder, a server, or this process's memory.

Knows collections and points. A collection that is named is read, never written to.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.data.qdrant import PAGE, SECONDS, library, rows_of
from mathpal.data.sieve import worked_problem
from mathpal.errors import DataError
from mathpal.problems import Problem
from mathpal.retrieval.dense import Nearest, Vector
from mathpal.retrieval.lsa import Vectors
from mathpal.retrieval.ranking import Hit

DIGITS = 6  # of a score; Qdrant's further ones vary from request to request
_LONGEST = 10**6  # characters of a problem in a payload
_COLUMNS = {"question": "question", "solution": "solution"}
_SIMILAR = ("Cosine", "Dot")  # measures that are greater for nearer vectors


class Store(NamedTuple):
    """An open Qdrant: its client, the settings that name it, what makes a server's search exact."""

    client: Any
    source: str
    exact: Any


class Collection(NamedTuple):
    """A collection's points that hold known problems, as rows of a dense index.

    Attributes:
        nearest: finds the nearest rows.
        places: of the problems of each row.
        spare: places that occur in several rows, counted for each row but the first.
        close: closes the store.
    """

    nearest: Nearest
    places: list[list[int]]
    spare: int
    close: Callable[[], None]


def open_store(path: Path | None, url: str | None) -> Store:
    """Open an embedded Qdrant or connect to a server; with neither, use this process's memory.

    A server's key is read from QDRANT_API_KEY. An embedded collection is stored with pickle: open
    only folders that you trust. An embedded folder stays locked until the store is closed.

    Args:
        path: folder of an embedded Qdrant; made if it does not exist.
        url: a server, e.g. http://localhost:6333.

    Raises:
        ConfigError: the package qdrant-client is missing.
        DataError: the folder is something else, or another program has it open.
    """
    source = "index=qdrant" + (f" path={path}" if path else "") + (f" url={url}" if url else "")
    QdrantClient = library(source).QdrantClient
    from qdrant_client.models import SearchParams

    if path is not None and not _usable(path):
        raise DataError(
            f"{source}: expected the folder of an embedded Qdrant, with a meta.json, or a new one"
        )
    with _readable(source):
        if url is not None:
            key = os.environ.get("QDRANT_API_KEY")
            client = QdrantClient(url=url, api_key=key, timeout=SECONDS, check_compatibility=False)
        elif path is not None:
            client = QdrantClient(path=str(path), force_disable_check_same_thread=True)
        else:
            client = QdrantClient(":memory:")
    return Store(client, source, None if url is None else SearchParams(exact=True))


def written(store: Store, rows: Vectors, places: list[list[int]]) -> Collection:
    """Write vectors into a collection of their own, unless the store has it already.

    Its name is a hash of the vectors, so equal vectors share it.

    Args:
        store: the store.
        rows: different vectors of length 1, (rows, axes).
        places: of the problems of each row.
    """
    from qdrant_client.models import Batch, Distance, VectorParams

    name = f"mathpal-{hashlib.blake2b(rows.tobytes(), digest_size=12).hexdigest()}"
    with _readable(store.source):
        if not store.client.collection_exists(name):
            size = VectorParams(size=rows.shape[1], distance=Distance.DOT)
            store.client.create_collection(name, vectors_config=size)
        if store.client.count(name).count != len(rows):  # new, or writing was interrupted
            for first in range(0, len(rows), PAGE):
                some = rows[first : first + PAGE].tolist()
                ids = list(range(first, first + len(some)))
                store.client.upsert(name, Batch(ids=ids, vectors=some), wait=True)
    return Collection(_nearest(store, name, None, None, None), places, 0, store.client.close)


def existing(store: Store, name: str, problems: Sequence[Problem], size: int) -> Collection:
    """Use a collection whose payloads are exams, as `data=qdrant` reads them.

    Only points that hold one of the problems are searched: what was split off for the test, or
    left out as malformed, is not found.

    Args:
        store: the store.
        name: of the collection, e.g. vector_exams.
        problems: those of the index.
        size: of the vectors of the model that embeds questions. It must be the model that made
            the collection, which only the size can tell.

    Raises:
        DataError: there is no such collection, its vectors have another size or a measure that
            is no similarity, or no point holds one of the problems.
    """
    named = f"{store.source} collection={name}"
    asked: dict[str, list[int]] = {}
    for place, problem in enumerate(problems):
        asked.setdefault(problem.question, []).append(place)
    with _readable(named):
        there = sorted(entry.name for entry in store.client.get_collections().collections)
        if name not in there:
            listed = ", ".join(there) or "none"
            raise DataError(f"{named}: there is no such collection; there is {listed}")
        using = _vector(named, store.client.get_collection(name).config.params.vectors, size)
        points = list(_points(store.client, name))
    found = {point: _held(payload, asked) for point, payload in points}
    known = {point: places for point, places in found.items() if places}
    if not known:
        raise DataError(
            f"{named}: none of its {len(points)} points holds one of the {len(problems)} "
            "problems; use the data of this collection (data=qdrant), or name no collection"
        )
    places = list(known.values())
    spare = sum(map(len, places)) - len({place for row in places for place in row})
    wanted = list(known) if len(known) < len(points) else None
    numbers = {point: row for row, point in enumerate(known)}
    return Collection(
        _nearest(store, name, using, wanted, numbers), places, spare, store.client.close
    )


def _usable(path: Path) -> bool:
    """Whether a folder is an embedded Qdrant or may become one; the client would take any."""
    if not path.exists():
        return True
    return path.is_dir() and ((path / "meta.json").is_file() or not any(path.iterdir()))


def _nearest(
    store: Store,
    name: str,
    using: str | None,
    wanted: list[Any] | None,
    numbers: dict[Any, int] | None,
) -> Nearest:
    """A search in a collection.

    Args:
        store: the store.
        name: of the collection.
        using: name of the vector, where points have several.
        wanted: ids of the points to search; None for all.
        numbers: point id to row; None where the ids are the rows.
    """
    from qdrant_client.models import Filter, HasIdCondition

    only = None if wanted is None else Filter(must=[HasIdCondition(has_id=wanted)])

    def nearest(vector: Vector, k: int) -> list[Hit]:
        with _readable(f"{store.source} collection={name}"):
            points = store.client.query_points(
                name, query=vector.tolist(), using=using, query_filter=only, limit=k,
                search_params=store.exact, with_payload=False,
            ).points  # fmt: skip
        rows = (point.id if numbers is None else numbers[point.id] for point in points)
        hits = [Hit(row, round(point.score, DIGITS)) for row, point in zip(rows, points)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.place))

    return nearest


def _vector(named: str, vectors: Any, size: int) -> str | None:
    """Return the name of a collection's only vector, None for an unnamed one."""
    using = None
    if isinstance(vectors, dict):
        if len(vectors) != 1:
            raise DataError(f"{named}: expected one dense vector a point, got {list(vectors)}")
        ((using, vectors),) = vectors.items()
    if vectors.size != size:
        raise DataError(
            f"{named}: its vectors have {vectors.size} components, those of embeddings= have "
            f"{size}; name the model that made the collection"
        )
    if vectors.distance not in _SIMILAR:
        raise DataError(f"{named}: expected {' or '.join(_SIMILAR)}, got {vectors.distance.value}")
    return using


def _points(client: Any, name: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    offset = None
    while True:
        points, offset = client.scroll(
            name, limit=PAGE, offset=offset, with_payload=True, with_vectors=False
        )
        yield from ((point.id, dict(point.payload or {})) for point in points)
        if offset is None:
            return


def _held(payload: dict[str, Any], asked: dict[str, list[int]]) -> list[int]:
    """Return the places of the problems in a point's payload."""
    places: set[int] = set()
    for row in rows_of(payload, None, first=1):
        problem = worked_problem(row.fields, _COLUMNS, _LONGEST) if row.fields else row.fault
        if isinstance(problem, Problem):
            places.update(asked.get(problem.question, ()))
    return sorted(places)


@contextmanager
def _readable(source: str) -> Iterator[None]:
    from qdrant_client.http.exceptions import ApiException

    try:
        yield
    except (ApiException, RuntimeError, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        raise DataError(
            f"{source} cannot be used: {reason}. Check that the server runs at this address "
            "(QDRANT_API_KEY where it wants a key), or that no other program has the folder open"
        ) from error
