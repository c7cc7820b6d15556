"""One connection to an endpoint: a request that ends in time, whatever the server does.

Knows HTTP, not what is asked. httpx limits the time of each read, so a server that sends a byte
now and then would hold it for ever; here another thread cuts the connection at its deadline.
"""

import contextlib
import logging
import math
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from mathpal.systems.endpoint.address import PATH, as_detail
from mathpal.systems.endpoint.failure import STOPPED, Failure

LARGEST_REPLY = 4 * 2**20  # bytes
CONNECT_S = 10.0


class Received(NamedTuple):
    """A complete reply.

    Attributes:
        status: of HTTP.
        retry_after: the header of this name; "" without.
        location: the header of this name; "" without.
        body: without compression.
    """

    status: int
    retry_after: str
    location: str
    body: bytes


class Connection:
    """Posts to one endpoint; a connection of the server is used again if it allows that.

    One thread posts. Any thread may call `cut` and `stop`.

    Args:
        base: the endpoint's address before "/chat/completions".
        key: sent as a bearer token; None for none.
        now: seconds of a clock that only moves forward.
    """

    def __init__(self, base: str, key: str | None, now: Callable[[], float]) -> None:
        import httpx

        for name in ("httpx", "httpcore"):  # they log a line for every request
            logging.getLogger(name).setLevel(logging.WARNING)
        login = {} if key is None else {"Authorization": f"Bearer {key}"}
        self._client = httpx.Client(
            headers={"Content-Type": "application/json", "Accept-Encoding": "identity", **login},
            verify=_certificates() if base.startswith("https") else _no_certificates(),
            follow_redirects=False,  # the key must not travel to another host
            trust_env=False,  # nor to a proxy
        )
        self._address = base + PATH
        self._key = key
        self._now = now
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._deadline = math.inf
        self._late = self._stopped = False

    def post(self, body: bytes, seconds: float) -> Received | Failure:
        """Send a request and return the complete reply.

        Args:
            body: JSON.
            seconds: longest time until the end of the reply.
        """
        import httpx

        with self._lock:
            if self._stopped:
                return STOPPED
            self._late, self._deadline = False, self._now() + seconds
        late = Failure(f"no complete reply within {seconds:.3g} s", again=True)
        limits = httpx.Timeout(seconds, connect=min(seconds, CONNECT_S))
        extensions = {"timeout": limits.as_dict(), "trace": self._notice}
        try:
            with self._client.stream(
                "POST", self._address, content=body, extensions=extensions
            ) as response:
                content = bytearray()
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > LARGEST_REPLY:
                        return Failure(f"a reply of more than {LARGEST_REPLY // 2**20} MB")
        except httpx.ConnectTimeout:
            return Failure("no connection", again=True)
        except httpx.TimeoutException:
            return late
        except httpx.HTTPError as error:
            return self._broken(error, late)
        finally:
            with self._lock:
                self._deadline = math.inf
        if self._late or self._stopped:  # the cut may look like the end of the reply
            return STOPPED if self._stopped else late
        head = response.headers
        status = response.status_code
        return Received(
            status, head.get("retry-after", ""), head.get("location", ""), bytes(content)
        )

    def cut(self) -> None:
        """End the request if its deadline has passed."""
        with self._lock:
            if self._now() >= self._deadline:
                self._late = True
                self._shut()

    def stop(self) -> None:
        """End the request now, and refuse further ones."""
        with self._lock:
            self._stopped = True
            self._shut()

    def close(self) -> None:
        """Close the connection; for the thread that posts."""
        self._client.close()

    def _notice(self, event: str, facts: Mapping[str, Any]) -> None:
        """Keep the socket of a new connection: httpx calls this at every step of a request."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._lock:
                self._socket = facts["return_value"].get_extra_info("socket")
                if self._late or self._stopped:
                    self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it may be closed already
                # Not SSLSocket.shutdown: it would end the encryption under the reading thread.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _broken(self, error: Exception, late: Failure) -> Failure:
        import httpx

        if self._stopped or self._late:
            return STOPPED if self._stopped else late
        causes = _causes(error)
        text = as_detail(str(error), self._key)
        if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
            return Failure("connection refused", again=True)
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            return Failure("unknown host", text, again=True)
        if isinstance(error, httpx.ConnectError):
            secure = any(isinstance(cause, ssl.SSLError) for cause in causes)
            kind = "no secure connection" if secure else "no connection"
            return Failure(kind, text, again=not secure)
        if isinstance(error, httpx.DecodingError):
            return Failure("a compressed reply that cannot be read")
        return Failure("the connection broke", text, again=True)


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Trust the authorities of this machine, of SSL_CERT_FILE and of certifi."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


@lru_cache(maxsize=1)
def _no_certificates() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody; never used over http
