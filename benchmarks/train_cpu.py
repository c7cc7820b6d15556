"""Training speed and memory of MathPal against `transformers.Trainer` + PEFT.

Same tiny Gemma-3n, LoRA, generated rows, AdamW, schedule and clipping; the sides alternate in one
process. MathPal trains through `mathpal.training.fit.fit` as a run does. The peer is plain
Transformers and PEFT: its Trainer, its collator, padded batches drawn at random or grouped by
length, labels on the response only.

Supervised tokens are those with a label. Both sides have nearly the same mean number of them per
optimizer step: the peer's batch size is the closest number of rows. A side's speed is the number
of supervised tokens between its first and last record (every ten steps) divided by the time
between them. Start-up is therefore excluded; data work and logging are included.
"""

import argparse
import itertools
import json
import math
import statistics
import subprocess
import sys
from pathlib import Path

from training_setup import Shared, prepare, quiet
from training_sides import RECORD, SIDES, Trained, run


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--shape", choices=("tiny", "wide-vocab"), default="tiny",
        help="the shipped model, or its shape with random weights and a vocabulary of 262,144",
    )  # fmt: skip
    parser.add_argument("--repeats", type=int, help="of each side (5; wide-vocab 2)")
    parser.add_argument(
        "--steps", type=int, default=60,
        help="optimizer steps a run (60; group_by_length goes from long to short rows in 50)",
    )  # fmt: skip
    parser.add_argument("--batch-tokens", type=int, default=2048, help="padded tokens a step")
    parser.add_argument("--threads", type=int, default=2, help="of torch")
    parser.add_argument("--quick", action="store_true", help="one repeat")
    parser.add_argument("--no-memory", action="store_true", help="leave out the peak memory")
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)  # peak memory of one
    asked = parser.parse_args()
    wide = asked.shape == "wide-vocab"
    repeats = asked.repeats or (1 if asked.quick else 2 if wide else 5)
    steps = asked.steps
    if steps < 2 * RECORD:
        parser.error(f"--steps {steps}: there must be two records, so at least {2 * RECORD} steps")
    quiet(asked.threads)
    shared = prepare(wide=wide, batch_tokens=asked.batch_tokens)
    if asked.side or wide:  # held-out loss would need more memory and time than training
        shared = shared._replace(validation=None)
    if asked.side:
        before = peak()
        run(asked.side, shared, steps=steps, seed=0)
        print(json.dumps({"before": before, "peak": peak()}))
        return
    results: dict[str, list[Trained]] = {side: [] for side in SIDES}
    for repeat in range(repeats):
        for turn in range(len(SIDES)):
            side = SIDES[(turn + repeat) % len(SIDES)]
            results[side].append(run(side, shared, steps=steps, seed=repeat))
            print(f"{repeat + 1}/{repeats} {side}: {results[side][-1].speed:,.0f}", file=sys.stderr)
    print(report(results, shared, steps), flush=True)
    memory = {} if asked.no_memory else {side: memory_of(side, asked) for side in SIDES}
    if memory:
        print(memory_report(memory))
    if asked.json:
        found = {s: [t._asdict() for t in own] for s, own in results.items()}
        asked.json.write_text(json.dumps({"runs": found, "memory": memory}, indent=1) + "\n")


def peak() -> float:
    """Peak memory of this process so far, in MB; `ru_maxrss` would start at the parent's peak."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kilobytes) / 1024


def memory_of(side: str, asked: argparse.Namespace) -> dict[str, float]:
    """Peak memory of one side in its own process, over 20 steps."""
    options = {
        "--shape": asked.shape,
        "--batch-tokens": asked.batch_tokens,
        "--threads": asked.threads,
        "--steps": 2 * RECORD,
        "--side": side,
    }
    words = [str(word) for option in options.items() for word in option]
    done = subprocess.run(
        [sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def report(results: dict[str, list[Trained]], shared: Shared, steps: int) -> str:
    """Speed and loss as Markdown."""
    ours = results["mathpal"]
    lines = [
        f"{len(ours)} repeats of {steps} steps; {shared.batch_tokens} padded tokens a step "
        f"(MathPal), {shared.rows} rows a step (peer).",
        "",
        "| side | supervised tokens a step | supervised tokens/s (min–max) | ms a step "
        "| MathPal's ratio (min–max) | ratio in processor time | held-out loss ± sd |",
        "|---|---|---|---|---|---|---|",
    ]
    for side, own in results.items():
        ratios = [a.speed / b.speed for a, b in zip(ours, own, strict=True)]
        speeds, losses = [t.speed for t in own], [t.validation for t in own]
        loss = deviation(losses) if math.isfinite(sum(losses)) else ""
        cpu = [a.cpu_speed / b.cpu_speed for a, b in zip(ours, own, strict=True)]
        ratio = " | " if own is ours else f"{spread(ratios, '.2f')} | {spread(cpu, '.2f')}"
        lines.append(
            f"| {side} | {statistics.fmean(t.tokens_a_step for t in own):,.0f} "
            f"| {spread(speeds, ',.0f')} | {statistics.median(t.step_ms for t in own):,.0f} "
            f"| {ratio} | {loss} |"
        )
    lines += ["", "Training loss since the record before, at equal supervised tokens (mean ± sd):"]
    lines += ["", "| supervised tokens | " + " | ".join(results) + " |"]
    lines.append("|---|" + "---|" * len(results))
    for number in range(steps // RECORD):
        tokens = (number + 1) * RECORD * shared.supervised
        cells = []
        for own in results.values():
            at = [interpolated(t.curve, tokens) for t in own]
            cells.append(deviation(at))
        lines.append(f"| {tokens:,.0f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def memory_report(memory: dict[str, dict[str, float]]) -> str:
    """Peak memory as Markdown."""
    mine = memory["mathpal"]["peak"]
    lines = ["", "| side | peak memory, MB | before the model is loaded | MathPal's share of it |"]
    lines.append("|---|---|---|---|")
    for side, own in memory.items():
        share = "" if side == "mathpal" else f"{mine / own['peak']:.2f}"
        lines.append(f"| {side} | {own['peak']:,.0f} | {own['before']:,.0f} | {share} |")
    return "\n".join(lines)


def spread(values: list[float], form: str) -> str:
    """Median and range."""
    return f"{statistics.median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def deviation(values: list[float]) -> str:
    """Mean and standard deviation."""
    return f"{statistics.fmean(values):.3f} ± {statistics.pstdev(values):.3f}"


def interpolated(curve: list[tuple[int, float]], tokens: float) -> float:
    """The curve's loss at a number of supervised tokens."""
    for (t0, l0), (t1, l1) in itertools.pairwise(curve):
        if t0 <= tokens <= t1:
            return l0 + (l1 - l0) * (tokens - t0) / (t1 - t0)
    return curve[0][1] if tokens < curve[0][0] else curve[-1][1]


if __name__ == "__main__":
    main()
