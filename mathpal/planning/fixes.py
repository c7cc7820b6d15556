"""Changes that make a plan fit, the cheapest first, each with the memory it saves.

Their costs: checkpointing costs time, quantization some accuracy, a table on the host a little
time, shorter rows lose the longest problems.
"""

from collections.abc import Iterator
from typing import NamedTuple

from mathpal.planning.memory import memory
from mathpal.planning.setting import Setting

SHORTEST = 256  # tokens: shorter rows are not suggested
WORTH = 0.01  # share of the peak: changes that save less are not suggested


class Fix(NamedTuple):
    """A change of the composition.

    Attributes:
        name: the change in two or three words.
        overrides: as on the command line.
        saves: bytes of the peak that the change alone saves.
        fits: whether the change alone is enough.
    """

    name: str
    overrides: tuple[str, ...]
    saves: float
    fits: bool


class Fixes(NamedTuple):
    """Every change worth suggesting, and a combination of changes that makes the plan fit.

    Attributes:
        each: in order of their cost.
        together: overrides that make the plan fit; None if no known change is enough.
        least: bytes of the peak after `together`, or after all known changes.
    """

    each: tuple[Fix, ...]
    together: tuple[str, ...] | None
    least: float


def fixes(setting: Setting, limit: float) -> Fixes:
    """Find the changes that make a plan fit into `limit` bytes."""
    peak = memory(setting).peak
    each = []
    for name, overrides, changed in _changes(setting):
        saves = peak - memory(changed).peak
        if saves >= WORTH * peak:
            each.append(Fix(name, overrides, saves, memory(changed).peak <= limit))
    alone = next((fix.overrides for fix in each if fix.fits), None)
    together, least = _together(setting, limit)
    return Fixes(tuple(each), alone or together, least)


def _changes(setting: Setting) -> Iterator[tuple[str, tuple[str, ...], Setting]]:
    """Yield each possible change in order of cost: its name, overrides and resulting setting."""
    frozen, gpu = setting.lora is not None, setting.device == "gpu"
    if not setting.checkpointing:
        changed = setting._replace(checkpointing=True)
        yield "gradient checkpointing", ("trainer.gradient_checkpointing=true",), changed
    if frozen and gpu and setting.quantization == "none":
        changed = setting._replace(quantization="4bit")
        yield "4-bit weights", ("model.quantization=4bit",), changed
    if frozen and gpu and not setting.offload_ple and setting.architecture.ple_width:
        yield "PLE on the host", ("model.offload_ple=true",), setting._replace(offload_ple=True)
    half = setting.row_tokens // 2
    if half >= SHORTEST:
        changed = setting._replace(row_tokens=half)
        yield "shorter rows", (f"model.max_length={half}",), changed
    yield from _smaller_batches(setting)
    if setting.answer_tokens > 2 * setting.row_tokens:
        tokens = max(2 * setting.row_tokens, setting.answer_tokens // 4)
        changed = setting._replace(answer_tokens=tokens)
        yield "fewer answers at once", (f"evaluation.batch_tokens={tokens}",), changed


def _smaller_batches(setting: Setting) -> Iterator[tuple[str, tuple[str, ...], Setting]]:
    """Yield micro-batches of 1/2, 1/4, … that hold the longest row; tokens a step stay equal."""
    parts = 2
    while setting.batch_tokens // parts >= setting.row_tokens:
        tokens, accumulate = setting.batch_tokens // parts, setting.accumulate * parts
        overrides = (f"trainer.batch_tokens={tokens}", f"trainer.accumulate={accumulate}")
        changed = setting._replace(batch_tokens=tokens, accumulate=accumulate)
        yield "smaller micro-batch", overrides, changed
        parts *= 2


def _together(setting: Setting, limit: float) -> tuple[tuple[str, ...] | None, float]:
    """Apply change after change until the plan fits; last, shorter rows with smaller batches.

    Returns:
        The changes, None if all together are not enough; and the peak that is left.
    """
    chosen: dict[str, str] = {}
    tried: set[str] = set()
    while memory(setting).peak > limit:
        peak = memory(setting).peak
        step = next(
            (
                (name, overrides, changed)
                for name, overrides, changed in _changes(setting)
                if name not in tried or name == "smaller micro-batch"
                if memory(changed).peak <= peak * (1 - WORTH)
            ),
            None,
        ) or _shorter(setting)
        if step is None:
            return None, peak
        name, overrides, setting = step
        tried.add(name)
        chosen |= dict(override.split("=", 1) for override in overrides)
    return tuple(f"{key}={value}" for key, value in chosen.items()), memory(setting).peak


def _shorter(setting: Setting) -> tuple[str, tuple[str, ...], Setting] | None:
    half = setting.row_tokens // 2
    if half < SHORTEST:
        return None
    parts = max(1, setting.batch_tokens // half)
    changed = setting._replace(
        row_tokens=half, batch_tokens=half, accumulate=setting.accumulate * parts
    )
    overrides = (
        f"model.max_length={half}", f"trainer.batch_tokens={half}",
        f"trainer.accumulate={changed.accumulate}",
    )  # fmt: skip
    return "shorter rows and micro-batch", overrides, changed
