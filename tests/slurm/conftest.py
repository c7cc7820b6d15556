"""One cluster for the session; skipped with a reason where Slurm is not installed."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.test_run import ROOT, UNMEASURED
from tests.slurm import cluster as clusters
from tests.slurm.cluster import Cluster

# Two steps are quick enough; a test that disturbs a trial asks for more.
TRIAL = [
    *(word for word in UNMEASURED if not word.startswith("trainer.max_steps")),
    "hydra/launcher=submitit_slurm",
    "hydra.launcher.cpus_per_task=2",  # all of a node's, so that a node has one trial
    "hydra.launcher.mem_gb=null",  # of which the nodes keep no count
    "hydra.sweeper.n_jobs=2",
]


@pytest.fixture(scope="session")
def slurm() -> Iterator[Cluster]:
    if missing := clusters.missing():
        pytest.skip(f"Slurm is not installed ({', '.join(missing)}); make test-slurm installs it")
    with clusters.running() as running:
        yield running


@pytest.fixture
def empty(slurm: Cluster) -> Iterator[Cluster]:
    """The cluster without jobs, before and after a test."""
    assert not _active(slurm)
    yield slurm
    for job in _active(slurm):
        slurm.run("scancel", job)
    wait_until(lambda: not _active(slurm), "an empty queue")


def _active(cluster: Cluster) -> list[str]:
    over = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL")
    return [number for number, job in cluster.jobs().items() if job["JobState"] not in over]


class Sweep(NamedTuple):
    """A sweep under way.

    Attributes:
        process: of the command.
        folder: of the trials.
        log: what the command prints.
    """

    process: subprocess.Popen[bytes]
    folder: Path
    log: Path

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self, timeout: float = 400) -> str:
        """What it printed, when it has ended well."""
        code = self.process.wait(timeout)
        text = self.log.read_text(errors="replace")
        assert code == 0, text[-4000:] + self.jobs()
        return text

    def jobs(self) -> str:
        """What the trials' jobs printed."""
        logs = sorted((self.folder / ".submitit").glob("*/*_log.*"))
        return "\n".join(f"--- {path.name}\n{path.read_text()[-2000:]}" for path in logs)


@pytest.fixture
def sweep(empty: Cluster, tmp_path: Path) -> Iterator[Callable[..., Sweep]]:
    """Start a sweep of short trials by words of the command line."""
    begun: list[Sweep] = []
    environment = {
        **empty.environment,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
    }

    def start(*words: str) -> Sweep:
        log = tmp_path / f"sweep-{len(begun)}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "train.py"), "-m", *TRIAL, *words],
                cwd=tmp_path, env=environment, stdout=stream, stderr=stream,
            )  # fmt: skip
        folder = next(w.partition("=")[2] for w in words if w.startswith("hydra.sweep.dir="))
        begun.append(Sweep(process, tmp_path / folder, log))
        return begun[-1]

    yield start
    for each in begun:
        if each.process.poll() is None:
            each.kill()


def wait_until(holds: Callable[[], object], what: str, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what} does not come"
        time.sleep(0.1)
