"""Find rows that repeat others, within the data and between its splits."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mathpal.data.apart import user_turns
from mathpal.data.audit.entries import Entry
from mathpal.data.audit.findings import Finding
from mathpal.data.cleaning import masked
from mathpal.data.leakage import find_leaks, plain, wording
from mathpal.data.ngrams import Contained, contained, shared_run
from mathpal.data.sieve import asked_text, copy_text
from mathpal.problems import Problem

NEAR_DUPLICATE = 0.8  # share of the 5-grams
Findings = dict[int, list[Finding]]


def duplicate_findings(entries: Sequence[Entry]) -> Findings:
    """Find every row that repeats an earlier one, by each measure. The first row has no finding.

    "Exact" and "but for typing" compare the texts by which sources find copies
    (`mathpal.data.sieve.copy_text`). Variants are compared by all turns before the answer.
    Generated rows, which have parameters, are compared by exact text only, because rows of one
    family differ only in numbers by design.
    """
    found: Findings = defaultdict(list)
    problems = {i: entry.problem for i, entry in enumerate(entries) if entry.problem is not None}
    external = {i: problem for i, problem in problems.items() if not problem.parameters}
    _repeats(found, entries, _keyed(problems, copy_text, plain), "duplicate_exact")
    _repeats(found, entries, _keyed(external, copy_text, wording), "duplicate_wording")
    asked = {i: external[i] for i in first_pairs(external)}
    _repeats(found, entries, _keyed(asked, asked_text, masked), "duplicate_masked")
    indices = list(asked)
    for text, other, share in _later([asked_text(problem) for problem in asked.values()]):
        message = f"{100 * share:.0f} % of its 5-grams stand in row {entries[indices[other]].row}"
        found[indices[text]].append(Finding("duplicate_near", message))
    for index, entry in enumerate(entries):
        if entry.fault is not None and entry.fault.code == "duplicate":
            found[index].append(Finding("duplicate_exact", entry.fault.message))
    return found


def first_pairs(problems: Mapping[int, Problem]) -> list[int]:
    """Return the keys of all problems except later preference pairs of the same question.

    Several pairs of one question are intended.
    """
    seen: set[str] = set()
    kept = []
    for key, problem in problems.items():
        asked = plain(problem.question)
        if problem.rejected is None or asked not in seen:
            kept.append(key)
        seen.add(asked)
    return kept


def _later(questions: Sequence[str]) -> list[Contained]:
    """The near-duplicates without the first row of every connected group."""
    pairs = contained(questions, share=NEAR_DUPLICATE)
    group = list(range(len(questions)))

    def root(text: int) -> int:
        while group[text] != text:
            group[text] = group[group[text]]
            text = group[text]
        return text

    best = {pair.text: pair for pair in pairs}
    for pair in pairs:
        one, other = sorted((root(pair.text), root(pair.other)))
        group[other] = one
        # The longer of two texts contains the shorter one, but not vice versa.
        best.setdefault(pair.other, Contained(pair.other, pair.text, pair.share))
    return [best[text] for text in sorted(best) if root(text) != text]


def _keyed(
    problems: Mapping[int, Problem], text: Callable[[Problem], str], key: Callable[[str], str]
) -> dict[int, str]:
    return {index: key(text(problem)) for index, problem in problems.items()}


def _repeats(found: Findings, entries: Sequence[Entry], keys: Mapping[int, str], code: str) -> None:
    first: dict[str, int] = {}
    for index, name in keys.items():
        if name and first.setdefault(name, index) != index:
            found[index].append(Finding(code, f"as row {entries[first[name]].row}"))


def leak_findings(entries: Sequence[Entry]) -> Findings:
    """Find every held-out row that occurs in the training split, by the clearest measure.

    Training rows that a run drops because of a leak count here, since the data contains them.
    """
    train, held = _once(entries, ("train",)), _once(entries, ("validation", "test"))
    test = [p for p in held if entries[int(p.id)].split == "test"]
    found: Findings = defaultdict(list)
    leaks = {leak.held_out: leak for leak in find_leaks(user_turns(train), test)}
    leaks |= {leak.held_out: leak for leak in find_leaks(train, held)}
    for leak in leaks.values():
        share = f", {100 * leak.share:.0f} % of its 5-grams" if leak.kind == "near" else ""
        message = f"row {entries[int(leak.train)].row}{share}"
        found[int(leak.held_out)].append(Finding(f"leak_{leak.kind}", message))
    external = [[p for p in part if not p.parameters] for part in (held, train)]
    for text, other in shared_run(*([asked_text(p) for p in part] for part in external)).items():
        message = f"row {entries[int(external[1][other].id)].row}"
        found[int(external[0][text].id)].append(Finding("leak_run", message))
    return found


def _once(entries: Sequence[Entry], splits: Sequence[str]) -> list[Problem]:
    """The problems of these splits without copies; their ids are the indices of the entries."""
    chosen: dict[str, Problem] = {}
    for index, entry in enumerate(entries):
        used = entry.fault is None or entry.split == "train"
        if entry.problem is not None and entry.split in splits and used:
            problem = replace(entry.problem, id=str(index))
            chosen.setdefault(copy_text(problem), problem)
    return list(chosen.values())
