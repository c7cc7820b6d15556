"""Takes the gold of a reference solution from what it declares last. Judges nothing."""

from mathpal.answers.claims import Claim, Reading, read
from mathpal.answers.decision import outgrown
from mathpal.answers.notation import next_number


def declared_answer(text: str) -> str | None:
    """Return the answer that a solution declares last, to take a gold from a reference solution.

    Args:
        text: a worked solution.

    Returns:
        "70 km", "B", "Số lớn: 30; số bé: 20"; None if nothing is declared.

    Example:
        >>> declared_answer("35 × 2 = 70 (km)\\nĐáp số: 70 km.")
        '70 km'
    """
    found = declared(read(text))
    return found[1] if found else None


def declared(reading: Reading) -> tuple[Claim, str] | None:
    """Return the claim that declares the answer of a solution, and the answer's text.

    A conclusion after which another result is worked out declares none.
    """
    claims = [c for c in reading.claims if c.polarity in ("asserted", "doubted")]
    final = [c for c in claims if c.role == "final"][::-1]
    weak = [c for c in claims if c.role == "conclusion" and not c.kinds][::-1]
    weak = [c for c in weak[:1] if not outgrown(c, reading)]
    for claim in (*final, *weak):
        if claim.letter:
            return claim, claim.letter
        if claim.text and (claim.linked or next_number(claim.text)):
            return claim, claim.block.replace("\n", "; ") or claim.text
        if claim.linked:
            return None
        if not claim.strong and claim.text:
            return claim, claim.text
    return None
