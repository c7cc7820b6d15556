"""Measured things as they are said where no number stands before them."""

from mathpal.curriculum.phrasing import SPOKEN


def spoken(noun: str) -> str:
    """The noun with its unit as a word: "kg gạo" is said "ki-lô-gam gạo".

    Args:
        noun: a thing as it stands after a number; one without a unit symbol stays as it is.
    """
    unit, *thing = noun.split(" ", 1)
    return " ".join((SPOKEN.get(unit, unit), *thing))


def solved(noun: str) -> str:
    """The noun as the sentences of solutions say it: as `spoken`, but "m" and "km" stay.

    The words of the solutions of grades 1-4 are those that a base model knows to write, and
    "mét" is none of them.
    """
    said = spoken(noun)
    return noun if "mét" in said else said
