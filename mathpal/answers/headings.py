"""Separates what names a value from the value itself: "BCNN của 12 và 20 là 60" states 60.

The numbers of a name are givens, and only the value side is judged. Knows nothing of golds.
"""

import re
from typing import NamedTuple

from mathpal.answers.notation import next_number

# What joins a name and its value. A colon between two numbers divides them.
_COPULA = re.compile(
    r"(?<!\w)(?:là|bằng(?! nhau| cách))(?!\w)[ :]{0,3}"
    r"|(?<![0-9] )(?<![0-9]):|(?<=[0-9]):(?= ?\n)|=|≈"
    r"|(?<!\w)(?:được|gồm|thành|ra|còn)(?: số)?:? (?=[-+(]?[0-9])",
    re.I,
)
# Between two values, not inside the name of one.
_APART = re.compile(
    r"[;\n]|(?<![0-9]),|,(?![0-9])|(?<!\w)(?:và|hoặc|hay|còn|nếu|thì|nhưng)(?!\w)", re.I
)
# A name goes on after a number only with further numbers: "của 12 và 20", "(24; 40)".
_NEW_NAME = re.compile(
    r"[0-9][^,;]{0,30}?(?:[;\n]|, ?(?=[^\W\d])"
    r"|(?<!\w)(?:và|hoặc|hay|còn|nhưng)(?: (?=[^\W\d])|\s*$))",
    re.I,
)
_OPENING = re.compile(
    r"\s*(?:sau|khi|lúc|trong|với|trước|đến|từ|để|vì|do|theo|tại|vào) [^,;\n]{0,60},\s", re.I
)
# The arguments of a name before "=": "ƯCLN(24, 40) =", "f(2) =", "[12; 20] =".
_ARGUMENTS = re.compile(
    r"[(\[][^()\[\]=]{1,60}[)\]](?=\s*=)|(?<=\w)\([^()\[\]=]{1,60}\)(?=\s*(?:là|bằng)(?!\w))"
)


_RESTATED = 4  # spaces of the fewest words that restate the question


class Named(NamedTuple):
    """A text cut into what names its value, the value side, and what follows that."""

    name: str
    value: str
    rest: str


# Values of letters that a result belongs to: "với a = 3, b = 4 thì", "lớn nhất là 33 khi x = 2".
_SETTING = r"[a-z] ?= ?[-+]?[0-9][0-9.,/]{0,9}"
_GIVEN = re.compile(
    rf"(?<!\w)(?:với|khi|tại|nếu|thay) {_SETTING}(?:(?:[,;]| và) ?{_SETTING}){{0,3}}"
    r"(?:,? (?:thì|ta có|ta được)(?!\w)|, ?)",
    re.I,
)
_REACHED = re.compile(
    rf"(?:nhất|max|min)(?!\w)[^;\n]*[0-9]"
    rf"(?P<at>,? (?:\(?đạt (?:được )?)?(?:khi|tại) {_SETTING}\)?)$",
    re.I,
)


def without_arguments(text: str) -> str:
    """Return the text without bracketed arguments before "=" and without the values of letters.

    Example:
        >>> without_arguments("ƯCLN(24, 40) = 8"), without_arguments("với a = 3 thì A = 6")
        ('ƯCLN = 8', ' A = 6')
    """
    if ")" in text or "]" in text:
        text = _ARGUMENTS.sub("", text)
    if "=" in text:
        text = _GIVEN.sub("", text)
        reached = _REACHED.search(text)
        text = text[: reached.start("at")] if reached else text
    return text


def without_restated(text: str, question: str) -> str:
    """Return the text without the words behind its first number that the question holds as well.

    Example:
        >>> without_restated("có 18 số chẵn chia hết cho 5", "Mấy số chẵn chia hết cho 5?")
        'có 18 số chẵn chia hết cho'
    """
    number = next_number(text)
    if number is None or not question:
        return text
    behind = text[number.end :]
    words = behind.strip(" .").lower()
    digit = re.search(r"[0-9]", behind)
    if digit is None or words.count(" ") < _RESTATED or words not in question.lower():
        return text
    return text[: number.end + digit.start()].rstrip()


def named_value(text: str) -> Named:
    """Cut a text that states one value, or one list of values, after its name.

    Without a name, or if it names several values ("An: 5; Bình: 6"), all of it is the value.

    Args:
        text: normalised declared text.
    """
    copulas = list(_COPULA.finditer(text))
    if not copulas:
        return Named("", text, "")
    first, last = copulas[0], copulas[-1]
    name, between = text[: first.start()], text[first.end() : last.start()]
    opening = _OPENING.match(name)
    if _NEW_NAME.search(name[opening.end() :] if opening else name) or _APART.search(between):
        return Named("", text, "")
    value = text[last.end() :]
    if value.lstrip()[:1].isalpha() and (inverted := _inverted(text, first)):
        return inverted
    if next_number(value) is None:
        return Named("", text, "")
    return Named(text[: last.end()], value, "")


def _inverted(text: str, copula: re.Match[str]) -> Named | None:
    """Cut a text whose value comes first: "8 là ƯCLN của 24 và 40"; None if it does not."""
    number = next_number(text[: copula.start()].rstrip())
    if number is None or text[: number.start].strip(" (") or copula[0].strip() in ("=", ":", "≈"):
        return None
    if next_number(text[: copula.start()], number.end):
        return None
    return Named("", text[: copula.start()], text[copula.start() :])
