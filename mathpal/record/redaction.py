"""Redact secrets: everything that MathPal writes passes `redact` first.

Standard library only. Knows the names of secrets, the environment and the shapes of well-known
tokens; not files and configurations. Redacting twice changes nothing more.
"""

import logging
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

PLACEHOLDER = "***"
_SHORTEST = 8  # characters; a shorter value may occur in ordinary text

_WORDS = ("token", "secret", "secrets", "password", "passwd", "passphrase", "credential",
          "credentials")  # fmt: skip
_OF_A_KEY = ("api", "access", "secret", "private", "auth", "signing", "encryption", "account")
_KEYS = tuple(word + key for word in _OF_A_KEY for key in ("key", "keys"))
# Before "token", these make a tokenizer's token or a count: `pad_token`, `flops_per_token`.
_OF_A_TEXT_TOKEN = frozenset(
    "pad eos bos unk sep cls mask stop end start sot eot image audio special next last first new "
    "per each by".split()
)
# At the end, these make a secret's place, lifetime or name, which are no secrets.
_ABOUT_ONE = frozenset("file path dir sock url name id type expiry timeout length count".split())
_REFERENCE = re.compile(r"\$\{[\w.:]+\}|\?\?\?")  # stays readable: at most it names a secret
_SETTING = re.compile(r"[+~]{0,2}[\w./@-]+")
# Texts of letters like these stay if MathPal's own code or conf/ has them: "completed".
_WORDLIKE = re.compile(r"[^\W\d_]+\d?[^\W\d_]*(?:[_./ -][^\W\d_]+\d?[^\W\d_]*)*")
_LOGIN = re.compile(r"(://)[^/\s:@\"']{0,256}:(?!\*\*\*@)[^/\s\"'<>]{1,256}@")
_SHAPES = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"hf_[A-Za-z0-9]{30,}"
    r"|(?<!-)(?<!_)sk-(?=[\w-]{0,99}\d)[\w-]{20,}"
    r"|gh[opsur]_[A-Za-z0-9]{36,}|github_pat_\w{22,}"
    r"|xox[abpr]-[\w-]{20,}"
    r"|AKIA[0-9A-Z]{16}(?![0-9A-Z])"
    r")"
)


def redact(value: Any) -> Any:
    """Return the value without secrets.

    `***` replaces the values of secret-looking environment variables wherever they occur, the
    value of a secret-looking name (`api_key`, `password`, `hf_token`; also in an override
    `name=value`), `user:password@` in URLs, and tokens of well-known shapes. Token counts, a
    tokenizer's tokens and `${oc.env:NAME}`, which only names a secret, stay. So does the value of a
    variable that is a word of MathPal, e.g. "completed": without it no record could be read.

    Args:
        value: a string, or nested dicts, lists and tuples; values of other types stay.

    Example:
        >>> redact({"api_key": "abc", "max_new_tokens": 5, "url": "http://me:pw@host"})
        {'api_key': '***', 'max_new_tokens': 5, 'url': 'http://***@host'}
    """
    return _redacted(value, _of_environment())


def redacted_keys(value: Any, where: str = "") -> list[str]:
    """Return the dotted keys at which something was redacted.

    Args:
        value: as `redact` returned it.
        where: the key of the value itself.
    """
    if isinstance(value, str):
        return [where] if PLACEHOLDER in value else []
    if isinstance(value, dict):
        items = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, (list, tuple)):
        items = [(str(number), item) for number, item in enumerate(value)]
    else:
        return []
    return [p for key, item in items for p in redacted_keys(item, f"{where}.{key}".lstrip("."))]


class RedactingFormatter(logging.Formatter):
    """Format as another formatter does, then redact."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.formatter = formatter

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one text, its traceback included."""
        return str(redact(self.formatter.format(record)))


def _redacted(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return _text(value, secrets)
    if isinstance(value, dict):
        return {
            _redacted(key, secrets): _whole(item)
            if isinstance(key, str) and _is_secret_name(key)
            else _redacted(item, secrets)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_redacted(item, secrets) for item in value]
    if isinstance(value, tuple):
        items = [_redacted(item, secrets) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    return value


def _text(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, PLACEHOLDER)
    if "://" in text:
        text = _LOGIN.sub(rf"\1{PLACEHOLDER}@", text)
    text = _SHAPES.sub(PLACEHOLDER, text)
    name, equals, assigned = text.partition("=")
    if equals and len(name) < 200 and _SETTING.fullmatch(name) and _is_secret_name(name):
        return f"{name}={_whole(assigned)}"
    return text


def _whole(value: Any) -> Any:
    """Redact the value of a secret's name; an empty value, a switch and a reference stay."""
    if value is None or isinstance(value, bool) or value == "" or value == "null":
        return value
    if isinstance(value, str) and _REFERENCE.fullmatch(value):
        return value
    return PLACEHOLDER


@lru_cache(maxsize=4096)
def _is_secret_name(name: str) -> bool:
    """Judge a setting by its last words; `key` needs a kind ("api_key", not "sort_key")."""
    *before, last = _segments(re.split(r"[./@]", name)[-1])
    previous = before[-1] if before else ""
    if last in ("key", "keys"):
        return previous in _OF_A_KEY
    if last == "token" and previous in _OF_A_TEXT_TOKEN:
        return False
    return last.endswith((*_WORDS, *_KEYS))


@lru_cache(maxsize=4096)
def _is_secret_variable(name: str) -> bool:
    """Judge an environment variable by any of its words."""
    segments = _segments(name)
    found = any(word == "key" or word.endswith((*_WORDS, *_KEYS)) for word in segments)
    return found and segments[-1] not in _ABOUT_ONE


def _segments(name: str) -> list[str]:
    return re.split(r"[_\W]+", name.lower()) or [""]


def _of_environment() -> tuple[str, ...]:
    """Return the values of secret-looking variables, longest first: one may contain another."""
    found = {
        value.strip()
        for name, value in os.environ.items()
        if len(value.strip()) >= _SHORTEST and _is_secret_variable(name) and not _is_path(value)
        if not _is_own_word(value.strip())
    }
    return tuple(sorted(found, key=lambda value: (-len(value), value)))


def _is_path(value: str) -> bool:
    return value.startswith(("/", "~", ".")) and len(value) < 4096 and Path(value).exists()


@lru_cache(maxsize=256)
def _is_own_word(value: str) -> bool:
    """Return whether MathPal writes this text itself, so that it betrays nothing."""
    if len(value) > 80 or not _WORDLIKE.fullmatch(value):
        return False
    package = Path(__file__).parents[1]
    for folder in (package, package.parent / "conf"):
        for path in folder.rglob("*"):
            if path.suffix in (".py", ".yaml"):
                name = path.relative_to(folder.parent).with_suffix("").as_posix()
                if value in name or value in path.read_text(encoding="utf-8", errors="replace"):
                    return True
    return False
