"""The parts of a remote system that need no server: addresses, bodies, waits, threads."""

import json
import threading
from typing import Any

import pytest

from mathpal.errors import ConfigError
from mathpal.generation.records import Decoding, Question
from mathpal.systems.endpoint.address import as_detail, endpoint, without_key
from mathpal.systems.endpoint.request import Form, request_body
from mathpal.systems.endpoint.threads import in_threads
from mathpal.systems.endpoint.tries import backoff
from tests.unit.systems.endpoint_server import KEY


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://localhost:8000", "http://localhost:8000/v1"),
        ("http://localhost:8000/", "http://localhost:8000/v1"),
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        (" http://localhost:8000/v1/ ", "http://localhost:8000/v1"),
        ("HTTPS://API.Example.com", "https://api.example.com/v1"),
        ("https://h.vn/v1beta/openai//", "https://h.vn/v1beta/openai"),
        ("http://[::1]:3", "http://[::1]:3/v1"),
    ],
)
def test_addresses(url: str, base: str) -> None:
    assert endpoint(url, None).base == base


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("localhost:8000", "expected an address like"),
        ("localhost", "expected an address like"),
        ("", "expected an address like"),
        ("ftp://host", "expected an address like"),
        ("http://", "expected an address like"),
        ("http://a b", "expected an address like"),
        ("http://host:99999", "expected an address like"),
        ("http://host:0", "expected an address like"),
        ("http://ho\nst", "expected an address like"),
        ("https://h.vn/v1/chat/completions", "Write url=https://h.vn/v1"),
        ("https://h.vn/chat/completions/", "Write url=https://h.vn/v1"),
        ("https://h.vn/v1/completions", "Write url=https://h.vn/v1"),
        (f"https://h.vn/v1?key={KEY}", "without login, [?] and #"),
        (f"https://h.vn/v1#{KEY}", "without login, [?] and #"),
        (f"https://me:{KEY}@h.vn/v1", "without login, [?] and #"),
        (f"https://me:{KEY}/x@h.vn/v1", "expected an address like"),
        (f"me:{KEY}@h.vn", "expected an address like"),
        ("http://127.0.0.1\\@h.vn", "without login, [?] and #"),
    ],
)
def test_wrong_addresses_are_explained_without_their_secrets(url: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        endpoint(url, None)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("[::1]", True),
        ("localhost.example.com", False), ("127.0.0.1.example.com", False), ("0.0.0.0", False),
        ("192.168.1.5", False),
    ],
)  # fmt: skip
def test_hosts_of_this_machine(host: str, local: bool) -> None:
    assert endpoint(f"https://{host}", None).on_this_machine is local


def test_a_word_for_a_key_changes_no_answer() -> None:
    assert without_key("EMPTY 4", "EMPTY") == "EMPTY 4"
    assert without_key("a 4", None) == "a 4"
    assert as_detail("EMPTY", "EMPTY") == "EMPTY"
    assert as_detail(f"x {KEY[:9]}*** y", KEY) == "x *** y"


def test_any_text_can_be_asked() -> None:
    question = Question("a", [{"role": "user", "content": 'Số \ud800 "😀"\x00 = ?'}])
    body = json.loads(request_body(question, Decoding(), Form("m")))
    assert body["messages"][0]["content"] == question.turns[0]["content"]


def test_waits_grow_and_differ() -> None:
    assert [backoff(n, 1.0) for n in (1, 2, 3, 4, 7, 99)] == [1, 2, 4, 8, 60, 60]
    assert [backoff(n, 0.0) for n in (1, 2, 3, 99)] == [0.5, 1, 2, 30]


class Worker:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def cut(self) -> None: ...

    def stop(self) -> None:
        self.calls.append("stop")

    def close(self) -> None:
        self.calls.append("close")


def test_an_error_of_a_thread_is_raised_in_the_caller() -> None:
    def work(place: int, worker: Any) -> int:
        assert place != 3, "a bug"
        return place

    workers = [Worker(), Worker()]
    there: list[int] = []
    with pytest.raises(AssertionError, match="a bug"):
        in_threads(9, workers, work, lambda place, _: there.append(place), threading.Event())
    assert 3 not in there
    assert all(sorted(worker.calls) == ["close", "stop"] for worker in workers)
