"""Decide for each optimizer step whether it is applied to the weights.

Knows numbers only; the caller skips the step, rolls back or stops.
"""

import math
from collections import deque
from statistics import median
from typing import Literal

from mathpal.training.records import GuardState

Decision = Literal["apply", "skip", "roll_back", "stop"]

REMEMBERED = 50  # losses of applied steps in the median
WATCHED_STEPS = 100  # number of latest steps in which skips are counted
_ENOUGH = 20  # losses that are needed to detect a spike


class Guard:
    """Judge steps by their loss and gradient norm.

    A step is bad when either is not finite, or when its loss is more than `spike` above the
    median of the last 50. Bad steps are skipped. More than `max_skips` of them within 100 steps
    cause a roll-back; the second time they cause a stop.

    Args:
        spike: in nats per token; None for no limit.
        max_skips: bad steps within 100 that are only skipped.
    """

    def __init__(self, *, spike: float | None, max_skips: int) -> None:
        self.spike, self.max_skips = spike, max_skips
        self.losses: deque[float] = deque(maxlen=REMEMBERED)
        self.bad: list[int] = []  # steps, since the last roll-back
        self.trouble_since = 0  # the first of the bad steps that caused the last roll-back
        self.skipped = 0
        self.rolled_back = False

    def judge(self, step: int, loss: float, norm: float) -> tuple[Decision, str]:
        """Return the decision on a step, and why the step is bad ("" if it is not).

        Args:
            step: number of the step, from 1.
            loss: mean over its supervised tokens, in nats.
            norm: gradient norm before clipping.
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

    def state(self) -> GuardState:
        """Return the state that a checkpoint stores."""
        return {
            "losses": list(self.losses),
            "bad": self.bad,
            "skipped": self.skipped,
            "rolled_back": self.rolled_back,
        }

    def restore(self, state: GuardState) -> None:
        """Restore what `state` returned."""
        self.losses = deque(state["losses"], maxlen=REMEMBERED)
        self.bad, self.skipped = list(state["bad"]), state["skipped"]
        self.rolled_back = state["rolled_back"]
