"""Families on tables and charts written as text."""

from typing import NamedTuple

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import SPOKEN
from mathpal.curriculum.registry import Draft, Draw, family


class Table(NamedTuple):
    """The texts of one table.

    Attributes:
        heading: what the table counts, "số …".
        unit: unit of its numbers.
        noun: name of a row in a sentence, with a place for its label.
        labels: labels to draw the rows from.
    """

    heading: str
    unit: str
    noun: str
    labels: tuple[str, ...]


TABLES = (
    Table("số bạn tham gia các môn thể thao", "bạn", "bạn chơi {}",
          ("bóng đá", "bóng rổ", "cầu lông", "cờ vua", "đá cầu", "nhảy dây", "bóng bàn",
           "kéo co", "bóng chuyền", "cờ tướng", "trốn tìm")),
    Table("số con vật trong trang trại", "con", "con {}",
          ("gà", "vịt", "ngan", "ngỗng", "lợn", "bò", "trâu", "dê", "cừu", "thỏ", "ngựa")),
    Table("số con vật trong vườn thú", "con", "con {}",
          ("hổ", "voi", "khỉ", "hươu", "gấu", "công", "báo", "rùa", "hà mã", "cá sấu", "nai")),
    Table("số cây trong vườn", "cây", "cây {}",
          ("cam", "bưởi", "xoài", "ổi", "mít", "chuối", "nhãn", "vải", "na", "táo", "dừa",
           "chanh", "lê", "đào", "mận", "hồng", "bàng", "phượng")),
    Table("số sách trên giá", "quyển", "quyển {}",
          ("truyện tranh", "truyện cổ tích", "sách Toán", "sách Tiếng Việt", "sách khoa học",
           "từ điển", "sách lịch sử", "sách tiếng Anh", "sách địa lí", "sách nhạc")),
    Table("số xe đi qua cầu", "xe", "{}",
          ("xe đạp", "xe máy", "ô tô con", "xe buýt", "xe tải", "xe khách", "xe điện")),
    Table("số bạn muốn làm các nghề", "bạn", "bạn muốn làm {}",
          ("bác sĩ", "giáo viên", "công an", "bộ đội", "ca sĩ", "thợ làm bánh", "kĩ sư", "phi công",
           "nông dân", "thợ may", "đầu bếp", "nhà báo", "y tá", "thuỷ thủ", "thợ điện")),
    Table("số bông hoa trong cửa hàng", "bông", "bông {}",
          ("hoa hồng", "hoa cúc", "hoa lan", "hoa huệ", "hoa sen", "hoa đào", "hoa mai",
           "hoa ly", "hoa nhài", "hoa hướng dương")),
    Table("số rau củ bán được", "kg", "ki-lô-gam {}",
          ("cà chua", "cà rốt", "khoai tây", "bắp cải", "su hào", "dưa chuột", "bí đỏ",
           "rau muống", "hành", "mướp", "khoai lang", "củ cải")),
    Table("số đồ dùng học tập bán được", "cái", "{}",
          ("bút chì", "bút mực", "thước kẻ", "tẩy", "cặp sách", "hộp bút", "kéo", "bảng con")),
    Table("số bánh bán được", "cái", "{}",
          ("bánh mì", "bánh bao", "bánh chưng", "bánh giò", "bánh rán", "bánh nướng",
           "bánh dẻo", "bánh kem")),
    Table("số bạn thích mỗi màu", "bạn", "bạn thích {}",
          ("màu đỏ", "màu xanh", "màu vàng", "màu tím", "màu hồng", "màu trắng", "màu cam",
           "màu nâu", "màu đen")),
    Table("số quần áo may được", "cái", "{}",
          ("áo sơ mi", "áo khoác", "quần dài", "váy", "áo len", "quần đùi", "áo dài")),
    Table("số đồ chơi trong lớp", "cái", "{}",
          ("ô tô", "máy bay", "tàu thuỷ", "diều", "trống", "chong chóng", "đèn lồng", "còi")),
    Table("số đồ gỗ đóng được", "cái", "{}",
          ("bàn", "ghế", "tủ", "giường", "kệ sách", "cửa", "thang", "hòm")),
    Table("số bạn thích các món ăn", "bạn", "bạn thích {}",
          ("phở", "bún", "cơm rang", "xôi", "cháo", "mì", "bánh cuốn", "miến", "chè")),
    Table("số thuỷ sản bán được", "kg", "ki-lô-gam {}",
          ("cá chép", "cá rô", "cá trắm", "cá thu", "tôm", "cua", "mực", "cá quả", "ốc")),
    Table("số nhạc cụ của trường", "cái", "{}",
          ("đàn bầu", "đàn tranh", "sáo", "trống", "kèn", "đàn ghi-ta", "mõ", "chiêng")),
    Table("số quả bán được", "quả", "quả {}",
          ("cam", "bưởi", "xoài", "ổi", "mít", "dưa hấu", "đu đủ", "dứa", "lựu", "hồng")),
)  # fmt: skip
FEW = ("số con vật trong vườn thú", "số đồ chơi trong lớp", "số nhạc cụ của trường")
MANY = tuple(table for table in TABLES if table.heading not in FEW)
VOTES = tuple(table for table in TABLES if table.unit == "bạn")


def _filled(draw: Draw, values: list[int]) -> tuple[Table, list[str], str]:
    """Return a table, the names of its rows as written after "số", and the rows as text."""
    table = draw.pick(TABLES if max(values) < 40 else MANY)
    labels = draw.distinct(table.labels, len(values))
    rows = "; ".join(f"{name}: {v} {table.unit}" for name, v in zip(labels, values, strict=True))
    return table, [table.noun.format(label) for label in labels], rows


@family(number=68, grade=2, kind="quantity", topic="statistics")
def bang_nhieu_nhat_it_nhat(draw: Draw) -> Draft:
    """Bảng số liệu: nhiều nhất hơn ít nhất bao nhiêu."""
    values = draw.distinct(range(4, draw.pick((35, 80))), draw.integer(3, 4))
    table, nouns, rows = _filled(draw, values)
    high, low = max(values), min(values)
    question = draw.template(
        "Bảng dưới đây cho biết {h}: {r}. Hỏi số lớn nhất hơn số bé nhất bao nhiêu {u}?",
        "Khi thống kê {h}, người ta ghi lại: {r}. Tính xem số lớn nhất hơn số bé nhất bao "
        "nhiêu {u}.",
        "Xem bảng số liệu về {h}: {r}. Số lớn nhất và số bé nhất hơn kém nhau bao nhiêu {u}?",
        "Biểu đồ tranh cho biết {h}: {r}. Số bé nhất kém số lớn nhất bao nhiêu {u}?",
    ).format(h=table.heading, r=rows, u=SPOKEN.get(table.unit, table.unit))
    first, last = nouns[values.index(high)], nouns[values.index(low)]
    answer = f"{high - low} {table.unit}"
    order = " > ".join(map(str, sorted(values, reverse=True)))
    solution = worked(
        ("So sánh các số", order),
        (
            f"Nhiều nhất là {high} {first}, ít nhất là {low} {last}, hơn kém nhau",
            f"{high} - {low} = {high - low} ({table.unit})",
        ),
        answer=answer,
    )
    middle = sorted(values)[1]
    slips = (f"{high + low} {table.unit}", f"{high - middle} {table.unit}", f"{high} {table.unit}")
    return Draft(question, solution, answer, tuple(values), slips)


@family(number=68, grade=3, kind="quantity", topic="statistics")
def bang_tong_va_hieu(draw: Draw) -> Draft:
    """Bảng số liệu: tổng, hơn kém."""
    values = draw.distinct(range(12, draw.pick((40, 160))), 3)
    table, nouns, rows = _filled(draw, values)
    a, b, c = values
    u, total = table.unit, a + b + c
    if draw.pick((True, False)):
        variant = "tổng"
        text = draw.template(
            "Bảng dưới đây cho biết {h}: {r}. Hỏi có tất cả bao nhiêu {u}?",
            "Người ta thống kê {h} như sau: {r}. Tính tổng {h}.",
            "Xem bảng số liệu về {h}: {r}. Có tất cả bao nhiêu {u}?",
        )
        answer = f"{total} {u}"
        solution = worked(
            (f"Tổng số {nouns[0]} và {nouns[1]} là", f"{a} + {b} = {a + b} ({u})"),
            ("Tổng của cả ba số là", f"{a + b} + {c} = {total} ({u})"),
            answer=answer,
        )
        slips = (f"{a + b} {u}", f"{total - 10} {u}", f"{b + c} {u}")
    else:
        variant = "hiệu"
        high, low = (0, 1) if a > b else (1, 0)
        gap = abs(a - b)
        text = (
            draw.template(
                "Bảng dưới đây cho biết {h}: {r}. Hỏi số {x} nhiều hơn số {y} bao nhiêu {u}?",
                "Người ta thống kê {h} như sau: {r}. Số {y} ít hơn số {x} bao nhiêu {u}?",
                "Xem bảng số liệu về {h}: {r}. Tính hiệu của số {x} và số {y}.",
            )
            .replace("{x}", nouns[high])
            .replace("{y}", nouns[low])
        )
        answer = f"{gap} {u}"
        solution = worked(
            (
                f"Số {nouns[high]} nhiều hơn số {nouns[low]} là",
                f"{values[high]} - {values[low]} = {gap} ({u})",
            ),
            answer=answer,
        )
        slips = (f"{a + b} {u}", f"{abs(a - c)} {u}", f"{abs(b - c)} {u}")
    question = text.format(h=table.heading, r=rows, u=SPOKEN.get(u, u))
    return Draft(question, solution, answer, (variant, a, b, c), slips)


@family(number=68, grade=4, kind="quantity", topic="statistics")
def bieu_do_trung_binh(draw: Draw) -> Draft:
    """Biểu đồ cột dạng chữ: số trung bình."""
    mean = draw.integer(15, 90)
    x, y = draw.integer(1, 14), draw.integer(1, 14)
    values = draw.distinct([mean - x, mean + y, mean + x - y], 3)
    table, nouns, rows = _filled(draw, values)
    u, total, two = table.unit, 3 * mean, values[0] + values[1]
    question = draw.template(
        "Biểu đồ cột cho biết {h}: {r}. Hỏi trung bình cộng của ba số đó là bao nhiêu {u}?",
        "Dựa vào bảng số liệu về {h}: {r}. Tính trung bình cộng của ba số liệu đó.",
        "Người ta vẽ biểu đồ về {h}: {r}. Tìm số trung bình cộng của ba số trên biểu đồ.",
    ).format(h=table.heading, r=rows, u=SPOKEN.get(u, u))
    answer = f"{mean} {u}"
    solution = worked(
        (
            f"Tổng số {nouns[0]} và {nouns[1]} là",
            f"{values[0]} + {values[1]} = {two} ({u})",
        ),
        ("Tổng của ba số là", f"{two} + {values[2]} = {total} ({u})"),
        ("Trung bình cộng của ba số là", f"{total} : 3 = {mean} ({u})"),
        answer=answer,
    )
    slips = (f"{total} {u}", f"{two // 2} {u}", f"{max(values)} {u}")
    return Draft(question, solution, answer, tuple(values), slips)


@family(number=68, grade=5, kind="quantity", topic="statistics")
def bieu_do_hinh_quat(draw: Draw) -> Draft:
    """Biểu đồ hình quạt tròn dạng chữ: phần trăm và số lượng."""
    hundreds, table = draw.integer(2, 9), draw.pick(VOTES)
    whole, one, two = 100 * hundreds, 5 * draw.integer(2, 8), 5 * draw.integer(2, 8)
    rest = 100 - one - two
    labels = draw.distinct(table.labels, 3)
    nouns = [table.noun.format(label).replace("bạn ", "học sinh ", 1) for label in labels]
    heading = table.heading.replace("bạn", "học sinh", 1)
    find_rest = draw.pick((True, False))
    percent, noun = (rest, nouns[2]) if find_rest else (one, nouns[0])
    shown = f"{labels[2]}: phần còn lại" if find_rest else f"{labels[2]}: {rest}%"
    question = draw.template(
        "Biểu đồ hình quạt tròn cho biết {h} của một trường có {n} học sinh: {r}. Hỏi có bao "
        "nhiêu {x}?",
        "Một trường có {n} học sinh. Biểu đồ hình quạt tròn về {h}: {r}. Tính số {x}.",
        "Biểu đồ hình quạt tròn về {h} trong {n} học sinh cho biết: {r}. Số {x} là bao nhiêu?",
    ).format(h=heading, n=whole, x=noun, r=f"{labels[0]}: {one}%; {labels[1]}: {two}%; {shown}")
    value = hundreds * percent
    steps = [
        ("1% số học sinh là", f"{whole} : 100 = {hundreds} (học sinh)"),
        (f"Số {noun} là", f"{hundreds} × {percent} = {value} (học sinh)"),
    ]
    if find_rest:
        line = f"100% - {one}% - {two}% = {rest}%"
        steps.insert(0, ("Số phần trăm còn lại là", line))
    answer = f"{value} học sinh"
    slips = (f"{hundreds * (100 - percent)} học sinh", f"{hundreds * two} học sinh",
             f"{percent} học sinh")  # fmt: skip
    parameters = (find_rest, whole, one, two)
    return Draft(question, worked(*steps, answer=answer), answer, parameters, slips)
