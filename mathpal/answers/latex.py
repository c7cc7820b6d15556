"""Turns the LaTeX of school answers into plain text: fractions, roots, signs, braces.

Knows no numbers and no units; `notation` cleans the rest of a text.
"""

import re

_DOUBLE_BRACE = re.compile(r"\{\s*\{([^{}]{0,80})\}\s*\}")
_FRACTION = re.compile(r"\s?\\[dtc]?frac\s{0,2}\{([^{}]{1,60})\}\s{0,2}\{([^{}]{1,60})\}")
_SHORT_FRACTION = re.compile(r"\s?\\[dtc]?frac\s?([0-9])\s?([0-9])")
_ROOT = re.compile(r"\\sqrt\s{0,2}\{([^{}]{1,40})\}|\\sqrt\s?([0-9a-z])")
_GROUPED = re.compile(
    r"\\(?:text|textbf|mathrm|mathbf|mbox|overline|vec|overrightarrow|widehat)"
    r"\s{0,2}\{([^{}]{0,80})\}"
)
_COMMANDS = (
    (re.compile(r"\\sqrt ?\[ ?3 ?\]"), "∛"),
    (re.compile(r"\\sqrt ?\[[^\[\]{}]{1,5}\]"), "∜"),
    (re.compile(r"\\mathbb ?\{? ?R ?\}?"), "\u211d"),
    (re.compile(r"(?<=[R\u211d]) ?\\(?:setminus|backslash)? ?(?=\\?\{)"), "\u2216"),
    (re.compile(r"\\(?:vec|widehat|overrightarrow)(?![a-zA-Z]) ?"), ""),
    (re.compile(r"\\(?:right|long)?(?:to|arrow)(?![a-zA-Z])"), "→"),
    (re.compile(r"\{ ?(-?[0-9]{1,9}) ?\\over ?([0-9]{1,9}) ?\}"), r"\1/\2"),
    (re.compile(r"\\(?:left|right|displaystyle|quad|qquad|limits)(?![a-zA-Z])"), " "),
    (re.compile(r"\\(?:times|cdot|ast)(?![a-zA-Z])"), "×"),
    (re.compile(r"\\div(?![a-zA-Z])"), ":"),
    (re.compile(r"\\(?:leqslant|leq|le)(?![a-zA-Z])"), "≤"),
    (re.compile(r"\\(?:geqslant|geq|ge)(?![a-zA-Z])"), "≥"),
    (re.compile(r"\\(?:neq|ne)(?![a-zA-Z])"), "≠"),
    (re.compile(r"\\lt(?![a-zA-Z])"), "<"),
    (re.compile(r"\\gt(?![a-zA-Z])"), ">"),
    (re.compile(r"\\approx(?![a-zA-Z])"), "≈"),
    (re.compile(r"\\ell(?![a-zA-Z])"), "l"),
    (re.compile(r"\\pi(?![a-zA-Z])"), "π"),
    (re.compile(r"\\infty(?![a-zA-Z])"), "∞"),
    (re.compile(r"\\cup(?![a-zA-Z])"), "\u222a"),
    (re.compile(r"\\pm(?![a-zA-Z])"), "±"),
    (re.compile(r"\\(max|min|log|ln|lg)(?![a-zA-Z])"), r"\1"),
    (re.compile(r"\^? ?\{? ?\\(?:circ|degree)(?:(?=[CF](?![a-z]))|(?![a-zA-Z])) ?\}?"), "°"),
    (re.compile(r"\\(?:emptyset|varnothing)(?![a-zA-Z])"), "∅"),
    (re.compile(r"_ ?\{ ?([0-9a-z]{1,3}) ?\}"), r"_\1"),
    (re.compile(r"(?<=log_[0-9a-z]) ?\{ ?([0-9a-z]{1,9}) ?\}"), r" \1"),
    (re.compile(r"\\in(?![a-zA-Z]) ?"), "∈"),
    (re.compile(r"\\([{}%$#&_])"), r"\1"),
    (re.compile(r"\\[,;:! ]"), " "),
    (re.compile(r"\\[()\[\]]"), " "),
)


def _fraction(match: re.Match[str]) -> str:
    top, bottom = (part.strip() for part in match.groups())
    plain = top.replace("√", "").isalnum() and bottom.isalnum()
    return f" {top}/{bottom}" if plain else f" ({top})/({bottom})"


def _root(match: re.Match[str]) -> str:
    inside = (match[1] or match[2]).strip()
    return f"√{inside}" if inside.isalnum() else f"√({inside})"


def plain_latex(text: str) -> str:
    """Return a text with its LaTeX commands as plain signs; `\\\\boxed{…}` stays."""
    text = text.replace("{,}", ",").replace("{.}", ".").replace("$", "")
    for _ in range(3):  # no answer nests braces deeper
        if "{" not in text:
            break
        text = _DOUBLE_BRACE.sub(r"{\1}", text)
        text = _GROUPED.sub(r"\1", text)
        text = _ROOT.sub(_root, text)
        text = _FRACTION.sub(_fraction, text)
    text = _ROOT.sub(_root, text)
    text = _SHORT_FRACTION.sub(_fraction, text)
    for pattern, plain in _COMMANDS:
        text = pattern.sub(plain, text)
    return text
