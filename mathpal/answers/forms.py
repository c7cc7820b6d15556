"""Judges how a right number is written: reduced, as a fraction, decimal or mixed number."""

from mathpal.answers.asking import Asked
from mathpal.answers.records import Quantity


def judge_form(quantity: Quantity, target: Quantity, asked: Asked) -> tuple[str, str]:
    """Return the verdict on a right value's form, and the reason.

    Args:
        quantity: the declared quantity.
        target: the gold's quantity.
        asked: the question's demands.
    """
    form, whole = quantity.form, quantity.value.denominator == 1
    if asked.form == "same" and target.shown and quantity.shown != target.shown:
        return "wrong_form", f"expected {target.shown}"
    if target.reduced and not quantity.reduced:
        return "wrong_form", "the fraction can still be reduced"
    wrong = {
        "reduced": target.form == "fraction" and form not in ("fraction", "integer"),
        "fraction": target.form == "fraction" and form != "fraction" and not whole,
        "decimal": target.form == "decimal" and form != "decimal",
        "mixed": target.form == "mixed" and form != "mixed",
    }.get(asked.form, False)
    if wrong:
        return "wrong_form", f"the question asks for the form {asked.form!r}"
    return "correct", "value, unit and form agree"
