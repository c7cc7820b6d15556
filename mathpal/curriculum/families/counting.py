"""Counting words and symbols: the family that shows a small base model the words of later grades.

LoRA does not train embeddings, so it cannot teach a word that the base model has never written,
such as "vận tốc". Counting shows the model these words and symbols without their meaning. A test
(tests/unit/curriculum/test_tokens.py) asserts that every token in the solutions of grade 5 also
occurs in those of grades 1-4.
"""

from mathpal.curriculum.layouts import reasoned
from mathpal.curriculum.registry import Draft, Draw, family

PHRASES = (
    "hình tam giác vuông góc", "độ dài đáy", "chiều cao", "Tích hai số", "Diện tích đáy",
    "hình hộp chữ nhật", "Thể tích hình hộp", "thể tích nước", "người đi bộ", "người đi xe đạp",
    "xe máy", "ô tô", "Vận tốc xe máy", "Quãng đường đi được", "Thời gian đi", "cùng thời gian",
    "với vận tốc", "số học sinh nữ", "trường tiểu học", "chiếm", "khu vườn", "cây cam",
    "bao gạo nếp", "tổng số", "đội công nhân", "sửa xong đoạn đường", "làm xong công việc",
    "Làm xong", "Mức làm mỗi người", "số ngày", "như nhau", "Tỉ số", "Tổng hai số",
    "Hiệu số phần", "Tổng số phần bằng nhau", "số lớn", "số bé", "một phần", "Mức làm như nhau",
    "trong đó", "chiều dài", "chiều rộng", "chữ số tận cùng", "độ dài thật", "hiện nay",
    "sau đây", "thêm nữa", "Thêm nữa", "so với lúc cũ", "bể nước", "lãi và lỗ", "giảm giá",
    "Giá bán", "trước khi", "bên phải, bên trái", "diện tích xung quanh", "diện tích toàn phần",
    "chân gà, chân chó", "bánh xe", "Nếu thiếu", "Chuyển dấu phẩy sang", "số đo góc", "đổi ra",
    "chính nó", "Đáy lớn, đáy bé", "mặt ngửa", "chưa đổ nước", "các bước", "thợ xây", "chỗ ngồi",
    "Vì thế", "để trồng", "máy bơm", "ô mai mơ", "bức tường", "vịt, ngỗng và thỏ", "Vịt và Ngỗng",
    "cái Bàn", "cắt cỏ", "Thuyền, Vé, Túi, Hộp, Can", "xay lúa", "ép mía", "lọ hoa", "lấy ra",
    "khối lập phương", "trừ đi", "các số hạng", "khoảng cách", "số đầu và số cuối", "mấy cặp",
    "lặp lại", "giống nhau", "Cứ như thế", "Cùng nhau", "kho thóc", "thùng dầu",
    "tỉ lệ bản đồ", "nước lặng", "chứa đầy", "số thập phân", "tăng lên", "hỗn số", "đánh số trang",
    "bị mất", "gửi tiết kiệm", "lãi suất", "làm riêng", "héc-ta", "biết rằng", "tung đồng xu",
    "mặt sấp", "lòng bể", "dày", "nghỉ", "nhân dịp", "phía trước", "thả lưới", "nằm ngang",
    "lúc đầu", "quay về", "ước chung, bội chung", "ƯCLN và BCNN", "nhiệt độ", "số nguyên tố",
    "hợp số", "cơ số, số mũ", "luỹ thừa", "tia phân giác", "góc bẹt, góc nhọn, góc tù",
    "xác suất thực nghiệm", "phần tử", "tập hợp", "đường chéo", "gần đúng", "chênh lệch",
    "phần thưởng", "số nguyên âm", "liệt kê", "tương ứng", "trung điểm", "đoạn thẳng",
    "đuổi kịp", "Lấy ra", "Sau đó", "bán vé",
    "Xác suất", "Nhiệt độ", "Tia Oz", "góc xOy, zOy", "đoạn OM", "số tự nhiên", "Góc", "Nhân với",
    "chỉ có một", "lượt vào", "phần quà", "hoặc", "BCNN",
)  # fmt: skip
SYMBOLS = (
    "m", "cm", "dm", "km", "m²", "cm²", "dm²", "m³", "cm³", "dm³", "%", "kg", "km/giờ", "giờ",
    "phút", "ha", "km²", "(phần)", "(ngày)", "(học sinh)", "(cây)", "(người)", "(m³)", "(km/giờ)",
    "(ha)", "(km²)", "(Mức)", "(lần)", "(đồng)", "(m²)", "(lít)",
    "°", "°C", "(°C)", "{", "}", "*", "²", "³", "⁴", "⁵", "ⁿ", "…", "≤", "|",
)  # fmt: skip


@family(number=1, grade=1, kind="quantity", topic="numbers")
def dem(draw: Draw) -> Draft:
    """Đếm tiếng và kí hiệu (bài làm quen từ ngữ).

    Not in the school programme: it shows a small base model the words of later grades.
    """
    if draw.pick((True, True, False)):
        question = draw.template(
            "Đếm số tiếng trong {c} {t}.",
            "Có bao nhiêu tiếng trong {c} {t}?",
            "Hỏi {c} {t} có mấy tiếng?",
        )
        phrases = draw.distinct(PHRASES, draw.integer(1, 3))
        text, noun = ", ".join(phrases), "tiếng"
        shown = ", ".join(f"“{phrase}”" for phrase in phrases)
        items = text.replace(",", "").split()
        first = "Đếm lần lượt từng tiếng:"
    else:
        question = draw.template(
            "Dãy sau có bao nhiêu kí hiệu? {t}",
            "Đếm số kí hiệu trong dãy: {t}",
            "Có mấy kí hiệu trong dãy sau? {t}",
        )
        items = draw.distinct(SYMBOLS, draw.integer(2, 8))
        text, noun = "; ".join(items), "kí hiệu"
        phrases, shown, first = [], text, "Đếm lần lượt từng kí hiệu:"
    named = "các cụm từ" if len(phrases) > 1 else "cụm từ"
    counted = "; ".join(f"{item} {place}" for place, item in enumerate(items, 1))
    answer = f"{len(items)} {noun}"
    question = question.format(t=shown, c=named)
    return Draft(question, reasoned(first, counted, answer=answer), answer, (text,))
