"""Wall time of a sweep against Hydra's official Optuna plug-in: same trials, two at a time.

    python benchmarks/sweep.py [--repeats 3]
    python benchmarks/sweep.py --trials 1000 [--sampler tpe]

Seeded random learning curves are drawn once and replayed by both sides in the same order. A trial
only sleeps; times are uneven, as if batch size, rank or steps varied. The peer is
hydra-optuna-sweeper 1.4.0rc3 with its joblib launcher, two jobs at a time, in its own environment
(.venv-peer, created with pip if missing). Sides alternate; wall times include the start of Python.
A second table uses empty trials: the overhead of a trial beyond its task.
With --trials: memory and time of a long study of empty trials, every hundred trials.
"""

import argparse
import json
import math
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import yaml

ROOT = Path(__file__).parents[1]
APP = Path(__file__).parent / "replay" / "app.py"
PEER = ROOT / ".venv-peer"
PACKAGES = (
    "hydra-core==1.4.0rc3", "hydra-optuna-sweeper==1.4.0rc3", "hydra-joblib-launcher==1.4.0rc3",
)  # fmt: skip
TRIALS = 24
STEPS = 20
AT_A_TIME = 2
Curves = list[dict[str, Any]]
NOTHING: Curves = [{"seconds": 0.0, "values": [1.0]}]


class Side(NamedTuple):
    """How one side runs a sweep.

    Attributes:
        python: of its environment.
        path: PYTHONPATH.
        overrides: that choose its sweeper and launcher.
        workers: the settings that say how many trials run at a time.
        value: key of the best value in optimization_results.yaml.
    """

    python: str
    path: str
    overrides: Sequence[str]
    workers: Sequence[str]
    value: str


THEIRS = Side(
    str(PEER / "bin" / "python"), "",
    ["hydra/sweeper=optuna", "hydra/launcher=joblib", "hydra.sweeper.sampler.seed=42"],
    ["hydra.sweeper.n_jobs", "hydra.launcher.n_jobs"], "best_value",
)  # fmt: skip
OURS = Side(
    sys.executable, str(ROOT),
    [f"hydra.searchpath=[file://{ROOT / 'conf'}]", "hydra/sweeper=optuna", "hydra/launcher=local"],
    ["hydra.sweeper.n_jobs"], "best_evaluated_value",
)  # fmt: skip
PRUNING = ["hydra/sweeper/pruner=median", "hydra.sweeper.intermediate=loss", "reports=true"]


class Result(NamedTuple):
    """One sweep: its wall time in seconds and its best value."""

    seconds: float
    best: float


def draw_curves(count: int, seed: int) -> Curves:
    """Draw for each trial a loss curve that falls towards a final value, and its seconds.

    Times are log-uniform in 0.2 to 2 s; about one trial in six takes 4 to 8 s instead. The final
    value does not depend on the time.
    """
    chance = random.Random(seed)
    curves = []
    for _ in range(count):
        long = chance.random() < 1 / 6
        seconds = chance.uniform(4, 8) if long else 0.2 * 10 ** chance.random()
        end, speed = 0.4 + chance.lognormvariate(-1.5, 0.8), chance.uniform(0.15, 0.3)
        values = [
            end + (2.5 - end) * math.exp(-speed * step) + chance.gauss(0, 0.01)
            for step in range(1, STEPS + 1)
        ]
        curves.append({"seconds": seconds, "values": values})
    return curves


def command_of(
    side: Side, curves: Curves, workers: int, folder: Path, more: Sequence[str]
) -> list[str]:
    """The command of a sweep over all curves; writes them to `folder`."""
    path = folder / "curves.json"
    path.write_text(json.dumps(curves))
    return [
        side.python, str(APP), "-m", "x=interval(0.0, 1.0)", f"curves={path}",
        f"hydra.sweeper.n_trials={len(curves)}", f"hydra.sweep.dir={folder}/sweep",
        *side.overrides, *(f"{key}={workers}" for key in side.workers), *more,
    ]  # fmt: skip


def sweep(side: Side, curves: Curves, workers: int, more: Sequence[str] = ()) -> Result:
    """Run a sweep over all curves in a new directory."""
    with tempfile.TemporaryDirectory() as folder:
        command = command_of(side, curves, workers, Path(folder), more)
        began = time.perf_counter()
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": side.path},
        )  # fmt: skip
        seconds = time.perf_counter() - began
        if done.returncode:
            sys.exit(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        found = yaml.safe_load(Path(folder, "sweep/optimization_results.yaml").read_text())
    return Result(seconds, found[side.value])


def least(curves: Curves) -> tuple[float, float]:
    """Seconds of the tasks alone: in pairs that wait for each other, and without waiting."""
    times = [curve["seconds"] for curve in curves]
    pairs = sum(max(times[i : i + AT_A_TIME]) for i in range(0, len(times), AT_A_TIME))
    free = [0.0] * AT_A_TIME
    for seconds in times:
        free.sort()
        free[0] += seconds
    return pairs, max(free)


def spread(values: Sequence[float]) -> str:
    """Median and range."""
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def compare(repeats: int) -> None:
    """Compare wall times with the peer's, without and with pruning; new curves every time."""
    sides = {"peer": (THEIRS, []), "ours": (OURS, []), "ours, pruning": (OURS, PRUNING)}
    ratios: dict[str, list[float]] = {"no waiting": [], "ours": [], "ours, pruning": []}
    print(f"\n{TRIALS} trials, {AT_A_TIME} at a time; seconds, and the best value found")
    print(f"seed{'in pairs':>10}{'no waiting':>12}" + "".join(f"{name:>22}" for name in sides))
    for seed in range(1, repeats + 1):
        curves = draw_curves(TRIALS, seed)
        pairs, free = least(curves)
        found = {name: sweep(side, curves, AT_A_TIME, more) for name, (side, more) in sides.items()}
        shown = "".join(f"{r.seconds:>12.1f}  {r.best:.6f}" for r in found.values())
        print(f"{seed:>4}{pairs:>10.1f}{free:>12.1f}{shown}", flush=True)
        ratios["no waiting"].append(free / pairs)
        for name in ("ours", "ours, pruning"):
            ratios[name].append(found[name].seconds / found["peer"].seconds)
    print("ratio of wall times to the peer's, median and range (no waiting: of the tasks alone):")
    for name, values in ratios.items():
        print(f"  {name:15}{spread(values)}")


def overhead(repeats: int) -> None:
    """Measure a trial's overhead and the start-up from sweeps of few and of many empty trials."""
    few, many = 8, 40
    nothing = NOTHING * many
    print(f"\ntrials of nothing{'workers':>10}{'s a trial':>22}{'s start-up':>22}")
    for workers in (1, 2):
        for name, side in (("peer", THEIRS), ("ours", OURS)):
            costs, starts = [], []
            for _ in range(repeats):
                short = sweep(side, nothing[:few], workers).seconds
                cost = (sweep(side, nothing, workers).seconds - short) / (many - few)
                costs.append(cost * workers)  # of a worker's time
                starts.append(short - few * cost)
            print(f"{name:17}{workers:>10}{spread(costs):>22}{spread(starts):>22}", flush=True)


def of_trials(driver: psutil.Process) -> float:
    """Processor seconds of all finished trials, as counted by the server that forks them."""
    times = [child.cpu_times() for child in driver.children()]
    return sum(time.children_user + time.children_system for time in times)


def growth(trials: int, sampler: str) -> None:
    """Print the driver's memory and the time of a trial every hundred trials of a study."""
    print(
        f"load {os.getloadavg()[0]:.1f}; sampler {sampler}, 2 workers; ms a trial: by the clock, "
        "and of the processor\ntrials  driver MB  clock  driver  trial's process"
    )
    with tempfile.TemporaryDirectory() as folder:
        more = [f"hydra/sweeper/sampler={sampler}"]
        command = command_of(OURS, NOTHING * trials, 2, Path(folder), more)
        driver = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": OURS.path},
        )  # fmt: skip
        process, ended, since, before = psutil.Process(driver.pid), 0, 0, (0.0,) * 3
        for line in driver.stderr:  # one line for each finished trial
            ended += line.startswith("trial ")
            if ended == since or (ended > 1 and ended % 100):
                continue
            now = (time.perf_counter(), sum(process.cpu_times()[:2]), of_trials(process))
            if since:
                clock, busy, of = (1000 * (n - b) / (ended - since) for n, b in zip(now, before))
                memory = process.memory_info().rss / 2**20
                print(f"{ended:>6}{memory:>11.0f}{clock:>7.0f}{busy:>8.1f}{of:>17.0f}", flush=True)
            since, before = ended, now
        if driver.wait() or ended != trials:
            sys.exit(f"{ended} of {trials} trials, exit code {driver.returncode}")


def make_peer() -> None:
    """Create the peer's environment if it is missing."""
    if not Path(THEIRS.python).exists():
        subprocess.run([sys.executable, "-m", "venv", PEER], check=True)
    pip = [THEIRS.python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, *PACKAGES], check=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=["compare", "overhead"])
    parser.add_argument("--trials", type=int, help="instead: a study of so many empty trials")
    parser.add_argument("--sampler", default="random", help="of the study of --trials")
    arguments = parser.parse_args()
    if arguments.trials:
        growth(arguments.trials, arguments.sampler)
        return
    make_peer()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}; peer: {', '.join(PACKAGES)}",
        flush=True,
    )
    if arguments.only != "overhead":
        compare(arguments.repeats)
    if arguments.only != "compare":
        overhead(arguments.repeats)


if __name__ == "__main__":
    main()
