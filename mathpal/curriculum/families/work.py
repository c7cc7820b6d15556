"""Joint work and water taps (công việc chung, vòi nước), solved by the share per unit of time."""

from fractions import Fraction
from math import lcm

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import fraction

LARGEST_DENOMINATOR = 90


def _pairs(sign: int, *, whole: bool) -> list[tuple[int, int]]:
    """Return pairs of times a < b, each alone, whose joint time is easy.

    Args:
        sign: 1 if both work together, -1 if the slower undoes the faster's work.
        whole: whether the joint time is whole; else it is above one hour and whole in minutes.
    """
    found = []
    for a in range(2, 37):
        for b in range(a + 1, 91):
            joint = 1 / (Fraction(1, a) + sign * Fraction(1, b))
            if lcm(a, b) > LARGEST_DENOMINATOR or joint > LARGEST_DENOMINATOR:
                continue
            if joint.denominator == 1:
                found += [(a, b)] if whole else []
            elif not whole and 60 % joint.denominator == 0 and joint > 1 and b <= 24:
                found.append((a, b))
    return found


WHOLE = _pairs(1, whole=True)
BROKEN = _pairs(1, whole=False)
SHORT = [pair for pair in WHOLE if pair[1] <= 36]  # hours
DRAINED = [pair for pair in _pairs(-1, whole=True) if pair[0] <= 24 or pair[0] % 5 == 0]


def _joined(a: int, b: int, sign: str) -> tuple[str, Fraction]:
    """Return `1/a ± 1/b` brought to one denominator and reduced, and its value."""
    below = lcm(a, b)
    top = below // a + below // b if sign == "+" else below // a - below // b
    value = Fraction(top, below)
    shown = f"1/{a} {sign} 1/{b} = {below // a}/{below} {sign} {below // b}/{below} = {top}/{below}"
    return shown + (f" = {fraction(value)}" if value.denominator != below else ""), value


def _time(value: Fraction, unit: str) -> str:
    if value.denominator == 1:
        return f"{value} {unit}"
    hours, minutes = divmod(int(value * 60), 60)
    return f"{hours} giờ {minutes} phút"


def _draft(
    question: str, steps: list[tuple[str, str]], value: Fraction, parameters: tuple[object, ...],
    wrong: tuple[Fraction | int, ...],
) -> Draft:  # fmt: skip
    """Return a draft whose last step finds `value`, in the unit that is the last parameter."""
    unit = str(parameters[-1])
    answer = _time(value, unit)
    if value.denominator != 1:
        steps = [*steps, ("Đổi ra giờ và phút", f"{fraction(value)} giờ = {answer}")]
    slips = (*(_time(Fraction(x), unit) for x in wrong if x > 0), _time(value + 1, unit))
    return Draft(question, worked(*steps, answer=answer), answer, parameters, slips)


def _asked(who: str, whole: str) -> str:
    return f"Thời gian {who} {'chảy đầy bể' if whole == 'bể' else 'làm xong công việc'} là"


def _together(draw: Draw, texts: str, who: tuple[str, str, str], deed: str, whole: str) -> Draft:
    """Return a problem about the joint time; `who` names the first, the second and both."""
    units = ("giờ", "ngày") if whole == "công việc" else ("giờ", "phút")
    unit = draw.pick((*units, "giờ"))
    table = draw.pick((SHORT, BROKEN, BROKEN)) if unit == "giờ" else WHOLE
    a, b = draw.pick(table)
    shown, share = _joined(a, b, "+")
    value = 1 / share
    steps = [
        (f"Một {unit} {who[0]} {deed} là", f"1 : {a} = 1/{a} ({whole})"),
        (f"Một {unit} {who[1]} {deed} là", f"1 : {b} = 1/{b} ({whole})"),
        (f"Một {unit} {who[2]} {deed} là", f"{shown} ({whole})"),
        (_asked(who[2], whole), f"1 : {fraction(share)} = {fraction(value)} ({unit})"),
    ]
    return _draft(
        texts.format(a=a, b=b, o=unit), steps, value, ("cùng", a, b, unit), (a + b, b - a)
    )


def _alone(draw: Draw, texts: str, who: tuple[str, str, str], deed: str, whole: str) -> Draft:
    """Return a problem about the time of the second alone, given joint time and first's time."""
    unit = draw.pick(("giờ", "ngày") if whole == "công việc" else ("giờ", "phút"))
    pair = draw.pick(SHORT if unit == "giờ" else WHOLE)
    first, other = pair if draw.pick((True, False)) else pair[::-1]
    joint = first * other // (first + other)
    shown, share = _joined(joint, first, "-")
    steps = [
        (f"Một {unit} {who[2]} {deed} là", f"1 : {joint} = 1/{joint} ({whole})"),
        (f"Một {unit} {who[0]} {deed} là", f"1 : {first} = 1/{first} ({whole})"),
        (f"Một {unit} {who[1]} {deed} là", f"{shown} ({whole})"),
        (_asked(who[1], whole), f"1 : {fraction(share)} = {other} ({unit})"),
    ]
    return _draft(
        texts.format(a=first, t=joint, o=unit), steps, Fraction(other),
        ("một mình", first, joint, unit), (first - joint, first + joint),
    )  # fmt: skip


def _drained(draw: Draw) -> Draft:
    a, b = draw.pick(DRAINED)
    unit = draw.pick(("giờ", "phút")) if b <= 24 else "phút"
    shown, share = _joined(a, b, "-")
    value = 1 / share
    question = draw.template(
        "Vòi thứ nhất chảy đầy một bể trong {a} {o}. Vòi thứ hai tháo hết nước của bể đầy trong "
        "{b} {o}. Bể không có nước, mở cả hai vòi thì sau bao lâu bể đầy?",
        "Một bể có vòi thứ nhất chảy vào, {a} {o} thì đầy bể, và vòi thứ hai chảy ra, {b} {o} thì "
        "hết bể nước đầy. Bể đang cạn, nếu mở cả hai vòi cùng một lúc thì sau bao lâu bể đầy?",
        "Khi bể cạn, mở vòi thứ nhất thì {a} {o} bể đầy. Khi bể đầy, mở vòi thứ hai thì {b} {o} bể "
        "cạn. Bể đang cạn, tính thời gian để bể đầy nước khi mở cả hai vòi.",
    ).format(a=a, b=b, o=unit)
    steps = [
        (f"Một {unit} vòi thứ nhất chảy được là", f"1 : {a} = 1/{a} (bể)"),
        (f"Một {unit} vòi thứ hai chảy ra là", f"1 : {b} = 1/{b} (bể)"),
        (f"Một {unit} trong bể có thêm là", f"{shown} (bể)"),
        ("Thời gian để bể đầy nước là", f"1 : {fraction(share)} = {fraction(value)} ({unit})"),
    ]
    return _draft(question, steps, value, ("tháo", a, b, unit), (b - a, a + b))


@family(number=41, grade=5, kind="time", topic="word_problems", stratum="advanced")
def voi_nuoc(draw: Draw) -> Draft:
    """Bài toán vòi nước chảy vào bể."""
    task = draw.pick(("cùng", "cùng", "một mình", "tháo"))
    if task == "tháo":
        return _drained(draw)
    who = ("vòi thứ nhất", "vòi thứ hai", "cả hai vòi")
    if task == "cùng":
        texts = draw.template(
            "Vòi thứ nhất chảy một mình thì {a} {o} đầy bể, vòi thứ hai chảy một mình thì {b} {o} "
            "đầy bể. Hỏi cả hai vòi cùng chảy vào bể không có nước thì sau bao lâu đầy bể?",
            "Có hai vòi nước chảy vào một bể cạn. Vòi thứ nhất chảy đầy bể trong {a} {o}, vòi thứ "
            "hai chảy đầy bể trong {b} {o}. Nếu mở cả hai vòi thì bể đầy sau bao lâu?",
            "Để chảy đầy bể, riêng vòi thứ nhất cần {a} {o}, riêng vòi thứ hai cần {b} {o}. Tính "
            "thời gian để hai vòi cùng chảy đầy bể.",
        )
        return _together(draw, texts, who, "chảy được", "bể")
    texts = draw.template(
        "Hai vòi nước cùng chảy vào một bể cạn thì sau {t} {o} đầy bể. Vòi thứ nhất chảy một mình "
        "thì {a} {o} đầy bể. Hỏi vòi thứ hai chảy một mình thì bao lâu đầy bể?",
        "Vòi thứ nhất chảy đầy bể trong {a} {o}. Nếu cả hai vòi cùng chảy thì bể đầy sau {t} {o}. "
        "Hỏi riêng vòi thứ hai chảy đầy bể trong bao lâu?",
        "Cả hai vòi cùng chảy thì đầy bể trong {t} {o}, riêng vòi thứ nhất chảy đầy bể trong {a} "
        "{o}. Tính thời gian để riêng vòi thứ hai chảy đầy bể.",
    )
    return _alone(draw, texts, who, "chảy được", "bể")


@family(number=41, grade=5, kind="time", topic="word_problems", stratum="advanced")
def cong_viec_chung(draw: Draw) -> Draft:
    """Bài toán làm chung công việc."""
    one, other, both = draw.pick((
        ("người thứ nhất", "người thứ hai", "cả hai người"),
        ("đội Một", "đội Hai", "cả hai đội"),
        ("máy thứ nhất", "máy thứ hai", "cả hai máy"),
        ("anh", "em", "cả hai anh em"),
        ("bác Nam", "bác Hải", "cả hai bác"),
    ))  # fmt: skip
    who, first = (one, other, both), one[0].upper() + one[1:]
    if draw.pick((True, True, False)):
        texts = draw.template(
            "{F} làm một mình xong công việc trong {a} {o}, {g} làm một mình xong công việc đó "
            "trong {b} {o}. Hỏi {h} cùng làm thì sau bao lâu xong công việc?",
            "Một công việc nếu {f} làm riêng thì mất {a} {o}, {g} làm riêng thì mất {b} {o}. Hỏi "
            "{h} làm chung thì xong công việc đó trong bao lâu?",
            "Để làm xong một công việc, {f} cần {a} {o}, {g} cần {b} {o}. Tính thời gian để {h} "
            "cùng làm xong công việc đó.",
        )
        solve = _together
    else:
        texts = draw.template(
            "{H} cùng làm thì {t} {o} xong một công việc. Nếu {f} làm một mình thì {a} {o} mới "
            "xong. Hỏi {g} làm một mình thì bao lâu xong công việc đó?",
            "Một công việc {h} làm chung thì mất {t} {o}, {f} làm riêng thì mất {a} {o}. Hỏi {g} "
            "làm riêng thì xong công việc đó trong bao lâu?",
            "{F} làm một mình xong công việc trong {a} {o}. Nếu làm cùng {g} thì xong trong {t} "
            "{o}. Tính thời gian để {g} làm một mình xong công việc đó.",
        )
        solve = _alone
    for hole, name in (("{F}", first), ("{f}", one), ("{g}", other), ("{h}", both)):
        texts = texts.replace(hole, name)
    texts = texts.replace("{H}", both[0].upper() + both[1:])
    return solve(draw, texts, who, "làm được", "công việc")
