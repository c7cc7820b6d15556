"""CPU threads that spin only while cores are free, so that other programs do not stall training.

OpenMP threads spin at the end of every parallel region. On idle cores that is the fastest way to
wait. Beside other programs it is the slowest: a thread spins through its time slice while the
thread that it waits for has no core. GNU's OpenMP (libgomp, which PyTorch's Linux packages use)
spins for about 3 ms, but gives up almost at once while a process has more OpenMP threads than it
has cores. A watcher therefore opens a second team of threads, which only sleeps, while other
programs need the cores, and closes it afterwards. No number of threads changes in the training
itself, and so no bit of its result.

Source: libgomp/config/linux/wait.h (`do_spin`) and libgomp/env.c (`gomp_throttled_spin_count_var`).
"""

import logging
import math
import os
import sys
import threading
import time

import psutil

log = logging.getLogger(__name__)

# Whoever sets one of these has decided how threads wait.
WAIT_VARIABLES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
INTERVAL_S = 0.25  # between looks at the processor times
BUSY_CORES = 0.25  # of other programs, beyond the cores that this process leaves free
CALM_LOOKS = 4  # looks without other programs before threads spin again
_PARALLEL = 400_000  # elements of an operation that PyTorch surely divides among its threads
_MOST_TEAMS = 16

_lock = threading.Lock()
_watcher: "Watcher | None" = None


def share_cores() -> None:
    """Begin to watch the cores in this process; later calls change nothing.

    Does nothing where OMP_WAIT_POLICY or GOMP_SPINCOUNT is set. Does not import PyTorch.
    """
    global _watcher
    with _lock:
        # A forked process has its parent's watcher, but not the thread.
        if any(os.environ.get(name) for name in WAIT_VARIABLES) or (
            _watcher is not None and _watcher.pid == os.getpid()
        ):
            return
        _watcher = Watcher()
        threading.Thread(target=_watcher.run, name="watch cores", daemon=True).start()


def cores_used_by_others() -> float | None:
    """How many of this process's cores other programs use now; None where nobody watches."""
    watcher = _watcher
    return None if watcher is None or watcher.pid != os.getpid() else watcher.others


def available() -> list[int]:
    """Numbers of the cores on which this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


class Watcher:
    """Compare the processor time of all programs with that of this process.

    Attributes:
        pid: of the process that is watched.
        others: cores that other programs used since the last look.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.others = 0.0
        self._process = psutil.Process()
        self._teams = Teams()
        self._calm = 0
        self._last = self._look()

    def run(self) -> None:
        """Look at the cores until the process ends."""
        while True:
            time.sleep(INTERVAL_S)
            try:
                now = self._look()
            except psutil.Error as error:  # e.g. /proc is hidden
                log.debug("the cores cannot be watched: %s", error)
                return
            moment, total, own = (new - old for new, old in zip(now, self._last, strict=True))
            self._last = now
            self.others = max(0.0, (total - own) / moment)
            self._decide(compute_threads())

    def _decide(self, threads: int) -> None:
        free = len(available()) - threads
        if threads > 1 and self.others > free + BUSY_CORES:
            self._calm = 0
            self._teams.open(threads)
        else:
            self._calm += 1
            if self._calm >= CALM_LOOKS:
                self._teams.close()

    def _look(self) -> tuple[float, float, float]:
        """Seconds: of the clock, of all programs on these cores, of this process."""
        mine = self._process.cpu_times()
        times = psutil.cpu_times(percpu=True)
        used = sum(
            sum(times[core]) - times[core].idle - getattr(times[core], "iowait", 0.0)
            # Linux counts the time of guests within user and nice, too.
            - getattr(times[core], "guest", 0.0) - getattr(times[core], "guest_nice", 0.0)
            for core in available()
            if core < len(times)
        )  # fmt: skip
        return time.monotonic(), used, mine.user + mine.system


class Teams:
    """Sleeping teams of OpenMP threads, so that the process has more threads than cores."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def open(self, threads: int) -> None:
        """Open as many teams as it takes; none where there are some already.

        Args:
            threads: of each parallel region, 2 or more.
        """
        if self._threads:
            return
        self._over = threading.Event()
        # A team adds all its threads but the first one, which OpenMP does not manage.
        missing = len(available()) - threads + 1
        for _ in range(min(_MOST_TEAMS, max(1, math.ceil(missing / (threads - 1))))):
            thread = threading.Thread(
                target=_sleep_with_a_team, args=(self._over,), name="sleeping team", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """End the teams; libgomp forgets their threads."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()


def _sleep_with_a_team(over: threading.Event) -> None:
    import torch

    torch.zeros(_PARALLEL, device="cpu").add_(1)
    over.wait()


def compute_threads() -> int:
    """Threads of a parallel region of PyTorch; 1 while PyTorch is not loaded."""
    torch = sys.modules.get("torch")
    count = getattr(torch, "get_num_threads", None)  # absent while torch is being imported
    return 1 if count is None else int(count())
