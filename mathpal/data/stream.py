"""Write any number of generated problems to a file while drawing them, in constant memory."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

from mathpal.curriculum import Regime
from mathpal.data.folders import sweep
from mathpal.data.generated import Chosen, able, allot, coordinates, families_of, held_out, item
from mathpal.data.vimath import Count, Grades, Share, Weight
from mathpal.errors import ConfigError
from mathpal.problems import Problem
from mathpal.progress import Progress
from mathpal.record.files import whole_file

SUFFIXES = (".parquet", ".arrow")
CHUNK = 5_000  # problems a row group
COLUMNS = {
    "id": "string", "question": "string", "solution": "string", "answer": "string",
    "kind": "string", "family": "string", "topic": "string", "stratum": "string",
    "grade": "int8", "difficulty": "int16", "template": "string", "parameters": "string",
    "steps": "list",
}  # fmt: skip

Task = tuple[str, str, Regime, float, list[tuple[str, int]]]


def write_problems(
    path: Path,
    *,
    count: Count,
    part: Literal["train", "validation", "test"] = "train",
    split: Regime = "iid",
    grades: Grades | None = None,
    topics: Sequence[str] | None = None,
    strata: Sequence[str] | None = None,
    families: Sequence[str] | None = None,
    weights: Mapping[str, Weight] | None = None,
    multiple_choice: Share = 0.0,
    seed: int = 42,
    workers: Count = 1,
) -> int:
    """Draw problems and write them, a row group at a time.

    Args:
        path: the file, .parquet or .arrow (Arrow IPC); it appears under its name when complete.
        count: problems; a family with few different problems repeats some.
        part: the split to draw; with split="family" the test part has families of its own.
        workers: processes that draw; the file does not depend on their number.

    The other settings are those of `vimath`.

    Returns:
        The file's size in bytes.

    Raises:
        ConfigError: another suffix, or settings that leave no family.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.suffix not in SUFFIXES:
        raise ConfigError(f"out={path}: expected a file ending in {', '.join(SUFFIXES)}")
    names = able(families_of(Chosen(grades, topics, strata, families)), split)
    if not names:
        raise ConfigError(f"split={split}: none of the chosen families can be divided so")
    if split == "family":
        tested = held_out(names, None)
        names = [name for name in names if (name in tested) == (part == "test")]
    places = coordinates(allot(names, count, weights))
    tasks: Iterator[Task] = (
        (f"vimath-{seed}", part, split, multiple_choice, chunk) for chunk in _chunks(places)
    )
    schema = pa.schema(
        [
            (name, pa.list_(pa.string()) if kind == "list" else kind)
            for name, kind in COLUMNS.items()
        ]
    )
    opened = pq.ParquetWriter if path.suffix == ".parquet" else pa.ipc.new_file
    sweep(path.absolute())
    with (
        whole_file(path, fsync=False) as unfinished,
        opened(str(unfinished), schema) as sink,
        Progress("problems", total=count, unit="problem") as bar,
    ):
        for rows in _drawn(tasks, workers):
            sink.write_table(pa.table(rows, schema=schema))
            bar.advance(len(rows["id"]))
    return path.stat().st_size


def _chunks(places: Iterator[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    while chunk := list(islice(places, CHUNK)):
        yield chunk


def _drawn(tasks: Iterator[Task], workers: int) -> Iterator[dict[str, list[Any]]]:
    """Yield the chunks' rows in order; a worker is at most two chunks ahead of the writer."""
    if workers == 1:
        yield from map(_rows, tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_rows, task) for task in islice(tasks, 2 * workers)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(_rows, task) for task in islice(tasks, 1)]


def _rows(task: Task) -> dict[str, list[Any]]:
    """The columns of one chunk."""
    namespace, part, regime, multiple_choice, chunk = task
    rows: list[Problem] = [
        item(namespace, part, name, index, regime=regime, multiple_choice=multiple_choice)
        for name, index in chunk
    ]
    return {column: [getattr(row, column) for row in rows] for column in COLUMNS}
