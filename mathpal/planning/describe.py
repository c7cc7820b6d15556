"""A plan as text for the terminal and as plain values for JSON.

Knows how to format figures; computes none. GB are of 2**30 bytes.
"""

from typing import Any

from mathpal.planning.memory import GB, Bytes, trained_weights
from mathpal.planning.plans import Plan, verdict
from mathpal.planning.setting import Setting
from mathpal.planning.spans import last_own

BAR = 32  # characters of a bar as long as the peak


def as_text(made: Plan) -> str:
    """The run, the model's parts, memory, time and verdict as lines of text."""
    lines = [f"plan     {_headline(made)}", *_parts(made), *_notes(made)]
    lines += _table("training", made.memory.training, made.memory.peak)
    if made.memory.evaluation:
        lines += _table("evaluation", made.memory.evaluation, made.memory.peak)
    for name, size in made.memory.host.items():
        lines.append(f"host     {name} {size / GB:.2f} GB in the host's memory")
    lines += [_work(made), f"verdict  {verdict(made)}"]
    if made.fixes is not None and made.fixes.each:
        lines.append("changes that save memory, the cheapest first:")
        for fix in made.fixes.each:
            enough = ", enough alone" if fix.fits else ""
            words = " ".join(fix.overrides)
            lines.append(f"  {fix.name:<22} {fix.saves / GB:>6.2f} GB{enough}   {words}")
    return "\n".join(lines)


def as_values(made: Plan) -> dict[str, Any]:
    """The plan for JSON; sizes in bytes."""
    setting, shape = made.setting, made.setting.architecture
    return {
        "schema": 1,
        "model": made.name,
        "device": setting.device,
        "devices": setting.devices,
        "precision": "bf16-mixed" if setting.mixed else "32-true",
        "weights": shape.weights,
        "layout": setting.layout,
        "asking": setting.needed,
        "rows_known": setting.rows_known,
        "linear_weights": shape.linear_weights,
        "trained_weights": trained_weights(setting),
        "parts": {name: count for name, count in shape.parts.items() if count},
        "training": _whole(made.memory.training),
        "evaluation": _whole(made.memory.evaluation),
        "host": _whole(made.memory.host),
        "peak": round(made.memory.peak),
        "room": None if made.room is None else made.room._asdict(),
        "fits": made.fits,
        "verdict": verdict(made),
        "mends": [] if made.fixes is None else [fix._asdict() for fix in made.fixes.each],
        "together": None if made.fixes is None else made.fixes.together,
        "work": made.work._asdict(),
    }


def _whole(sizes: Bytes) -> dict[str, int]:
    return {name: round(size) for name, size in sizes.items()}


def _headline(made: Plan) -> str:
    setting = made.setting
    devices = f"{setting.devices} × {setting.device}" if setting.devices > 1 else setting.device
    if setting.devices > 1:
        devices += f" ({'ddp' if setting.strategy == 'auto' else setting.strategy})"
    lora = "all weights trained" if setting.lora is None else f"LoRA r={setting.lora.r}"
    kept = (
        setting.quantization
        if setting.quantization != "none"
        else f"{8 * setting.weight_width}-bit"
    )
    mixed = ", bf16-mixed" if setting.mixed else ""
    checkpointing = ", gradient checkpointing" if setting.checkpointing else ""
    return f"{made.name} on {devices}: {lora}, {kept} weights{mixed}{checkpointing}"


def _parts(made: Plan) -> list[str]:
    shape = made.setting.architecture
    tied = not shape.parts["head"]
    named = [
        f"{'embeddings (and head)' if name == 'embeddings' and tied else name} {count:,}"
        for name, count in shape.parts.items()
        if count
    ]
    trained = trained_weights(made.setting)
    learning = "all trained" if made.setting.lora is None else f"and {trained:,} of LoRA"
    return [f"weights  {shape.weights:,}, {learning}", f"parts    {' · '.join(named)}"]


def _notes(made: Plan) -> list[str]:
    notes = _rows(made.setting)
    if made.setting.architecture.kind != "other":
        return notes
    return [
        *notes,
        "note     the activations of this architecture are unknown and left out: the sum is a "
        "lower bound",
    ]


def _rows(setting: Setting) -> list[str]:
    """The layout of the rows, and which positions late layers compute, known or assumed."""
    if setting.layout == "masked":
        return ["rows     packed, with one mask over each micro-batch"]
    if setting.layout == "padded":
        return ["rows     padded"]
    layers = len(setting.architecture.layers)
    late = layers - last_own(setting)
    which = (
        f"the last of {layers} layers works"
        if late == 1
        else f"the last {late} of {layers} layers work"
    )
    source = "" if setting.rows_known else "assumed until the rows are known: "
    return [
        f"rows     packed; {which} on the positions from each row's first target on "
        f"({source}{setting.needed:.0%})"
    ]


def _table(title: str, sizes: Bytes, peak: float) -> list[str]:
    lines = [f"{title:<26}{'GB':>7}"]
    for name, size in sizes.items():
        bar = "█" * round(BAR * size / peak)
        lines.append(f"  {name:<24}{size / GB:>7.2f}  {bar}".rstrip())
    return [*lines, f"  {'together':<24}{sum(sizes.values()) / GB:>7.2f}"]


def _work(made: Plan) -> str:
    work = made.work
    step = f"work     {work.tokens_per_step:,} tokens a step at most"
    if work.steps is None:
        return f"{step}; the steps of an epoch depend on the rows (see dry_run=true)"
    rule = 6 if made.setting.lora is None else 4
    step += f", {work.steps:,} steps, {work.flops:.3g} operations ({rule}·N a token"
    step += f", {work.effective:.0%} of them effective)" if work.effective < 1 else ")"
    if work.seconds is None:
        return f"{step}; for the time, give tflops=… or like=RUN"
    return f"{step}, {_time(work.seconds)}"


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
