"""A trial that is pushed off its node is queued again and ends as if nobody had disturbed it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mathpal.run import train
from mathpal.settings.composition import compose
from tests.e2e.test_run import UNMEASURED
from tests.records import read_json
from tests.slurm.cluster import Cluster
from tests.slurm.conftest import Sweep, wait_until

pytestmark = pytest.mark.slurm
ADAPTER = "adapter/adapter_model.safetensors"
# Long enough to be caught in it; saved only where it is told to stop.
STEPS = {"default": 60, "ddp": 24}
LONG = ["trainer.checkpoint_every=1000", "trainer.evaluate_every=1000"]


def losses(run: Path) -> list[tuple[int, float]]:
    records = map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    return [(r["step"], r["train/loss"]) for r in records if "train/loss" in r]


def words(trainer: str) -> list[str]:
    return [f"trainer={trainer}", f"trainer.max_steps={STEPS[trainer]}", *LONG]


@pytest.fixture(scope="module")
def undisturbed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run that nobody disturbs, in one process and in two."""
    folder = tmp_path_factory.mktemp("undisturbed")
    mine = words(request.param)
    named = [word.partition("=")[0] for word in mine]
    others = [word for word in UNMEASURED if word.partition("=")[0] not in named]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        train(compose([*others, *mine]), folder / request.param)
    return folder / request.param


def take_nodes(cluster: Cluster, seconds: int) -> str:
    """A job of those who go first, on both nodes for a while."""
    printed = cluster.run(
        "sbatch", "--partition=high", "--nodes=2", "--exclusive", "--output=/dev/null",
        f"--wrap=sleep {seconds}",
    )  # fmt: skip
    return printed.split()[-1]


# With notice there is time to save after SIGUSR2, and submitit queues the job again; without,
# SIGTERM and soon SIGKILL follow, and Slurm queues it again by itself.
@pytest.mark.parametrize(
    ("undisturbed", "partition", "told"),
    [("default", "low", "USR2"), ("default", "unwarned", ""), ("ddp", "low", "")],
    indirect=["undisturbed"],
)
def test_preempted_saved_queued_again_and_the_same_to_the_bit(
    empty: Cluster, sweep: Callable[..., Sweep], undisturbed: Path, partition: str, told: str
) -> None:
    where = [f"hydra.launcher.partition={partition}", "hydra.sweep.dir=sweep"]
    running = sweep("seed=42", *words(undisturbed.name), *where)
    trial = running.folder / "0"
    wait_until(lambda: (trial / "metrics.jsonl").exists(), "the first record")
    pusher = take_nodes(empty, 3)
    wait_until(lambda: empty.jobs()[pusher]["JobState"] == "COMPLETED", "the end of the other job")
    running.end()
    manifest, outcome = (read_json(trial / f"{n}.json") for n in ("run", "outcome"))
    assert outcome["status"] == "completed"
    assert manifest["restarts"] == 1, running.jobs()
    assert manifest["history"][0]["reason"].startswith(f"interrupted: stopped by SIG{told}")
    assert 0 < manifest["history"][0]["from_step"] < STEPS[undisturbed.name]
    assert losses(trial) == losses(undisturbed)
    assert (trial / ADAPTER).read_bytes() == (undisturbed / ADAPTER).read_bytes()
