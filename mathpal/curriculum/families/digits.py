"""Families on how a number is made up of its digits."""

from mathpal.curriculum.layouts import reasoned
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced


@family(number=16, grade=4, kind="integer", topic="number_theory")
def lap_so(draw: Draw) -> Draft:
    """Lập số lớn nhất, bé nhất từ các chữ số."""
    count = draw.integer(3, 4)
    digits = draw.distinct(range(10), count)
    largest = draw.pick((True, False))
    ordered = sorted(digits, reverse=largest)
    if ordered[0] == 0:  # a number does not begin with 0
        ordered[0], ordered[1] = ordered[1], ordered[0]
    word = "lớn nhất" if largest else "bé nhất"
    question = draw.template(
        "Viết số {w} có {c} chữ số khác nhau từ các chữ số {d}.",
        "Từ các chữ số {d}, hãy lập số {w} có {c} chữ số khác nhau.",
        "Ghép {c} tấm thẻ ghi các chữ số {d} thành một số có {c} chữ số. Số {w} ghép được là số "
        "nào?",
    ).format(w=word, c=count, d=", ".join(map(str, digits)))
    places = ("nghìn", "trăm", "chục", "đơn vị")[-count:]
    row = ", ".join(str(digit) for digit in sorted(digits, reverse=largest))
    lines = [f"Các chữ số từ {'lớn đến bé' if largest else 'bé đến lớn'}: {row}."]
    if not largest and 0 in digits:
        lines.append(f"Chữ số hàng {places[0]} khác 0.")
    named = [f"hàng {name} là {digit}" for name, digit in zip(places, ordered, strict=True)]
    lines.append(f"{', '.join(named)}.".capitalize())
    value = int("".join(map(str, ordered)))
    wrong = [sorted(digits, reverse=not largest), [*ordered[:-2], ordered[-1], ordered[-2]],
             [ordered[1], ordered[0], *ordered[2:]], digits]  # fmt: skip
    slips = tuple("".join(map(str, w)) for w in wrong if w[0])
    solution = reasoned(*lines, answer=str(value))
    return Draft(question, solution, str(value), (largest, *sorted(digits)), slips)


@family(number=16, grade=5, kind="integer", topic="number_theory", stratum="advanced")
def viet_them_ben_phai(draw: Draw) -> Draft:
    """Viết thêm một chữ số vào bên phải một số."""
    number, digit = draw.integer(11, 99), draw.integer(0, 9)
    new = 10 * number + digit
    more = new - number
    nine = 9 * number
    if draw.pick((True, False)):
        question = draw.template(
            "Khi viết thêm chữ số {k} vào bên phải một số tự nhiên thì số đó tăng thêm {m} đơn "
            "vị. Tìm số đó.",
            "Viết thêm chữ số {k} vào bên phải một số thì được số mới hơn số phải tìm {m} đơn "
            "vị. Số phải tìm là số nào?",
            "Một số tự nhiên tăng thêm {m} đơn vị khi viết thêm chữ số {k} vào bên phải số đó. "
            "Hỏi số đó là số nào?",
        ).format(k=digit, m=more)
        parts, total, way = "9", more, "hơn"
        shared = f"Hiệu hai số bằng 9 lần số đó và {digit} đơn vị."
        product = nine
    else:
        question = draw.template(
            "Viết thêm chữ số {k} vào bên phải một số tự nhiên thì tổng của số mới và số đó là "
            "{m}. Tìm số đó.",
            "Tìm một số tự nhiên, biết rằng viết thêm chữ số {k} vào bên phải số đó rồi cộng với "
            "số đó thì được {m}.",
            "Tổng của một số và số mới có được khi viết thêm chữ số {k} vào bên phải số đó là "
            "{m}. Số đó là số nào?",
        ).format(k=digit, m=spaced(new + number))
        parts, total, way, product = "11", new + number, "tổng", 11 * number
        shared = f"Tổng hai số bằng 11 lần số đó và {digit} đơn vị."
    lines = [f"Số mới bằng 10 lần số đó và {digit} đơn vị.", shared]
    if not digit:
        lines = [line.replace(" và 0 đơn vị", "") for line in lines]
    else:
        lines.append(f"{spaced(total)} - {digit} = {spaced(product)}")
    lines.append(f"{spaced(product)} : {parts} = {number}")
    slips = (str(total // 10), str(number + 1), str(number - 1), str(new))
    solution = reasoned(*lines, answer=str(number))
    return Draft(question, solution, str(number), (way, digit, total), slips)


@family(number=16, grade=5, kind="integer", topic="number_theory", stratum="advanced")
def viet_them_ben_trai(draw: Draw) -> Draft:
    """Viết thêm một chữ số vào bên trái số có hai chữ số."""
    digit, number = draw.integer(1, 9), draw.integer(11, 99)
    added = 100 * digit
    ratios = [(n, added // (n - 1)) for n in range(3, 42) if added % (n - 1) == 0]
    ratios = [(n, value) for n, value in ratios if 10 <= value <= 99]
    if draw.integer(1, 3) == 1:
        times, number = draw.pick(ratios)
        question = draw.template(
            "Tìm số có hai chữ số, biết rằng khi viết thêm chữ số {k} vào bên trái số đó thì được "
            "số mới gấp {n} lần số phải tìm.",
            "Viết thêm chữ số {k} vào bên trái một số có hai chữ số thì được số gấp {n} lần số "
            "đó. Tìm số có hai chữ số đó.",
            "Một số có hai chữ số, nếu viết thêm chữ số {k} vào bên trái thì số đó gấp lên {n} "
            "lần. Số đó là số nào?",
        ).format(k=digit, n=times)
        lines = [
            f"Số mới hơn số đó {added} đơn vị.",
            f"Hiệu số phần bằng nhau: {times} - 1 = {times - 1}",
            f"{added} : {times - 1} = {number}",
        ]
        parameters, wrong = ("gấp", digit, times), added // times
    else:
        total = added + 2 * number
        question = draw.template(
            "Viết thêm chữ số {k} vào bên trái một số có hai chữ số thì tổng của số mới và số đó "
            "là {m}. Tìm số có hai chữ số đó.",
            "Tìm số có hai chữ số, biết rằng viết thêm chữ số {k} vào bên trái số đó rồi cộng với "
            "số đó thì được {m}.",
            "Tổng của một số có hai chữ số và số mới có được khi viết thêm chữ số {k} vào bên "
            "trái số đó là {m}. Số có hai chữ số đó là số nào?",
        ).format(k=digit, m=spaced(total))
        lines = [f"Số mới hơn số đó {added} đơn vị.", f"{spaced(total)} - {added} = {2 * number}",
                 f"{2 * number} : 2 = {number}"]  # fmt: skip
        parameters, wrong = ("tổng", digit, total), total // 2
    solution = reasoned(*lines, answer=str(number))
    slips = (str(wrong), str(added + number), str(number + 1), str(number + 10))
    return Draft(question, solution, str(number), parameters, slips)


@family(number=16, grade=5, kind="integer", topic="number_theory", stratum="advanced")
def tim_so_hai_chu_so(draw: Draw) -> Draft:
    """Tìm số có hai chữ số theo quan hệ giữa các chữ số."""
    small = draw.integer(1, 8)
    large = draw.integer(small + 1, 9)
    tens_larger = draw.pick((True, False))
    number = 10 * large + small if tens_larger else 10 * small + large
    total, gap = large + small, large - small
    way = draw.pick(("gap", "turned", "both"))
    first, second = ("hàng chục", "hàng đơn vị") if tens_larger else ("hàng đơn vị", "hàng chục")
    if way == "gap":
        text = draw.template(
            "Tìm số có hai chữ số, biết tổng hai chữ số là {s} và chữ số {f} hơn chữ số {g} {d} "
            "đơn vị.",
            "Một số có hai chữ số có tổng các chữ số bằng {s}, chữ số {f} hơn chữ số {g} {d} "
            "đơn vị. Số đó là số nào?",
            "Số nào có hai chữ số mà tổng hai chữ số là {s}, chữ số {f} lớn hơn chữ số {g} {d} "
            "đơn vị?",
        )
        lines, change = [], gap
    elif way == "both":
        text = draw.template(
            "Tìm số có hai chữ số, biết tổng của số đó và số viết bởi hai chữ số ấy theo thứ tự "
            "ngược lại là {t}, chữ số {f} hơn chữ số {g} {d} đơn vị.",
            "Một số có hai chữ số cộng với số viết theo thứ tự ngược lại thì được {t}. Chữ số {f} "
            "của số đó hơn chữ số {g} {d} đơn vị. Số đó là số nào?",
            "Đổi chỗ hai chữ số của một số có hai chữ số rồi cộng với số ban đầu thì được {t}. "
            "Biết chữ số {f} của số ban đầu hơn chữ số {g} {d} đơn vị, tìm số ban đầu.",
        )
        change = 11 * total
        lines = [
            "Tổng hai số bằng 11 lần tổng hai chữ số.",
            f"Tổng hai chữ số: {change} : 11 = {total}",
        ]
    else:
        text = draw.template(
            "Tìm số có hai chữ số, biết tổng hai chữ số là {s} và khi đổi chỗ hai chữ số thì số "
            "đó {c} {t} đơn vị.",
            "Một số có hai chữ số có tổng các chữ số bằng {s}. Đổi chỗ hai chữ số thì số đó {c} "
            "{t} đơn vị. Số đó là số nào?",
            "Số nào có hai chữ số mà tổng hai chữ số là {s}, còn khi đổi chỗ hai chữ số của nó "
            "thì số đó {c} {t} đơn vị?",
        )
        change = 9 * gap
        lines = [
            "Hiệu hai số bằng 9 lần hiệu hai chữ số.",
            f"Hiệu hai chữ số: {change} : 9 = {gap}",
        ]
    less = "giảm đi" if tens_larger else "tăng thêm"
    question = text.format(s=total, f=first, g=second, d=gap, c=less, t=change)
    lines += [
        f"Hai lần chữ số {first}: {total} + {gap} = {2 * large}",
        f"Chữ số {first}: {2 * large} : 2 = {large}",
        f"Chữ số {second}: {total} - {large} = {small}",
    ]
    slips = (str(int(str(number)[::-1])), str(number + 9), str(number - 9), str(number + 11))
    solution = reasoned(*lines, answer=str(number))
    return Draft(question, solution, str(number), (way, first, total, gap), slips)


@family(number=16, grade=6, kind="integer", topic="number_theory")
def tim_so_ab(draw: Draw) -> Draft:
    """Tìm số có hai chữ số ab biết tổng, hiệu."""
    b = draw.integer(1, 8)
    a = draw.integer(b + 1, 9)
    x, y = draw.integer(1, 9), draw.integer(1, 9)
    total, gap = a + b, a - b
    numbers: tuple[int, ...] = (total, gap)
    way = draw.pick(("sum", "difference", "columns", "columns"))
    if way == "sum":
        given = f"ab + ba = {11 * total}"
        second, written = f"a - b = {gap}", "ab, ba"
        lines = [
            "ab + ba = 11 × (a + b)",
            f"a + b = {11 * total} : 11 = {total}",
        ]
    elif way == "difference":
        given = f"ab - ba = {9 * gap}"
        second, written = f"a + b = {total}", "ab, ba"
        lines = [
            "ab - ba = 9 × (a - b)",
            f"a - b = {9 * gap} : 9 = {gap}",
        ]
    else:
        whole = 10 * total + x + y
        given = f"a{x} + b{y} = {whole}"
        second, written, numbers = f"a - b = {gap}", f"a{x}, b{y}", (total, gap, x, y)
        lines = [f"{whole} - {x} - {y} = {10 * total}", f"a + b = {10 * total} : 10 = {total}"]
    question = draw.template(
        "Tìm số có hai chữ số ab, biết {e} và {s}. ({w} là các số có hai chữ số)",
        "Cho {e} và {s}, trong đó {w} là các số có hai chữ số. Tìm số có hai chữ số ab.",
        "Số có hai chữ số ab là số nào, biết rằng {e} và {s}? ({w} là các số có hai chữ số)",
    ).format(e=given, s=second, w=written)
    lines += [f"a = ({total} + {gap}) : 2 = {a}", f"b = {total} - {a} = {b}"]
    number = 10 * a + b
    slips = (str(10 * b + a), str(number + 9), str(number - 9), str(number + 11))
    solution = reasoned(*lines, answer=str(number))
    return Draft(question, solution, str(number), (way, *numbers), slips)
