"""A damaged or hostile run directory: whatever stands in a record, MathPal says it in words."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.faults import hostile
from tests.faults.hostile import RECORDS, Change

SHARE = int(os.environ.get("MATHPAL_MUTATIONS", "40"))  # of each record


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.run_directory(tmp_path_factory.mktemp("hostile") / "run")


@pytest.fixture(autouse=True, scope="module")
def untrained() -> Iterator[None]:
    with hostile.nothing_is_trained():
        yield


@pytest.mark.parametrize("name", RECORDS)
def test_no_mutation_ends_in_a_traceback(run: Path, name: str) -> None:
    @seed(16)
    @settings(
        max_examples=SHARE,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(hostile.changes)
    def mutate(changes: list[Change]) -> None:
        content = hostile.mutated((run / name).read_bytes(), changes)
        with hostile.replaced(run, name, lambda path: path.write_bytes(content)):
            hostile.require_words(run, name)

    mutate()
