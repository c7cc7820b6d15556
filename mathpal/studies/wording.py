"""Parameters, values and configurations of a study as text. Knows no files and no HTML."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from mathpal.drawing.formatting import MINUS, scientific
from mathpal.settings.faults import shown
from mathpal.statistics.means import Mean
from mathpal.studies.ranking import SEED, Configuration

DASH = "\N{EN DASH}"


def setting(value: Any) -> str:
    """Return a parameter's value as in an override, rounded for reading."""
    if isinstance(value, float) and math.isfinite(value):
        small = value != 0 and abs(value) < 1e-3
        return scientific(value).replace(MINUS, "-") if small else f"{value:.4g}"
    return shown(value)


def settings(params: Mapping[str, Any]) -> str:
    """Return parameters in a row: `lora.r=8, trainer.lr=3e-4`."""
    return ", ".join(f"{name}={setting(value)}" for name, value in params.items()) or "defaults"


def measured(value: float) -> str:
    """Return a measured value with five digits, as the best trials differ in the last ones."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite" if value > 0 else f"{MINUS}inf"
    text = scientific(value) if value and abs(value) < 1e-3 else f"{value:.5g}"
    return text.replace("-", MINUS) if "e" not in text else text


def signed(value: float) -> str:
    """Return a difference with its sign."""
    return measured(value) if value <= 0 or math.isnan(value) else f"+{measured(value)}"


def between(mean: Mean) -> str:
    """Return the interval of a mean; "" where there is none."""
    if mean.low is None or mean.high is None:
        return ""
    to = " to " if mean.low < 0 else DASH
    return f"{measured(mean.low)}{to}{measured(mean.high)}"


def probability(p: float | None) -> str:
    """Return a p value as text."""
    if p is None:
        return DASH
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def seeds_of(configuration: Configuration) -> list[str]:
    """The named seeds of a configuration."""
    return [seed for seed in configuration.by_seed if seed]


def numbers(found: Iterable[int], limit: int = 12) -> str:
    """Return trial numbers in a row, the first `limit` of them."""
    every = list(found)
    more = f" and {len(every) - limit} more" if len(every) > limit else ""
    return ", ".join(map(str, every[:limit])) + more


def listed(words: Iterable[str]) -> str:
    """Return words in a row: `a, b and c`."""
    *before, last = list(words) or [""]
    return f"{', '.join(before)} and {last}" if before else last


def parameters(names: Iterable[str]) -> list[str]:
    """Return the names without the seed: those that make a configuration."""
    return [name for name in names if name != SEED]
