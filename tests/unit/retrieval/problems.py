"""Small problems for the tests of retrieval."""

from mathpal.problems import Problem

QUESTIONS = [
    "An có 5 viên bi, Bình có nhiều hơn An 3 viên bi. Hỏi Bình có bao nhiêu viên bi?",
    "Tính chu vi hình chữ nhật có chiều dài 7 cm, chiều rộng 4 cm.",
    "Tính diện tích hình chữ nhật có chiều dài 9 dm và chiều rộng 6 dm.",
    "Tính diện tích hình vuông có cạnh 5 cm.",
    "Một ô tô đi trong 3 giờ được 150 km. Tính vận tốc của ô tô.",
    "Tính: 25 + 37",
    "Lan có 8 viên bi, Hà có nhiều hơn Lan 6 viên bi. Hỏi Hà có bao nhiêu viên bi?",
    "Tính: 140 + 9,5",
    "Tính: 25 × 4",
    "Tìm x, biết: x : 3 = 15",
]


def solved(questions: list[str] | None = None, **more: str) -> list[Problem]:
    """Problems with the ids p0, p1, …"""
    asked = QUESTIONS if questions is None else questions
    return [Problem(f"p{n}", q, f"Bài giải {n}\nĐáp số: {n}", **more) for n, q in enumerate(asked)]
