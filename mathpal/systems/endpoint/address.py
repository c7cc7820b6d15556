"""Where an endpoint is, and the key that it is asked with.

The key comes from an environment variable and is read only while questions are asked; no record
and no message has it.
"""

import ipaddress
import os
import re
from typing import NamedTuple
from urllib.parse import quote

from mathpal.errors import ConfigError
from mathpal.record.redaction import PLACEHOLDER, redact

PATH = "/chat/completions"
_SHORTEST_KEY = 8  # characters; a shorter one ("EMPTY") is no secret
_LONGEST_DETAIL = 200  # characters
_HOST = re.compile(r"[\w.:-]+")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")  # a key written here by mistake has other letters


class Endpoint(NamedTuple):
    """A chat endpoint.

    Attributes:
        base: the address before "/chat/completions".
        key_variable: environment variable of its key; None if none is sent.
        on_this_machine: the host is a loopback address.
    """

    base: str
    key_variable: str | None
    on_this_machine: bool


def endpoint(url: str, key_variable: str | None) -> Endpoint:
    """Return the endpoint of an address as a user writes it.

    The address is what stands before "/chat/completions". One without a path gets "/v1"; a
    slash at the end is dropped.

    Raises:
        ConfigError: no such address, one with a login, a query or "/chat/completions", or a key
            that would travel unencrypted.

    Example:
        >>> endpoint("http://localhost:8000", None).base, endpoint("https://h.vn/api/", None).base
        ('http://localhost:8000/v1', 'https://h.vn/api')
    """
    import httpx

    shown = _without_secrets(url)
    try:
        parsed = httpx.URL(url.strip())
    except httpx.InvalidURL:
        parsed = httpx.URL()
    usable = parsed.scheme in ("http", "https") and _HOST.fullmatch(parsed.host)
    if not usable or not (parsed.port is None or 0 < parsed.port < 2**16):
        raise ConfigError(f"url={shown}: expected an address like http://localhost:8000/v1")
    if parsed.userinfo or "?" in url or "#" in url:
        raise ConfigError(
            f"url={shown}: expected an address without login, ? and #. The key comes from the "
            "environment variable that key_variable names"
        )
    path = parsed.path.rstrip("/")
    if path.endswith("/completions"):
        short = path.removesuffix("/completions").removesuffix("/chat")
        raise ConfigError(
            f"url={shown}: expected the address before {PATH}. Write "
            f"url={parsed.copy_with(path=short or '/v1')}"
        )
    found = Endpoint(
        str(parsed.copy_with(path=path or "/v1")), key_variable, _is_loopback(parsed.host)
    )
    _require_safe_key(found, encrypted=parsed.scheme == "https")
    return found


def read_key(where: Endpoint) -> str | None:
    """Return the endpoint's key from the environment; None if it is asked without one.

    Raises:
        ConfigError: the variable is not set (a server on this machine needs no key), or its value
            cannot be a key.
    """
    if where.key_variable is None:
        return None
    key = os.environ.get(where.key_variable, "").strip()
    if not key and where.on_this_machine:
        return None
    if not key:
        raise ConfigError(
            f"{where.base} needs a key, and {where.key_variable} is not set: "
            f"export {where.key_variable}=…, name another variable with key_variable=NAME, or "
            "write key_variable=null if the server needs none"
        )
    if not re.fullmatch(r"[!-~]+", key):
        raise ConfigError(
            f"{where.key_variable} holds no key: it has spaces, line breaks or letters beyond ASCII"
        )
    return key


def without_key(text: str, key: str | None) -> str:
    """Return a text of the endpoint with `***` in place of the key; nothing else changes."""
    return text.replace(key, PLACEHOLDER) if key and len(key) >= _SHORTEST_KEY else text


def as_detail(text: str, key: str | None) -> str:
    """Return a text of the endpoint as one short printable line without secrets.

    A key that was cut or masked ("sk-12345***") goes too.
    """
    if key and len(key) >= _SHORTEST_KEY:
        for start in {key[:_SHORTEST_KEY], quote(key, safe="")[:_SHORTEST_KEY]}:
            text = re.sub(re.escape(start) + r"[^\s\"'<>,]*", PLACEHOLDER, text)
    printable = "".join(sign if sign.isprintable() else " " for sign in str(redact(text)))
    line = " ".join(printable.split())
    return line if len(line) <= _LONGEST_DETAIL else f"{line[: _LONGEST_DETAIL - 1]}…"


def _require_safe_key(where: Endpoint, *, encrypted: bool) -> None:
    name = where.key_variable
    if name is not None and not _VARIABLE.fullmatch(name):
        raise ConfigError(
            "key_variable: expected the name of an environment variable in capitals, such as "
            "OPENAI_API_KEY; never write the key itself"
        )
    if name == "OPENAI_API_KEY" and not encrypted and not where.on_this_machine:
        raise ConfigError(
            f"url={where.base} is not encrypted, so {name} could be read on its way: write "
            "https://, or key_variable=null if the server needs no key, or name a variable that "
            "holds a key of this server only"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _without_secrets(url: str) -> str:
    """Return an address without login, query and fragment, for messages."""
    bare = re.split(r"[?#]", url)[0]
    return as_detail(re.sub(r"^(\w+://)?.*@", rf"\1{PLACEHOLDER}@", bare), None)
