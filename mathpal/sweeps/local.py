"""Trials in processes of this machine: one process each, forked from one that is already warm.

A forked process begins with everything imported, so that a trial costs no start-up; one that dies
takes nothing with it. Each has a session of its own: Ctrl-C reaches the driver alone, which asks
its trials to stop, and the trials of a driver that was killed go on.
"""

import contextlib
import fcntl
import importlib.util
import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, NamedTuple

from mathpal.errors import ConfigError
from mathpal.faults import Fault, report_faults

log = logging.getLogger(__name__)

# Imported once, before the first trial of MathPal. What Unsloth changes must not come before it.
_ALWAYS = ("hydra.main", "mathpal.sweeps.warm", "torch", "mathpal.run")
_WITHOUT_UNSLOTH = ("mathpal.stages", "mathpal.planning.gate", "lightning", "peft")


class Slots(NamedTuple):
    """What a trial may use.

    Attributes:
        gpus: ids of GPUs, of which each trial has its own; empty to leave them all visible.
        per_trial: GPUs a trial.
        threads: CPU threads a trial; None for PyTorch's own choice.
    """

    gpus: tuple[str, ...] = ()
    per_trial: int = 1
    threads: int | None = None


class Job(NamedTuple):
    """What a process needs to run one trial with Hydra."""

    context: Any
    task: Any
    config: Any
    overrides: list[str]
    number: int
    state: Any
    slots: Slots


_active: set[Any] = set()


def launch(
    jobs: Sequence[Job], *, at_a_time: int, warm: bool, preload: Sequence[str] = ()
) -> list[Any]:
    """Run jobs, some at a time.

    Args:
        jobs: in their order.
        at_a_time: so many.
        warm: fork from a process that has imported what MathPal's runs need.
        preload: further modules that it imports.

    Returns:
        Hydra's JobReturn of each; a process that died has one that failed.
    """
    if warm:
        warm_up(jobs[0].task, preload)
    context = multiprocessing.get_context("forkserver" if warm else "spawn")
    with ThreadPoolExecutor(max(1, min(at_a_time, len(jobs)))) as pool:
        return list(pool.map(lambda job: _in_process(context, job), jobs))


def warm_up(task: Any, preload: Sequence[str] = ()) -> None:
    """Start the process from which trials of a task are forked; it imports what they need."""
    multiprocessing.set_forkserver_preload([*_preloaded(task), *preload])
    forkserver.ensure_running()


def _preloaded(task: Any) -> list[str]:
    if not str(getattr(getattr(task, "task", task), "__module__", "")).startswith("mathpal"):
        return list(_ALWAYS[:2])
    unsloth = importlib.util.find_spec("unsloth") is not None
    return [*_ALWAYS, *(() if unsloth else _WITHOUT_UNSLOTH)]


def _in_process(context: Any, job: Job) -> Any:
    import cloudpickle

    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(
        target=_work, args=(cloudpickle.dumps(job), sending), name=f"trial {job.number}"
    )
    process.start()
    sending.close()
    _active.add(process)
    try:
        try:
            result = cloudpickle.loads(receiving.recv_bytes())
        except EOFError:
            result = None
        process.join()
    finally:
        _active.discard(process)
        receiving.close()
    return result if result is not None else _died(process.exitcode, job)


def _died(code: int | None, job: Job) -> Any:
    from hydra.core.utils import JobReturn, JobStatus

    how = f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
    returned = JobReturn()
    returned.overrides, returned.status = job.overrides, JobStatus.FAILED
    returned.return_value = ChildProcessError(f"run {job.number} ended with {how}")
    return returned


def ask_to_stop() -> int:
    """Send SIGTERM to all trials of this process, which save and end; returns how many."""
    running = [process for process in _active if process.is_alive()]
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
    return len(running)


def _work(pickled: bytes, answer: Connection) -> None:
    """In the trial's process: run the job, and give back its JobReturn."""
    import cloudpickle
    from hydra.core.hydra_config import HydraConfig
    from hydra.core.singleton import Singleton
    from hydra.core.utils import run_job, setup_globals
    from omegaconf import open_dict

    os.setsid()
    job: Job = cloudpickle.loads(pickled)
    Singleton.set_state(job.state)
    setup_globals()
    config = job.context.config_loader.load_sweep_config(job.config, job.overrides)
    with open_dict(config):
        config.hydra.job.id = config.hydra.job.num = job.number
    HydraConfig.instance().set_config(config)
    folder = Path(str(config.hydra.sweep.dir), str(config.hydra.sweep.subdir))
    _print_to(folder / "console.log")
    with _slot(job.slots):
        _use_threads(job.slots.threads)
        try:
            returned = run_job(
                hydra_context=job.context,
                task_function=job.task,
                config=config,
                job_dir_key="hydra.sweep.dir",
                job_subdir_key="hydra.sweep.subdir",
            )
        except Exception:
            traceback.print_exc()
            raise
    with contextlib.suppress(BrokenPipeError):  # who waited for it may be gone
        answer.send_bytes(cloudpickle.dumps(returned))


def _print_to(path: Path) -> None:
    """From here on all that is printed, by whomever, goes to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)


@contextlib.contextmanager
def _slot(slots: Slots) -> Iterator[None]:
    """Hold as many GPUs as a trial needs, against all trials of this machine; wait for them."""
    if not slots.gpus:
        yield
        return
    folder = Path(tempfile.gettempdir(), f"mathpal-gpus-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    with contextlib.ExitStack() as held:
        gate = held.enter_context((folder / "gate").open("ab"))
        fcntl.flock(gate, fcntl.LOCK_EX)  # one waits at a time, so that none get half of theirs
        mine: list[str] = []
        streams = {gpu: held.enter_context((folder / gpu).open("ab")) for gpu in slots.gpus}
        while len(mine) < slots.per_trial:
            for gpu, stream in streams.items():
                if gpu in mine or len(mine) == slots.per_trial:
                    continue
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    mine.append(gpu)
            if len(mine) < slots.per_trial:
                time.sleep(0.2)
        fcntl.flock(gate, fcntl.LOCK_UN)
        os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(mine)
        yield


def _use_threads(threads: int | None) -> None:
    if threads is None:
        return
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)


def slots(
    wanted: Literal["auto"] | Sequence[int | str] | None,
    per_job: int,
    threads_wanted: Literal["auto"] | int | None,
    at_a_time: int,
) -> Slots:
    """What each job may use; the arguments are the launcher's settings.

    Raises:
        ConfigError: when a job is to have more GPUs than there are.
    """
    found = gpus(wanted)
    if found and len(found) < per_job:
        fault = Fault(
            f"hydra.launcher.gpus_per_job={per_job}",
            f"at most {len(found)}, as many as there are GPUs: {', '.join(found)}",
        )
        raise ConfigError(report_faults([fault]))
    return Slots(found, per_job, threads(threads_wanted, at_a_time))


def threads(wanted: Literal["auto"] | int | None, at_a_time: int) -> int | None:
    """CPU threads of a trial: more of them in all than there are cores slow every one down."""
    if wanted != "auto":
        return wanted
    cores = len(os.sched_getaffinity(0))
    return max(1, cores // at_a_time) if at_a_time > 1 else None


def gpus(wanted: Literal["auto"] | Sequence[int | str] | None) -> tuple[str, ...]:
    """The GPUs that trials share out.

    Args:
        wanted: ids; auto for those in CUDA_VISIBLE_DEVICES, else all that nvidia-smi lists; None
            for none.
    """
    if wanted is None:
        return ()
    if wanted != "auto":
        return tuple(str(gpu) for gpu in wanted)
    if (visible := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        return tuple(part.strip() for part in visible.split(",") if part.strip())
    import shutil
    import subprocess

    if shutil.which("nvidia-smi") is None:
        return ()
    listed = subprocess.run(
        ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return tuple(line.strip() for line in listed.stdout.splitlines() if line.strip().isdigit())
