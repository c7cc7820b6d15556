"""Shows the progress of long work: a bar on a terminal, else a log line every 10 seconds.

Knows nothing of the work itself. tqdm draws the bar and computes rate and time left.
"""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")

LINE_EVERY_SECONDS = 10.0


class Progress:
    """A visible counter of finished units. Use it as a context manager and call `advance`.

    Args:
        label: name of the work, e.g. "training".
        total: expected number of units.
        unit: name of one unit, e.g. "step".
    """

    def __init__(self, label: str, *, total: int, unit: str) -> None:
        from tqdm import tqdm

        self.on_terminal = sys.stderr.isatty()
        self._label = label
        self._next_line = time.monotonic() + LINE_EVERY_SECONDS
        self._bar: Any = tqdm(
            total=total,
            desc=label,
            unit=unit,
            dynamic_ncols=True,
            smoothing=0.1,
            leave=False,
            # Without a terminal tqdm only counts; the lines go through logging.
            file=sys.stderr if self.on_terminal else _Discard(),
            disable=False,
        )

    def advance(self, count: int = 1, **facts: str) -> None:
        """Count `count` more units, and show `facts` (name to text) after the bar or log line."""
        if facts:
            self._bar.set_postfix(facts, refresh=False)
        self._bar.update(count)
        if not self.on_terminal and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + LINE_EVERY_SECONDS
            log.info("%s", self._line())

    def _line(self) -> str:
        shown = self._bar.format_dict
        rate = shown["rate"] or shown["n"] / max(shown["elapsed"], 1e-9)
        left = (shown["total"] - shown["n"]) / rate if rate else float("nan")
        facts = f" · {self._bar.postfix}" if self._bar.postfix else ""
        return (
            f"{self._label}: {shown['n']}/{shown['total']} {shown['unit']} · "
            f"{rate:.3g} {shown['unit']}/s · {left:.0f} s left{facts}"
        )

    def close(self) -> None:
        """Remove the bar from the terminal."""
        self._bar.close()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Discard:
    """A text stream that discards what is written to it."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None: ...


def track(items: Iterable[T], label: str, *, total: int, unit: str) -> Iterator[T]:
    """Yield the items and show how many the caller has finished.

    Args:
        label, total, unit: as in `Progress`.
    """
    with Progress(label, total=total, unit=unit) as bar:
        for item in items:
            yield item
            bar.advance()
