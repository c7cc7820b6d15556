"""Vietnamese building blocks shared by the families: names, things, layouts."""

from mathpal.curriculum.registry import Draw

NAMES = (
    "An", "Bình", "Chi", "Dũng", "Hà", "Hải", "Hoa", "Hùng", "Khánh", "Lan", "Linh",
    "Long", "Mai", "Minh", "Nam", "Nga", "Nhung", "Phong", "Phúc", "Quân", "Thảo",
    "Trang", "Tuấn", "Vy",
)  # fmt: skip

# (thing, counting word as it stands after the number)
THINGS = (
    ("quyển vở", "quyển"), ("cái bút", "cái"), ("viên bi", "viên"), ("bông hoa", "bông"),
    ("quả cam", "quả"), ("cái kẹo", "cái"), ("con tem", "con"), ("quả bóng", "quả"),
    ("nhãn vở", "cái"), ("quyển sách", "quyển"),
)  # fmt: skip

# (who sells or harvests, what, unit)
GOODS = (
    ("cửa hàng", "gạo", "kg"), ("cửa hàng", "đường", "kg"), ("cửa hàng", "vải", "m"),
    ("cửa hàng", "dầu", "l"), ("kho", "thóc", "tạ"), ("kho", "ngô", "tạ"),
)  # fmt: skip


def names(draw: Draw, count: int) -> list[str]:
    """Different first names."""
    return draw.distinct(NAMES, count)


def worked(*steps: tuple[str, str], answer: str) -> str:
    """Layout A: `Bài giải`, a sentence and an equation a step, `Đáp số`."""
    lines = ["Bài giải"]
    for sentence, equation in steps:
        lines += [f"{sentence}:", equation]
    return "\n".join([*lines, f"Đáp số: {answer}"])


def equalities(*lines: str, answer: str) -> str:
    """Layout B: one equality a line, then `Đáp số`."""
    return "\n".join([*lines, f"Đáp số: {answer}"])


def reasoned(*lines: str, answer: str) -> str:
    """Layout C: "Ta có …", the reasons, and `Vậy` with the declared answer."""
    return "\n".join(["Ta có:", *lines, f"Vậy đáp số: {answer}"])


def spaced(value: int) -> str:
    """A whole number with spaces between its thousands, as Vietnamese textbooks print it.

    Example:
        >>> spaced(25000)
        '25 000'
    """
    return f"{value:,}".replace(",", " ")
