"""Grids on two nodes: trials go to both, each leaves one directory, also of several processes."""

from collections.abc import Callable

import pytest

from mathpal import rundir
from tests.slurm.cluster import Cluster
from tests.slurm.conftest import Sweep

pytestmark = pytest.mark.slurm


def test_six_trials_on_two_nodes(slurm: Cluster, sweep: Callable[..., Sweep]) -> None:
    before = slurm.jobs().keys()
    running = sweep("trainer.max_steps=2", "lora=r4,r8", "seed=1,2,3", "hydra.sweep.dir=grid")
    running.end()
    found = {path.parent.name: path.parent for path in running.folder.parent.rglob("run.json")}
    assert sorted(found) == list("012345")
    chosen = set()
    for trial in found.values():
        assert rundir.read_json(trial / "outcome.json")["status"] == "completed"
        manifest = rundir.read_json(trial / "run.json")
        assert manifest["restarts"] == 0
        assert manifest["scheduler"]["SLURM_JOB_ID"]
        chosen.add((manifest["config"]["lora"]["r"], manifest["seed"]))
    assert chosen == {(rank, seed) for rank in (4, 8) for seed in (1, 2, 3)}
    jobs = [job for number, job in slurm.jobs().items() if number not in before]
    assert {job["NodeList"] for job in jobs if job["JobState"] == "COMPLETED"} == {"n1", "n2"}


def test_trials_of_two_processes(slurm: Cluster, sweep: Callable[..., Sweep]) -> None:
    running = sweep("trainer=ddp", "trainer.max_steps=2", "seed=1,2", "hydra.sweep.dir=ddp")
    running.end()
    found = sorted(path.parent for path in running.folder.parent.rglob("run.json"))
    assert [path.name for path in found] == ["0", "1"]
    for trial in found:
        assert rundir.read_json(trial / "outcome.json")["status"] == "completed"
