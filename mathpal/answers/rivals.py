"""Finds a value that a sentence gives where the value of an answer before it would stand."""

import re
from typing import NamedTuple

from mathpal.answers.asking import Asked
from mathpal.answers.candidates import LOOSE
from mathpal.answers.claims import Claim
from mathpal.answers.clauses import DENIED, LEADS, SPOKEN_OF, clause_before, nameless, words_of
from mathpal.answers.quantities import find_quantities
from mathpal.answers.records import Quantity
from mathpal.answers.rival_words import LETTER, rival_letter, rival_word

# What may follow another value that is given as the answer: "17 kg mới đúng", "96 là kết quả".
_BEHIND = re.compile(
    r"\s*[,;.!](?=\s|$)|\W*(?:(?:nhé|nha|nhá|á|ạ|nghen|luôn|mới|đó|đấy|thôi|cơ|đúng|chứ|vì|do|giúp"
    r"|thì|cho|theo|nên|và|hợp l[íý]|cũng (?:đúng|được|thoả|thỏa)|là (?:kết|đáp|câu|con|lựa|số cần)"
    r"|for|is (?:the|correct)|instead)(?!\w)|\W*$)",
    re.I,
)
CALLED_RIGHT = re.compile(
    r"(?<!\w)(?:đúng|chính xác|thực tế|correct|right|should|must)(?!\w)[^.,]{0,24}?(?:là|is|be|:) ",
    re.I,
)
_OPERATOR = re.compile(r" ?[-+×*:/^=<>≈≤≥(…]")
# "0,5 giờ = 30 phút" converts a quantity.
_CONVERTED = re.compile(r"[0-9] ?[^\W\d]+[²³]? = *$")
_GIVEN_AS_ANSWER = re.compile(
    r"(?<!\w)(?:trả lời|đáp (?:án|số)|kết quả|em|mình|tôi|tớ|answer|correct|đúng)(?!\w)", re.I
)
_NUMBERED = re.compile(r"^\s*[1-9][.)]\s+")
_OPERAND = re.compile(
    r"(?<!\w)(?:chia|nhân|cộng|trừ|thêm|bớt|hơn|kém|gấp|mỗi)(?: cho| với)?\s*$|…\s*$", re.I
)
_TURNS = (("tăng", "giảm"), ("lãi", "lỗ"), ("thừa", "thiếu"), ("hơn", "kém"))
ONLY = re.compile(r"(?<!\w)(?:loại|chỉ (?:nhận|có|lấy|còn)|bỏ)(?!\w)", re.I)
MULTIPLE = ("pair", "list", "set", "parts", "remainder")
_VALUED = (
    "integer", "decimal", "fraction", "mixed", "percent", "quantity", "time", *MULTIPLE
)  # fmt: skip


class Answered(NamedTuple):
    """The answer that the words after it may change.

    Attributes:
        claim: where it is declared.
        quantity: the value that was judged; None for golds that are not one number.
        kind: the kind of the gold.
        asks: the question's demands.
    """

    claim: Claim
    quantity: Quantity | None
    kind: str
    asks: Asked


def other_value(sentence: str, own: list[Quantity], claim: Claim) -> str:
    """Return a value or letter of a sentence that is not the answer's, if its own is not there."""
    letters = LETTER.findall(sentence)
    if claim.letter:
        return "" if claim.letter in letters else next(iter(letters), "")
    found = find_quantities(sentence)
    if any(same_value(q, o) for q, _, _ in found for o in own):
        return ""
    return next((sentence[a:b].strip() for _, a, b in found), "")


def own_values(answered: Answered) -> list[Quantity]:
    """Return the values of an answer: the judged one, or those that its text states."""
    if answered.quantity is not None:
        return [answered.quantity]
    claim = answered.claim
    said = claim.text if answered.kind == "remainder" else claim.block or claim.text
    return [q for line in said.split("\n") for q, _, _ in find_quantities(_NUMBERED.sub("", line))]


def same_value(one: Quantity, other: Quantity) -> bool:
    """Return whether two quantities are equal; a bare number or count may lack the unit."""
    if one.dimension in LOOSE or other.dimension in LOOSE:
        return one.value == other.value
    return one.dimension == other.dimension and one.base == other.base


def states_own(sentence: str, own: list[Quantity]) -> bool:
    """Return whether a sentence states one of the answer's values."""
    return any(same_value(q, o) for q, _, _ in find_quantities(sentence) for o in own)


def rival(sentence: str, answered: Answered, own: list[Quantity]) -> str:
    """Return another answer that a sentence gives where the answer's own would stand, or ""."""
    claim, asks = answered.claim, answered.asks
    if claim.letter:
        return rival_letter(sentence, claim.letter)
    if answered.kind in ("text", "yesno"):
        return rival_word(sentence, claim.text, answered.kind, asks)
    if not own or answered.kind not in _VALUED:
        return ""
    sentence = _NUMBERED.sub("", sentence)
    found = find_quantities(sentence)
    asked = words_of(f"{asks.wanted} {claim.text}")
    if answered.kind in MULTIPLE:
        label = sentence[: found[0][1]] if found else ""
        others = _other_members([q for q, _, _ in found], own, answered.kind)
        if (nameless(label, asked) and others) or (
            ONLY.search(sentence) and states_own(sentence, own)
        ):
            return sentence.strip(" .\n")[-40:]
    elif any(same_value(q, o) for q, _, _ in found for o in own):
        return _turned(sentence, answered, own)
    elif len(found) > 3 and "=" not in sentence:
        return ""  # "Đó là: 18, 27, 36, …" lists
    for quantity, start, end in found:
        if _is_rival(sentence, quantity, (start, end), answered.kind, own, asked) and not (
            _is_given(quantity, sentence[:start], asks)
        ):
            return sentence[start:end].strip()
    return ""


def _is_given(quantity: Quantity, ahead: str, asks: Asked) -> bool:
    """Return whether a value is one of the question's and is not called the answer."""
    if _GIVEN_AS_ANSWER.search(ahead):
        return False
    return any(quantity.value == q.value for q, _, _ in find_quantities(asks.text))


def _is_rival(
    sentence: str,
    quantity: Quantity,
    place: tuple[int, int],
    kind: str,
    own: list[Quantity],
    asked: list[str],
) -> bool:
    """Return whether a quantity of a sentence stands where the answer's own would stand."""
    start, end = place
    ahead = sentence[:start]
    counted = quantity.unit if quantity.dimension == "count" else ""
    behind = f"{counted} {sentence[end:]}"
    if any(same_value(quantity, o) for o in own) or not _comparable(quantity, own):
        return False
    if kind in MULTIPLE and "=" in ahead:
        return False
    if any(pattern.search(ahead) for pattern in (_CONVERTED, DENIED, _OPERAND)):
        return False
    if _OPERATOR.match(sentence, end) or SPOKEN_OF.match(behind):
        return False
    bare = not quantity.dimension and all(o.dimension not in LOOSE for o in own)
    if bare and not LEADS.search(ahead):
        return False
    if CALLED_RIGHT.search(ahead + " "):
        return True
    clause = clause_before(sentence, start)
    if not nameless(clause, asked):
        return False
    leads = list(LEADS.finditer(clause))
    led = bool(leads) and clause.rstrip(" *$(").endswith(leads[-1][0])
    return led or _BEHIND.match(behind) is not None


def _other_members(said: list[Quantity], own: list[Quantity], kind: str) -> bool:
    """Return whether as many values as the answer's are stated, and not the same ones."""
    if (
        len(said) != len(own)
        or len(own) < 2
        or not any(same_value(q, o) for q in said for o in own)
    ):
        return False
    if kind == "set":
        return not all(any(same_value(q, o) for o in own) for q in said)
    return not all(same_value(q, o) for q, o in zip(said, own, strict=True))


def _turned(sentence: str, answered: Answered, own: list[Quantity]) -> str:
    """Return the answer's value with the opposite direction: "giảm 12%" after "tăng 12%"."""
    said = answered.claim.text.lower()
    for one, other in _TURNS:
        for word, opposite in ((one, other), (other, one)):
            if word in said and opposite not in said:
                match = re.search(rf"(?<!\w){opposite} (?=[0-9])", sentence, re.I)
                if match and states_own(sentence[match.end() : match.end() + 20], own):
                    return sentence[match.start() :].strip(" .\n")[:40]
    return ""


def _comparable(one: Quantity, own: list[Quantity]) -> bool:
    """Return whether a quantity can be compared with one of the answer's."""
    loose = one.dimension in LOOSE
    return any(one.dimension in ("", q.dimension) or (loose and q.dimension in LOOSE) for q in own)
