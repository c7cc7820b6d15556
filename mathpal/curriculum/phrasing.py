"""Vietnamese words that the families share: first names, things, goods, spoken units."""

from mathpal.curriculum.registry import Draw

NAMES = (
    "An", "Anh", "Bảo", "Bình", "Châu", "Chi", "Cường", "Diệp", "Dũng", "Đạt", "Đức", "Giang",
    "Hà", "Hải", "Hạnh", "Hằng", "Hiếu", "Hoa", "Hoàng", "Hùng", "Huy", "Hương", "Khánh", "Khoa",
    "Lan", "Linh", "Long", "Ly", "Mai", "Minh", "My", "Nam", "Nga", "Ngọc", "Nhi", "Nhung",
    "Oanh", "Phong", "Phúc", "Phương", "Quân", "Quang", "Quỳnh", "Sơn", "Tâm", "Thảo", "Thu",
    "Thuỷ", "Toàn", "Trang", "Trung", "Tú", "Tuấn", "Tùng", "Uyên", "Vân", "Việt", "Vy", "Yến",
)  # fmt: skip

# (thing, counting word as it stands after the number)
THINGS = (
    ("quyển vở", "quyển"), ("cái bút", "cái"), ("viên bi", "viên"), ("bông hoa", "bông"),
    ("quả cam", "quả"), ("cái kẹo", "cái"), ("con tem", "con"), ("quả bóng", "quả"),
    ("nhãn vở", "cái"), ("quyển sách", "quyển"), ("que tính", "que"), ("quả táo", "quả"),
    ("bức tranh", "bức"), ("hộp sữa", "hộp"), ("tờ giấy màu", "tờ"), ("chiếc lá", "chiếc"),
    ("con cá", "con"), ("quả trứng", "quả"), ("viên gạch", "viên"), ("ngôi sao giấy", "ngôi"),
)  # fmt: skip

# (who sells or harvests, what, unit)
GOODS = (
    ("cửa hàng", "gạo", "kg"), ("cửa hàng", "đường", "kg"), ("cửa hàng", "vải", "m"),
    ("cửa hàng", "dầu", "l"), ("kho", "thóc", "tạ"), ("kho", "ngô", "tạ"),
    ("cửa hàng", "đỗ xanh", "kg"), ("cửa hàng", "nước mắm", "l"), ("siêu thị", "táo", "kg"),
    ("nông trại", "cà chua", "kg"), ("cửa hàng", "xi măng", "tấn"),
)  # fmt: skip

# Unit symbols as words, for places without a number before them: "bao nhiêu ki-lô-gam gạo"
SPOKEN = {
    "mm": "mi-li-mét", "cm": "xăng-ti-mét", "dm": "đề-xi-mét", "m": "mét", "km": "ki-lô-mét",
    "g": "gam", "kg": "ki-lô-gam", "yến": "yến", "tạ": "tạ", "tấn": "tấn", "l": "lít", "lít": "lít",
    "ml": "mi-li-lít", "m²": "mét vuông", "cm²": "xăng-ti-mét vuông", "dm²": "đề-xi-mét vuông",
    "mm²": "mi-li-mét vuông", "km²": "ki-lô-mét vuông", "ha": "héc-ta",
    "m³": "mét khối", "cm³": "xăng-ti-mét khối",
    "dm³": "đề-xi-mét khối",
}  # fmt: skip


def names(draw: Draw, count: int) -> list[str]:
    """Return `count` different first names."""
    return draw.distinct(NAMES, count)
