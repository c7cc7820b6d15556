"""Counting words and symbols: the family in which a young model meets the words of later grades.

A base that has never seen "vận tốc" as a token cannot be taught speed by LoRA, which does not
train embeddings. Counting shows it the words and symbols, and nothing of what they are for.
"""

from mathpal.curriculum.phrasing import reasoned
from mathpal.curriculum.registry import Draft, Draw, family

PHRASES = (
    "hình tam giác", "độ dài đáy", "chiều cao", "Tích hai số", "Diện tích đáy", "diện tích hình",
    "hình hộp chữ nhật", "Thể tích hình hộp", "thể tích", "người đi bộ", "người đi xe đạp",
    "xe máy", "ô tô", "vận tốc", "Vận tốc xe máy", "quãng đường", "Quãng đường đi được",
    "thời gian", "Thời gian người đi", "với vận tốc", "đi quãng đường", "số học sinh nữ",
    "trường tiểu học", "chiếm", "khu vườn", "cây cam", "số cây", "bao gạo nếp", "tổng số",
    "đội công nhân", "sửa xong đoạn đường", "làm xong công việc", "Mức làm mỗi người",
    "số ngày", "như nhau", "Tỉ số", "Tổng hai số", "Hiệu số phần", "Tổng số phần bằng nhau",
    "số lớn", "số bé", "một phần", "tỉ số của hai số", "đáy và chiều cao", "Hiệu hai số",
    "Mức làm như nhau", "trong đó", "chiều dài", "chiều rộng",
)  # fmt: skip
SYMBOLS = (
    "m", "cm", "dm", "km", "m²", "cm²", "dm²", "m³", "cm³", "dm³", "%", "kg", "km/giờ", "giờ",
    "phút", "(phần)", "(ngày)", "(học sinh)", "(cây)", "(người)", "(m³)", "(km/giờ)", "(Mức)",
)  # fmt: skip


@family(number=1, grade=1, kind="quantity")
def dem(draw: Draw) -> Draft:
    """Đếm tiếng và kí hiệu."""
    question = draw.template(
        "Đếm số tiếng trong cụm từ: {t}", "Cụm từ sau có bao nhiêu tiếng? {t}",
        "Dãy sau có bao nhiêu kí hiệu? {t}",
    )  # fmt: skip
    if draw.template_id < 2:
        phrases = draw.distinct(PHRASES, draw.integer(1, 2))
        text, noun = ", ".join(phrases), "tiếng"
        items = " ".join(phrases).split()
    else:
        items = draw.distinct(SYMBOLS, draw.integer(2, 6))
        text, noun = "; ".join(items), "kí hiệu"
    counted = "; ".join(f"{item} {place}" for place, item in enumerate(items, 1))
    answer = f"{len(items)} {noun}"
    return Draft(question.format(t=text), reasoned(counted, answer=answer), answer, (text,))
