"""Chooses the worked examples that tell a reader most about a run.

Knows the graded rows of samples.jsonl; grades nothing itself.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

# Number wanted of each kind. Places left over go to the kinds in this order.
_QUOTA = {
    "newly right": 4,
    "newly wrong": 3,
    "both wrong": 3,
    "wrong": 0,
    "right": 0,
    "both right": 0,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One system's response to one problem, and its grade.

    Attributes:
        layout_only: whether it counts as wrong for its layout alone.
        failure: why it is wrong; "" if it is right or an older run did not say.
        claims: what it declares, concludes, corrects and doubts, as "line 6: declares 14 kg".
    """

    verdict: str
    extracted: str
    response: str
    explanation: str
    tokens: int | None
    layout_only: bool
    failure: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """One problem with the answers of the evaluated systems.

    Attributes:
        kind: "newly right", "newly wrong", "both wrong", "both right"; "right" or "wrong" if
            only one system was evaluated.
        base: the base model's answer; None if it was not evaluated.
        tuned: the tuned model's answer; None if it was not evaluated.
    """

    id: str
    family: str
    cohort: str
    question: str
    gold: str
    kind: str
    base: Answer | None
    tuned: Answer | None


def pair(samples: Iterable[dict[str, Any]]) -> list[Example]:
    """Pair the two systems' answers to each problem.

    Args:
        samples: the objects of samples.jsonl; if a system answered twice, the last row counts.

    Raises:
        ValueError: a row names another system than "base" or "tuned".
    """
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for sample in samples:
        if sample["system"] not in ("base", "tuned"):
            raise ValueError(f"system is {sample['system']!r}, expected 'base' or 'tuned'")
        rows.setdefault(str(sample["id"]), {})[sample["system"]] = sample
    examples = []
    for name, answers in rows.items():
        asked = answers.get("tuned") or answers["base"]
        base, tuned = (_answer(answers.get(system)) for system in ("base", "tuned"))
        examples.append(
            Example(
                id=name,
                family=str(asked.get("family") or ""),
                cohort=str(asked.get("cohort") or ""),
                question=str(asked.get("question") or ""),
                gold=_text(asked.get("gold")),
                kind=_kind(base, tuned),
                base=base,
                tuned=tuned,
            )
        )
    return examples


def choose(examples: Sequence[Example], *, count: int = 10) -> list[Example]:
    """Pick informative examples, spread over kinds and families.

    Ties are broken by a hash of the problem's id. The choice is therefore the same each time the
    page is written, and it does not favour the easy problems at the start of a file.

    Args:
        examples: every problem that was answered.
        count: largest number to pick, 1 or more.
    """
    waiting = {kind: [e for e in examples if e.kind == kind] for kind in _QUOTA}
    used: Counter[str] = Counter()
    chosen: list[Example] = []

    def take(kind: str, wanted: int) -> None:
        for _ in range(min(wanted, len(waiting[kind]), count - len(chosen))):
            best = min(waiting[kind], key=lambda e: (used[e.family], _order(e.id)))
            waiting[kind].remove(best)
            used[best.family] += 1
            chosen.append(best)

    for kind, wanted in _QUOTA.items():
        take(kind, wanted)
    for kind in _QUOTA:
        take(kind, count)
    kinds = list(_QUOTA)
    return sorted(chosen, key=lambda e: kinds.index(e.kind))


def tally(examples: Iterable[Example]) -> list[tuple[str, int]]:
    """Count the problems of each kind, most interesting kind first; empty kinds are left out."""
    counts = Counter(example.kind for example in examples)
    return [(kind, counts[kind]) for kind in _QUOTA if counts[kind]]


def _kind(base: Answer | None, tuned: Answer | None) -> str:
    if base is None or tuned is None:
        only = tuned or base
        assert only is not None, "a problem without any answer was paired"
        return "right" if only.verdict == "correct" else "wrong"
    before, after = base.verdict == "correct", tuned.verdict == "correct"
    if before == after:
        return "both right" if before else "both wrong"
    return "newly right" if after else "newly wrong"


def _answer(row: dict[str, Any] | None) -> Answer | None:
    if row is None:
        return None
    tokens = row.get("tokens")
    return Answer(
        verdict=str(row["verdict"]),
        extracted=_text(row.get("extracted")),
        response=_text(row.get("response")),
        explanation=_text(row.get("explanation")),
        tokens=tokens if isinstance(tokens, int) else None,
        layout_only=row["verdict"] != "correct" and row.get("verdict_lenient") == "correct",
        failure=_text(row.get("failure")),
        claims=tuple(_claim(claim) for claim in row.get("claims") or ()),
    )


_ROLES = {
    "final": "declares",
    "conclusion": "concludes",
    "connective": "goes from one step to",
    "correction": "corrects itself:",
    "doubt": "doubts:",
    "check": "checks:",
    "aside": "remarks:",
}


def _claim(claim: dict[str, Any]) -> str:
    """Return one claim in words: "line 6: declares 14 kg"."""
    meant = "" if claim["polarity"] == "asserted" else f" ({claim['polarity']})"
    role = _ROLES.get(claim["role"], claim["role"])
    return f"line {claim['line']}: {role} {claim['text']}{meant}".rstrip()


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _order(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
