"""5,000 mutations of every record of a run directory end in words, never in a traceback.

One record takes 2 to 30 minutes; MATHPAL_MUTATIONS tries another number of each.
"""

import os
from pathlib import Path

import pytest

from tests.faults import hostile

pytestmark = pytest.mark.slow
MUTATIONS = int(os.environ.get("MATHPAL_MUTATIONS", "5000"))


@pytest.mark.timeout(3 * 3600)
@pytest.mark.parametrize("name", hostile.RECORDS)
def test_no_mutation_ends_in_a_traceback(tmp_path: Path, name: str) -> None:
    run = hostile.run_directory(tmp_path / "run")
    with hostile.nothing_is_trained():
        hostile.fuzz(run, name, MUTATIONS)
