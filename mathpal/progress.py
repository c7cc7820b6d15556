"""Progress of long work: a bar on a terminal, a plain line every few seconds elsewhere.

Knows nothing of what is being done. tqdm draws the bar and reckons rate and ETA.
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
    """A counter shown to the user; use as a context manager, call `advance`.

    Args:
        label: what is counted, e.g. "training".
        total: how many units there will be.
        unit: the unit's name, e.g. "step".
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
        """Count `count` more units; `facts` are shown behind the bar."""
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
        """Take the bar off the terminal."""
        self._bar.close()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Discard:
    """A file that keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None: ...


def track(items: Iterable[T], label: str, *, total: int, unit: str) -> Iterator[T]:
    """Yield the items while showing progress."""
    with Progress(label, total=total, unit=unit) as bar:
        for item in items:
            yield item
            bar.advance()
