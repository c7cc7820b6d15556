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
)  # fmt: skip


def refusal(text: str) -> str:
    """Return why a normalised text is refused as a gold; "" if nothing speaks against it.

    Example:
        >>> refusal("A = {x ∈ N | x < 5}")
        'it describes a set and does not list its members'
    """
    return next((why for pattern, why in _REASONS if pattern.search(text)), "")
