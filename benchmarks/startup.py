"""Seconds from the command to the first optimizer step of the default run.

    python benchmarks/startup.py [--repeats 3] [key=value …]

Starts `python train.py evaluation=none trainer.max_steps=1` as a user would, first with an empty
token cache, then with the filled one. Measures the time until the record of step 1 appears, as
wall-clock and processor seconds; on a busy machine, compare processor seconds only.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
POLL_SECONDS = 0.01
TICKS = os.sysconf("SC_CLK_TCK")


class Started(NamedTuple):
    """One start; all in seconds.

    Attributes:
        total: until the first step is recorded.
        cpu: processor time of all threads until then; NaN without /proc.
        parts: shares of `total` by stage.
    """

    total: float
    cpu: float
    parts: dict[str, float]


def start(folder: Path, overrides: list[str]) -> Started:
    """Run the command with its run directory at `folder` until it ends."""
    command = [
        sys.executable, str(ROOT / "train.py"), "evaluation=none", "trainer.max_steps=1",
        "trainer.record_every=1", "name=startup", f"hydra.run.dir={folder}", *overrides,
    ]  # fmt: skip
    record = folder / "metrics.jsonl"
    began = time.time()
    process = subprocess.Popen(
        command, cwd=folder.parent, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    while not (record.exists() and record.stat().st_size) and process.poll() is None:
        time.sleep(POLL_SECONDS)
    cpu = _cpu_seconds(process.pid)
    _, errors = process.communicate()
    if process.returncode:
        sys.exit(f"{' '.join(command)}\nended with {process.returncode}:\n{errors[-2000:]}")
    first = json.loads(record.read_text(encoding="utf-8").splitlines()[0])
    timings = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))["timings"]
    total = first["time"] - began
    stages = {name: timings[name] for name in ("import", "model", "data")}
    composed = (folder / ".hydra" / "overrides.yaml").stat().st_mtime - began
    rest = total - composed - sum(stages.values())
    return Started(total, cpu, {"compose": composed, **stages, "first step": rest})


def _cpu_seconds(pid: int) -> float:
    """User and system time of a running process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / TICKS


def report(label: str, starts: list[Started]) -> None:
    """Print one line of medians."""
    total, cpu = (statistics.median(getattr(s, name) for s in starts) for name in ("total", "cpu"))
    spread = f"{min(s.total for s in starts):.1f} to {max(s.total for s in starts):.1f}"
    parts = {name: statistics.median(s.parts[name] for s in starts) for name in starts[0].parts}
    print(
        f"{label:<22}{total:6.1f} s ({spread}), {cpu:5.1f} s of the processor:  "
        + " · ".join(f"{name} {value:.1f}" for name, value in parts.items())
    )


def main() -> None:
    """Start the command `--repeats` times with each cache, alternating."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    arguments, overrides = parser.parse_known_args()
    cold: list[Started] = []
    cached: list[Started] = []
    with tempfile.TemporaryDirectory() as made:
        for number in range(arguments.repeats):
            os.environ["MATHPAL_CACHE"] = f"{made}/cache{number}"
            cold.append(start(Path(made, f"cold{number}"), overrides))
            cached.append(start(Path(made, f"cached{number}"), overrides))
    print(f"first optimizer step, median of {arguments.repeats} starts; load of this machine "
          f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # fmt: skip
    report("empty token cache", cold)
    report("filled token cache", cached)


if __name__ == "__main__":
    main()
