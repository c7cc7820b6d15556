"""Attention at Gemma-3n's head width of 256: eager, SDPA, flex and varlen, padded and packed.

    python benchmarks/gpu/attention.py [--only '2048/*'] [--seconds N] [--out DIR] [--toy]

8 query heads, 2 key and value heads, scale 1.0, bf16; sliding layers attend to 512 tokens, global
ones to all. Rows of mixed length (a quarter to all of the longest), about 16,384 tokens together,
are padded to the longest (B, T) or packed into one row (1, Σ). Packed rows are separated by a dense
mask (eager, SDPA), a block mask (flex) or boundaries (varlen). A call is one layer's attention,
forward and backward; masks are made beforehand, as layers share them. Speeds count real tokens
only, not padding. Errors are relative errors of outputs and gradients at real tokens against fp32
eager.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import common
from attention_kinds import MAKERS, Rows, Size, allowed
from common import Cell, Column
from timing import peak, reset_peak, spread, timed

HEADS, KV, WIDTH, WINDOW = 8, 2, 256, 512

COLUMNS = (
    Column("forward_ms", "forward ms", ",.2f"),
    Column("both_ms", "forward + backward ms", ",.2f"),
    Column("both_ms_range", "range"),
    Column("tokens_s", "own tokens/s", ",.0f"),
    Column("added_gb", "added GB", ".3f"),
    Column("kernel", "kernel"),
    Column("output_error", "error", ".1e"),
    Column("gradient_error", "gradient error", ".1e"),
)


TRUE = Size(HEADS, KV, WIDTH, WINDOW, 16_384, (4096, 2048, 8192))
TOY = Size(4, 2, 16, 32, 256, (64,))


def main(argv: list[str] | None = None) -> None:
    asked = common.arguments(__doc__, argv)
    where = common.device(asked)
    size = TOY if asked.toy else TRUE
    cells: list[Cell] = []
    for longest in size.longest:
        for layer in ("sliding", "global"):
            for packed in (True, False):
                layout = "packed" if packed else "padded"
                rows = Rows(mixed(longest, size.tokens), packed, size, where)
                for kind in MAKERS:
                    if kind == "mathpal" and not packed:
                        continue
                    work = partial(cell, kind, rows, layer == "sliding")
                    cells.append((f"{longest}/{layer}/{layout}/{kind}", work))
        uniform = Rows([longest] * max(1, size.tokens // longest), False, size, where)
        work = partial(cell, "sdpa", uniform, False)
        cells.append((f"{longest}/global/one length/sdpa, is_causal", work))
    common.measure("attention", cells, COLUMNS, asked)


def mixed(longest: int, tokens: int) -> list[int]:
    """Row lengths from a quarter of `longest` to `longest`, about `tokens` in sum."""
    shares = (1.0, 0.25, 0.7, 0.4, 0.85, 0.55)
    lengths: list[int] = []
    while sum(lengths) + longest // 4 <= tokens:
        own = int(longest * shares[len(lengths) % len(shares)])
        lengths.append(min(own, tokens - sum(lengths)))
    return lengths


def cell(kind: str, rows: Rows, sliding: bool) -> dict[str, Any]:
    """Measure one kind of attention on one layout."""
    import torch

    q, k, v = inputs(rows)
    attend = MAKERS[kind](rows, sliding)
    real = rows.numbers()[0] >= 0  # (B, T)
    out = attend(q, k, v)  # (B, H, T, D)
    outer = torch.randn(out.shape, generator=_random(rows.where, 1), device=rows.where)
    outer = (outer * real[:, None, :, None]).to(out.dtype)

    def both() -> None:
        q.grad = k.grad = v.grad = None
        attend(q, k, v).backward(outer)

    def forward() -> None:
        with torch.no_grad():
            attend(q, k, v)

    if not out.requires_grad:
        error = _errors([out.detach(), None], rows, sliding, outer, real)
        return error | {"kernel": "no backward pass on a CPU"}
    both()
    values = _errors([out.detach(), q.grad], rows, sliding, outer, real)
    del out
    q.grad = k.grad = v.grad = None
    before = torch.cuda.memory_allocated() / 2**30 if rows.where.type == "cuda" else 0.0
    reset_peak(rows.where)
    both()
    values["added_gb"] = peak(rows.where)["peak_gb"] - before
    values["kernel"] = kernels(both, rows.where)
    values |= spread("forward_ms", timed(forward, rows.where, times=10, seconds=1.0))
    values |= spread("both_ms", timed(both, rows.where, times=10, seconds=2.0))
    values["tokens_s"] = 1e3 * sum(rows.lengths) / values["both_ms"]
    values["padding"] = 1 - sum(rows.lengths) / (rows.shape[0] * rows.shape[1])
    return values


def inputs(rows: Rows) -> list[Any]:
    """Queries (B, H, T, D), keys and values (B, K, T, D), scaled like Gemma-3n's."""
    import torch

    size, (batch, width) = rows.size, rows.shape
    dtype = torch.bfloat16 if rows.where.type == "cuda" else torch.float32
    made = []
    for number, heads in enumerate((size.heads, size.kv, size.kv)):
        own = torch.randn(
            batch, heads, width, size.width, generator=_random(rows.where, number),
            device=rows.where,
        )  # fmt: skip
        if number < 2:  # scores of a few units under a scale of 1.0
            own *= 1.5 * size.width**-0.25
        made.append(own.to(dtype).requires_grad_())
    return made


def _errors(found: list[Any], rows: Rows, sliding: bool, outer: Any, real: Any) -> dict[str, float]:
    """Errors against fp32 eager of one head in up to two rows of the batch; more would not fit."""
    import torch

    groups = rows.size.heads // rows.size.kv
    q, k, v = (own.detach() for own in inputs(rows))
    apart = {"output_error": [0.0, 0.0], "gradient_error": [0.0, 0.0]}
    for line in range(min(len(q), 2)):
        mask = allowed(rows, sliding, line)[0, 0]  # (T, T)
        own = real[line][:, None]
        head = groups  # the first of the second group
        kv = head // groups
        a, b, c = (x[line, n].float().requires_grad_() for x, n in ((q, head), (k, kv), (v, kv)))
        out = (a @ b.t()).masked_fill(~mask, -torch.inf).softmax(-1) @ c
        out.backward(outer[line, head].float())
        pairs = {"output_error": (found[0], out.detach()), "gradient_error": (found[1], a.grad)}
        for name, (mine, true) in pairs.items():
            if mine is not None:
                difference = (mine[line, head].float() - true) * own
                apart[name][0] += float(difference.square().sum())
                apart[name][1] += float((true * own).square().sum())
    return {name: (top / bottom) ** 0.5 for name, (top, bottom) in apart.items() if bottom}


def kernels(work: Callable[[], None], where: Any) -> str:
    """Names of the two kernels that took most time in one call."""
    from torch.autograd import DeviceType
    from torch.profiler import ProfilerActivity, profile

    if where.type != "cuda":
        return ""
    import torch

    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as recorder:
        work()
        torch.cuda.synchronize()
    events = [e for e in recorder.key_averages() if e.device_type == DeviceType.CUDA]
    events.sort(key=lambda e: -e.self_device_time_total)
    names = [e.key.replace("void ", "").split("<")[0].split("(")[0][-44:] for e in events[:2]]
    return "; ".join(names)


def _random(where: Any, seed: int) -> Any:
    import torch

    return torch.Generator(where).manual_seed(seed)


if __name__ == "__main__":
    main()
