"""Speed of the default training beside other programs, for several ways in which threads wait.

Each setting is a process of its own that trains the shipped model (or answers with it) for some
seconds beside none, one and two busy programs; settings are measured in turns, `--repeats` times.
A program's fair share of two cores is 0.67 beside one busy program and 0.5 beside two.

    python benchmarks/contention.py --seconds 10 --repeats 3
    python benchmarks/contention.py --work generate
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Setting -> the environment variables that make it.
SETTINGS: dict[str, dict[str, str]] = {
    "MathPal's default": {},
    "PyTorch alone (always spins)": {"GOMP_SPINCOUNT": "300000"},
    "OMP_WAIT_POLICY=passive": {"OMP_WAIT_POLICY": "passive"},
    "GOMP_SPINCOUNT=1000": {"GOMP_SPINCOUNT": "1000"},
    "GOMP_SPINCOUNT=3000": {"GOMP_SPINCOUNT": "3000"},
    "GOMP_SPINCOUNT=10000": {"GOMP_SPINCOUNT": "10000"},
    "OMP_NUM_THREADS=1": {"OMP_NUM_THREADS": "1"},
}
FEW = ("MathPal's default", "PyTorch alone (always spins)", "OMP_NUM_THREADS=1")
DECIDING = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_NUM_THREADS")
WARM_UP_S = 3.0
LOADS = 3  # none, one and two busy programs
ROWS = 600  # training rows; they are repeated


class Enough(Exception):
    """The seconds of a measurement are over."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", choices=("train", "generate"), default="train")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--few", action="store_true", help=f"only {', '.join(FEW)}")
    parser.add_argument("--json", type=Path, help="write every figure there too")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps({"train": trained, "generate": generated}[asked.work](asked.seconds)))
        return
    names = FEW if asked.few else tuple(SETTINGS)
    found: dict[str, dict[int, list[float]]] = {n: defaultdict(list) for n in names}
    for _ in range(asked.repeats):
        for name in names:
            for load, speed in enumerate(measured(name, asked.work, asked.seconds)):
                found[name][load].append(speed)
    print(table(found, asked.work))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2), encoding="utf-8")


@contextmanager
def busy(count: int) -> Iterator[None]:
    """So many programs that use a core each."""
    programs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


def measured(name: str, work: str, seconds: float) -> list[float]:
    """Tokens a second of one process beside none, one and two busy programs."""
    plain = {key: value for key, value in os.environ.items() if key not in DECIDING}
    words = ["--measure", "--work", work, "--seconds", str(seconds)]
    done = subprocess.run(
        [sys.executable, __file__, *words], env={**plain, **SETTINGS[name]}, text=True,
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    speeds: list[float] = json.loads(done.stdout.splitlines()[-1])
    return speeds


def prepared() -> tuple[Any, Any]:
    """The shipped model with LoRA, and rows of the default run."""
    sys.path.insert(0, str(Path(__file__).parent))
    from training_setup import own_model, prepare, quiet

    from mathpal.models import cores

    cores.share_cores()
    quiet(int(os.environ.get("OMP_NUM_THREADS", str(len(cores.available())))))
    shared = prepare(wide=False, batch_tokens=2048, train=ROWS)
    return shared.loaded._replace(model=own_model(wide=False)), shared


def trained(seconds: float) -> list[float]:
    """Tokens a second of the default training, by its own records, the start of each load out."""
    from mathpal.models.lora import attach_lora
    from mathpal.objectives.sft import sft
    from mathpal.training.fit import fit
    from mathpal.training.job import TrainingJob

    loaded, shared = prepared()
    speeds: list[float] = []
    with ExitStack() as running:
        began = last = time.monotonic()
        tokens = counted = 0.0

        def record(step: int, values: dict[str, float]) -> None:
            nonlocal began, last, tokens, counted
            now = time.monotonic()
            speed = values.get("train/tokens_per_second")
            if speed is not None and now - began > WARM_UP_S:
                tokens, counted = tokens + speed * (now - last), counted + now - last
            last = now
            if counted < seconds:
                return
            speeds.append(tokens / counted)
            if len(speeds) == LOADS:
                raise Enough
            running.enter_context(busy(1))
            began, tokens, counted = now, 0.0, 0.0

        job = TrainingJob(
            loaded._replace(model=attach_lora(loaded.model, r=16, alpha=16.0)),
            shared.table,
            None,
            sft(),
            record,
            None,
        )
        with suppress(Enough):
            fit(job, lr=1.5e-3, max_steps=100_000, batch_tokens=2048, record_every=1, spike=None)
    return speeds


def generated(seconds: float) -> list[float]:
    """New tokens a second of greedy answers to test problems, the first answers left out."""
    from mathpal.curriculum import FAMILIES, problem
    from mathpal.generation.responses import respond

    loaded, _ = prepared()
    names = sorted(FAMILIES)
    questions = [problem("contention", "test", names[i % len(names)], i).question
                 for i in range(48)]  # fmt: skip
    settings: Any = {"max_new_tokens": 64, "batch_tokens": 65536, "label": "answers"}
    speeds: list[float] = []
    for load in range(LOADS):
        with busy(load):
            respond(loaded, questions, **settings)
            began, tokens = time.monotonic(), 0
            while time.monotonic() - began < seconds:
                tokens += sum(answer.tokens for answer in respond(loaded, questions, **settings))
            speeds.append(tokens / (time.monotonic() - began))
    return speeds


def table(found: dict[str, dict[int, list[float]]], work: str) -> str:
    """Medians and ranges, and the median as a share of PyTorch alone on idle cores."""
    usual = statistics.median(found["PyTorch alone (always spins)"][0])
    lines = [
        f"tokens a second, {work}, {os.cpu_count()} cores: median (range) share of idle",
        "",
        "| setting | idle | beside one | beside two |",
        "|---|---|---|---|",
    ]
    for name, loads in found.items():
        cells = []
        for load in sorted(loads):
            middle, low, high = statistics.median(loads[load]), min(loads[load]), max(loads[load])
            cells.append(f"{middle:,.0f} ({low:,.0f}–{high:,.0f}) {middle / usual:.2f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
