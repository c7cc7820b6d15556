"""Deliver a run's records to one sink; the run never waits for the sink and never fails with it.

A bounded queue and a daemon thread. Records that do not fit are dropped and counted, exceptions
are counted, and a sink that hangs or fails repeatedly is given up: it gets nothing more, but one
that was opened and does not hang is still closed at the end.
"""

import logging
import sys
import threading
import time
from collections import deque
from typing import Any, NamedTuple

from mathpal.record.outcome import Outcome
from mathpal.record.redaction import redact
from mathpal.tracking.sinks import Experiment, Sink

log = logging.getLogger(__name__)


class Health(NamedTuple):
    """The counts of one sink.

    Attributes:
        sent: calls that succeeded.
        dropped: calls that were not made: the queue was full, or the sink had been given up.
        failed: calls that raised.
        given_up: why the sink was given up; "" where it was not.
    """

    sent: int
    dropped: int
    failed: int
    given_up: str


class Delivery:
    """The queue and the thread of one sink.

    Args:
        name: of the sink, for messages and files.
        sink: receives the records.
        queue: entries that may wait; further entries are dropped.
        patience_s: seconds to deliver the waiting entries and to close, at the end.
        timeout_s: seconds after which a call counts as hanging.
        failures: failing calls in a row after which the sink is given up.
    """

    def __init__(
        self,
        name: str,
        sink: Sink,
        *,
        queue: int = 1000,
        patience_s: float = 20.0,
        timeout_s: float = 120.0,
        failures: int = 5,
    ) -> None:
        self.name, self.sink = name, sink
        self.queue, self.patience_s, self.timeout_s = queue, patience_s, timeout_s
        self.failures = failures
        self._entries: deque[tuple[str, tuple[Any, ...]]] = deque()
        self._changed = threading.Condition()
        self._sent = self._dropped = self._failed = self._failed_in_a_row = 0
        self._given_up = ""
        self._lost = False  # cannot be closed: it did not open, or it hangs
        self._busy_since: float | None = None
        self._thread: threading.Thread | None = None

    def start(self, experiment: Experiment) -> None:
        """Start the thread and open the sink in it; entries submitted before follow."""
        if self._thread is not None:
            return
        with self._changed:
            self._entries.appendleft(("start", (experiment,)))
        self._thread = threading.Thread(target=self._work, name=f"to {self.name}", daemon=True)
        self._thread.start()

    def submit(self, call: str, *arguments: Any, wait_s: float = 0.0) -> None:
        """Queue a call of the sink: log, texts or artifact. An artifact is never dropped.

        Args:
            call: name of the method.
            arguments: of the method; the caller must not change them afterwards.
            wait_s: seconds to wait for a place in the queue; 0 for a training run.
        """
        with self._changed:
            self._changed.wait_for(self._has_room, wait_s if call != "artifact" else 0.0)
            if (self._has_room() or call == "artifact") and not self._given_up:
                self._entries.append((call, arguments))
                self._changed.notify_all()
                return
            self._dropped += 1
            first = self._dropped == 1 and not self._given_up
        if first:
            log.warning("tracker %s is too slow: records for it are dropped", self.name)

    def close(self, outcome: Outcome) -> None:
        """Ask the sink to finish after the waiting entries; `join` waits for that."""
        with self._changed:
            if self._thread is None or self._lost:
                self._dropped += len(self._entries)
                self._entries.clear()
                return
            self._entries.append(("finish", (outcome,)))
            self._changed.notify_all()

    def join(self, until: float) -> None:
        """Wait for a closed sink until a time of `time.monotonic`; then give it up."""
        if self._thread is None:
            return
        self._thread.join(max(0.0, until - time.monotonic()))
        if self._thread.is_alive() and not self._lost:
            self._give_up(self._given_up or f"not done {self.patience_s:g} s after the end")

    def health(self) -> Health:
        """Return the counts so far."""
        with self._changed:
            return Health(self._sent, self._dropped, self._failed, self._given_up)

    def _has_room(self) -> bool:
        """Return whether the queue has room, or needs none because the sink is given up."""
        since = self._busy_since
        if since is not None and time.monotonic() - since > self.timeout_s and not self._given_up:
            self._give_up(f"a call took more than {self.timeout_s:g} s")
        return len(self._entries) < self.queue or bool(self._given_up)

    def _give_up(self, reason: str, *, opened: bool = True) -> None:
        with self._changed:  # re-entrant: the caller may hold it already
            self._given_up = reason
            self._dropped += sum(call != "finish" for call, _ in self._entries)
            hanging = self._busy_since is not None
            self._lost = hanging or not opened
            ends = [entry for entry in self._entries if entry[0] == "finish" and not self._lost]
            self._entries = deque(ends)
            self._changed.notify_all()
        log.warning(
            "tracker %s is given up: %s; metrics.jsonl has every record (mathpal report replay=…)",
            self.name, reason,
        )  # fmt: skip

        if hanging and (abandon := getattr(self.sink, "abandon", None)) is not None:
            try:
                abandon()
            except Exception:
                log.debug("tracker %s could not be abandoned", self.name, exc_info=True)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._entries or self._lost)
                if self._lost:
                    return
                call, arguments = self._entries.popleft()
                self._busy_since = time.monotonic()
                self._changed.notify_all()
            error = self._call(call, arguments)
            with self._changed:
                self._busy_since = None
            if error is not None:
                self._note(call, error)
            if call == "finish":
                return

    def _call(self, call: str, arguments: tuple[Any, ...]) -> str | None:
        """Make the call; return the reason when it failed, else None."""
        hooks = sys.exit, sys.excepthook
        try:
            if call in ("start", "artifact"):  # already redacted
                getattr(self.sink, call)(*arguments)
            else:
                getattr(self.sink, call)(*redact(arguments))
        except BaseException as error:  # some packages call sys.exit
            log.debug("tracker %s failed in %s", self.name, call, exc_info=True)
            return str(redact(f"{type(error).__name__}: {error}"))
        finally:
            if call == "start":  # wandb and Comet replace them
                sys.exit, sys.excepthook = hooks  # type: ignore[assignment]
        with self._changed:
            self._sent += call not in ("start", "finish")
            self._failed_in_a_row = 0
        return None

    def _note(self, call: str, error: str) -> None:
        """Count a failure and log the first; a failing start gives the sink up."""
        with self._changed:
            self._failed += 1
            self._failed_in_a_row += 1
            row = self._failed_in_a_row
            first, over = self._failed == 1, self._given_up != ""
        if over:
            return
        if call == "start":
            self._give_up(f"it did not start ({error})", opened=False)
        elif row >= self.failures:
            self._give_up(f"{row} failures in a row, the last in {call} ({error})")
        elif first:
            log.warning("tracker %s failed in %s (%s)", self.name, call, error)
