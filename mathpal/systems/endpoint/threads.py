"""Work on numbered tasks in threads, and hand each result to the calling thread at once.

Knows no HTTP: a worker does a task and can be cut at its deadline or stopped. The threads are
daemons, so that none can keep the process from ending.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

NAME = "asking"  # of the threads
LOOK_EVERY_S = 0.1
PATIENCE_S = 2.0  # for threads that were stopped


class Worker(Protocol):
    """What a thread works with."""

    def cut(self) -> None:
        """End the task under way if its deadline has passed; called ten times a second."""

    def stop(self) -> None:
        """End the task under way now."""

    def close(self) -> None:
        """Give everything back; called by the worker's own thread."""


W = TypeVar("W", bound=Worker)
R = TypeVar("R")


class _Shared(Generic[W, R]):
    """What the threads have in common."""

    def __init__(self, count: int, work: Callable[[int, W], R]) -> None:
        self.work = work
        self.results: queue.SimpleQueue[tuple[int, R] | BaseException] = queue.SimpleQueue()
        self.places: queue.SimpleQueue[int] = queue.SimpleQueue()
        for place in range(count):
            self.places.put(place)

    def run(self, worker: W, stop: threading.Event) -> None:
        try:
            with contextlib.suppress(queue.Empty):
                while not stop.is_set():
                    place = self.places.get_nowait()
                    self.results.put((place, self.work(place, worker)))
        except BaseException as error:  # raised again in the calling thread
            self.results.put(error)
        finally:
            worker.close()


def in_threads(
    count: int,
    workers: Sequence[W],
    work: Callable[[int, W], R],
    collect: Callable[[int, R], None],
    stop: threading.Event,
) -> None:
    """Do all tasks, each once, and return when they are done.

    Args:
        count: of tasks; their numbers are 0 to count - 1.
        workers: one for each thread.
        work: does a task; called in the threads.
        collect: takes the result of a task; called in the calling thread.
        stop: set when the threads must end: after the last task, or when something was raised
            here (Ctrl-C, an error of `work` or `collect`).
    """
    shared = _Shared(count, work)
    threads = [
        threading.Thread(target=shared.run, args=(worker, stop), name=NAME, daemon=True)
        for worker in workers
    ]
    try:
        for thread in threads:
            thread.start()
        done = 0
        while done < count:
            for worker in workers:
                worker.cut()
            try:
                result = shared.results.get(timeout=LOOK_EVERY_S)
            except queue.Empty:
                continue
            if isinstance(result, BaseException):
                raise result
            collect(*result)
            done += 1
    finally:
        stop.set()
        for worker in workers:
            worker.stop()
        end = time.monotonic() + PATIENCE_S
        for thread in threads:
            if thread.ident is not None:
                thread.join(max(end - time.monotonic(), 0.0))
