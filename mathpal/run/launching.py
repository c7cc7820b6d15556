"""Start `python -m mathpal.worker RUN_DIR` in one or several processes, and wait for them.

Lightning's own launcher would run the whole command line again in every process, including sweeps
and new directories (hydra #2070). The worker runs a single composed run without Hydra.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mathpal.interruption import exit_code, handled
from mathpal.record.schemas import Manifest
from mathpal.tokens.day import VARIABLE

MODULE = "mathpal.worker"


def worker(run_dir: Path) -> list[str]:
    """Return the command that starts or resumes a composed run in one process."""
    return [sys.executable, "-m", MODULE, str(run_dir)]


def workers(run_dir: Path, processes: int) -> list[str]:
    """Return the command that runs a composed run in several processes of this machine."""
    torchrun = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    return [sys.executable, *torchrun, "-m", MODULE, str(run_dir)]


def is_one_of_several() -> bool:
    """Whether torchrun started this process."""
    return "LOCAL_RANK" in os.environ


def is_first() -> bool:
    """Whether this process is the first or only one of its run; it alone writes the record."""
    return os.environ.get("RANK", "0") == "0"


def environment(**more: str) -> dict[str, str]:
    """Return the environment for these commands: they find this package from any directory.

    Args:
        more: further variables.
    """
    known = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    # PYTHONSAFEPATH: do not import a folder named mathpal in the working directory.
    found = {"PYTHONPATH": os.pathsep.join(known), "PYTHONSAFEPATH": "1"}
    return {**os.environ, **found, **more}


def descending(run: Path, record: Manifest) -> dict[str, str]:
    """Return the variables of a run that comes from another: its parent, and its prompts' day.

    Args:
        run: directory of the earlier run.
        record: its manifest.
    """
    told = {"MATHPAL_PARENT": json.dumps({"run": str(run), "trial": None})}
    if named := record.get("date"):  # the prompts name the same day again
        told[VARIABLE] = named
    return told


def _started(command: Sequence[str], settings: dict[str, Any]) -> subprocess.Popen[Any]:
    """Start a process with SIGUSR2 blocked: Slurm sends that signal to every process of a job.

    SIGUSR2 would kill torchrun. Its workers would get two signals, and a second signal ends a
    process immediately.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    try:
        return subprocess.Popen(command, start_new_session=True, **settings)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def wait_for(command: Sequence[str], **settings: Any) -> int:
    """Run a command to its end, and pass the signals of this process on to it.

    The command runs in its own session. Otherwise Ctrl-C would reach it twice, from the terminal
    and from this process, and the second signal would end it without a checkpoint.

    Args:
        command: program and arguments.
        settings: keyword arguments of subprocess.Popen.

    Returns:
        The command's exit code. If it failed after a signal was passed on: that signal's code.
    """
    received: list[int] = []
    started: list[subprocess.Popen[Any]] = []

    waiting: deque[int] = deque()

    def note(number: int, _: object) -> None:
        received.append(number)
        waiting.append(number)
        pass_on()

    def pass_on() -> None:
        # A handler may run between any two lines: each signal is taken out once, by either caller.
        for process in started:
            with contextlib.suppress(IndexError):
                while True:
                    # torchrun passes SIGINT and SIGTERM on to its workers; others kill torchrun.
                    interrupt = waiting.popleft() == signal.SIGINT
                    process.send_signal(signal.SIGINT if interrupt else signal.SIGTERM)

    with handled(note), _started(command, settings) as process:
        started.append(process)
        pass_on()  # signals that came before the process started
        code = process.wait()
    if code and received:
        return exit_code(received[0])
    return code if code >= 0 else exit_code(-code)
