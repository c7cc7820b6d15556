"""Finds where a label in front of arithmetic ends: "Với n = 6: ", "Trang 10-50: ", "Bước 1 : ".

The colon of a label is also the sign of division, so a label only offers a second reading.
"""

import re
from collections.abc import Sequence

from mathpal.answers.tokens import Token

# Words that number something: in "Bước 1 : 3 × 4" nothing is divided.
_NUMBERED = frozenset(
    "bước câu bài hình cách ngày lần tháng lớp phần ý đợt trang tuần hộp thùng năm quý kho xe thứ "
    "tổ nhóm đội hàng vòi khối cột dòng chương hợp dụ th đến tới dãy mục step case day question "
    "example page".split()
)
_SUPPOSED = re.compile(
    r"(?<!\w)(?:với|khi|nếu|cho|thay|tại|thử|xét|hợp|th|if|for|when)(?!\w)[^=\n]{0,20}= ?\Z", re.I
)


def ends_label(given: Sequence[Token], index: int) -> bool:
    """Return whether the token is a colon without a space before it, as after a name."""
    token = given[index] if 0 < index < len(given) else None
    return token is not None and token.text == ":" and token.start == given[index - 1].end


def behind_label(
    given: Sequence[Token], before: Token | None, lead: str
) -> tuple[int, bool] | None:
    """Return where the arithmetic behind a label begins, and whether it is certainly a label.

    Args:
        given: tokens of the left side.
        before: the token in front of them, if any.
        lead: the text in front of the side, up to the relation sign.
    """
    numbered = before is not None and before.text.lower() in _NUMBERED
    depth = 0
    for index, token in enumerate(given[:-1]):
        depth += (token.kind == "open") - (token.kind == "close")
        if token.text != ":" or depth or not index:
            continue
        spaced = given[index + 1].start > token.end
        if (spaced and ends_label(given, index)) or (index == 1 and numbered):
            label = [t for t in given[:index] if t.kind not in ("open", "close")]
            alone = index == 1 and (before is not None or not lead)
            sure = (alone and not _divides(given)) or _certain(label, numbered, lead)
            return index + 1, sure
    return None


def _divides(given: Sequence[Token]) -> bool:
    """Return whether "12: 3 × 2" may divide; "140: 1 + 4 + 0" and "4: 3 × 4" hardly do."""
    if len(given) > 3 and given[3].text == "+":
        return False
    number, divisor = given[0].values[:1], given[2].values[:1]
    if given[2].kind != "number" or not number or number[0] is None or not divisor[0]:
        return True
    return (number[0] / divisor[0]).denominator == 1


def _certain(label: Sequence[Token], numbered: bool, lead: str) -> bool:
    """Return whether nobody would divide what stands before the colon."""
    if len(label) == 1:
        return numbered or _SUPPOSED.search(lead[-60:]) is not None
    if len(label) != 3 or label[0].kind != "number" or label[2].kind != "number":
        return False
    first, last = label[0].values[0], label[2].values[0]
    if label[1].text == "-":  # pages 10-50; nobody takes 50 from 10
        return first is not None and last is not None and first < last
    return label[1].text == "/" and numbered  # a date
