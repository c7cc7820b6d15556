"""Trials in processes of this machine: one process each, forked from one that is already warm.

A forked process begins with everything imported, so a trial has no start-up cost; a trial that
dies harms no other. Each process has a session of its own: Ctrl-C reaches the driver alone, which
asks its trials to stop, and the trials of a killed driver continue.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.sweeps.slots import Slots, taken, use_threads
from mathpal.sweeps.task import as_task
from mathpal.sweeps.watched import Watched

log = logging.getLogger(__name__)

# Imported once, before the first trial of any application.
_ALWAYS = ("hydra.main", "mathpal.sweeps.warm")


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
    """Run jobs, several at a time.

    Args:
        jobs: in the order in which they are started.
        at_a_time: jobs at a time.
        warm: fork from a process that has imported what the task needs.
        preload: further modules that it imports.

    Returns:
        Hydra's JobReturn of each job; a failed one for a process that died.
    """
    if warm:
        warm_up(jobs[0].task, preload)
    context = multiprocessing.get_context("forkserver" if warm else "spawn")
    with ThreadPoolExecutor(max(1, min(at_a_time, len(jobs)))) as pool:
        return list(pool.map(lambda job: _in_process(context, job), jobs))


def warm_up(task: Any, preload: Sequence[str] = ()) -> None:
    """Start the process from which a task's trials are forked; it imports what they need."""
    own = task.task if isinstance(task, Watched) else as_task(task)
    multiprocessing.set_forkserver_preload([*_ALWAYS, *own.preload(), *preload])
    forkserver.ensure_running()


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
    """Send SIGTERM to all trials of this process, which save and stop; return how many."""
    running = [process for process in _active if process.is_alive()]
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
    return len(running)


def _work(pickled: bytes, answer: Connection) -> None:
    """Run a job in its own process, and send its JobReturn back."""
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
    with taken(job.slots):
        use_threads(job.slots.threads)
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
    with contextlib.suppress(BrokenPipeError):  # the driver may be gone
        answer.send_bytes(cloudpickle.dumps(returned))


def _print_to(path: Path) -> None:
    """Redirect standard output and error to a file, those of child processes too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)
