"""What a reply says: an answer, or why there is none. The reply may be anything.

Knows the protocol's fields, no connection.
"""

import email.utils
import re
from datetime import UTC
from typing import Any, NamedTuple

from mathpal.generation.records import Response
from mathpal.record.untrusted import parse_json
from mathpal.systems.endpoint.address import as_detail, without_key
from mathpal.systems.endpoint.connection import Received
from mathpal.systems.endpoint.failure import Failure

LONGEST_WAIT_S = 120.0
_MOST_TOKENS = 10**9
_SURROGATES = re.compile("[\ud800-\udfff]")
_CUT_SHORT = ("length", "max_tokens")
_BROKEN_OFF = ("error", "abort", "insufficient_system_resource")  # by the server, not the model


class Reply(NamedTuple):
    """An answer, or a reply that says that there is none.

    Attributes:
        response: its `error` is set if a filter, the model or the server withheld the text.
        model: the model that answered, as the endpoint calls it; "" if it does not say.
        fingerprint: its `system_fingerprint`; "" if it does not say.
    """

    response: Response
    model: str
    fingerprint: str


def read_reply(received: Received, key: str | None, today: float) -> Reply | Failure:
    """Return the answer in a reply, or why there is none.

    Args:
        received: from the endpoint.
        key: the endpoint's key; it is removed from all texts.
        today: seconds since 1970, for a Retry-After that is a date.
    """
    if 300 <= received.status < 400:
        return Failure("redirect", as_detail(f"{received.status} to {received.location}", key))
    found = _parsed(received.body, key)
    if not 200 <= received.status < 300:
        said = {} if isinstance(found, Failure) else found
        return _refused(received.status, said, key, retry_after(received.retry_after, today))
    if isinstance(found, Failure):
        return found
    if not isinstance(found, dict):
        return Failure("the reply is no JSON object")
    if found.get("error") and not found.get("choices"):
        code = found["error"].get("code") if isinstance(found["error"], dict) else None
        status = code if isinstance(code, int) and 400 <= code < 600 else None
        return _refused(status, found, key, 0.0)
    return _answer(found, key)


def retry_after(value: str, today: float) -> float:
    """Return a Retry-After header in seconds, 0 to 120; 0 if it is absent or unreadable.

    Args:
        value: seconds, or a date of HTTP.
        today: seconds since 1970.
    """
    value = value.strip()
    if re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII):
        seconds = float(value)
    else:
        try:
            date = email.utils.parsedate_to_datetime(value)
            seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - today
        except (ValueError, TypeError, OverflowError):
            return 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT_S)


def _parsed(body: bytes, key: str | None) -> Any:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Failure("the reply is not UTF-8")
    if text.lstrip()[:1] == "<":
        return Failure("an HTML page instead of JSON")
    try:
        return parse_json(text)
    except ValueError as error:
        return Failure("the reply is not JSON", as_detail(str(error), key))


def _refused(status: int | None, found: Any, key: str | None, wait: float) -> Failure:
    """Return the failure of a status, with the endpoint's own words."""
    error = found.get("error", found) if isinstance(found, dict) else found
    said = error
    if isinstance(error, dict):
        said = error.get("message") or error.get("detail") or ""
        if status == 429 and "insufficient_quota" in (error.get("code"), error.get("type")):
            return Failure("429 insufficient_quota", as_detail(str(said), key))
    detail = as_detail(str(said), key) if isinstance(said, (str, list)) else ""
    if status is None:
        return Failure("the endpoint reports an error", detail)
    again = status in (408, 429) or status >= 500
    return Failure(str(status), detail, again, wait if status in (429, 503) else 0.0)


def _answer(found: dict[str, Any], key: str | None) -> Reply | Failure:
    choices = found.get("choices")
    if not isinstance(choices, list):
        return Failure("the reply has no choices")
    if not choices:
        return Failure("the reply's list of choices is empty")
    choice = choices[0]
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        return Failure("the reply's choice has no message")
    ended = choice.get("finish_reason")
    if ended is not None and not isinstance(ended, str):
        return Failure("the reply's finish_reason is no text")
    usage = found.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    text, error = _content(message, ended, key)
    response = Response(
        text=_SURROGATES.sub("\ufffd", without_key(text, key)),
        tokens=_count(usage.get("completion_tokens")),
        prompt_tokens=_count(usage.get("prompt_tokens")),
        finished=ended not in _CUT_SHORT,
        error=error,
    )
    names = (found.get(name) for name in ("model", "system_fingerprint"))
    return Reply(response, *(as_detail(n, key) if isinstance(n, str) else "" for n in names))


def _content(message: dict[str, Any], ended: str | None, key: str | None) -> tuple[str, str]:
    """Return text and error of a message; one of them is "", or both of a model that said nothing.

    A model that reasons until the token limit has no content: its answer is "", cut off.
    """
    content, refusal = message.get("content"), message.get("refusal")
    if ended == "content_filter":
        return "", "withheld by the endpoint's content filter"
    if ended in _BROKEN_OFF:
        return "", f"the endpoint broke the answer off ({ended})"
    if isinstance(content, list):
        content = _of_parts(content)
    if isinstance(content, str) and (content or not refusal):
        return content, ""
    if isinstance(refusal, str) and refusal and not content:
        return "", f"refused: {as_detail(refusal, key)}"
    if content is None:
        return "", "" if ended in _CUT_SHORT else "the reply has no text"
    return "", "the reply's content is no text"


def _of_parts(parts: list[Any]) -> Any:
    """Return the text of a content in parts; None without any; another type if one is no text.

    Parts of other types, such as a model's thoughts, are left out.
    """
    texts = [
        part.get("text") if isinstance(part, dict) else part
        for part in parts
        if not isinstance(part, dict) or part.get("type") in ("text", "output_text")
    ]
    if not all(isinstance(text, str) for text in texts):
        return texts
    return "".join(map(str, texts)) if texts else None


def _count(value: Any) -> int:
    """Return a number of tokens; 0 if it is missing or no number."""
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS
    return int(value) if known else 0
