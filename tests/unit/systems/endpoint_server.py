"""A chat endpoint on this machine that does what a test says, and a clock that needs no time."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from mathpal.generation.records import Decoding, Question
from mathpal.systems.endpoint.tries import CLOCKS, Timing
from mathpal.systems.remote import Remote, remote

KEY = "q7Zt-0123456789abcdef-ghijkl"  # not of a shape that `redact` knows
GREEDY = Decoding(max_new_tokens=50)


class Request(NamedTuple):
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    handler: BaseHTTPRequestHandler

    @property
    def asked(self) -> str:
        return self.body["messages"][-1]["content"]

    def reply(self, body: Any, status: int = 200, **headers: str) -> None:
        """Send a body: bytes as they are, anything else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.handler.send_response(status)
        headers = {"Content-Type": "application/json", **headers}
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.send_header("Content-Length", str(len(content)))
        self.handler.end_headers()
        self.handler.wfile.write(content)

    def hang(self) -> None:
        """Say nothing until the client has gone."""
        with contextlib.suppress(OSError):
            self.handler.connection.recv(1)
        self.handler.close_connection = True


Script = Callable[[Request], None]


class Server(NamedTuple):
    url: str
    requests: list[Request]


@contextlib.contextmanager
def served(script: Script) -> Iterator[Server]:
    """Serve at a free port of 127.0.0.1; the script is called in a thread of each connection."""
    requests: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else head and body are 40 ms apart

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            request = Request(self.path, dict(self.headers), body, self)
            requests.append(request)
            script(request)

        do_GET = do_POST  # what a client that follows redirects would send

        def log_message(self, *_: Any) -> None: ...

    class Listening(ThreadingHTTPServer):
        block_on_close = False
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None: ...  # a client that has gone

    with Listening(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield Server(f"http://127.0.0.1:{server.server_port}", requests)
        finally:
            server.shutdown()
            thread.join()


def chat(text: Any = "Đáp số: 4", **fields: Any) -> dict[str, Any]:
    """A reply of the protocol."""
    return {
        "model": "m-2026",
        "system_fingerprint": "fp_1",
        "choices": [{"message": {"content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5},
        **fields,
    }


def says(body: Any, status: int = 200, **headers: str) -> Script:
    return lambda request: request.reply(body, status, **headers)


def questions(count: int) -> list[Question]:
    return [Question(f"q{n}", [{"role": "user", "content": f"{n} + 1 = ?"}]) for n in range(count)]


class Clock:
    """Time that passes only while somebody waits, for all threads at once.

    With waits of more than a few seconds it needs a single thread: else those of the others would
    end a request.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waits: list[float] = []
        self.timing = Timing(lambda: self.seconds, lambda: 1.8e9 + self.seconds, self.wait)
        self._lock = threading.Lock()

    def wait(self, stop: threading.Event, seconds: float) -> None:
        with self._lock:
            self.seconds += seconds
            self.waits.append(round(seconds, 3))


def system(url: str, timing: Timing = CLOCKS, **settings: Any) -> Remote:
    """The system of these settings, with a clock of the test's own."""
    patient = {"timeout": 600.0, "question_timeout": 3600.0}  # on a machine that is busy
    made: Any = remote(None, "remote", **{"url": url, "model": "m", **patient, **settings})
    return Remote(
        made._where, made._form, made._limits, concurrency=made._concurrency,
        requests_per_minute=settings.get("requests_per_minute"), record=made.record, timing=timing,
    )  # fmt: skip
