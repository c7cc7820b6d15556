"""A grid of trials of several processes: each trial leaves one directory."""

from collections.abc import Callable

import pytest

from tests.records import read_json
from tests.slurm.conftest import Sweep

pytestmark = pytest.mark.slurm


def test_trials_of_two_processes(sweep: Callable[..., Sweep]) -> None:
    running = sweep("trainer=ddp", "trainer.max_steps=2", "seed=1,2", "hydra.sweep.dir=ddp")
    running.end()
    found = sorted(path.parent for path in running.folder.parent.rglob("run.json"))
    assert [path.name for path in found] == ["0", "1"]
    for trial in found:
        assert read_json(trial / "outcome.json")["status"] == "completed"
        manifest = read_json(trial / "run.json")
        assert manifest["config"]["trainer"]["devices"] == 2
        assert manifest["scheduler"]["SLURM_JOB_ID"]
