"""Averages, grade 4: of two to four numbers, and a missing number found from the average."""

from mathpal.curriculum.families.spoken import spoken
from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family

# (name of one member of the row, what happens in it or what it does, counted thing, its unit,
#  smallest average, largest average)
ROWS = (
    ("ngày", "cửa hàng bán được", "kg gạo", "kg", 20, 90),
    ("ngày", "xưởng may được", "bộ quần áo", "bộ", 20, 80),
    ("lớp", "trồng được", "cây", "cây", 12, 60),
    ("tuần", "thư viện cho mượn", "quyển sách", "quyển", 30, 90),
    ("bao", "đựng được", "kg ngô", "kg", 20, 60),
    ("buổi", "Nam đọc được", "trang sách", "trang", 10, 40),
    ("tháng", "nhà máy làm được", "chiếc xe", "chiếc", 30, 99),
    ("chuyến", "xe tải chở được", "bao xi măng", "bao", 20, 80),
    ("giờ", "vòi nước chảy được", "l nước", "l", 30, 90),
    ("ngày", "đội công nhân sửa được", "m đường", "m", 20, 90),
    ("vườn", "có", "cây cam", "cây", 20, 80),
    ("vụ", "bác Tư thu hoạch được", "tạ thóc", "tạ", 15, 60),
    ("trận", "đội bóng rổ ghi được", "điểm", "điểm", 20, 70),
    ("buổi", "quán bán được", "cốc nước mía", "cốc", 20, 80),
    ("tổ", "thu gom được", "kg giấy", "kg", 10, 45),
    ("ngày", "đàn gà đẻ được", "quả trứng", "quả", 15, 60),
)
MEASURES = ("kg", "m", "l", "tạ", "điểm")
OWN = ("lớp", "bao", "vườn", "tổ")  # these members act themselves; the others are spans of time
WORDS = {2: "hai", 3: "ba", 4: "bốn"}


def _named(number: int, noun: str, unit: str) -> str:
    return f"{number} {unit if unit in MEASURES else noun}"


def _up(text: str) -> str:
    return text[0].upper() + text[1:]


def _spread(draw: Draw, mean: int, count: int) -> list[int]:
    """Return positive whole numbers with this mean and near it; the first never equals it."""
    width = min(9, mean - 2) if count == 2 else min(9, mean - 2) // 2
    first = mean + draw.integer(1, width) * draw.pick((1, -1))
    others = [mean + draw.integer(-width, width) for _ in range(count - 2)]
    return [first, *others, mean * count - first - sum(others)]


def _sum(values: list[int]) -> str:
    """Return the sum with its partial sums: "20 + 22 + 27 = 42 + 27 = 69"."""
    text = " + ".join(map(str, values))
    rest = list(values)
    while len(rest) > 1:
        rest = [rest[0] + rest[1], *rest[2:]]
        text += " = " + " + ".join(map(str, rest))
    return text


@family(number=34, grade=4, kind="quantity", topic="word_problems")
def trung_binh_cong(draw: Draw) -> Draft:
    """Tìm trung bình cộng trong bài toán có lời văn."""
    turn, deed, noun, unit, low, high = draw.pick(ROWS)
    count, mean = draw.integer(2, 4), draw.integer(low, high)
    values = _spread(draw, mean, count)
    total = sum(values)
    listed = ", ".join(map(str, values[:-1])) + f" và {values[-1]}"
    question = draw.template(
        "{K} {o} {d} lần lượt {x} {n}. Hỏi trung bình mỗi {o} {d} bao nhiêu {u}?",
        "{w} {d} lần lượt {x} {n}. Tính xem trung bình mỗi {o} {d} bao nhiêu {u}.",
        "Tính xem trung bình mỗi {o} {d} bao nhiêu {u}, biết {k} {o} {d} lần lượt {x} {n}.",
    ).format(
        k=WORDS[count], K=_up(WORDS[count]), o=turn, d=deed, x=listed, n=noun, u=spoken(noun),
        w=f"{_up(WORDS[count])} {turn}" if turn in OWN else f"Trong {WORDS[count]} {turn},",
    )  # fmt: skip
    answer = _named(mean, noun, unit)
    solution = worked(
        (
            f"{_up(WORDS[count])} {turn} {deed} tất cả số {spoken(noun)} là",
            f"{_sum(values)} ({unit})",
        ),
        (
            f"Trung bình mỗi {turn} {deed} số {spoken(noun)} là",
            f"{total} : {count} = {mean} ({unit})",
        ),
        answer=answer,
    )
    slips = tuple(_named(n, noun, unit) for n in (total, total // (count + 1), mean + 1))
    return Draft(question, solution, answer, tuple(values), slips)


@family(number=34, grade=4, kind="integer", topic="word_problems")
def trung_binh_cong_cac_so(draw: Draw) -> Draft:
    """Tìm số trung bình cộng của hai, ba, bốn số."""
    count, mean = draw.integer(2, 4), draw.integer(11, 80)
    values = _spread(draw, mean, count)
    total = sum(values)
    question = draw.template(
        "Tìm số trung bình cộng của các số: {x} và {y}.",
        "Trung bình cộng của {k} số {x} và {y} là bao nhiêu?",
        "Cho {k} số {x} và {y}. Tính trung bình cộng của {k} số đó.",
    ).format(k=WORDS[count], x=", ".join(map(str, values[:-1])), y=values[-1])
    answer = str(mean)
    solution = worked(
        (f"Tổng của {WORDS[count]} số là", _sum(values)),
        (f"Trung bình cộng của {WORDS[count]} số là", f"{total} : {count} = {mean}"),
        answer=answer,
    )
    slips = (str(total), str(total // (count + 1)), str(mean + 1))
    return Draft(question, solution, answer, tuple(values), slips)


@family(number=34, grade=4, kind="integer", topic="word_problems")
def tim_so_tu_trung_binh(draw: Draw) -> Draft:
    """Tìm một số khi biết trung bình cộng và các số còn lại."""
    count, mean = draw.integer(2, 3), draw.integer(11, 80)
    values = _spread(draw, mean, count)
    total, known = mean * count, values[:-1]
    listed = " và ".join(map(str, known))
    named = "Số kia" if count == 2 else "Số thứ ba"
    if count == 2:
        text = draw.template(
            "Trung bình cộng của hai số là {m}. Một trong hai số là {x}. Tìm số kia.",
            "Hai số có trung bình cộng là {m}, biết một số bằng {x}. Hỏi số kia bằng bao nhiêu?",
            "Tìm số kia, biết trung bình cộng của hai số là {m} và một số là {x}.",
        )
    else:
        text = draw.template(
            "Trung bình cộng của ba số là {m}. Hai trong ba số là {x}. Tìm số thứ ba.",
            "Ba số có trung bình cộng là {m}, biết hai số đầu là {x}. Hỏi số thứ ba bằng bao "
            "nhiêu?",
            "Tìm số thứ ba, biết trung bình cộng của ba số là {m} và hai số đầu là {x}.",
        )
    steps = [(f"Tổng của {WORDS[count]} số là", f"{mean} × {count} = {total}")]
    if count == 3:
        steps.append(("Tổng của hai số đã biết là", _sum(known)))
    answer = str(values[-1])
    solution = worked(*steps, (f"{named} là", f"{total} - {sum(known)} = {answer}"), answer=answer)
    slips = (str(abs(mean - known[0]) + mean + 5), str(mean), str(total), str(values[-1] + 10))
    return Draft(text.format(m=mean, x=listed), solution, answer, (mean, *known), slips)


@family(number=34, grade=4, kind="quantity", topic="word_problems")
def phan_con_lai_tu_trung_binh(draw: Draw) -> Draft:
    """Tìm số lượng của một ngày, một lớp khi biết trung bình."""
    turn, deed, noun, unit, low, high = draw.pick(ROWS)
    count, mean = draw.integer(2, 3), draw.integer(low, high)
    values = _spread(draw, mean, count)
    total, known = mean * count, values[:-1]
    said = spoken(noun)
    last = "thứ hai" if count == 2 else "thứ ba"
    head = "thứ nhất" if count == 2 else "đầu"
    if count == 2:
        text = draw.template(
            "Trung bình mỗi {o} trong hai {o} {d} {m} {n}. {O} thứ nhất {d} {x} {n}. Hỏi {o} thứ "
            "hai {d} bao nhiêu {u}?",
            "Trong hai {o}, trung bình mỗi {o} {d} {m} {n}. Biết {o} thứ nhất {d} {x} {n}, hỏi {o} "
            "thứ hai {d} bao nhiêu {u}?",
            "{O} thứ nhất {d} {x} {n}. Tính số {u} {o} thứ hai {d}, biết trung bình mỗi {o} trong "
            "hai {o} đó {d} {m} {n}.",
        )
    else:
        text = draw.template(
            "Trung bình mỗi {o} trong ba {o} {d} {m} {n}. Hai {o} đầu {d} lần lượt {x} {n}. Hỏi "
            "{o} thứ ba {d} bao nhiêu {u}?",
            "Trong ba {o}, trung bình mỗi {o} {d} {m} {n}. Biết hai {o} đầu {d} lần lượt {x} {n}, "
            "hỏi {o} thứ ba {d} bao nhiêu {u}?",
            "Hai {o} đầu {d} lần lượt {x} {n}. Hỏi {o} thứ ba {d} bao nhiêu {u} thì trung bình mỗi "
            "{o} trong ba {o} đó {d} {m} {n}?",
        )
    question = text.format(
        o=turn, O=_up(turn), d=deed, m=mean, n=noun, u=spoken(noun), x=" và ".join(map(str, known))
    )
    steps = [
        (
            f"{_up(WORDS[count])} {turn} {deed} tất cả số {said} là",
            f"{mean} × {count} = {total} ({unit})",
        )
    ]
    if count == 3:
        steps.append((f"Hai {turn} {head} {deed} số {said} là", f"{_sum(known)} ({unit})"))
    answer = _named(values[-1], noun, unit)
    steps.append(
        (
            f"{_up(turn)} {last} {deed} số {said} là",
            f"{total} - {sum(known)} = {values[-1]} ({unit})",
        )
    )
    slips = tuple(_named(n, noun, unit) for n in (mean, values[-1] + 10, total))
    return Draft(question, worked(*steps, answer=answer), answer, (mean, *known), slips)
