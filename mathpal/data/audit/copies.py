"""Which rows repeat others, within the data and between its splits."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from mathpal.data.audit.entries import Entry
from mathpal.data.audit.findings import Finding
from mathpal.data.cleaning import masked
from mathpal.data.leakage import find_leaks, plain, wording
from mathpal.data.ngrams import Contained, contained, shared_run
from mathpal.problems import Problem

NEAR_DUPLICATE = 0.8  # share of the 5-grams
Findings = dict[int, list[Finding]]


def duplicate_findings(entries: Sequence[Entry]) -> Findings:
    """Every row that repeats an earlier one, by each measure; the first row is not named.

    Generated rows, which have parameters, are compared by exact text only: one family's rows
    differ in nothing but numbers by design.
    """
    found: Findings = defaultdict(list)
    readable = [index for index, entry in enumerate(entries) if entry.fault is None]
    foreign = [index for index in readable if not entries[index].parameters]
    _repeats(found, entries, readable, "duplicate_exact", plain)
    _repeats(found, entries, foreign, "duplicate_wording", wording)
    _repeats(found, entries, foreign, "duplicate_masked", masked)
    for text, other, share in _later([entries[index].question for index in foreign]):
        message = f"{100 * share:.0f} % of its 5-grams stand in row {entries[foreign[other]].row}"
        found[foreign[text]].append(Finding("duplicate_near", message))
    for index, entry in enumerate(entries):
        if entry.fault is not None and entry.fault.code == "duplicate":
            found[index].append(Finding("duplicate_exact", entry.fault.message))
    return found


def _later(questions: Sequence[str]) -> list[Contained]:
    """The near-duplicates, leaving out the first row of every group that hangs together."""
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
        # The longer of two holds the shorter one, but not the other way about.
        best.setdefault(pair.other, Contained(pair.other, pair.text, pair.share))
    return [best[text] for text in sorted(best) if root(text) != text]


def _repeats(
    found: Findings,
    entries: Sequence[Entry],
    indices: Sequence[int],
    code: str,
    key: Callable[[str], str],
) -> None:
    first: dict[str, int] = {}
    for index in indices:
        name = key(entries[index].question)
        if name and first.setdefault(name, index) != index:
            found[index].append(Finding(code, f"as row {entries[first[name]].row}"))


def leak_findings(entries: Sequence[Entry]) -> Findings:
    """Every held-out row that stands in the training split, by the clearest measure."""
    parts: dict[bool, dict[str, int]] = {True: {}, False: {}}
    for index, entry in enumerate(entries):
        if entry.split:
            parts[entry.split == "train"].setdefault(entry.question, index)
    train, held = (list(parts[part].values()) for part in (True, False))
    found: Findings = defaultdict(list)
    for leak in find_leaks(
        [_problem(entries[index], index) for index in train],
        [_problem(entries[index], index) for index in held],
    ):
        share = f", {100 * leak.share:.0f} % of its 5-grams" if leak.kind == "near" else ""
        message = f"row {entries[int(leak.train)].row}{share}"
        found[int(leak.held_out)].append(Finding(f"leak_{leak.kind}", message))
    foreign = [[i for i in part if not entries[i].parameters] for part in (held, train)]
    texts = [[entries[i].question for i in part] for part in foreign]
    for text, other in shared_run(*texts).items():
        message = f"row {entries[foreign[1][other]].row}"
        found[foreign[0][text]].append(Finding("leak_run", message))
    return found


def _problem(entry: Entry, index: int) -> Problem:
    family, _, parameters = entry.parameters.partition("\x1f")
    return Problem(str(index), entry.question, entry.solution, family=family, parameters=parameters)
