"""Stop signals: postponing them, exiting at once, and requeuing after the run has saved."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from mathpal import interruption
from mathpal.interruption import Postponed, leaving_at_once, requeuing


class Queue:
    """A cluster's signal handler that records whether the run had already exited."""

    def __init__(self) -> None:
        self.called: list[tuple[int, bool]] = []
        self.left = False

    def __call__(self, number: int, frame: Any) -> None:
        self.called.append((number, self.left))


@pytest.fixture
def queue() -> Iterator[Queue]:
    queue = Queue()
    before = signal.signal(signal.SIGUSR2, queue)
    yield queue
    signal.signal(signal.SIGUSR2, before)


def leave(queue: Queue, code: int) -> None:
    with requeuing():
        try:
            raise SystemExit(code)
        finally:
            queue.left = True


def test_the_handler_is_called_when_the_run_has_left(queue: Queue) -> None:
    def run() -> None:
        with requeuing(), leaving_at_once():
            try:
                os.kill(os.getpid(), signal.SIGUSR2)
            finally:
                queue.left = True

    with pytest.raises(SystemExit) as stopped:
        run()
    assert stopped.value.code == 140
    assert queue.called == [(signal.SIGUSR2, True)]


def test_a_signal_before_the_run_takes_it_is_the_handlers(queue: Queue) -> None:
    with requeuing():
        os.kill(os.getpid(), signal.SIGUSR2)
    assert queue.called == [(signal.SIGUSR2, False)]


@pytest.mark.parametrize("code", [0, 2, 130, 143])
def test_other_ends_are_not_queued_again(queue: Queue, code: int) -> None:
    with pytest.raises(SystemExit):
        leave(queue, code)
    assert queue.called == []


def test_an_error_is_not_queued_again(queue: Queue) -> None:
    with pytest.raises(ZeroDivisionError), requeuing():
        _ = 1 / 0
    assert queue.called == []


def test_what_the_handler_decides_counts(queue: Queue) -> None:
    def refuse(number: int, frame: Any) -> None:
        raise RuntimeError("timed out too many times")

    signal.signal(signal.SIGUSR2, refuse)
    with pytest.raises(RuntimeError, match="too many"):
        leave(queue, 140)
    signal.signal(signal.SIGUSR2, lambda number, frame: exit(-1))
    with pytest.raises(SystemExit) as stopped:
        leave(queue, 140)
    assert stopped.value.code == -1


@pytest.mark.parametrize("handler", [signal.SIG_DFL, signal.SIG_IGN])
def test_without_a_handler_the_exit_code_stays(queue: Queue, handler: signal.Handlers) -> None:
    signal.signal(signal.SIGUSR2, handler)
    with pytest.raises(SystemExit) as stopped:
        leave(queue, 140)
    assert stopped.value.code == 140


class Gone(BaseException):
    """Raised in place of `os._exit`."""


class TestSecondSignal:
    @pytest.fixture
    def postponed(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postponed]:
        def leave(code: int) -> None:
            raise Gone(code)

        for name in ("SLURM_JOB_ID", "LOCAL_RANK"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(os, "_exit", leave)
        postponed = Postponed()
        postponed.begin()
        yield postponed
        postponed.end()

    @staticmethod
    def send(number: int) -> None:
        os.kill(os.getpid(), number)

    def test_a_second_signal_ends_the_process(self, postponed: Postponed) -> None:
        self.send(signal.SIGTERM)
        with pytest.raises(Gone, match="130"):
            self.send(signal.SIGINT)

    @pytest.mark.parametrize("place", ["SLURM_JOB_ID", "LOCAL_RANK"])
    def test_signals_that_a_launcher_repeats_count_once(
        self, postponed: Postponed, monkeypatch: pytest.MonkeyPatch, place: str
    ) -> None:
        monkeypatch.setenv(place, "1")
        for number in (signal.SIGUSR2, signal.SIGTERM, signal.SIGTERM):
            self.send(number)
        assert postponed.received == signal.SIGUSR2

    def test_a_later_signal_is_no_repetition(
        self, postponed: Postponed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SLURM_JOB_ID", "1")
        self.send(signal.SIGTERM)
        monkeypatch.setattr(interruption, "_REPEAT_SECONDS", -1.0)
        with pytest.raises(Gone, match="143"):
            self.send(signal.SIGTERM)


class TestHangingUp:
    """SIGHUP: a closed terminal or a lost connection, which often sends more than one signal."""

    @pytest.fixture(autouse=True)
    def as_before(self) -> Iterator[None]:
        before = signal.getsignal(signal.SIGHUP)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        yield
        signal.signal(signal.SIGHUP, before)

    @pytest.fixture
    def postponed(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postponed]:
        def leave(code: int) -> None:
            raise Gone(code)

        for name in ("SLURM_JOB_ID", "LOCAL_RANK"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(os, "_exit", leave)
        postponed = Postponed()
        postponed.begin()
        yield postponed
        postponed.end()

    @pytest.mark.parametrize(
        "sent",
        [
            ["SIGHUP"],
            ["SIGHUP", "SIGHUP"],
            ["SIGHUP", "SIGTERM"],
            ["SIGTERM", "SIGHUP"],
            ["SIGTERM", "SIGHUP", "SIGHUP"],
        ],
        ids=" ".join,
    )
    def test_it_is_postponed_and_counts_once(self, postponed: Postponed, sent: list[str]) -> None:
        for name in sent:
            os.kill(os.getpid(), signal.Signals[name])
        assert postponed.received == signal.Signals[sent[0]]

    def test_a_later_signal_after_it_ends_the_process(
        self, postponed: Postponed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        monkeypatch.setattr(interruption, "_REPEAT_SECONDS", -1.0)
        with pytest.raises(Gone, match="143"):
            os.kill(os.getpid(), signal.SIGTERM)

    def test_outside_training_it_leaves_at_once_and_a_second_does_not_disturb_the_end(self) -> None:
        def run() -> None:
            try:
                with leaving_at_once():
                    os.kill(os.getpid(), signal.SIGHUP)
            finally:
                os.kill(os.getpid(), signal.SIGHUP)

        with pytest.raises(SystemExit) as stopped:
            run()
        assert stopped.value.code == 129

    def test_nohup_is_respected(self) -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        postponed = Postponed()
        postponed.begin()
        with leaving_at_once():
            os.kill(os.getpid(), signal.SIGHUP)
        postponed.end()
        assert postponed.received is None
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN

    def test_afterwards_the_handler_is_the_earlier_one(self) -> None:
        with leaving_at_once():
            assert signal.getsignal(signal.SIGHUP) != signal.SIG_DFL
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL
