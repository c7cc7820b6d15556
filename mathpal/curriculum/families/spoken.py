"""Wordings of measured things for places without a number before them."""

from mathpal.curriculum.phrasing import SPOKEN


def spoken(noun: str) -> str:
    """Return the noun with its unit as a word: "ki-lô-gam gạo" for "kg gạo".

    Args:
        noun: a thing as written after a number; without a unit symbol it is returned unchanged.
    """
    unit, *thing = noun.split(" ", 1)
    return " ".join((SPOKEN.get(unit, unit), *thing))
