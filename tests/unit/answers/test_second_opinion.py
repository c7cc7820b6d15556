"""The second opinion: what it lists, and that it is loud where math-verify is missing."""

import sys
import threading
from types import SimpleNamespace

import pytest

from mathpal.answers.second_opinion import Disagreement, Judged, disagreements
from mathpal.errors import ConfigError

JUDGED = [
    Judged("same", "Đáp số: 3/4", "3/4", "correct"),
    Judged("units", "Đáp số: 36 km", "36 m", "wrong"),
    Judged("converted", "Đáp số: 3600 cm", "36 m", "correct"),
    Judged("nothing", "", "5", "no_answer"),
]


class Fake:
    """Parses the first run of digits, as a checker without units does."""

    def __init__(self) -> None:
        self.timeouts: list[int | None] = []

    def parse(self, text: str, parsing_timeout: int | None) -> list[str]:
        self.timeouts.append(parsing_timeout)
        digits = "".join(c if c.isdigit() or c == "/" else " " for c in text).split()
        return digits[:1]

    def verify(self, gold: list[str], given: list[str], timeout_seconds: int | None) -> bool:
        return gold == given


def test_disagreements_are_listed_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "math_verify", SimpleNamespace(**_methods(Fake())))
    assert disagreements(JUDGED) == [
        Disagreement("units", "wrong", "correct"),
        Disagreement("converted", "correct", "wrong"),
    ]
    assert disagreements([]) == []


def _methods(fake: Fake) -> dict[str, object]:
    return {"parse": fake.parse, "verify": fake.verify}


def test_the_alarm_is_left_off_outside_the_main_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake()
    monkeypatch.setitem(sys.modules, "math_verify", SimpleNamespace(**_methods(fake)))
    thread = threading.Thread(target=disagreements, args=(JUDGED,))
    thread.start()
    thread.join()
    assert set(fake.timeouts) == {None}
    disagreements(JUDGED)
    assert fake.timeouts[-1] is not None


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "math_verify", None)
    with pytest.raises(ConfigError, match=r"mathpal\[verify\]"):
        disagreements(JUDGED)


def test_the_real_package_agrees_with_the_fake() -> None:
    pytest.importorskip("math_verify")
    assert disagreements(JUDGED) == [
        Disagreement("units", "wrong", "correct"),
        Disagreement("converted", "correct", "wrong"),
    ]
