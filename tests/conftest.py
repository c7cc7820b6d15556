"""Shared by all tests: a Gemma-3n made in a second that knows nothing, rows in files."""

import os

# Before torch and Transformers are imported: tiny tensors gain nothing from threads, sums of one
# thread are the same everywhere, and no test may reach for a network.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("MATHPAL_CACHE", "off")  # nothing in the home folder
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import copy
import csv
import gc
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.guard.plugin import (  # noqa: F401 - hooks of pytest
    pytest_configure,
    pytest_runtest_protocol,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_unconfigure,
)

if TYPE_CHECKING:
    from mathpal.models.loaded import Loaded

# Two layers of the real architecture: AltUp, Laurel, per-layer embeddings, grouped attention.
TINY = {
    "hidden_size": 32,
    "layers": 2,
    "heads": 2,
    "kv_heads": 1,
    "head_dim": 16,
    "intermediate_size": 64,
    "per_layer_size": 8,
    "laurel_rank": 4,
    "vocab_size": 600,
    "tokenizer_problems": 5,
    "max_length": 256,
}


def pytest_collection_finish() -> None:
    """Imported modules and collected tests stay: the collector need not look at them again."""
    gc.collect()
    gc.freeze()


GROWTH = 64 * 2**20  # bytes
_grown_to = [0]


def pytest_runtest_teardown() -> None:
    """Free models that only cycles hold: the collector counts objects, not their gigabytes."""
    if psutil.Process().memory_info().rss > _grown_to[0] + GROWTH:
        gc.collect()
        _grown_to[0] = psutil.Process().memory_info().rss


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """What a test that runs a verb in this process sets up would write to its closed terminal."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def shared_tiny() -> "Loaded":
    """A random two-layer Gemma-3n and its tokenizer; shared, so a test must not change it."""
    from mathpal.models.scratch import create_gemma3n

    loaded = create_gemma3n(**TINY, seed=7)
    loaded.model.eval()
    return loaded


@pytest.fixture
def tiny(shared_tiny: "Loaded") -> "Loaded":
    """The same model as `shared_tiny`, a test's own copy to train or to wrap."""
    return shared_tiny._replace(model=copy.deepcopy(shared_tiny.model))


@pytest.fixture(scope="session")
def made_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Callable[[], None]], Path]:
    """Give the folder of a name, filled by the first worker that asks for it."""
    from mathpal.record.lock import locked

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def folder(name: str, fill: Callable[[], None]) -> Path:
        place = shared / name
        place.mkdir(exist_ok=True)
        before = Path.cwd()
        with locked(place / ".making", wait=True):
            if not (place / ".made").exists():
                os.chdir(place)
                try:
                    fill()
                finally:
                    os.chdir(before)
                (place / ".made").touch()
        return place

    return folder


def write(path: Path, rows: list[Any]) -> Path:
    """The rows in the format that the path's suffix names."""
    if path.suffix == ".json":
        path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".parquet":
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    else:
        with path.open("w", encoding="utf-8", newline="") as stream:
            excel = csv.DictWriter(
                stream, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ","
            )
            excel.writeheader()
            excel.writerows(rows)
    return path


def rejects(run_dir: Path) -> list[dict[str, Any]]:
    lines = (run_dir / "data/quarantine.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
