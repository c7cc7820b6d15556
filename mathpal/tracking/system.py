"""System metrics, measured during the training by a thread of its own.

Knows processor, memory, disk and GPU; not where the figures go.
"""

import contextlib
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mathpal.tracking.sinks import package

log = logging.getLogger(__name__)


class Sampler:
    """Call `take` with the machine's figures at an interval, until it is stopped.

    Args:
        take: receives the figures of `Machine.figures`; called from the sampler's thread.
        every_s: seconds between figures.
        folder: its disk is measured.
    """

    def __init__(
        self, take: Callable[[dict[str, float]], None], *, every_s: float, folder: Path
    ) -> None:
        self.take, self.every_s, self.folder = take, every_s, folder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="system metrics", daemon=True)

    def start(self) -> None:
        """Start; the first figures come after one interval."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait up to a second for a measurement under way."""
        self._stop.set()
        self._thread.join(1.0)

    def _work(self) -> None:
        try:
            machine = Machine(self.folder)
            while not self._stop.wait(self.every_s):
                self.take(machine.figures())
        except Exception:  # the training does not depend on it
            log.warning("system metrics have stopped", exc_info=True)


class Machine:
    """The figures of this process and of its machine.

    Args:
        folder: its disk is measured.
    """

    def __init__(self, folder: Path) -> None:
        psutil = package("psutil")
        self._psutil, self._folder = psutil, folder
        self._process = psutil.Process()
        self._process.cpu_percent()  # the figures are since the last call
        psutil.cpu_percent()
        self._began = time.monotonic()

    def figures(self) -> dict[str, float]:
        """Measure since the last call.

        Returns:
            `seconds` since the object was made; `cpu_percent` of all cores;
            `process_cpu_percent`, 100 for each core kept busy; `rss_gb` and `memory_percent`;
            `disk_free_gb`; for each NVIDIA GPU `gpu0_percent`, `gpu0_memory_gb`, `gpu0_power_w`
            and `gpu0_celsius` where the driver's library reports them, else the memory alone.
        """
        psutil = self._psutil
        values = {
            "seconds": round(time.monotonic() - self._began, 1),
            "cpu_percent": psutil.cpu_percent(),
            "process_cpu_percent": self._process.cpu_percent(),
            "rss_gb": self._process.memory_info().rss / 2**30,
            "memory_percent": psutil.virtual_memory().percent,
            "disk_free_gb": psutil.disk_usage(str(self._folder)).free / 2**30,
        }
        return values | dict(_gpu())


def _gpu() -> Iterator[tuple[str, float]]:
    """Yield the figures of the GPUs that this process already uses; initialise none."""
    torch: Any = sys.modules.get("torch")
    try:
        if torch is None or not torch.cuda.is_initialized():
            return
    except AttributeError:  # another thread is just importing it
        return
    for number in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(number)
        yield f"gpu{number}_memory_gb", (total - free) / 2**30
        # These need nvidia-ml-py, and not every card reports all of them.
        asked = {"percent": torch.cuda.utilization, "celsius": torch.cuda.temperature}
        for name, ask in asked.items():
            with contextlib.suppress(Exception):
                yield f"gpu{number}_{name}", float(ask(number))
        with contextlib.suppress(Exception):
            yield f"gpu{number}_power_w", torch.cuda.power_draw(number) / 1000
