"""Finds a last sentence that answers the question in its own words: "Cạnh huyền dài 10 cm."

Such a sentence declares the answer without a phrase of `phrases`. Judges nothing.
"""

import re

from mathpal.answers.asking import Asked
from mathpal.answers.claims import Claim, Reading
from mathpal.answers.clauses import LEADS, nameless, words_of
from mathpal.answers.phrases import SUPPOSED
from mathpal.answers.sentences import trim, without_opening

_LONGEST = 200
_END = re.compile(r"[.!](?=\s)")
_VALUE = re.compile(r"[-+]?[0-9√]")
_LETTER = re.compile(r"([a-zA-Z]) ?= ?(?:[^=]{1,80} ?= ?)?([^=]{1,40})$")
# Words that ask or join; they tell nothing of what is asked.
_ASKING = frozenset(
    """
    hỏi bao nhiêu mấy tính tìm là được có thì của và cho biết hãy một các những gì nào ai đâu
    lâu xa bằng trong khi sau với số ra còn
    """.split()
)
# Words beside the question's that name no other quantity.
_BESIDE = frozenset("dài nặng cân hết mất đi tất cả tổng cộng vẫn trên dãy đó này".split())
_HEDGED = re.compile(
    r"(?<!\w)(?:không|chưa|chẳng|khoảng|gần|hơn|ít nhất|nhiều nhất|hoặc|hay|nếu|có thể|có lẽ|chắc"
    r"|tối đa|tối thiểu|nhỏ hơn|lớn hơn|sai|đúng|about|around|not|or|if|may|might)(?!\w)|[?≈~…]",
    re.I,
)


def restated(reading: Reading, asks: Asked) -> Claim | None:
    """Return the claim of a last sentence that gives what is asked a value; None without one.

    In prose, every word before the value is of the question or names nothing, and two words of
    the sentence that asks are repeated. "x = 36" gives a value to a letter of that sentence.
    """
    body = reading.text.rstrip()
    start = body.rfind("\n") + 1
    start += max((m.end() for m in _END.finditer(body[start:])), default=0)
    said = trim(body[start:])
    if not asks.wanted or not said or len(said) > _LONGEST or body[-1] in ":?":
        return None
    if any(c.start >= start and c.role != "connective" for c in reading.claims):
        return None
    said = _of_letter(said, asks) if "=" in said else _in_words(without_opening(said), asks)
    if not said:
        return None
    line = reading.text.count("\n", 0, start) + 1
    return Claim("conclusion", "asserted", said, said, "", False, start, len(body), line)


def _of_letter(said: str, asks: Asked) -> str:
    """Return the value of "x = 9 × 4 = 36", if the question seeks x; "" otherwise."""
    match = _LETTER.match(said)
    sought = match and re.search(rf"(?<![\w']){match[1]}(?![\w'])", asks.wanted)
    return match[2] if match and sought else ""


def _in_words(said: str, asks: Asked) -> str:
    """Return a sentence that restates the asked clause with a value; "" for another one."""
    if SUPPOSED.match(said) or (_HEDGED.search(said) and not _HEDGED.search(asks.wanted)):
        return ""
    led = [m.end() for m in LEADS.finditer(said)]
    values = [m.start() for m in _VALUE.finditer(said)]
    behind = [at for at in values if led and at >= led[-1]]
    at = (behind or led[-1:] or values or [0])[0]
    wanted = {word for word in words_of(asks.wanted) if word not in _ASKING}
    counted = nameless(said[:at], ())  # "Có 12 cách xếp"
    named = wanted.intersection(words_of(said if counted else said[:at]))
    if not at or len(named) < min(2, len(wanted)):
        return ""
    return said if nameless(said[:at], {*words_of(asks.text), *_BESIDE}) else ""
