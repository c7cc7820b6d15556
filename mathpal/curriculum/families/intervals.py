"""Problems about trees, posts and cuts at equal distances (trồng cây)."""

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family

# (line, thing along it, counting word, verb for placing it, smallest and largest distance in m)
LINES = (
    ("đoạn đường", "cây", "cây", "trồng", (2, 9)),
    ("đoạn đường", "cột đèn", "cột", "dựng", (7, 9)),
    ("con đường", "cây phượng", "cây", "trồng", (4, 9)),
    ("lối đi", "chậu hoa", "chậu", "đặt", (2, 5)), ("hàng rào", "cọc", "cọc", "đóng", (2, 4)),
    ("bờ kênh", "cây dừa", "cây", "trồng", (3, 8)), ("con phố", "lá cờ", "lá", "cắm", (2, 6)),
    ("đoạn đường", "ghế đá", "ghế", "đặt", (5, 9)), ("bờ ruộng", "cây cau", "cây", "trồng", (3, 7)),
    ("vỉa hè", "cây bàng", "cây", "trồng", (4, 8)),
)  # fmt: skip
# What is cut: (thing on a roll, unit); BEAMS are sawn instead
ROLLS = (
    ("cuộn dây", "m"), ("cuộn vải", "m"), ("sợi dây thép", "m"), ("dải ruy băng", "dm"),
    ("cuộn dây điện", "m"), ("sợi dây thừng", "m"), ("cuộn giấy", "dm"), ("dây đèn", "m"),
)  # fmt: skip
BEAMS = ("cây gỗ", "thanh sắt", "cây tre", "ống nhựa", "thanh nhôm")
LONGEST_BEAM = 90  # dm


def _slips(unit: str, *values: int) -> tuple[str, ...]:
    return tuple(f"{value} {unit}" for value in values if value > 0)


def _trees_on_line(draw: Draw) -> Draft:
    line, thing, counter, verb, distances = draw.pick(LINES)
    d, gaps = draw.integer(*distances), draw.integer(4, 19)
    length = d * gaps
    question = draw.template(
        "Trên một {l} dài {w} m, người ta {v} các {t} cách đều nhau {d} m. Hỏi có bao nhiêu {t}, "
        "biết cả hai đầu đều có {t}?",
        "Một {l} dài {w} m có các {t} cách nhau {d} m, hai đầu đều có {t}. Tính số {t} trên {l} "
        "đó.",
        "Người ta {v} các {t} dọc theo {l} dài {w} m, cứ cách {d} m {v} một {c} và {v} ở cả hai "
        "đầu. Hỏi cần bao nhiêu {t}?",
    ).format(l=line, w=length, t=thing, d=d, c=counter, v=verb)
    answer = f"{gaps + 1} {thing}"
    solution = worked(
        ("Số khoảng cách là", f"{length} : {d} = {gaps} (khoảng)"),
        (f"Số {thing} là", f"{gaps} + 1 = {gaps + 1} ({counter})"),
        answer=answer,
    )
    slips = _slips(thing, gaps, gaps - 1, gaps + 2)
    return Draft(question, solution, answer, ("số cây", length, d), slips)


def _length_of_line(draw: Draw) -> Draft:
    line, thing, counter, verb, distances = draw.pick(LINES)
    d, gaps = draw.integer(*distances), draw.integer(4, 19)
    question = draw.template(
        "Trên một {l} có {n} {t} cách đều nhau, hai {c} liền nhau cách nhau {d} m. Hỏi {c} "
        "đầu cách {c} cuối bao nhiêu mét?",
        "Có {n} {t} được {v} thành một hàng dọc theo một {l}, hai {c} liền nhau cách nhau {d} m. "
        "Tính khoảng cách từ {c} đầu tiên đến {c} cuối cùng.",
        "Dọc theo một {l} người ta {v} {n} {t} thành một hàng, khoảng cách giữa hai {c} liền nhau "
        "là {d} m. Hỏi {c} đầu cách {c} cuối bao nhiêu mét?",
    ).format(l=line, n=gaps + 1, t=thing, d=d, c=counter, v=verb)
    answer = f"{gaps * d} m"
    solution = worked(
        ("Số khoảng cách là", f"{gaps + 1} - 1 = {gaps} (khoảng)"),
        (f"Khoảng cách từ {counter} đầu đến {counter} cuối là", f"{d} × {gaps} = {gaps * d} (m)"),
        answer=answer,
    )
    slips = _slips("m", (gaps + 1) * d, (gaps - 1) * d, gaps * d + 10)
    return Draft(question, solution, answer, ("độ dài", gaps + 1, d), slips)


def _pieces(draw: Draw) -> Draft:
    (what, unit), each, count = draw.pick(ROLLS), draw.integer(2, 9), draw.integer(3, 19)
    question = draw.template(
        "Một {l} dài {w} {u} được cắt thành các đoạn, mỗi đoạn dài {d} {u}. Hỏi cắt được bao nhiêu "
        "đoạn?",
        "Người ta cắt một {l} dài {w} {u} thành những đoạn bằng nhau dài {d} {u}. Cắt được bao "
        "nhiêu đoạn?",
        "Từ một {l} dài {w} {u}, bác thợ cắt ra các đoạn dài {d} {u}. Tính số đoạn cắt được.",
    ).format(l=what, w=each * count, u=unit, d=each)
    answer = f"{count} đoạn"
    solution = worked(
        ("Số đoạn cắt được là", f"{each * count} : {each} = {count} (đoạn)"), answer=answer
    )
    slips = _slips("đoạn", count + 1, count - 1, each * count - each)
    return Draft(question, solution, answer, ("số đoạn", each * count, each), slips)


@family(number=43, grade=3, kind="quantity", topic="word_problems")
def trong_cay(draw: Draw) -> Draft:
    """Trồng cây, đặt cọc, cắt đoạn cách đều."""
    return draw.pick((_trees_on_line, _length_of_line, _pieces))(draw)


def _both_sides(draw: Draw) -> Draft:
    line, thing, counter, verb, distances = draw.pick(LINES[:4])
    d, gaps, ends = draw.integer(*distances), draw.integer(8, 30), draw.pick((2, 1, 0))
    length, one = d * gaps, gaps + ends - 1
    told = {2: "cả hai đầu đều có", 1: "chỉ một đầu có", 0: "hai đầu đều không có"}[ends]
    question = draw.template(
        "Hai bên một {l} dài {w} m có các {t} cách đều nhau {d} m, {e} {t}. Hỏi có tất cả bao "
        "nhiêu {t}?",
        "Người ta {v} các {t} ở cả hai bên {l} dài {w} m, cứ {d} m một {c}, {e} {t}. Tính số {t} "
        "cần có.",
        "Một {l} dài {w} m, cả hai bên đều có các {t} cách nhau {d} m, {e} {t}. Hỏi hai bên có bao "
        "nhiêu {t}?",
    ).format(l=line, w=length, t=thing, d=d, c=counter, e=told, v=verb)
    steps = [("Số khoảng cách một bên là", f"{length} : {d} = {gaps} (khoảng)")]
    if ends != 1:
        sign = "+" if ends else "-"
        steps.append((f"Số {thing} một bên là", f"{gaps} {sign} 1 = {one} ({counter})"))
    steps.append((f"Số {thing} hai bên là", f"{one} × 2 = {one * 2} ({counter})"))
    answer = f"{one * 2} {thing}"
    slips = _slips(thing, one, gaps * 2 if ends != 1 else gaps * 2 + 2, one * 2 + 1, one * 2 - 2)
    return Draft(
        question, worked(*steps, answer=answer), answer, ("hai bên", ends, length, d), slips
    )


def _around(draw: Draw) -> Draft:
    what, thing, counter, verb = draw.pick((
        ("mảnh vườn", "cây", "cây", "trồng"), ("cái ao", "cây dừa", "cây", "trồng"),
        ("sân", "cây bàng", "cây", "trồng"), ("khu đất", "cọc", "cọc", "đóng"),
        ("vườn hoa", "chậu hoa", "chậu", "đặt"), ("sân bóng", "lá cờ", "lá", "cắm"),
    ))  # fmt: skip
    d, across = draw.integer(2, 6), draw.integer(3, 9)
    along = across + draw.integer(1, 9)
    width, long, gaps = d * across, d * along, 2 * (across + along)
    half = width + long
    question = draw.template(
        "Một {l} hình chữ nhật dài {a} m, rộng {b} m. Xung quanh có các {t} cách đều nhau {d} m và "
        "ở bốn góc đều có {t}. Hỏi có tất cả bao nhiêu {t}?",
        "Người ta {v} các {t} xung quanh một {l} hình chữ nhật có chiều dài {a} m, chiều rộng {b} "
        "m, cứ {d} m một {c}. Tính số {t} cần có.",
        "Xung quanh một {l} hình chữ nhật dài {a} m và rộng {b} m, người ta {v} các {t} cách nhau "
        "{d} m. Hỏi cần bao nhiêu {t}?",
    ).format(l=what, a=long, b=width, t=thing, d=d, c=counter, v=verb)
    answer = f"{gaps} {thing}"
    solution = worked(
        (f"Chu vi {what} là", f"({long} + {width}) × 2 = {half} × 2 = {half * 2} (m)"),
        (f"Số {thing} là", f"{half * 2} : {d} = {gaps} ({counter})"),
        answer=answer,
    )
    slips = _slips(thing, gaps + 1, gaps - 1, gaps // 2)
    return Draft(question, solution, answer, ("xung quanh", long, width, d), slips)


def _sawing(draw: Draw) -> Draft:
    what, minutes, each = draw.pick(BEAMS), draw.integer(2, 8), draw.integer(3, 9)
    count = draw.integer(4, min(15, LONGEST_BEAM // each))
    question = draw.template(
        "Một {l} dài {w} dm được cắt thành các đoạn dài {d} dm. Mỗi lần cắt hết {k} phút. Hỏi cắt "
        "xong hết bao nhiêu phút?",
        "Bác thợ cắt một {l} dài {w} dm thành những đoạn dài {d} dm, mỗi lần cắt mất {k} phút. "
        "Tính số phút để cắt xong.",
        "Để cắt một {l} dài {w} dm thành các đoạn bằng nhau dài {d} dm, mỗi lần cắt cần {k} phút. "
        "Hỏi cần bao nhiêu phút để cắt xong?",
    ).format(l=what, w=each * count, d=each, k=minutes)
    value = (count - 1) * minutes
    answer = f"{value} phút"
    solution = worked(
        ("Số đoạn cắt được là", f"{each * count} : {each} = {count} (đoạn)"),
        ("Số lần cắt là", f"{count} - 1 = {count - 1} (lần)"),
        ("Số phút để cắt xong là", f"{minutes} × {count - 1} = {value} (phút)"),
        answer=answer,
    )
    slips = _slips("phút", count * minutes, (count - 2) * minutes, value + 10)
    return Draft(question, solution, answer, ("cắt", each * count, each, minutes), slips)


@family(number=43, grade=5, kind="quantity", topic="word_problems", stratum="advanced")
def trong_cay_nang_cao(draw: Draw) -> Draft:
    """Trồng cây hai bên đường, xung quanh vườn; số lần cắt."""
    return draw.pick((_both_sides, _both_sides, _around, _sawing))(draw)
