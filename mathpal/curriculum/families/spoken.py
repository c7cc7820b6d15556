"""Wordings of measured things for places without a number before them."""

from mathpal.curriculum.phrasing import SPOKEN


def spoken(noun: str) -> str:
    """Return the noun with its unit as a word: "ki-lô-gam gạo" for "kg gạo".

    Args:
        noun: a thing as written after a number; without a unit symbol it is returned unchanged.
    """
    unit, *thing = noun.split(" ", 1)
    return " ".join((SPOKEN.get(unit, unit), *thing))


def solved(noun: str) -> str:
    """Return the noun as solutions write it: like `spoken`, except that "m" and "km" stay.

    A base model may know only the words in the solutions of grades 1-4, and "mét" is not one of
    them.
    """
    said = spoken(noun)
    return noun if "mét" in said else said
