"""Memory and time of the loss, from hidden states to gradients: the eager chain and MathPal's.

    python benchmarks/loss_memory.py            # 262,144 entries, 2,048 tokens, frozen head
    python benchmarks/loss_memory.py --train-head

Both get the same random hidden states and head, in fp32 on a CPU and bf16 on a GPU. On a CPU each
run has its own process; its peak is the growth of resident memory from before the loss to the
highest point of the forward and backward pass. On a GPU, it is the growth of
`torch.cuda.max_memory_allocated`. A second table compares times at a small vocabulary, where
memory does not matter, alternating in one process.
"""

import argparse
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F


class Shape(NamedTuple):
    """Sizes of the loss's inputs; `supervised` is the share of tokens with a target."""

    vocabulary: int
    tokens: int
    hidden: int
    supervised: float = 1.0
    softcap: float | None = 30.0
    train_head: bool = False
    threads: int = 1
    device: str = "cpu"


def eager(hidden: Any, weight: Any, targets: Any, softcap: float | None) -> Any:
    """Transformers' loss: logits of every token, softcapped, in fp32, log-softmax."""
    logits = F.linear(hidden, weight)
    if softcap is not None:
        logits = torch.tanh(logits / softcap) * softcap
    return F.cross_entropy(logits.float(), targets, ignore_index=-100, reduction="sum")


def chunked(hidden: Any, weight: Any, targets: Any, softcap: float | None) -> Any:
    from mathpal.objectives.linear_cross_entropy import linear_cross_entropy

    return linear_cross_entropy(hidden, weight, targets, softcap=softcap)


def fused(backend: Any) -> Callable[..., Any]:
    from mathpal.objectives.fused import linear_loss

    loss = linear_loss(backend)
    return lambda hidden, weight, targets, softcap: loss(hidden, weight, targets, softcap=softcap)


def losses(device: str) -> dict[str, Callable[..., Any]]:
    """All losses that can run here, by name; the others are compared with the first."""
    from mathpal.errors import ConfigError

    found: dict[str, Callable[..., Any]] = {"eager chain": eager, "mathpal": chunked}
    if device == "cuda":
        for backend in ("cut_cross_entropy", "liger"):
            try:
                found[backend] = fused(backend)
            except ConfigError as error:
                print(f"left out: {error}")
    return found


def inputs(shape: Shape) -> tuple[Any, Any, Any]:
    dtype = torch.float32 if shape.device == "cpu" else torch.bfloat16
    random = torch.Generator(shape.device).manual_seed(0)
    options: dict[str, Any] = {"generator": random, "device": shape.device, "dtype": dtype}
    hidden = torch.randn(shape.tokens, shape.hidden, **options).requires_grad_()
    weight = torch.randn(shape.vocabulary, shape.hidden, **options)
    weight = weight.mul_(3 * shape.hidden**-0.5).requires_grad_(shape.train_head)
    options["dtype"] = torch.int64
    targets = torch.randint(shape.vocabulary, (shape.tokens,), **options)
    targets[int(shape.supervised * shape.tokens) :] = -100
    return hidden, weight, targets


def step(loss: Callable[..., Any], data: tuple[Any, Any, Any], shape: Shape) -> tuple[float, float]:
    """Run one forward and backward pass; return its seconds and the loss."""
    hidden, weight, targets = data
    hidden.grad = weight.grad = None
    begin = time.perf_counter()
    total = loss(hidden, weight, targets, shape.softcap)
    total.backward()
    if shape.device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - begin, total.item()


def peak_and_time(name: str, shape: Shape) -> tuple[float, float, float]:
    """Peak in bytes, seconds and loss of one run; on a CPU, call it in a new process."""
    torch.set_num_threads(shape.threads)
    loss = losses(shape.device)[name]
    data = inputs(shape)
    # A small run first, to load kernels and libraries.
    step(loss, inputs(shape._replace(vocabulary=64, tokens=8)), shape)
    if shape.device == "cuda":
        step(loss, data, shape)
        data[0].grad = data[1].grad = None
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        seconds, total = step(loss, data, shape)
        return torch.cuda.max_memory_allocated() - before, seconds, total
    before = resident()
    seconds, total = step(loss, data, shape)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024) - before, seconds, total


def resident() -> int:
    """Resident memory of this process now, in bytes."""
    counted = Path("/proc/self/statm")  # without it, use the peak so far
    if counted.is_file():
        return int(counted.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def memory_table(shape: Shape, repeats: int) -> None:
    names = list(losses(shape.device))
    runs: dict[str, list[tuple[float, float, float]]] = {name: [] for name in names}
    for _ in range(repeats):
        for name in names:
            if shape.device == "cuda":
                runs[name].append(peak_and_time(name, shape))
                continue
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                runs[name].append(pool.apply(peak_and_time, (name, shape)))
    peaks = {name: max(run[0] for run in of) for name, of in runs.items()}
    print("| loss | peak (MB) | eager / this | seconds (median) | eager / this | loss per target |")
    print("|---|---|---|---|---|---|")
    first = names[0]
    for name, of in runs.items():
        seconds = statistics.median(run[1] for run in of)
        faster = statistics.median(a[1] / b[1] for a, b in zip(runs[first], of))
        per_target = of[0][2] / int(shape.supervised * shape.tokens)
        print(
            f"| {name} | {peaks[name] / 1e6:,.0f} | {peaks[first] / peaks[name]:.1f} "
            f"| {seconds:.2f} | {faster:.2f} | {per_target:.5f} |"
        )


def time_table(shape: Shape, repeats: int) -> None:
    torch.set_num_threads(shape.threads)
    data = inputs(shape)
    seconds: dict[str, list[float]] = {name: [] for name in losses(shape.device)}
    for turn in range(repeats + 2):
        for name, loss in losses(shape.device).items():
            taken, _ = step(loss, data, shape)
            if turn >= 2:  # the first two turns warm up
                seconds[name].append(taken)
    first = next(iter(seconds.values()))
    print("| loss | milliseconds (median) | eager / this: median | lowest | highest |")
    print("|---|---|---|---|---|")
    for name, taken in seconds.items():
        ratios = [a / b for a, b in zip(first, taken)]
        print(
            f"| {name} | {1e3 * statistics.median(taken):.2f} | {statistics.median(ratios):.2f} "
            f"| {min(ratios):.2f} | {max(ratios):.2f} |"
        )


def main() -> None:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--vocabulary", type=int, default=262144, help="entries (%(default)s)")
    parser.add_argument("--tokens", type=int, default=2048, help="tokens (%(default)s)")
    parser.add_argument(
        "--hidden", type=int, default=2048 if device == "cuda" else 256,
        help="width of the hidden states (%(default)s here)",
    )  # fmt: skip
    parser.add_argument(
        "--supervised", type=float, default=1.0, help="share of tokens with a target (%(default)s)"
    )
    parser.add_argument("--softcap", type=float, default=30.0, help="0 for none (%(default)s)")
    parser.add_argument("--train-head", action="store_true", help="with the head's gradient too")
    parser.add_argument("--repeats", type=int, default=2, help="of each process (%(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="on a CPU (%(default)s)")
    asked = parser.parse_args()
    shape = Shape(
        asked.vocabulary, asked.tokens, asked.hidden, asked.supervised, asked.softcap or None,
        asked.train_head, asked.threads, device,
    )  # fmt: skip
    head = "trained" if shape.train_head else "frozen"
    print(f"torch {torch.__version__}, {device}, {shape.threads} threads; {head} head")
    print(f"\n{shape.tokens} tokens, {shape.vocabulary} entries, hidden width {shape.hidden}:\n")
    memory_table(shape, asked.repeats)
    small = shape._replace(vocabulary=1536, tokens=2048, hidden=128, supervised=1.0)
    for cap in (shape.softcap, None) if shape.softcap else (None,):
        print(f"\n{small.tokens} tokens, {small.vocabulary} entries, softcap {cap}:\n")
        time_table(small._replace(softcap=cap), repeats=21)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    main()
