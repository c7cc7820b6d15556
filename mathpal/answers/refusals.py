"""Says why a text cannot be a gold, before its kind is known: damage, or a value left open.

One table of patterns with their reasons. Reads no values.
"""

import re

_REASONS = (
    (
        re.compile(r"[\u0386\u0388\xb5\xb8]|[^\W\d_][©®¬Æ¶·][^\W\d_]?|�"),
        "its characters are damaged (TCVN3 or VNI read as Unicode?)",
    ),
    (re.compile(r"[0-9][eE][-+]?[0-9]"), "it has an 'e' between two digits, as in '5e3'"),
    (re.compile(r"(?<![^\W\d_])[0-9n]{1,3}! ?(?:$|[-+×*/:])|^[^=]*[0-9n]! ?="),
     "it holds a factorial"),
    (re.compile(r"[∛∜]"), "it holds a root that is no square root"),
    (re.compile(r"\{[^{}]*[|:][^{}]*[<>≤≥≠⋮]|\{ ?[a-zA-Z] ?∈[^{}]*\}"),
     "it describes a set and does not list its members"),
    (re.compile(r"[a-z] ?= ?[^;,]{1,20}[;,] ?[a-z] ?= ?[^;,]{1,20} (?:hoặc|hay) [a-z] ?="),
     "it holds alternatives of several values each"),
    (re.compile(
        r"^(?:học sinh|hs|em|bạn)? ?(?:tự (?:vẽ|làm|giải|viết|trình bày|chứng minh|thực hành)"
        r"|xem (?:hình|bài|lời|sách|đáp|phần)|như (?:trên|hình)|hình (?:vẽ|bên|dưới)|vẽ hình"
        r"|(?:lời|bài) giải|bài làm|hướng dẫn|chứng minh|đpcm|điều phải chứng minh|thực hành"
        r"|trả lời miệng)(?!\w)", re.I),
     "it names a task or a place instead of an answer"),
)  # fmt: skip


def refusal(text: str) -> str:
    """Return why a normalised text is refused as a gold; "" if nothing speaks against it.

    Example:
        >>> refusal("A = {x ∈ N | x < 5}")
        'it describes a set and does not list its members'
    """
    return next((why for pattern, why in _REASONS if pattern.search(text)), "")
