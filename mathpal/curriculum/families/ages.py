"""Ages: the difference of two people's ages never changes."""

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family

# (older, younger)
PEOPLE = (("mẹ", "con"), ("bố", "con"))
YOUNGEST_PARENT, OLDEST_PARENT = 20, 36  # at the child's birth
ELDEST_CHILD = 24

# (difference, times, years until then) and (difference, times, years since then).
LATER = [
    ((k - 1) * then, k, n)
    for k in range(3, 8)
    for then in range(4, 20)
    if YOUNGEST_PARENT <= (k - 1) * then <= OLDEST_PARENT
    for n in range(2, min(13, then - 2))
]
EARLIER = [
    ((k - 1) * then, k, n)
    for k in range(3, 10)
    for then in range(3, 20)
    if YOUNGEST_PARENT <= (k - 1) * then <= OLDEST_PARENT
    for n in range(2, min(13, ELDEST_CHILD + 1 - then))
]


def _both(people: tuple[str, str], old: int, young: int) -> str:
    return f"{people[0].capitalize()}: {old} tuổi; {people[1]}: {young} tuổi"


@family(number=38, grade=5, kind="pair", topic="word_problems", stratum="advanced")
def tinh_tuoi(draw: Draw) -> Draft:
    """Tính tuổi khi biết hiệu số tuổi và tỉ số tuổi ở một thời điểm khác."""
    people, later = draw.pick(PEOPLE), draw.pick((True, False))
    gap, times, years = draw.pick(LATER if later else EARLIER)
    then = gap // (times - 1)
    young = then - years if later else then + years
    old = young + gap
    if later:
        text = draw.template(
            "{M} hơn con {d} tuổi. Sau {n} năm nữa, tuổi {m} gấp {k} lần tuổi con. Tính tuổi mỗi "
            "người hiện nay.",
            "Hiện nay {m} hơn con {d} tuổi. Biết {n} năm nữa tuổi {m} sẽ gấp {k} lần tuổi con. Hỏi "
            "hiện nay mỗi người bao nhiêu tuổi?",
            "Tính tuổi của {m} và con hiện nay, biết {m} hơn con {d} tuổi và {n} năm nữa tuổi {m} "
            "gấp {k} lần tuổi con.",
        )
        when, sign = f"sau {years} năm", "-"
    else:
        text = draw.template(
            "{M} hơn con {d} tuổi. Trước đây {n} năm, tuổi {m} gấp {k} lần tuổi con. Tính tuổi mỗi "
            "người hiện nay.",
            "Hiện nay {m} hơn con {d} tuổi. Biết cách đây {n} năm tuổi {m} gấp {k} lần tuổi con. "
            "Hỏi hiện nay mỗi người bao nhiêu tuổi?",
            "Tính tuổi của {m} và con hiện nay, biết {m} hơn con {d} tuổi và {n} năm trước tuổi "
            "{m} gấp {k} lần tuổi con.",
        )
        when, sign = f"{years} năm trước", "+"
    question = text.format(M=people[0].capitalize(), m=people[0], d=gap, n=years, k=times)
    answer = _both(people, old, young)
    solution = worked(
        ("Hiệu số phần bằng nhau là", f"{times} - 1 = {times - 1} (phần)"),
        (f"Tuổi con {when} là", f"{gap} : {times - 1} = {then} (tuổi)"),
        ("Tuổi con hiện nay là", f"{then} {sign} {years} = {young} (tuổi)"),
        (f"Tuổi {people[0]} hiện nay là", f"{young} + {gap} = {old} (tuổi)"),
        answer=answer,
    )
    slips = (_both(people, then + gap, then), _both(people, young, old),
             _both(people, old + 2, young + 2))  # fmt: skip
    return Draft(question, solution, answer, (sign, gap, times, years), slips)


@family(number=38, grade=5, kind="pair", topic="word_problems", stratum="advanced")
def tinh_tuoi_biet_tong(draw: Draw) -> Draft:
    """Tính tuổi khi biết tổng số tuổi hiện nay và tỉ số tuổi ở một thời điểm khác."""
    people, later = draw.pick(PEOPLE), draw.pick((True, False))
    gap, times, years = draw.pick(LATER if later else EARLIER)
    then = gap // (times - 1)
    young = then - years if later else then + years
    total, total_then = 2 * young + gap, then * (times + 1)
    if later:
        text = draw.template(
            "Hiện nay tổng số tuổi của {m} và con là {t} tuổi. Sau {n} năm nữa, tuổi {m} gấp {k} "
            "lần tuổi con. Tính tuổi mỗi người hiện nay.",
            "Năm nay {m} và con có tổng số tuổi là {t}. Biết {n} năm nữa tuổi {m} sẽ gấp {k} lần "
            "tuổi con. Hỏi năm nay mỗi người bao nhiêu tuổi?",
            "Tính tuổi hiện nay của {m} và con, biết tổng số tuổi hiện nay là {t} tuổi và {n} năm "
            "nữa tuổi {m} gấp {k} lần tuổi con.",
        )
        when, sign, back = f"sau {years} năm", "+", "-"
    else:
        text = draw.template(
            "Hiện nay tổng số tuổi của {m} và con là {t} tuổi. Trước đây {n} năm, tuổi {m} gấp {k} "
            "lần tuổi con. Tính tuổi mỗi người hiện nay.",
            "Năm nay {m} và con có tổng số tuổi là {t}. Biết cách đây {n} năm tuổi {m} gấp {k} lần "
            "tuổi con. Hỏi năm nay mỗi người bao nhiêu tuổi?",
            "Tính tuổi hiện nay của {m} và con, biết tổng số tuổi hiện nay là {t} tuổi và {n} năm "
            "trước tuổi {m} gấp {k} lần tuổi con.",
        )
        when, sign, back = f"{years} năm trước", "-", "+"
    answer = _both(people, total - young, young)
    solution = worked(
        (
            f"Tổng số tuổi {when} là",
            f"{total} {sign} {years} {sign} {years} = {total_then} (tuổi)",
        ),
        ("Tổng số phần bằng nhau là", f"{times} + 1 = {times + 1} (phần)"),
        (f"Tuổi con {when} là", f"{total_then} : {times + 1} = {then} (tuổi)"),
        ("Tuổi con hiện nay là", f"{then} {back} {years} = {young} (tuổi)"),
        (f"Tuổi {people[0]} hiện nay là", f"{total} - {young} = {total - young} (tuổi)"),
        answer=answer,
    )
    slips = (_both(people, then * times, then), _both(people, young, total - young),
             _both(people, total - young - years, young + years))  # fmt: skip
    question = text.format(m=people[0], t=total, n=years, k=times)
    return Draft(question, solution, answer, (sign, total, times, years), slips)


@family(number=38, grade=5, kind="time", topic="word_problems", stratum="advanced")
def tuoi_gap_sau_may_nam(draw: Draw) -> Draft:
    """Sau hay trước mấy năm thì tuổi người này gấp mấy lần tuổi người kia."""
    people, later = draw.pick(PEOPLE), draw.pick((True, False))
    gap, times, years = draw.pick(LATER if later else EARLIER)
    then = gap // (times - 1)
    young = then - years if later else then + years
    if later:
        text = draw.template(
            "Năm nay {m} {a} tuổi, con {b} tuổi. Hỏi sau mấy năm nữa tuổi {m} gấp {k} lần tuổi "
            "con?",
            "Hiện nay con {b} tuổi và {m} {a} tuổi. Sau bao nhiêu năm nữa thì tuổi {m} gấp {k} lần "
            "tuổi con?",
            "{M} {a} tuổi còn con {b} tuổi. Tính số năm nữa để tuổi {m} gấp {k} lần tuổi con.",
        )
        last, wrong = f"{then} - {young}", then
    else:
        text = draw.template(
            "Năm nay {m} {a} tuổi, con {b} tuổi. Hỏi cách đây mấy năm tuổi {m} gấp {k} lần tuổi "
            "con?",
            "Hiện nay con {b} tuổi và {m} {a} tuổi. Cách đây bao nhiêu năm thì tuổi {m} gấp {k} "
            "lần tuổi con?",
            "{M} {a} tuổi còn con {b} tuổi. Tính xem cách đây mấy năm tuổi {m} gấp {k} lần tuổi "
            "con.",
        )
        last, wrong = f"{young} - {then}", then
    question = text.format(m=people[0], M=people[0].capitalize(), a=young + gap, b=young, k=times)
    answer = f"{years} năm"
    solution = worked(
        (f"Tuổi {people[0]} hơn tuổi con là", f"{young + gap} - {young} = {gap} (tuổi)"),
        ("Hiệu số phần bằng nhau là", f"{times} - 1 = {times - 1} (phần)"),
        ("Tuổi con lúc đó là", f"{gap} : {times - 1} = {then} (tuổi)"),
        ("Số năm là", f"{last} = {years} (năm)"),
        answer=answer,
    )
    slips = (f"{wrong} năm", f"{years + 1} năm", f"{years + 2} năm")
    return Draft(question, solution, answer, (young + gap, young, times), slips)
