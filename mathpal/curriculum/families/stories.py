"""Stories of grade 1: adding to a group, taking away from it, joining and parting two groups."""

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import names
from mathpal.curriculum.registry import Draft, Draw, family

# (first, second) with a sum below 60 and no carry, as grade 1 knows them
PLAIN_SUMS = [
    (a, b) for a in range(3, 55) for b in range(2, 30) if a + b < 60 and a % 10 + b % 10 < 10
]

# (thing that a child owns, counting word)
OWNED = (
    ("quyển vở", "quyển"), ("cái bút", "cái"), ("viên bi", "viên"), ("bông hoa", "bông"),
    ("quả cam", "quả"), ("cái kẹo", "cái"), ("con tem", "con"), ("quả bóng", "quả"),
    ("nhãn vở", "cái"), ("quyển truyện", "quyển"), ("que tính", "que"), ("quả táo", "quả"),
    ("bức tranh", "bức"), ("hộp sữa", "hộp"), ("tờ giấy màu", "tờ"), ("cái bánh", "cái"),
    ("tấm thẻ", "tấm"), ("chiếc thuyền giấy", "chiếc"), ("con hạc giấy", "con"),
    ("viên kẹo", "viên"), ("cái bút chì", "cái"), ("hạt dẻ", "hạt"), ("chiếc nơ", "chiếc"),
    ("vỏ sò", "cái"), ("ngôi sao giấy", "ngôi"), ("tấm thiệp", "tấm"), ("quả bóng bay", "quả"),
    ("mảnh ghép", "mảnh"), ("quả lê", "quả"), ("chiếc vòng", "chiếc"),
)  # fmt: skip

# (place, thing, counting word, verb for arriving, verb for leaving)
SCENES = (
    ("Trên cành cây", "con chim", "con", "bay đến", "bay đi"),
    ("Trong bãi xe", "ô tô", "xe", "đi vào", "đi ra"),
    ("Trong bến xe", "xe buýt", "xe", "vào bến", "rời bến"),
    ("Dưới ao", "con vịt", "con", "bơi đến", "lên bờ"),
    ("Trong sân", "con gà", "con", "chạy vào", "chạy ra vườn"),
    ("Trên xe buýt", "hành khách", "người", "lên xe", "xuống xe"),
    ("Trong phòng đọc", "học sinh", "bạn", "đi vào", "ra về"),
    ("Trên bãi cỏ", "con bò", "con", "đi tới", "đi về chuồng"),
    ("Trong chuồng", "con thỏ", "con", "chạy vào", "chạy ra ngoài"),
    ("Ở bến cảng", "chiếc thuyền", "chiếc", "cập bến", "ra khơi"),
    ("Dưới gốc cây", "con kiến", "con", "bò tới", "bò đi"),
    ("Trong vườn hoa", "con bướm", "con", "bay tới", "bay đi"),
    ("Trong rạp xiếc", "khán giả", "người", "đi vào", "ra về"),
    ("Trên sân trường", "bạn nhỏ", "bạn", "chạy ra chơi", "vào lớp"),
    ("Trên mặt hồ", "con thiên nga", "con", "bơi tới", "bay đi"),
)  # fmt: skip

# (place, one kind, the other kind, counting word, name of both together)
MIXED = (
    ("Một câu lạc bộ bơi", "bạn nữ", "bạn nam", "bạn", "bạn"),
    ("Trong hộp", "quả bóng đỏ", "quả bóng xanh", "quả", "quả bóng"),
    ("Trong vườn", "cây cam", "cây bưởi", "cây", "cây"),
    ("Một trang trại", "con gà", "con vịt", "con", "con vật"),
    ("Trong vườn", "bông hoa hồng", "bông hoa cúc", "bông", "bông hoa"),
    ("Trong tủ kính", "cái bánh ngọt", "cái bánh mặn", "cái", "cái bánh"),
    ("Trên giá", "quyển truyện", "quyển thơ", "quyển", "quyển sách"),
    ("Trong bể", "con cá vàng", "con cá đen", "con", "con cá"),
    ("Một đội đồng diễn", "bạn nữ", "bạn nam", "bạn", "bạn"),
    ("Trong túi", "viên bi đỏ", "viên bi xanh", "viên", "viên bi"),
    ("Trong chuồng", "con thỏ trắng", "con thỏ nâu", "con", "con thỏ"),
    ("Trong rổ", "quả cà chua", "quả ớt", "quả", "quả"),
    ("Trên sân", "chiếc xe đạp", "chiếc xe máy", "chiếc", "chiếc xe"),
    ("Trong ngăn tủ", "cái bút mực", "cái bút chì", "cái", "cái bút"),
    ("Trên cây", "quả chín", "quả xanh", "quả", "quả"),
)  # fmt: skip

GAIN_OWNED = (
    "{p} có {a} {t}. {q} cho {p} thêm {b} {t} nữa. Hỏi {p} có tất cả bao nhiêu {t}?",
    "Lúc đầu {p} có {a} {t}, sau đó {p} được tặng thêm {b} {t}. Hỏi bây giờ {p} có tất cả bao "
    "nhiêu {t}?",
    "{p} có {a} {t}. Mẹ mua thêm cho {p} {b} {t}. Tính số {t} {p} có tất cả.",
    "Trong hộp của {p} có {a} {t}, {p} bỏ thêm vào {b} {t}. Hỏi {p} có tất cả bao nhiêu {t}?",
)
LOSE_OWNED = (
    "{p} có {a} {t}. {p} cho {q} {b} {t}. Hỏi {p} còn lại bao nhiêu {t}?",
    "{p} có {a} {t}, {p} tặng cho các bạn {b} {t}. Tính số {t} còn lại của {p}.",
    "Lúc đầu {p} có {a} {t}, sau đó {p} cho em {b} {t}. Hỏi {p} còn lại bao nhiêu {t}?",
    "Mẹ cho {p} {a} {t}. {p} chia cho {q} {b} {t}. Hỏi {p} còn lại bao nhiêu {t}?",
)
GAIN_SCENE = (
    "{l} có {a} {t}, có thêm {b} {t} {v}. Hỏi có tất cả bao nhiêu {t}?",
    "{l} có {a} {t}. Một lúc sau có {b} {t} nữa {v}. Hỏi lúc này {m} có tất cả bao nhiêu {t}?",
    "Lúc đầu {m} có {a} {t}, sau đó có thêm {b} {t} {v}. Tính số {t} có tất cả.",
)
LOSE_SCENE = (
    "{l} có {a} {t}, sau đó có {b} {t} {v}. Hỏi {m} còn lại bao nhiêu {t}?",
    "{l} đang có {a} {t}. Có {b} {t} {v}. Tính số {t} còn lại {m}.",
    "Lúc đầu {m} có {a} {t}, rồi có {b} {t} {v}. Hỏi còn lại bao nhiêu {t}?",
)


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:]


@family(number=11, grade=1, kind="quantity", topic="word_problems")
def them_bot(draw: Draw) -> Draft:
    """Bài toán thêm vào, bớt đi."""
    a, b = draw.pick(PLAIN_SUMS)
    more, owned = draw.pick((True, False)), draw.pick((True, False))
    if not more:
        a = a + b
    if owned:
        first, second = names(draw, 2)
        thing, unit = draw.pick(OWNED)
        text = draw.template(*GAIN_OWNED) if more else draw.template(*LOSE_OWNED)
        question = text.format(p=first, q=second, a=a, b=b, t=thing)
    else:
        place, thing, unit, come, leave = draw.pick(SCENES)
        text = draw.template(*GAIN_SCENE) if more else draw.template(*LOSE_SCENE)
        question = text.format(
            l=place, m=_lowered(place), a=a, b=b, t=thing, v=come if more else leave
        )
    sign, value, other = ("+", a + b, a - b) if more else ("-", a - b, a + b)
    end = "có tất cả" if more else "còn lại"
    answer = f"{value} {thing}"
    solution = worked((f"Số {thing} {end} là", f"{a} {sign} {b} = {value} ({unit})"), answer=answer)
    slips = tuple(f"{n} {thing}" for n in (abs(other) or a, value + 10, value + 1))
    return Draft(question, solution, answer, (a, sign, b), slips)


def _bare(thing: str, unit: str) -> str:
    """Return a kind without its counting word: "bút mực" for "cái bút mực"."""
    kind = thing.removeprefix(f"{unit} ")
    return thing if kind in ("chín", "xanh") else kind  # these are no things


@family(number=11, grade=1, kind="quantity", topic="word_problems")
def gop_tach(draw: Draw) -> Draft:
    """Gộp hai nhóm, tách một nhóm."""
    a, b = draw.pick(PLAIN_SUMS)
    place, one, other, unit, whole = draw.pick(MIXED)
    total = a + b
    if draw.pick((True, False)):
        text = draw.template(
            "{l} có {a} {x} và {b} {y}. Hỏi {m} có tất cả bao nhiêu {w}?",
            "{l} có {a} {x}, {b} {y}. Tính số {w} có tất cả.",
            "{l} có {a} {x} và {b} {y}. Tính xem {m} có tất cả bao nhiêu {w}.",
        )
        thing, sign, value, shown = whole, "+", total, a
        sentence, slip = f"Số {whole} có tất cả là", max(a, b) - min(a, b)
    else:
        text = draw.template(
            "{l} có tất cả {s} {w}, trong đó có {b} {y}, còn lại là {X}. Hỏi có bao nhiêu {x}?",
            "{l} có {s} {w} gồm {X} và {Y}, trong đó có {b} {y}. Hỏi {m} có bao nhiêu {x}?",
            "{l} có {s} {w} gồm {X} và {Y}, trong đó {b} {u} là {Y}. Tính số {x}.",
        )
        thing, sign, value, shown = one, "-", a, total
        sentence, slip = f"Số {one} là", total + b
    again = f"{place[4:]} đó" if place.startswith("Một ") else _lowered(place)
    question = text.format(
        l=place, m=again, a=a, b=b, s=total, x=one, y=other, w=whole, u=unit,
        X=_bare(one, unit), Y=_bare(other, unit),
    )  # fmt: skip
    answer = f"{value} {thing}"
    solution = worked((sentence, f"{shown} {sign} {b} = {value} ({unit})"), answer=answer)
    slips = tuple(f"{n} {thing}" for n in (slip or 1, value + 10, value + 1))
    return Draft(question, solution, answer, (shown, sign, b), slips)
