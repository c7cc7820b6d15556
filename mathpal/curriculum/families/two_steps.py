"""Word problems of two steps, grade 3."""

from mathpal.curriculum.families.spoken import spoken
from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import names
from mathpal.curriculum.registry import Draft, Draw, family

# (first, second, both together, subject, verb, measured or counted thing, its unit). The subject is
# "" if first and second are themselves the subjects.
STORIES = (
    ("buổi sáng", "buổi chiều", "cả hai buổi", "cửa hàng", "bán được", "kg gạo", "kg"),
    ("ngày thứ nhất", "ngày thứ hai", "cả hai ngày", "cửa hàng", "bán được", "m vải", "m"),
    ("tuần đầu", "tuần sau", "cả hai tuần", "xưởng may", "may được", "bộ quần áo", "bộ"),
    ("tháng trước", "tháng này", "cả hai tháng", "nhà máy", "làm được", "chiếc xe", "chiếc"),
    ("ngày đầu", "ngày sau", "cả hai ngày", "đội công nhân", "sửa được", "m đường", "m"),
    ("buổi sáng", "buổi chiều", "cả ngày", "quầy hàng", "bán được", "l sữa", "l"),
    ("vụ trước", "vụ này", "cả hai vụ", "nông trại", "thu hoạch được", "tạ thóc", "tạ"),
    ("lần đầu", "lần sau", "cả hai lần", "xe tải", "chở được", "bao xi măng", "bao"),
    ("buổi sáng", "buổi tối", "cả hai buổi", "hiệu sách", "bán được", "quyển truyện", "quyển"),
    ("tổ Một", "tổ Hai", "cả hai tổ", "", "trồng được", "cây", "cây"),
    ("bạn Lan", "bạn Minh", "cả hai bạn", "", "hái được", "bông hoa", "bông"),
    ("bác Tư", "bác Năm", "cả hai bác", "", "nuôi", "con gà", "con"),
    ("thùng thứ nhất", "thùng thứ hai", "cả hai thùng", "", "đựng", "l dầu", "l"),
    ("lớp 3A", "lớp 3B", "cả hai lớp", "", "quyên góp được", "quyển vở", "quyển"),
    ("chị", "em", "cả hai chị em", "", "gấp được", "con hạc giấy", "con"),
    ("ngăn trên", "ngăn dưới", "cả hai ngăn", "", "xếp", "quyển sách", "quyển"),
    ("vườn nhà An", "vườn nhà Bình", "cả hai vườn", "", "có", "cây bưởi", "cây"),
    ("bố", "mẹ", "cả hai người", "", "hái được", "kg cà phê", "kg"),
)  # fmt: skip

# (holder, counting word, what it holds)
PACKED = (
    ("hộp", "cái", "bút"), ("túi", "viên", "bi"), ("thùng", "chai", "nước"), ("rổ", "quả", "cam"),
    ("khay", "quả", "trứng"), ("hộp", "cái", "bánh"), ("gói", "cái", "kẹo"), ("bao", "bắp", "ngô"),
    ("thùng", "hộp", "sữa"), ("chồng", "quyển", "vở"), ("bao", "củ", "khoai"),
    ("bó", "bông", "hoa"), ("giỏ", "quả", "xoài"), ("tập", "tờ", "giấy"), ("hộp", "viên", "phấn"),
    ("túi", "hạt", "đậu"), ("khay", "viên", "đá"),
    ("thùng", "gói", "mì"), ("hộp", "con", "tem"), ("hộp", "chiếc", "cúc"),
)  # fmt: skip
PEOPLE = ("cô giáo", "bác Hải", "mẹ", "cô Lan", "chú Ba", "bà", "chị Mai", "anh Tuấn", "ông")


def _up(text: str) -> str:
    return text[0].upper() + text[1:]


def _quantity(number: int, noun: str, unit: str) -> str:
    """Return the answer: a measure with its unit only, a count with the thing's name."""
    return f"{number} {unit if unit in ('kg', 'm', 'l', 'tạ') else noun}"


def _compared(draw: Draw) -> Draft:
    one, two, both, subject, deed, noun, unit = draw.pick(STORIES)
    task = draw.pick(("gấp", "nhiều hơn", "ít hơn", "chênh"))
    a, k = draw.integer(12, 48), draw.integer(2, 5)
    if task in ("nhiều hơn", "ít hơn"):
        k = draw.integer(3, 11)
    first = f"{one} {f'một {subject} ' if subject else ''}{deed}"
    second = f"{two} {f'{subject} đó ' if subject else ''}{deed}"
    relation = f"{task} {one} {k} {noun}"
    if task in ("gấp", "chênh"):  # "gấp" means both "to fold" and "times as many"
        relation = f"{f'số {noun} ' if deed == 'gấp được' else ''}gấp {k} lần {one}"
    sign, other = {"nhiều hơn": ("+", a + k), "ít hơn": ("-", a - k)}.get(task, ("×", a * k))
    if task == "chênh":
        asked = f"{second} nhiều hơn {one}"
        last, value, slip = f"{other} - {a}", other - a, other + a
    else:
        asked = f"{both} {f'{subject} đó ' if subject else ''}{deed}"
        last, value, slip = f"{a} + {other}", a + other, other
    question = draw.template(
        "{F} {a} {n}. {S} {r}. Hỏi {q} bao nhiêu {u}?",
        "{F} {a} {n}, {s} {r}. Hỏi {q} bao nhiêu {u}?",
        "Biết {f} {a} {n}, {s} {r}. Tính xem {q} bao nhiêu {u}.",
    ).format(
        F=_up(first), f=first, S=_up(second), s=second, a=a, n=noun, u=spoken(noun), r=relation,
        q=asked,
    )  # fmt: skip
    answer = _quantity(value, noun, unit)
    solution = worked(
        (f"{_up(second)} số {spoken(noun)} là", f"{a} {sign} {k} = {other} ({unit})"),
        (f"{_up(asked)} số {spoken(noun)} là", f"{last} = {value} ({unit})"),
        answer=answer,
    )
    slips = tuple(_quantity(n, noun, unit) for n in (slip, a + k if sign == "×" else a, value + 10))
    return Draft(question, solution, answer, (task, a, k), slips)


def _packed_less(draw: Draw) -> Draft:
    holder, unit, bare = draw.pick(PACKED)
    thing = f"{unit} {bare}"
    person = draw.pick(PEOPLE)
    count, each, more = draw.integer(3, 9), draw.integer(6, 24), draw.pick((True, False))
    whole, gone = count * each, draw.integer(3, each - 1 if more else 17)
    if more:
        text = draw.template(
            "{P} có {n} {h} {g}, mỗi {h} có {c} {t} và còn {b} {t} để ở ngoài. Hỏi {p} có tất cả "
            "bao nhiêu {t}?",
            "{P} xếp {g} vào {n} {h}, mỗi {h} {c} {t} thì còn thừa {b} {t}. Hỏi {p} có tất cả "
            "bao nhiêu {t}?",
            "Có {n} {h} {g}, mỗi {h} có {c} {t}. {P} mua thêm {b} {t} nữa. Tính số {t} có tất cả.",
        )
    else:
        text = draw.template(
            "{P} có {n} {h} {g}, mỗi {h} có {c} {t}. {P} đã cho đi {b} {t}. Hỏi {p} còn lại bao "
            "nhiêu {t}?",
            "Có {n} {h} {g}, mỗi {h} {c} {t}. {P} lấy ra {b} {t}. Hỏi trong các {h} còn lại bao "
            "nhiêu {t}?",
            "{P} mua {n} {h} {g}, mỗi {h} có {c} {t}, rồi cho đi {b} {t}. Hỏi còn lại bao "
            "nhiêu {t}?",
        )
    question = text.format(
        P=_up(person), p=person, n=count, h=holder, t=thing, c=each, b=gone, g=bare
    )
    sign, value, other = ("+", whole + gone, whole) if more else ("-", whole - gone, whole + gone)
    answer = f"{value} {thing}"
    solution = worked(
        (f"{count} {holder} có số {thing} là", f"{each} × {count} = {whole} ({unit})"),
        (
            f"Số {thing} {'có tất cả' if more else 'còn lại'} là",
            f"{whole} {sign} {gone} = {value} ({unit})",
        ),
        answer=answer,
    )
    slips = tuple(f"{n} {thing}" for n in (other, each + count + gone, value + 10))
    return Draft(question, solution, answer, (sign, count, each, gone), slips)


def _shared_out(draw: Draw) -> Draft:
    holder, unit, bare = draw.pick(PACKED)
    thing = f"{unit} {bare}"
    first, second = names(draw, 2)
    count, each = draw.integer(2, 9), draw.integer(4, 12)
    whole, joined = count * each, draw.pick((True, False))
    part = draw.integer(3, 19)
    if joined:
        part = min(part, whole - 3)
        a, sign, said = whole - part, "+", "có tất cả"
        text = draw.template(
            "{p} có {a} {t}, {q} có {b} {t}. Hai bạn xếp đều tất cả vào {k} {h}. Hỏi mỗi {h} có "
            "bao nhiêu {t}?",
            "{p} mang đến {a} {t} và {q} mang đến {b} {t}. Các bạn chia đều số {t} đó vào {k} {h}. "
            "Mỗi {h} có bao nhiêu {t}?",
            "Lúc đầu {p} có {a} {t}, {q} cho thêm {b} {t}. {p} xếp đều số {t} có tất cả vào {k} "
            "{h}. Tính số {t} trong mỗi {h}.",
        )
    else:
        a, sign, said = whole + part, "-", "còn lại"
        text = draw.template(
            "{p} có {a} {t}, {p} cho {q} {b} {t}. Số còn lại {p} xếp đều vào {k} {h}. Hỏi mỗi {h} "
            "có bao nhiêu {t}?",
            "Có {a} {t}, {p} lấy ra {b} {t} rồi xếp đều số {t} còn lại vào {k} {h}. Hỏi mỗi {h} có "
            "bao nhiêu {t}?",
            "{p} có {a} {t}. Sau khi tặng {q} {b} {t}, {p} chia đều số {t} còn lại vào {k} {h}. "
            "Tính số {t} trong mỗi {h}.",
        )
    question = text.format(p=first, q=second, a=a, b=part, t=thing, k=count, h=holder)
    answer = f"{each} {thing}"
    solution = worked(
        (f"Số {thing} {said} là", f"{a} {sign} {part} = {whole} ({unit})"),
        (f"Mỗi {holder} có số {thing} là", f"{whole} : {count} = {each} ({unit})"),
        answer=answer,
    )
    slips = tuple(f"{n} {thing}" for n in (whole, each + 1, max(1, whole - count), each + 2))
    return Draft(question, solution, answer, (f"{sign}:", a, part, count), slips)


@family(number=12, grade=3, kind="quantity", topic="word_problems")
def hai_buoc_tinh(draw: Draw) -> Draft:
    """Bài toán giải bằng hai bước tính."""
    return draw.pick((_compared, _compared, _packed_less, _shared_out))(draw)
