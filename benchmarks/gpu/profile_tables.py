"""Tables of a training step's time by operation and by kernel, from `torch.profiler`."""

from typing import Any

TOP = 25
# Kind of a kernel by parts of its name; the first match counts.
KINDS = (
    ("attention", ("flash", "fmha", "attention", "sdpa")),
    ("matrix products", ("gemm", "cutlass", "nvjet", "xmma", "cublas", "splitk", "gemv")),
    ("copies", ("memcpy", "memset", "copy", "catarray")),
    ("reductions", ("reduce", "softmax", "norm", "sort", "topk")),
    ("indexing", ("index", "gather", "scatter", "embedding")),
    ("element-wise", ("elementwise", "vectorized", "multi_tensor", "triton", "tanh", "fused")),
)


def summary(recorder: Any, wall_ms: float, *, steps: int) -> dict[str, Any]:
    """The operations and kernels that took most time, as values of a cell.

    Args:
        recorder: a stopped profile of `steps` training steps.
        wall_ms: milliseconds of a step while it was profiled.
        steps: number of profiled steps.
    """
    from torch.autograd import DeviceType

    events = list(recorder.key_averages())
    kernels = [e for e in events if e.device_type == DeviceType.CUDA]
    on_gpu = bool(kernels)
    own = "self_device_time_total" if on_gpu else "self_cpu_time_total"

    def rows(of: list[Any]) -> list[dict[str, Any]]:
        whole = sum(getattr(e, own) for e in of) or 1.0
        top = sorted(of, key=lambda e: -getattr(e, own))[:TOP]
        return [
            {
                "name": e.key[:110],
                "ms_a_step": round(getattr(e, own) / 1e3 / steps, 3),
                "share": round(getattr(e, own) / whole, 4),
                "calls_a_step": round(e.count / steps, 1),
            }
            for e in top
        ]

    # Drop ranges such as "Optimizer.step": they cover the kernels inside them.
    kernels = [e for e in kernels if not getattr(e, "is_user_annotation", False)]
    operations = [e for e in events if e.device_type == DeviceType.CPU]
    values: dict[str, Any] = {
        "profiled_step_ms": round(wall_ms, 2),
        "operations": rows(operations),
        "operations_a_step": round(sum(e.count for e in operations) / steps),
    }
    if on_gpu:
        busy = sum(e.self_device_time_total for e in kernels) / 1e3 / steps
        values |= {
            "kernels": rows(kernels),
            "kernels_a_step": round(sum(e.count for e in kernels) / steps),
            "busy_ms": round(busy, 2),
            "by_kind": _by_kind(kernels, steps),
        }
        values["kinds"] = ", ".join(f"{kind} {ms:.0f}" for kind, ms in values["by_kind"].items())
    return values


def _by_kind(kernels: list[Any], steps: int) -> dict[str, float]:
    """Milliseconds per step of each kind of kernel."""
    total: dict[str, float] = {}
    for event in kernels:
        name = event.key.lower()
        kind = next((k for k, parts in KINDS if any(p in name for p in parts)), "other")
        total[kind] = total.get(kind, 0.0) + event.self_device_time_total / 1e3 / steps
    return {k: round(ms, 2) for k, ms in sorted(total.items(), key=lambda pair: -pair[1])}


def text(values: dict[str, Any]) -> str:
    """Format the values of `summary` as text."""
    lines = [
        f"step {values.get('plain_step_ms', values['profiled_step_ms']):.1f} ms "
        f"(recorded: {values['profiled_step_ms']:.1f}), "
        f"GPU busy {values.get('busy_ms', 0):.1f} ms, "
        f"{values.get('kernels_a_step', 0)} kernels, {values['operations_a_step']} operations"
    ]
    for kind, ms in values.get("by_kind", {}).items():
        lines.append(f"{ms:10.2f} ms  {kind}")
    for what in ("operations", "kernels"):
        if what in values:
            lines += ["", f"{what}, by their own time, a step:"]
            lines += [
                f"{row['ms_a_step']:10.3f} ms {row['share']:6.1%} {row['calls_a_step']:8.0f}×  "
                f"{row['name']}"
                for row in values[what]
            ]
    return "\n".join(lines)
