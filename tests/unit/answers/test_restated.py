"""A last sentence that answers the question in its own words declares the answer."""

import pytest

from mathpal.answers import grade, parse_gold

SHOP = "Cửa hàng có 20 kg gạo, bán 6 kg. Hỏi cửa hàng còn bao nhiêu ki-lô-gam gạo?"
SIDE = "Tam giác vuông có hai cạnh góc vuông 6 cm và 8 cm. Tính độ dài cạnh huyền."
WAYS = "Có 4 quyển sách. Hỏi có bao nhiêu cách xếp 4 quyển sách lên kệ?"
DAY = "Hôm nay là thứ Ba. Hỏi 10 ngày nữa là thứ mấy?"
LEAST = "Tìm số lớn nhất trong các số 7, 9 và 8."
VALUE = "Tính giá trị của biểu thức A = 3 × 4 + 2."
FIND = "Tìm x, biết x : 4 = 9 và y = 5."


@pytest.mark.parametrize(
    ("question", "gold", "response"),
    [
        (SHOP, "14 kg", "Cửa hàng còn 14 kg gạo."),
        (SHOP, "14 kg", "Cửa hàng còn lại **14 kg** gạo."),
        (SHOP, "14 kg", "20 - 6 = 14 (kg). Cửa hàng còn 14 kg gạo."),
        (SHOP, "14 kg", "Số gạo cửa hàng còn là 14 kg"),
        (SIDE, "10 cm", "Ta có 6² + 8² = 100.\n\nĐộ dài cạnh huyền là 10 cm."),
        (WAYS, "24", "4 × 3 × 2 × 1 = 24\nCó 24 cách xếp."),
        (DAY, "thứ Sáu", "10 : 7 = 1 (dư 3)\n10 ngày nữa là thứ Sáu."),
        (LEAST, "9", "8 < 9 và 7 < 8.\nSố lớn nhất trong dãy trên là 9."),
        (VALUE, "14", "A = 3 × 4 + 2\nA = 12 + 2\nA = 14"),
        (VALUE, "14", "$A = 12 + 2 = 14$"),
        (FIND, "36", "x = 9 × 4\nx = 36"),
    ],
)
def test_it_is_accepted(question: str, gold: str, response: str) -> None:
    assert grade(response, parse_gold(gold), question=question).verdict == "correct"
    assert grade(response, parse_gold(gold)).verdict == "no_answer"  # nothing is asked


@pytest.mark.parametrize(
    ("question", "gold", "response"),
    [
        (SHOP, "14 kg", "Cửa hàng còn 14 kg gạo?"),
        (SHOP, "14 kg", "Cửa hàng còn khoảng 14 kg gạo."),
        (SHOP, "14 kg", "Cửa hàng không còn 14 kg gạo."),
        (SHOP, "14 kg", "Nếu bán 6 kg thì cửa hàng còn 14 kg gạo."),
        (SHOP, "14 kg", "Cửa hàng còn 14 kg hoặc 15 kg gạo."),
        (SHOP, "14 kg", "Số gạo phải nhập thêm là 14 kg."),
        (SHOP, "14 kg", "Số gạo cửa hàng còn là:\n20 - 6 ="),
        (SHOP, "14 kg", "Cửa hàng còn 14 kg gạo.\nCửa hàng còn 16 kg gạo."),
        (SHOP, "14 kg", "Cửa hàng còn 14 kg gạo. Lấy 20 trừ 6 được 16."),
        (SHOP, "6 kg", "Cửa hàng bán 6 kg gạo. Tiếp theo, ta lấy 20 trừ đi 6."),
        (SIDE, "8 cm", "Cạnh góc vuông thứ hai là 8 cm."),
        (SIDE, "48 cm", "Chu vi của cạnh hình tam giác là 48 cm."),
        (DAY, "thứ Sáu", "Thứ Sáu."),
        (VALUE, "14", "12 + 2 = 14"),
        (VALUE, "14", "B = 14"),
        (FIND, "36", "9 × 4 = 36"),
        (FIND, "36", "x + y = 36"),
    ],
)
def test_a_near_miss_is_not(question: str, gold: str, response: str) -> None:
    assert grade(response, parse_gold(gold), question=question).verdict != "correct"
