"""Input and output of the sides of sft.py: the job and the run."""

import time
from typing import Any, NamedTuple

from shapes import Shape, table
from timing import peak, reset_peak, wait

LORA = {"r": 16, "alpha": 32.0}  # conf/lora/r16.yaml
LR = 1e-4


class Job(NamedTuple):
    """A training to measure: `tokens` per optimizer step, `micro` tokens per micro-batch."""

    shape: Shape
    length: int
    tokens: int
    side: str
    steps: int
    warm: int
    toy: bool
    micro: int = 0


class Run(NamedTuple):
    """The measurements of one training; `ticks` are the times at the end of each step."""

    ticks: list[float]
    first: float  # seconds until the end of the first step
    losses: list[float]
    supervised: int  # tokens a step
    micro: int
    memory: dict[str, Any]
    notes: list[str]


def rows(job: Job) -> Any:
    """Enough rows for all steps."""
    return table(job.shape, [job.length] * (job.tokens // job.length * job.steps))


def examples(job: Job) -> list[dict[str, list[int]]]:
    """The rows in the Trainer's format."""
    own = rows(job)
    ids = own.ids.reshape(-1, job.length).tolist()
    half = job.length // 2
    return [{"input_ids": row, "labels": [-100] * half + row[half:]} for row in ids]


class Clock:
    """Records the end of each step of a Trainer, its losses and its peak memory."""

    def __init__(self, job: Job, where: Any) -> None:
        self.job, self.where = job, where
        self.ticks: list[float] = []
        self.losses: list[float] = []
        self.memory: dict[str, Any] = {}

    def begin(self) -> None:
        self.began = time.perf_counter()

    def step(self, number: int) -> None:
        wait(self.where)
        self.ticks.append(time.perf_counter())
        if number == self.job.warm:
            reset_peak(self.where)
        if number == self.job.steps:
            self.memory = peak(self.where)

    def run(self, notes: list[str]) -> Run:
        first = self.ticks[0] - self.began
        half = self.job.tokens // 2
        return Run(self.ticks, first, self.losses, half, self.job.micro, self.memory, notes)
