"""Families on the neighbours of a whole number: one more, one less, the one between."""

from mathpal.curriculum.layouts import reasoned
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced


def _neighbour(draw: Draw, number: int) -> Draft:
    """Return a problem about the number before or after another, or between two numbers."""
    side = draw.pick(("trước", "sau", "giữa"))
    if side == "giữa":
        number -= number == 99  # keeps the answer at two digits
        text = draw.template(
            "Số nào ở giữa số {a} và số {b}?",
            "Viết số thích hợp vào chỗ chấm: {a}; ...; {b}",
            "Đếm thêm 1: {a}, ..., {b}. Số còn thiếu là số nào?",
        )
        value, step = number + 1, f"{spaced(number)} + 1 = {spaced(number + 1)}"
    else:
        text = draw.template(
            "Số liền {s} của {a} là số nào?",
            "Tìm số liền {s} của số {a}.",
            "Viết số liền {s} của số {a}.",
            "Số nào đứng liền {s} số {a}?",
        )
        value = number + (1 if side == "sau" else -1)
        step = f"{spaced(number)} {'+' if side == 'sau' else '-'} 1 = {spaced(value)}"
    answer = spaced(value)
    question = text.format(a=spaced(number), b=spaced(number + 2), s=side)
    slips = (spaced(2 * number - value), spaced(number), spaced(value + 10))
    return Draft(question, reasoned(step, answer=answer), answer, (side, number), slips)


@family(number=3, grade=2, kind="integer", topic="numbers")
def so_lien_truoc_lien_sau(draw: Draw) -> Draft:
    """Số liền trước, số liền sau trong phạm vi 100."""
    return _neighbour(draw, draw.integer(1, 99))


@family(number=3, grade=3, kind="integer", topic="numbers")
def so_lien_ke(draw: Draw) -> Draft:
    """Số liền trước, số liền sau của số có bốn, năm chữ số."""
    unit = draw.pick((10, 100, 1_000, 10_000))
    near = unit * draw.integer(max(1, 1_000 // unit), 90_000 // unit) + draw.integer(-1, 1)
    return _neighbour(draw, draw.pick((near, draw.integer(1_000, 99_990))))
