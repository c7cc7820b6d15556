"""Cuts the clause before a value and tells whether it names a quantity of its own.

"Chu vi là 48 m" names one; "thành ra là 46 m" does not. Reads no values.
"""

import re
from collections.abc import Collection

# A clause begins here; the words before it do not name the value of the clause.
_CLAUSE = re.compile(
    r"[,;:(\[]|(?<!\w)(?:nên|vậy|do đó|vì thế|vì vậy|suy ra|cho nên|thành ra|thành thử|tức(?: là)?"
    r"|mà|nhưng|so|therefore|hence|kết quả|đáp số|đáp án|câu trả lời|answer|result)(?!\w)"
    r"|[→⇒⟹]|->|=>",
    re.I,
)
LEADS = re.compile(
    r"(?<!\w)(?:là|bằng|thành|ra|được|còn|ghi|lấy|chọn|chốt|nộp|theo|về|có|điền|to|is|be|was|as|use"
    r"|take|tới|chỉ)(?!\w)|[=:→⇒⟹]|->|=>",
    re.I,
)
DENIED = re.compile(
    r"(?:không|chứ|chưa phải|khác|≠|not|isn't|sai|thay (?:vì|cho)|instead of|rather than|đâu phải)"
    r"(?: (?:phải|là|bằng|số|thể|with|be|không))*\s*$",
    re.I,
)
# Words that name no quantity of their own.
_EMPTY = frozenset(
    """
    bây bình bạn bản bấm bằng bổ bớt chuyển chép chính chúng chút chắc chỉ chỉnh chọn chốt chờ
    chứ chữa cuối cuộc các câu còn có cô công cùng cũng cơ cần cập cộng của dùng dạ giá giúp
    giờ gượm hoàn hoá hoặc hãy hóa hơn hợp hừm khác kì kĩ kết kỳ kỹ luôn là lên lí lý lại lấy
    lần lẽ lỗi lộn lời mà máy mình mất mức nghiệm nghĩ nghĩa nghị ngoài nhiên nhá nhân nhé như
    nhưng nhất nhật những nào này nãy nên nộp nữa phiên phương phải quả rốt rồi rớt sẽ sếp số
    sổ sửa sự thành thân thêm thì thôi thưa thấy thật thế thức thực toàn trên trả trị trừ tìm
    tính tôi tĩnh tế tớ tới tức viết vào vâng vậy về vừa xuất xuống xác à á án úi ý đang đi
    điều đáng đáp đây đã đính đó đúng được đếm đến đề đọc đổi đợi ơ ạ ấy ối ồ ủa ừ a actually
    an and answer be better but chia cho chung coi con correct do edit em final ghi hai hay
    hence i instead is it khoan kia let make me mean my nay new nha no of or ra really result
    revised right s sang should so song sorry sung suy ta take that thay the then theo
    therefore this thui thus to tui tuy update use value version wait was xem xin
    """.split()
)
_WORD = re.compile(r"[^\W\d_]+")
# Behind a value that is spoken of: "96 là diện tích toàn phần", "9/12 chưa tối giản".
SPOKEN_OF = re.compile(
    r"\W*(?:[^\W\d]{1,8} )?(?:(?:cũng |chỉ )?là(?= (?!kết|đáp|câu|con|lựa|số cần|đúng))"
    r"|chưa|không|chỉ)(?!\w)",
    re.I,
)


def nameless(clause: str, asked: Collection[str]) -> bool:
    """Return whether a clause holds only words of the question or of correction."""
    return all(word in asked or word in _EMPTY for word in words_of(clause))


def clause_before(sentence: str, at: int) -> str:
    """Return the words of a sentence that belong to what stands at a position."""
    begins = [m.end() for m in _CLAUSE.finditer(sentence, 0, at)]
    return sentence[begins[-1] if begins else 0 : at]


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, without numbers."""
    return _WORD.findall(text.lower())
