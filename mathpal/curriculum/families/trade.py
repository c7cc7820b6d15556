"""Families on percentages of money: price cuts, profit and loss, interest on savings."""

from fractions import Fraction
from math import gcd

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import names
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal, fraction, spaced

# (thing, lowest and highest price in units of 10 000 đồng)
WARES = (
    ("chiếc áo", 10, 60), ("đôi giày", 20, 90), ("chiếc cặp", 15, 60), ("bộ đồ chơi", 10, 60),
    ("cái quạt", 25, 99), ("bộ sách", 10, 50), ("cái nồi", 20, 90), ("chiếc mũ", 10, 30),
    ("cái bàn", 40, 99), ("chiếc đồng hồ", 20, 99),
)  # fmt: skip
EASY = (5, 10, 20, 30, 40, 50)
RATES = (5, 10, 15, 20, 25, 30, 35, 40, 45, 50)
# (price paid in thousands of đồng, percent of profit or loss); both prices are whole thousands
DEALS = [
    (cost, percent)
    for cost in range(50, 501, 10)
    for percent in (4, 5, 8, 10, 12, 15, 20, 25, 30, 35, 40, 45, 50)
    if cost * percent % 100 == 0 and cost // gcd(cost * percent // 100, cost) <= 50
]
# (thing, lowest and highest price paid for it, in thousands of đồng)
RESOLD = (
    ("chiếc áo", 80, 500), ("đôi giày", 150, 500), ("thùng sữa", 250, 450),
    ("giỏ trái cây", 150, 500), ("bộ đồ chơi", 50, 500),
)  # fmt: skip


def _deal(draw: Draw, low: int, high: int) -> tuple[int, int]:
    """Return a price in thousands of đồng and a percentage that is easy to calculate for it."""
    price = draw.integer(low, high)
    return price * 10, draw.pick(EASY if price % 10 else RATES)


def _money(thousands: int) -> str:
    return spaced(thousands * 1000)


@family(number=32, grade=5, kind="quantity", topic="ratio")
def giam_gia(draw: Draw) -> Draft:
    """Giá bán sau khi giảm một số phần trăm."""
    thing, low, high = draw.pick(WARES)
    price, percent = _deal(draw, low, high)
    cut = price * percent * 10
    value = price * 1000 - cut
    question = draw.template(
        "Một {t} giá {c} đồng được giảm giá {k}%. Hỏi giá của {t} sau khi giảm là bao nhiêu đồng?",
        "Cửa hàng giảm giá {k}% cho một {t} có giá {c} đồng. Tính giá bán của {t} sau khi giảm.",
        "Giá của một {t} là {c} đồng. Nhân dịp năm học mới, cửa hàng giảm giá {k}%. Hỏi mua {t} "
        "đó phải trả bao nhiêu tiền?",
    ).format(t=thing, c=_money(price), k=percent)
    answer = f"{spaced(value)} đồng"
    one = price * 10
    solution = worked(
        (f"1% của {_money(price)} đồng là", f"{_money(price)} : 100 = {spaced(one)} (đồng)"),
        ("Số tiền được giảm là", f"{spaced(one)} × {percent} = {spaced(cut)} (đồng)"),
        ("Giá bán là", f"{_money(price)} - {spaced(cut)} = {spaced(value)} (đồng)"),
        answer=answer,
    )
    slips = tuple(
        f"{spaced(n)} đồng" for n in (cut, price * 1000 + cut, price * 1000 - percent * 1000)
    )
    return Draft(question, solution, answer, (price, percent), slips)


@family(number=32, grade=5, kind="quantity", topic="ratio")
def gia_ban_lai_lo(draw: Draw) -> Draft:
    """Giá bán khi biết giá mua và số phần trăm lãi hoặc lỗ."""
    thing, low, high = draw.pick(WARES)
    cost, percent = _deal(draw, low, high)
    won = draw.pick((True, False))
    change = cost * percent * 10
    value = cost * 1000 + (change if won else -change)
    question = (
        draw.template(
            "Một cửa hàng mua vào một {t} với giá {c} đồng và bán ra lãi {k}% giá mua. Hỏi cửa "
            "hàng bán {t} đó với giá bao nhiêu đồng?",
            "Giá mua vào của một {t} là {c} đồng. Cửa hàng muốn lãi {k}% giá mua thì phải bán "
            "với giá bao nhiêu đồng?",
            "Tính giá bán của một {t}, biết giá mua vào là {c} đồng và người bán được lãi {k}% "
            "giá mua.",
        )
        if won
        else draw.template(
            "Một cửa hàng mua vào một {t} với giá {c} đồng và bán ra bị lỗ {k}% giá mua. Hỏi cửa "
            "hàng bán {t} đó với giá bao nhiêu đồng?",
            "Giá mua vào của một {t} là {c} đồng. Cửa hàng bán {t} đó bị lỗ {k}% giá mua. Hỏi giá "
            "bán là bao nhiêu đồng?",
            "Tính giá bán của một {t}, biết giá mua vào là {c} đồng và người bán bị lỗ {k}% giá "
            "mua.",
        )
    ).format(t=thing, c=_money(cost), k=percent)
    answer = f"{spaced(value)} đồng"
    word, sign = ("lãi", "+") if won else ("lỗ", "-")
    solution = worked(
        (f"1% của {_money(cost)} đồng là", f"{_money(cost)} : 100 = {spaced(cost * 10)} (đồng)"),
        (f"Số tiền {word} là", f"{spaced(cost * 10)} × {percent} = {spaced(change)} (đồng)"),
        ("Giá bán là", f"{_money(cost)} {sign} {spaced(change)} = {spaced(value)} (đồng)"),
        answer=answer,
    )
    other = 2 * cost * 1000 - value
    slips = tuple(f"{spaced(n)} đồng" for n in (change, other, cost * 1000 + percent * 1000))
    return Draft(question, solution, answer, (won, cost, percent), slips)


@family(number=32, grade=5, kind="percent", topic="ratio")
def phan_tram_lai_lo(draw: Draw) -> Draft:
    """Số phần trăm lãi hoặc lỗ so với giá mua."""
    cost, percent = draw.pick(DEALS)
    won = draw.pick((True, False))
    change = cost * percent // 100
    sold = cost + change if won else cost - change
    thing = draw.pick([name for name, low, high in RESOLD if low <= cost <= high])
    question = (
        draw.template(
            "Một người mua một {t} giá {c} đồng rồi bán lại với giá {s} đồng. Hỏi người đó lãi "
            "bao nhiêu phần trăm giá mua?",
            "Một cửa hàng mua một {t} với giá {c} đồng và bán với giá {s} đồng. Tiền lãi bằng bao "
            "nhiêu phần trăm giá mua?",
            "Giá mua một {t} là {c} đồng, giá bán là {s} đồng. Tìm tỉ số phần trăm của tiền lãi "
            "và giá mua.",
        )
        if won
        else draw.template(
            "Một người mua một {t} giá {c} đồng rồi bán lại với giá {s} đồng. Hỏi người đó lỗ "
            "bao nhiêu phần trăm giá mua?",
            "Một cửa hàng mua một {t} với giá {c} đồng và bán với giá {s} đồng. Tiền lỗ bằng bao "
            "nhiêu phần trăm giá mua?",
            "Giá mua một {t} là {c} đồng, giá bán là {s} đồng. Tìm tỉ số phần trăm của tiền lỗ "
            "và giá mua.",
        )
    ).format(t=thing, c=_money(cost), s=_money(sold))
    answer = f"{percent}%"
    word = "lãi" if won else "lỗ"
    large, small = (sold, cost) if won else (cost, sold)
    ratio = fraction(Fraction(change, cost))
    reduced = "" if ratio == f"{change}/{cost}" else f" = {ratio}"
    hundred = "" if ratio.endswith("/100") else f" = {percent}/100"
    solution = worked(
        (f"Số tiền {word} là", f"{_money(large)} - {_money(small)} = {_money(change)} (đồng)"),
        (
            f"Tỉ số của {_money(change)} và {_money(cost)} là",
            f"{_money(change)} : {_money(cost)} = {change}/{cost}{reduced}",
        ),
        ("Tỉ số phần trăm là", f"{ratio}{hundred} = {percent}%"),
        answer=answer,
    )
    wrong = Fraction(change * 100, sold)
    rounded = f"{decimal(Fraction(round(wrong * 10), 10))}%"
    slips = (
        f"{100 + percent if won else 100 - percent}%",
        rounded,
        f"{change}%",
        f"{percent + 5}%",
    )
    return Draft(question, solution, answer, (cost, sold), slips)


@family(number=32, grade=5, kind="quantity", topic="ratio")
def lai_tiet_kiem(draw: Draw) -> Draft:
    """Tiền lãi, tiền gửi và lãi sau một tháng hoặc một năm gửi tiết kiệm."""
    (person,) = names(draw, 1)
    millions = draw.integer(2, 60) if draw.pick((True, False)) else draw.integer(2, 30) * 10
    yearly, both = draw.pick((True, False)), draw.pick((True, False))
    tenths = draw.pick((40, 50, 60, 70, 80)) if yearly else draw.pick((3, 4, 5, 6, 7, 8))
    rate, term = decimal(Fraction(tenths, 10)), "năm" if yearly else "tháng"
    interest = millions * 1000 * tenths
    question = (
        draw.template(
            "Bác {p} gửi tiết kiệm {m} đồng với lãi suất {r}% một {t}. Hỏi sau một {t} bác {p} "
            "có tất cả bao nhiêu tiền gửi và tiền lãi?",
            "Lãi suất tiết kiệm là {r}% một {t}. Bác {p} gửi {m} đồng. Tính tổng số tiền gửi và "
            "tiền lãi sau một {t}.",
            "Bác {p} gửi {m} đồng vào ngân hàng với lãi suất {r}% một {t}. Sau một {t}, cả tiền "
            "gửi và tiền lãi là bao nhiêu đồng?",
        )
        if both
        else draw.template(
            "Bác {p} gửi tiết kiệm {m} đồng với lãi suất {r}% một {t}. Hỏi sau một {t} bác {p} "
            "nhận được bao nhiêu tiền lãi?",
            "Lãi suất tiết kiệm là {r}% một {t}. Bác {p} gửi {m} đồng. Tính số tiền lãi sau một "
            "{t}.",
            "Bác {p} gửi {m} đồng vào ngân hàng với lãi suất {r}% một {t}. Sau một {t}, tiền lãi "
            "là bao nhiêu đồng?",
        )
    ).format(p=person, m=_money(millions * 1000), r=rate, t=term)
    one = spaced(millions * 10_000)
    steps = [
        (
            f"1% của {_money(millions * 1000)} đồng là",
            f"{_money(millions * 1000)} : 100 = {one} (đồng)",
        ),
        ("Số tiền lãi là", f"{one} × {rate} = {spaced(interest)} (đồng)"),
    ]
    total = millions * 1_000_000 + interest
    if both:
        steps.append(
            (
                "Tổng số tiền là",
                f"{_money(millions * 1000)} + {spaced(interest)} = {spaced(total)} (đồng)",
            )
        )
    value = total if both else interest
    other = interest if both else total
    wrong = (other, value * 10 if not both else total + interest * 9, millions * 1_000_000)
    slips = tuple(f"{spaced(n)} đồng" for n in wrong)
    answer = f"{spaced(value)} đồng"
    return Draft(question, worked(*steps, answer=answer), answer, (both, millions, rate), slips)
