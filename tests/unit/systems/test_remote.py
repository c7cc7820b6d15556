"""A remote system asks a real server of this machine, which answers well, badly or never."""

import contextlib
import json
import logging
import os
import signal
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from mathpal.errors import ConfigError
from mathpal.generation.records import Decoding, Question, Response
from mathpal.systems.endpoint.threads import NAME
from mathpal.systems.remote import cost, remote
from mathpal.systems.system import System
from tests.unit.systems.endpoint_server import (
    GREEDY,
    KEY,
    Clock,
    Request,
    Script,
    chat,
    questions,
    says,
    served,
    system,
)

PATIENCE_S = 100.0  # of events; reached only by a failing test


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def one(script: Script, decoding: Decoding = GREEDY, **settings: Any) -> Response:
    with served(script) as server:
        (answered,) = system(server.url, Clock().timing, **settings).answer(questions(1), decoding)
    return answered


def test_an_answer_and_what_was_asked() -> None:
    turns = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "1 + 1 = ?"},
        {"role": "assistant", "content": "2"},
        {"role": "user", "content": "Và 2 + 2?"},
    ]
    decoding = Decoding(80, temperature=0.5, top_k=7, top_p=0.9, stop=("\n\n",), seed=3)
    with served(says(chat())) as server:
        asking: System = remote(
            None, "remote", url=server.url, model="m", instruction="Giải.", send_top_k=True
        )
        answered = asking.answer([Question("a", turns)], decoding)
    assert answered == [Response("Đáp số: 4", 5, True, 10)]
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert "Authorization" not in request.headers
    seed = request.body.pop("seed")
    assert 0 <= seed < 2**31
    assert request.body == {
        "model": "m", "max_tokens": 80, "temperature": 0.5, "top_p": 0.9, "top_k": 7,
        "stop": ["\n\n"],
        "messages": [*turns[:-1], {"role": "user", "content": "Giải.\n\nVà 2 + 2?"}],
    }  # fmt: skip
    assert turns[-1]["content"] == "Và 2 + 2?"


def test_what_an_endpoint_refuses_can_be_left_out() -> None:
    settings: Any = {
        "send_seed": False, "send_temperature": False, "limit_name": "max_completion_tokens"
    }  # fmt: skip
    with served(says(chat())) as server:
        system(server.url, **settings).answer(questions(1), Decoding(9, temperature=1.0))
        system(server.url).answer(questions(1), GREEDY)
    assert set(server.requests[0].body) == {"model", "messages", "max_completion_tokens"}
    assert not {"top_p", "top_k", "stop"} & set(server.requests[1].body)


def test_the_seed_of_a_question_depends_on_nothing_beside_it() -> None:
    with served(says(chat())) as server:
        asking = system(server.url, concurrency=1)
        asking.answer(questions(3), GREEDY)
        asking.answer([questions(3)[2]._replace(sample=s) for s in (0, 1)], GREEDY)
    seeds = [request.body["seed"] for request in server.requests]
    assert seeds[3] == seeds[2]
    assert len(set(seeds)) == 4


def test_the_record_has_settings_and_who_answered() -> None:
    def script(request: Request) -> None:
        request.reply(chat(model=f"m-{request.asked[0]}", system_fingerprint=None))

    with served(script) as server:
        asking = system(f"{server.url}/v1/", price_in=1.5)
        asking.answer(questions(3), GREEDY)
    record = json.loads(json.dumps(asking.record))
    assert record["url"] == f"{server.url}/v1"
    assert (record["model"], record["retries"], record["price_in"]) == ("m", 4, 1.5)
    assert (record["answered_by"], record["fingerprints"]) == (["m-0", "m-1", "m-2"], [])
    assert asking.name == "remote"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(status: int) -> None:
    clock = Clock()
    replies = iter([status, status, 200])

    def script(request: Request) -> None:
        code = next(replies)
        request.reply(chat() if code == 200 else {"error": {"message": "busy"}}, code)

    with served(script) as server:
        (answered,) = system(server.url, clock.timing).answer(questions(1), GREEDY)
    assert answered.text == "Đáp số: 4"
    assert len(server.requests) == 3
    first, second = clock.waits
    assert 0.5 <= first <= 1.0 <= second <= 2.0
    bodies = {json.dumps(request.body) for request in server.requests}
    assert len(bodies) == 1, "a try that draws otherwise would not be the same question"


def test_tries_end() -> None:
    answered = one(says({"error": {"message": "slow\ndown"}}, 429))
    assert answered == Response("", 0, True, error="429 after 5 tries: slow down")
    assert one(says(b"", 500), retries=0).error == "500"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_cannot_pass_is_not_tried_again(status: int) -> None:
    with served(says({"detail": "no"}, status)) as server:
        (answered,) = system(server.url, Clock().timing).answer(questions(1), GREEDY)
    assert answered.error == f"{status}: no"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("header", "shortest", "longest"),
    [
        ("7", 7, 7), ("Fri, 15 Jan 2027 08:00:30 GMT", 30, 30), ("99999", 120, 120),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.5, 1), ("soon", 0.5, 1), ("-5", 0.5, 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(status: int, header: str, shortest: float, longest: float) -> None:
    clock = Clock()
    replies = iter([status, 200])

    def script(request: Request) -> None:
        request.reply(chat(), next(replies), Retry_After=header)

    with served(script) as server:
        (answered,) = system(server.url, clock.timing).answer(questions(1), GREEDY)
    assert not answered.error
    (waited,) = clock.waits
    assert shortest <= waited <= longest


def test_a_question_ends_in_time_over_all_tries() -> None:
    clock = Clock()
    with served(says({}, 503, Retry_After="50")) as server:
        asking = system(server.url, clock.timing, question_timeout=120.0, retries=50)
        (answered,) = asking.answer(questions(1), GREEDY)
    assert answered.error == "503 after 3 tries"
    assert clock.seconds == 100


def test_the_rate_limit_spaces_requests_and_their_tries() -> None:
    clock = Clock()
    arrived: list[float] = []
    replies = iter([200, 500, 200, 200])

    def script(request: Request) -> None:
        arrived.append(clock.seconds)
        request.reply(chat(), next(replies))

    with served(script) as server:
        asking = system(server.url, clock.timing, requests_per_minute=6, concurrency=1)
        answers = asking.answer(questions(3), GREEDY)
    assert arrived == [0, 10, 20, 30]
    assert not any(a.error for a in answers)


def test_waiting_for_the_rate_limit_is_no_time_of_the_question() -> None:
    clock = Clock()
    replies = iter([500, 500, 200] * 2)
    with served(lambda request: request.reply(chat(), next(replies))) as server:
        asking = system(
            server.url, clock.timing, requests_per_minute=1, question_timeout=5.0, concurrency=1
        )
        answers = asking.answer(questions(2), GREEDY)
    assert not any(a.error for a in answers)
    assert clock.seconds == 300


def test_as_many_questions_as_asked_are_under_way_at_once() -> None:
    together = threading.Barrier(3)
    under_way: list[int] = []
    most: list[int] = []

    def script(request: Request) -> None:
        under_way.append(1)
        together.wait(PATIENCE_S)
        most.append(len(under_way))
        together.wait(PATIENCE_S)
        under_way.pop()
        request.reply(chat())

    with served(script) as server:
        answers = system(server.url, concurrency=3).answer(questions(9), GREEDY)
    assert not any(a.error for a in answers)
    assert max(most) == 3


def test_answers_stand_in_order_and_are_handed_over_as_they_come() -> None:
    last_is_there = threading.Event()
    handed: list[tuple[int, str, bool]] = []

    def script(request: Request) -> None:
        if request.asked.startswith("0"):
            last_is_there.wait(PATIENCE_S)
        request.reply(chat(request.asked))

    def finished(place: int, answered: Response) -> None:
        here = threading.current_thread() is threading.main_thread()
        handed.append((place, answered.text, here))
        if len(handed) == 3:
            last_is_there.set()

    with served(script) as server:
        answers = system(server.url, concurrency=2).answer(questions(4), GREEDY, finished)
    assert [a.text for a in answers] == [f"{n} + 1 = ?" for n in range(4)]
    assert handed[-1][0] == 0
    assert sorted(handed) == [(n, f"{n} + 1 = ?", True) for n in range(4)]


def test_one_failure_costs_one_answer() -> None:
    def script(request: Request) -> None:
        if request.asked.startswith("2"):
            request.reply(b"<html>", 404)
        else:
            request.reply(chat())

    with served(script) as server:
        answers = system(server.url).answer(questions(5), GREEDY)
    assert [a.error for a in answers] == ["", "", "404", "", ""]


def test_a_server_that_never_answers() -> None:
    answered = one(Request.hang, timeout=0.2, retries=1)
    assert answered.error == "no complete reply within 0.2 s after 2 tries"


@pytest.mark.parametrize(
    ("opening", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "body without length", "chunks", "header", "informational"],
)
def test_a_server_that_sends_a_byte_now_and_then_for_ever(opening: bytes, drop: bytes) -> None:
    gone = threading.Event()

    def script(request: Request) -> None:
        try:
            request.handler.wfile.write(opening)
            while True:
                request.handler.wfile.write(drop)
                time.sleep(0.02)
        except OSError:
            gone.set()
        request.handler.close_connection = True

    with served(script) as server:
        (answered,) = system(server.url, timeout=0.3, retries=0).answer(questions(1), GREEDY)
        assert gone.wait(PATIENCE_S), "the connection stays open"
    assert answered.error == "no complete reply within 0.3 s"


def test_a_reply_that_never_ends() -> None:
    def script(request: Request) -> None:
        request.handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        with contextlib.suppress(OSError):  # the client goes
            while True:
                request.handler.wfile.write(b" " * 2**18)
        request.handler.close_connection = True

    assert one(script).error == "a reply of more than 4 MB"


def test_a_connection_that_breaks_is_tried_again() -> None:
    broken = iter([True, True, False])

    def script(request: Request) -> None:
        if next(broken):
            request.handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
            request.handler.close_connection = True
        else:
            request.reply(chat())

    assert one(script).text == "Đáp số: 4"


def refusing() -> str:
    """An address of this machine at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_server_that_is_not_there() -> None:
    (answered,) = system(refusing(), Clock().timing).answer(questions(1), GREEDY)
    assert answered.error == "connection refused after 5 tries"
    url = refusing().replace("http:", "https:")
    (answered,) = system(url, Clock().timing, retries=0).answer(questions(1), GREEDY)
    assert answered.error == "connection refused"


def test_a_server_without_encryption_at_a_secure_address() -> None:
    with served(says(chat())) as server:
        url = server.url.replace("http:", "https:")
        (answered,) = system(url, Clock().timing).answer(questions(1), GREEDY)
    assert answered.error.startswith("no secure connection: ")


def test_a_host_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    asking = system("https://nowhere.invalid", Clock().timing, retries=1, key_variable=None)
    (answered,) = asking.answer(questions(1), GREEDY)
    assert answered.error.startswith("unknown host after 2 tries")


@pytest.mark.parametrize(
    ("script", "advice"),
    [
        (says({"error": {"message": "bad key"}}, 401), "Set OPENAI_API_KEY to a valid key"),
        (says({}, 404), "/v1/models lists the models"),
        (says({"error": {"code": "insufficient_quota"}}, 429), "Add credit"),
        (says(b"<!doctype html>", 200), "is the API's address"),
        (says({}, 302, Location="http://127.0.0.1:9/x"), "Write the final address"),
    ],
)
def test_a_reason_that_lies_in_no_question_ends_the_series(script: Script, advice: str) -> None:
    there: list[int] = []
    with served(script) as server, pytest.raises(ConfigError) as caught:
        system(server.url, Clock().timing).answer(
            questions(40), GREEDY, lambda place, answered: there.append(place)
        )
    assert "20 questions in a row failed" in str(caught.value)
    assert advice in str(caught.value)
    assert len(there) == 20


def test_a_server_that_is_gone_ends_the_series_too() -> None:
    with pytest.raises(ConfigError, match=r"connection refused after 5 tries. Start the server"):
        system(refusing(), Clock().timing, concurrency=1).answer(questions(30), GREEDY)


def test_nineteen_failures_are_nineteen_answers() -> None:
    with served(says({}, 401)) as server:
        answers = system(server.url).answer(questions(19), GREEDY)
    assert [a.error for a in answers] == ["401"] * 19


@pytest.mark.parametrize("status", [400, 422, 500])
def test_reasons_that_may_lie_in_questions_do_not_end_the_series(status: int) -> None:
    with served(says({}, status)) as server:
        answers = system(server.url, retries=0).answer(questions(30), GREEDY)
    assert [a.error for a in answers] == [f"{status}"] * 30


def test_an_error_of_the_caller_ends_the_series_at_once() -> None:
    def script(request: Request) -> None:
        request.reply(chat()) if request.asked.startswith("0") else request.hang()

    def full(place: int, answered: Response) -> None:
        raise OSError("the disk is full")

    began = time.monotonic()
    with served(script) as server, pytest.raises(OSError, match="disk is full"):
        system(server.url, timeout=600.0).answer(questions(40), GREEDY, full)
    assert time.monotonic() - began < PATIENCE_S
    assert len(server.requests) <= 5


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """SIGINT raises KeyboardInterrupt, whatever handler an earlier test has left."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_what_is_under_way() -> None:
    assert threading.current_thread() is threading.main_thread()
    arrived: list[int] = []
    gone = threading.Semaphore(0)

    def script(request: Request) -> None:
        arrived.append(1)
        if len(arrived) == 4:
            os.kill(os.getpid(), signal.SIGINT)
        request.hang()
        gone.release()

    began = time.monotonic()
    with served(script) as server:
        with pytest.raises(KeyboardInterrupt):
            system(server.url, timeout=600.0).answer(questions(40), GREEDY)
        assert time.monotonic() - began < PATIENCE_S
        assert all(gone.acquire(timeout=PATIENCE_S) for _ in range(4))
    assert len(server.requests) == 4


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_a_wait_between_tries() -> None:
    def script(request: Request) -> None:
        request.reply({}, 429, Retry_After="120")
        if request.asked.startswith("1"):
            os.kill(os.getpid(), signal.SIGINT)

    began = time.monotonic()
    with served(script) as server, pytest.raises(KeyboardInterrupt):
        system(server.url).answer(questions(2), GREEDY)
    for thread in threading.enumerate():
        if thread.name == NAME:
            thread.join(PATIENCE_S)
    assert time.monotonic() - began < PATIENCE_S


def test_a_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with served(says(chat())) as other:
        for status in (301, 302, 303, 307, 308):
            script = says({}, status, Location=f"{other.url}/v1/chat/completions")
            assert one(script).error == f"redirect: {status} to {other.url}/v1/chat/completions"
    assert other.requests == []


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with served(says({}, 500)) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert one(says(chat())).text == "Đáp số: 4"
    assert proxy.requests == []


def everything(value: Any, seen: set[int]) -> str:
    """All texts that can be reached from an object."""
    if id(value) in seen:
        return ""
    seen.add(id(value))
    if isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
    elif isinstance(value, (list, tuple, set)):
        parts = list(value)
    else:
        parts = list(vars(value).values()) if hasattr(value, "__dict__") else []
    return repr(value) + "".join(everything(part, seen) for part in parts)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": f"Incorrect API key provided: {KEY}."}},
        {"error": {"message": f"Bearer {KEY[:20]}… is no key"}},
        {"error": f"key={KEY}"},
        {"detail": [{"loc": ["header"], "input": f"Bearer {KEY}"}]},
        f"you sent {KEY}".encode(),
        f"<html>{KEY}</html>".encode(),
        chat(f"My key is {KEY}", model=KEY, system_fingerprint=f"fp-{KEY}"),
        {"choices": [{"message": {"content": None, "refusal": f"no {KEY}"}}]},
    ],
    ids=["message", "cut", "error", "detail", "text", "page", "answer", "refusal"],
)
@pytest.mark.parametrize("status", [200, 302, 400, 401, 500])
def test_the_key_is_nowhere(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    status: int,
    body: Any,
) -> None:
    monkeypatch.setenv("MY_LLM", KEY)  # not a name that `redact` knows
    caplog.set_level(logging.DEBUG)

    def script(request: Request) -> None:
        request.handler.responses = {status: (KEY, KEY)}
        request.reply(body, status, Location=f"http://{KEY}@h/{KEY}", X_Key=KEY)

    errors: list[str] = []
    answers: list[Response] = []
    with served(script) as server:
        asking = system(server.url, Clock().timing, key_variable="MY_LLM", retries=1)
        try:
            asking.answer(questions(20), GREEDY, lambda _, answered: answers.append(answered))
        except ConfigError as error:
            errors = [*traceback.format_exception(error), everything(error, set())]
    sent = {request.headers["Authorization"] for request in server.requests}
    assert sent == {f"Bearer {KEY}"}
    assert len(answers) == 20
    written = [repr(answers), everything(asking, set()), *errors, caplog.text, *capfd.readouterr()]
    assert not [text for text in written if KEY[:12] in text]


def test_no_key_where_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="OPENAI_API_KEY is not set"):
        remote(None, "remote", url="https://api.example.com", model="m")
    with pytest.raises(ConfigError, match="is not encrypted"):
        remote(None, "remote", url="http://10.1.2.3:8000", model="m")
    remote(None, "remote", url="http://10.1.2.3:8000", model="m", key_variable=None)
    monkeypatch.setenv("OPENAI_API_KEY", "two words")
    with pytest.raises(ConfigError, match="holds no key") as caught:
        remote(None, "remote", url="https://api.example.com", model="m")
    assert "two words" not in str(caught.value)
    with pytest.raises(ConfigError, match="never write the key") as caught:
        remote(None, "remote", url="https://api.example.com", model="m", key_variable=KEY)
    assert KEY not in str(caught.value)


def test_no_questions_are_no_answers() -> None:
    assert system("http://127.0.0.1:9").answer([], GREEDY) == []


def test_costs() -> None:
    answers = [Response("a", 100, True, 1000), Response("", 0, True, error="500")]
    assert cost(answers, 2.0, 8.0) == pytest.approx(0.0028)
    assert cost(answers, 2.0, None) is None
    assert cost(answers, 0.0, 0.0) == 0
