"""A Slurm cluster of one machine: its own munge, controller and nodes, in a folder of its own.

Needs no systemd, no cgroups and no privileges. Knows nothing of MathPal and of pytest.
"""

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PREFIX = "mathpal-slurm-"
_PATIENCE = 60.0  # seconds for the daemons to come up, or to go
_OWNER = "owner.pid"
PROGRAMS = ("munged", "munge", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "scancel")

_CONF = """
ClusterName=tiny
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock,cred_expire=5
CredType=cred/munge
SlurmctldPort={port}
SlurmctldPidFile={folder}/pids/slurmctld.pid
SlurmdPidFile={folder}/pids/slurmd.%n.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/state/slurmd.%n
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd.%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
JobRequeue=1
KillWait=10
InactiveLimit=0
MinJobAge=300
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmctldParameters=preempt_send_user_signal
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
"""
_PARTITIONS = """
PartitionName=low Nodes=ALL Default=YES MaxTime=INFINITE PriorityTier=1 PreemptMode=REQUEUE GraceTime=60
PartitionName=unwarned Nodes=ALL MaxTime=INFINITE PriorityTier=1 PreemptMode=REQUEUE
PartitionName=high Nodes=ALL MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF
"""  # noqa: E501


class Cluster(NamedTuple):
    """A running cluster.

    Attributes:
        folder: of its configuration, state and logs.
        environment: in which Slurm's commands mean this cluster.
    """

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str) -> str:
        """What a command prints; it must succeed."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def jobs(self) -> dict[str, dict[str, str]]:
        """What the controller knows of every job, by its number."""
        lines = self.run("scontrol", "show", "job", "-o").splitlines()
        found = [dict(p.split("=", 1) for p in line.split() if "=" in p) for line in lines]
        return {job["JobId"]: job for job in found if "JobId" in job}


def missing() -> list[str]:
    """The programs of Slurm that are not there."""
    return [name for name in PROGRAMS if shutil.which(name, path=_path()) is None]


@contextlib.contextmanager
def running(nodes: int = 2, cpus: int = 2) -> Iterator[Cluster]:
    """Start a cluster, and stop it with every job in it; what an earlier session left is ended.

    Args:
        nodes: so many, named n1, n2, …, all of them this machine.
        cpus: of each node, whatever this machine has.
    """
    _end_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    folder.chmod(0o755)
    (folder / _OWNER).write_text(str(os.getpid()))
    cluster = Cluster(folder, _environment(folder))
    try:
        _start(cluster, nodes, cpus)
        yield cluster
    finally:
        with contextlib.suppress(AssertionError, subprocess.TimeoutExpired):
            cluster.run("scancel", "--full", "--signal=KILL", f"--user={getpass.getuser()}")
            cluster.run("scancel", f"--user={getpass.getuser()}")
        _stop(folder)


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def _environment(folder: Path) -> dict[str, str]:
    # A test that itself runs in a job of a real cluster must not be taken for a part of it.
    own = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM", "SBATCH", "SUBMITIT"))}
    return {**own, "PATH": _path(), "SLURM_CONF": str(folder / "slurm.conf")}


def _start(cluster: Cluster, nodes: int, cpus: int) -> None:
    folder = cluster.folder
    for name in ("state", "log", "pids"):
        (folder / name).mkdir()
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)
    host, (port, *ports) = socket.gethostname().split(".")[0], _free_ports(1 + nodes)
    conf = _CONF.format(host=host, user=getpass.getuser(), folder=folder, port=port)
    for number, each in enumerate(ports, 1):
        conf += (
            f"NodeName=n{number} NodeHostname={host} NodeAddr=127.0.0.1 Port={each} CPUs={cpus} "
            "RealMemory=4000 State=UNKNOWN\n"
        )
    (folder / "slurm.conf").write_text(conf + _PARTITIONS)
    munge = str(folder / "munge.sock")
    cluster.run(
        "munged", "--force", f"--key-file={folder}/munge.key", f"--socket={munge}",
        f"--pid-file={folder}/pids/munged.pid", f"--log-file={folder}/log/munged.log",
        f"--seed-file={folder}/munge.seed",
    )  # fmt: skip
    _until(lambda: _succeeds(cluster, "munge", "-S", munge, "-n"), folder, "munged")
    cluster.run("slurmctld", "-i", "-f", f"{folder}/slurm.conf")
    for number in range(1, nodes + 1):
        (folder / "state" / f"slurmd.n{number}").mkdir()
        cluster.run("slurmd", "-N", f"n{number}", "-f", f"{folder}/slurm.conf")
    idle = f"idle|{nodes}"
    _until(lambda: idle in _asked(cluster, "sinfo", "-h", "-p", "low", "-o", "%t|%D"), folder, idle)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in taken:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in taken]


def _succeeds(cluster: Cluster, *command: str) -> bool:
    return subprocess.run(command, env=cluster.environment, capture_output=True).returncode == 0


def _asked(cluster: Cluster, *command: str) -> str:
    return subprocess.run(
        command, env=cluster.environment, capture_output=True, text=True, timeout=30
    ).stdout


def _until(holds: object, folder: Path, what: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    assert callable(holds)
    while not holds():
        logs = "\n".join(p.read_text()[-2000:] for p in sorted((folder / "log").glob("*.log")))
        assert time.monotonic() < deadline, f"{what} does not come:\n{logs}"
        time.sleep(0.05)


def _end_leftovers() -> None:
    """Stop clusters whose owner is gone, e.g. killed: their daemons live on by themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if folder.owner() != getpass.getuser():
            continue
        with contextlib.suppress(OSError, ValueError):
            if not _lives(int((folder / _OWNER).read_text())):
                _stop(folder)


def _stop(folder: Path) -> None:
    """End whatever belongs to the cluster of a folder, jobs included, and remove the folder."""
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _belongs(path, folder)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(OSError):
                os.kill(pid, number)
        deadline = time.monotonic() + 10
        while any(map(_lives, pids)) and time.monotonic() < deadline:
            time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


def _belongs(process: Path, folder: Path) -> bool:
    """Whether a process was started with the folder in its words or its environment."""
    with contextlib.suppress(OSError):
        told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        return str(folder).encode() in told
    return False


def _lives(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
