"""Run all GPU benchmarks within a budget of minutes, the most important first.

    python benchmarks/gpu/all.py --minutes 9 [--out DIR] [--only sft,loss] [--toy]

Each part gets a share of the remaining time and is killed if it takes much more; unused time goes
to the next parts. A part that fails does not stop the others. Cells that are already in the results
are not measured again. Prints a short summary at the end. A cell of sft.py takes 30 to 70 s
(imports, random weights, the first step), more with compiled layers or Unsloth: if time is short,
use --only.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GRACE = 20.0  # seconds beyond its share in which a part may finish its cell


class Part(NamedTuple):
    """A script with its options, and its share of the remaining time, 0 to 1."""

    name: str
    words: tuple[str, ...]
    share: float


FIRST = "ceilings,e2b/parameters,e4b/parameters,e2b/2048/mathpal,e2b/2048/profile,toy/64/mathpal"
PARTS = (
    Part("pytest", (), 0.18),
    Part("sft first", ("sft.py", "--only", FIRST), 0.25),
    Part("sft e2b", ("sft.py", "--only", "e2b/2048/*,toy/64/profile"), 0.40),
    Part("loss", ("loss.py",), 0.15),
    Part("gradients", ("gradients.py",), 0.22),
    Part("sft e4b", ("sft.py", "--only", "e4b/2048/*"), 0.40),
    Part("attention", ("attention.py",), 0.25),
    Part("tiny", ("tiny.py",), 0.35),
    Part("generate", ("generate.py",), 0.30),
    Part("quantized", ("quantized.py",), 0.40),
    Part("sft rest", ("sft.py", "--only", "e2b/*,e4b/*"), 1.0),
)

SHOWN = {  # characters of each table in the summary, together under 12,000
    "sft": 4200, "loss": 1500, "gradients": 1700, "attention": 1900, "tiny": 500, "generate": 700,
    "quantized": 600,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="time budget (%(default)s)")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks/results")
    parser.add_argument("--only", default="", help="names of parts, divided by commas")
    parser.add_argument("--pack", type=Path, help="write all results to this .tgz after every part")
    parser.add_argument("--toy", action="store_true", help="tiny shapes, on the CPU")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    end = time.time() + 60 * asked.minutes
    wanted = [p for p in PARTS if not asked.only or p.name in asked.only.split(",")]
    said: list[str] = []
    text = ""
    for part in wanted:
        left = end - time.time() - 5
        if left < 15:
            said.append(f"{part.name}: no time left")
            continue
        seconds = max(15.0, left * part.share)
        began = time.time()
        print(f"=== {part.name}: up to {seconds:.0f} s of {left:.0f} s", flush=True)
        how = run(part, seconds, min(seconds + GRACE, left), asked)
        said.append(f"{part.name}: {how}, {time.time() - began:.0f} s")
        print(f"=== {said[-1]}", flush=True)
        text = summary(asked, said)
        pack(asked)
    print("\n\n" + text, flush=True)


def pack(asked: argparse.Namespace) -> None:
    """Write all results to one archive; replace it atomically."""
    if asked.pack:
        draft = asked.pack.with_name(asked.pack.name + ".draft")
        with tarfile.open(draft, "w:gz") as whole:
            for path in sorted(asked.out.iterdir()):
                if path.suffix in (".json", ".md", ".log", ".txt"):
                    whole.add(path, path.name)
        draft.replace(asked.pack)


def run(part: Part, seconds: float, most: float, asked: argparse.Namespace) -> str:
    """Run a part with its output in a log file, print its cells, and return how it ended."""
    log = asked.out / f"{part.name.replace(' ', '_')}.log"
    if part.name == "pytest":
        words = [sys.executable, "-m", "pytest", "-m", "gpu", "-W", "default", "-rs",
                 "--durations=5", "--tb=short", "-p", "no:cacheprovider", "tests/gpu"]  # fmt: skip
        words.append(f"--timeout={most:.0f}")
    else:
        words = [sys.executable, str(HERE / part.words[0]), *part.words[1:]]
        words += ["--out", str(asked.out), "--seconds", f"{seconds:.0f}"]
        words += ["--toy"] if asked.toy else []
    paths = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
    settings = {"PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", "TOKENIZERS_PARALLELISM": "false"}
    environment = {**os.environ, **settings}
    environment.pop("GPU_BENCH_UNTIL", None)
    with log.open("wb") as out:
        process = subprocess.Popen(
            words, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            how = f"exit {process.wait(timeout=most)}"
        except subprocess.TimeoutExpired:
            how = "killed: out of time"
        finally:
            # Kill its child processes too: they would hold GPU memory.
            for number in (signal.SIGTERM, signal.SIGKILL):
                _signal(process, number)
                if number == signal.SIGTERM:
                    time.sleep(0.5)
            process.wait()
    _show(part, log)
    return how


def _signal(process: Any, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _show(part: Part, log: Path) -> None:
    """Print the finished cells of a log, or the end of a test's log."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    cells = [x for x in lines if x.startswith("[") and "measured before" not in x and "…" not in x]
    shown = lines[-25:] if part.name == "pytest" or not cells else cells
    print("\n".join(line[:240] for line in shown), flush=True)


def summary(asked: argparse.Namespace, said: list[str]) -> str:
    """How the parts ended, and their tables cut to `SHOWN`; `gpu_summary.txt` has them in full."""
    prefix = "toy_gpu_" if asked.toy else "gpu_"
    whole, brief = ["# Summary", *said], ["# Summary", *said]
    for name, most in SHOWN.items():
        table = asked.out / f"{prefix}{name}.md"
        if not table.exists():
            continue
        text = table.read_text(encoding="utf-8")
        whole += ["", f"## {name}", text]
        rows = [line[:220] for line in text.splitlines() if line.startswith("|")]
        rows = [line for line in rows if not line.startswith("|---")]
        brief += ["", f"## {name}", "\n".join(rows)[:most]]
    (asked.out / f"{prefix}summary.txt").write_text("\n".join(whole) + "\n", encoding="utf-8")
    return "\n".join(brief)


if __name__ == "__main__":
    main()
