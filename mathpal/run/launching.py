"""Starting `python -m mathpal.worker RUN_DIR` in processes of its own, and waiting for them.

Lightning's own launcher would run the whole command line again in every process, sweeps and new
directories included (hydra #2070); the worker runs one composed run and knows no Hydra.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mathpal.interruption import SIGNALS, exit_code

MODULE = "mathpal.worker"


def worker(run_dir: Path) -> list[str]:
    """The command that runs, or goes on with, a composed run in this process's place."""
    return [sys.executable, "-m", MODULE, str(run_dir)]


def workers(run_dir: Path, processes: int) -> list[str]:
    """The command that runs a composed run in several processes of this machine."""
    torchrun = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    return [sys.executable, *torchrun, "-m", MODULE, str(run_dir)]


def is_one_of_several() -> bool:
    """Whether torchrun started this process."""
    return "LOCAL_RANK" in os.environ


def is_first() -> bool:
    """Whether this process keeps the record; alone, it does."""
    return os.environ.get("RANK", "0") == "0"


def surroundings(**more: str) -> dict[str, str]:
    """The environment for these commands: they find this package, from wherever they start."""
    known = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    # Safe path: a folder that happens to be named mathpal, here, is not the package.
    found = {"PYTHONPATH": os.pathsep.join(known), "PYTHONSAFEPATH": "1"}
    return {**os.environ, **found, **more}


def _started(command: Sequence[str], settings: dict[str, Any]) -> subprocess.Popen[Any]:
    """The process, deaf to SIGUSR2: Slurm sends it to every process of a job.

    torchrun would die of it, and its workers would be told twice, which means "at once".
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    try:
        return subprocess.Popen(command, start_new_session=True, **settings)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def wait_for(command: Sequence[str], **settings: Any) -> int:
    """Run a command to its end; signals to this process are passed on to it.

    It runs in a session of its own: Ctrl-C in a terminal goes to all of a session, and two of
    them would end the command without a checkpoint.

    Args:
        command: program and arguments.
        settings: of subprocess.Popen.

    Returns:
        Its exit code; where it did not end well after a signal was passed on, that signal's.
    """
    received: list[int] = []
    started: list[subprocess.Popen[Any]] = []

    def pass_on(number: int, _: object) -> None:
        received.append(number)
        # torchrun knows SIGINT and SIGTERM, and dies of others without a word to its workers.
        for process in started:
            process.send_signal(signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)

    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():  # others may have no handlers
        before = {n: signal.signal(n, pass_on) for n in (*SIGNALS, signal.SIGHUP)}
    try:
        with _started(command, settings) as process:
            started.append(process)
            if received:  # before there was one to pass it on to
                process.terminate()
            code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if code and received:
        return exit_code(received[0])
    return code if code >= 0 else exit_code(-code)
