"""Decide of each optimizer step whether it may be applied: the last door before the weights.

Knows numbers only; who asks skips the step, rolls back or stops.
"""

import math
from collections import deque
from statistics import median
from typing import Any, Literal

Decision = Literal["apply", "skip", "roll_back", "stop"]

REMEMBERED = 50  # losses of applied steps that make the median
WATCHED_STEPS = 100  # within so many steps the skips are counted
_ENOUGH = 20  # losses before a spike can be told


class Guard:
    """Judge steps by their loss and gradient norm.

    A step is bad when either is not finite, or when its loss is more than `spike` above the
    median of the last 50. Bad steps are skipped; more than `max_skips` of them within 100 steps
    ask for a roll-back, and after that has been done once, for a stop.

    Args:
        spike: in nats a token; None where no loss is too high.
        max_skips: bad steps within 100 that are put up with.
    """

    def __init__(self, *, spike: float | None, max_skips: int) -> None:
        self.spike, self.max_skips = spike, max_skips
        self.losses: deque[float] = deque(maxlen=REMEMBERED)
        self.bad: list[int] = []  # steps, since the last roll-back
        self.trouble_since = 0  # the first of the bad steps that the last roll-back is about
        self.skipped = 0
        self.rolled_back = False

    def judge(self, step: int, loss: float, norm: float) -> tuple[Decision, str]:
        """What is to be done with a step, and why it is bad ("" where it is not).

        Args:
            step: its number.
            loss: mean over its supervised tokens, in nats.
            norm: of the gradient, before clipping.
        """
        reason = self._fault(loss, norm)
        if not reason:
            self.losses.append(loss)
            return "apply", ""
        self.skipped += 1
        self.bad = [s for s in self.bad if s > step - WATCHED_STEPS] + [step]
        if len(self.bad) <= self.max_skips:
            return "skip", reason
        if self.rolled_back:
            return "stop", reason
        self.rolled_back, self.trouble_since, self.bad = True, self.bad[0], []
        self.losses.clear()
        return "roll_back", reason

    def _fault(self, loss: float, norm: float) -> str:
        if not math.isfinite(loss):
            return f"its loss is {loss}"
        if not math.isfinite(norm):
            return f"its gradient norm is {norm}"
        if self.spike is None or len(self.losses) < _ENOUGH:
            return ""
        usual = median(self.losses)
        if loss - usual <= self.spike:
            return ""
        return f"its loss is {loss:.3g}, the median of the last {len(self.losses)} is {usual:.3g}"

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {
            "losses": list(self.losses),
            "bad": self.bad,
            "skipped": self.skipped,
            "rolled_back": self.rolled_back,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.losses = deque(state["losses"], maxlen=REMEMBERED)
        self.bad, self.skipped = list(state["bad"]), state["skipped"]
        self.rolled_back = state["rolled_back"]
