"""The checks of an audit by their codes, in the order of the table."""

from typing import NamedTuple


class Check(NamedTuple):
    """One kind of finding.

    Attributes:
        group: the name in `fail_on`; several checks may share one.
        title: its row of the table.
        spoils: whether it excludes a row from the checkable subset.
    """

    group: str
    title: str
    spoils: bool


class Finding(NamedTuple):
    """A check that a row fails: the code in `CHECKS`, and the details as a message."""

    code: str
    message: str


CHECKS: dict[str, Check] = {
    "unreadable": Check("unreadable", "row cannot be read, or has no question or solution", True),
    "refused": Check("unreadable", "row refused by the source for another reason", True),
    "replacement": Check("damaged", "encoding: replacement characters (U+FFFD)", True),
    "mojibake": Check("damaged", "encoding: UTF-8 read as Latin-1", True),
    "tcvn3": Check("damaged", "encoding: TCVN3 (ABC) font text", True),
    "vni": Check("damaged", "encoding: VNI font text", True),
    "question_marks": Check("damaged", "encoding: letters lost to question marks", True),
    "bad_utf8": Check("damaged", "encoding: bytes that are not UTF-8", True),
    "nfd": Check("typing", "decomposed letters (NFD)", False),
    "invisible": Check("typing", "invisible characters (zero-width, control)", False),
    "markup": Check("typing", "HTML tags or entities", False),
    "duplicate_exact": Check("duplicates", "duplicate question: exact", True),
    "duplicate_wording": Check(
        "duplicates", "duplicate question: but for label, case, spaces, punctuation", True
    ),
    "duplicate_masked": Check("variants", "same question with other numbers", False),
    "duplicate_near": Check("variants", "near-duplicate (80 % of its 5-grams)", False),
    "leak_exact": Check("leakage", "held out, stands in train: exact", False),
    "leak_parameters": Check("leakage", "held out, stands in train: same parameters", False),
    "leak_masked": Check("leakage", "held out, stands in train: with other numbers", False),
    "leak_formula": Check(
        "leakage", "held out, stands in train: same formula in other words", False
    ),
    "leak_near": Check("leakage", "held out, stands in train: 50 % of its 5-grams", False),
    "leak_run": Check("overlap", "held out, shares a run of 13 words with train", False),
    "gives_away": Check("dropped", "a run drops the row: it gives a held-out one away", False),
    "image": Check("images", "image in question or solution", True),
    "letter": Check("letters", "gold is a letter A-D", False),
    "options_missing": Check("options", "gold is a letter, the question lists no options", True),
    "truncated_solution": Check("truncated", "solution ends amid a sentence or formula", True),
    "truncated_question": Check("truncated", "question has an unclosed formula", True),
    "at_limit": Check("truncated", "text ends at a length limit that many rows share", True),
    "no_solution": Check(
        "truncated", "solution says that there is none, or is a letter only", False
    ),
    "displaced": Check(
        "displaced", "question holds the working, the solution only the answer", True
    ),
    "not_vietnamese": Check("language", "not Vietnamese", True),
    "unmarked": Check("language", "Vietnamese without its marks", True),
    "not_maths": Check("maths", "not mathematics", True),
    "no_gold": Check("ungraded", "no declared answer", True),
    "unparsable_gold": Check("gold", "declared answer that cannot be parsed", True),
    "early_answer": Check("gold", "the answer is declared, then the working continues", True),
    "contradicts": Check("contradictions", "solution declares other answers than its gold", True),
    "step_invalid": Check("steps", "an equation of the solution is wrong", True),
    "not_reached": Check("steps", "the answer stands nowhere in the working", True),
}
GROUPS = tuple(dict.fromkeys([*(check.group for check in CHECKS.values()), "unusable"]))
PER_HELD_OUT = ("leakage", "overlap")  # groups whose share refers to the held-out rows


def spoils(findings: list[Finding]) -> bool:
    """Whether these findings exclude a row from the checkable subset."""
    return any(CHECKS[finding.code].spoils for finding in findings)
