"""Builds the problems of the page of a comparison: every question with all systems' answers.

Knows graded samples; grades nothing.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mathpal.reporting import labels
from mathpal.reporting.compare_inputs import Inputs
from mathpal.reporting.compare_records import Compared, Pair, Sample
from mathpal.reporting.compare_tables import group_title
from mathpal.reporting.numbers import Language

FLIPS = 20  # problems that a list of flips names
_EXCERPT = 110  # characters of a question in such a list


class Answer(NamedTuple):
    """One system's answer.

    Attributes:
        style: "good", "bad", "open" for what cannot be judged, or "lost" for no answer.
        sign, verdict: what the checker found, as a sign and in words.
        notes: what else is to be known, in a word or two each.
        tags: by which the page filters.
    """

    system: str
    style: str
    sign: str
    verdict: str
    notes: list[str]
    tags: str
    sample: Sample


class Problem(NamedTuple):
    """One problem; `title` is that of its family, or its id."""

    number: int
    id: str
    title: str
    grade: int | None
    topic: str
    family: str
    question: str
    gold: str
    answers: list[Answer]


class Flips(NamedTuple):
    """What a pair answers differently: (number, excerpt of the question) of some problems.

    Attributes:
        won, lost: the problems that only the second, only the first answers correctly.
        more_won, more_lost: how many further ones there are.
        go: the filters of both, as the page's fragment.
    """

    first: str
    second: str
    won: list[tuple[int, str]]
    lost: list[tuple[int, str]]
    more_won: int
    more_lost: int
    go: tuple[str, str]


class Option(NamedTuple):
    """One choice of a filter."""

    value: str
    text: str


def problems(inputs: Inputs, language: Language) -> list[Problem]:
    """Return all problems in their order."""
    names = [one["name"] for one in inputs.compared["systems"]]
    titles = {
        group["name"]: group["title"]
        for group in inputs.compared["groups"]
        if group["kind"] == "family"
    }
    found = []
    for number, (id, own) in enumerate(inputs.samples.items(), start=1):
        asked = own[names[0]]
        found.append(
            Problem(
                number,
                id,
                titles.get(asked["family"], asked["family"]) or id,
                asked["grade"],
                asked["topic"],
                asked["family"],
                asked["question"],
                asked["gold"] or "",
                [_answer(own[name], language) for name in names],
            )
        )
    return found


def flips(found: Sequence[Problem], compared: Compared) -> list[Flips]:
    """Return what the systems of each pair answer differently."""
    places = {problem.id: problem for problem in found}
    order = {one["name"]: number for number, one in enumerate(compared["systems"])}

    def named(ids: Sequence[str]) -> list[tuple[int, str]]:
        return [(places[id].number, _excerpt(places[id].question)) for id in ids[:FLIPS]]

    def flip(pair: Pair) -> Flips:
        first, second = order[pair["first"]], order[pair["second"]]
        return Flips(
            pair["first"],
            pair["second"],
            named(pair["won"]),
            named(pair["lost"]),
            max(0, len(pair["won"]) - FLIPS),
            max(0, len(pair["lost"]) - FLIPS),
            (f"flips={second}.{first}", f"flips={first}.{second}"),
        )

    return [flip(pair) for pair in compared["pairs"]]


def choices(inputs: Inputs, language: Language) -> dict[str, list[Option]]:
    """Return the choices of the filters for grade, topic and family; none where all are alike."""
    own = [next(iter(answers.values())) for answers in inputs.samples.values()]
    titles: dict[tuple[str, str], str] = {
        (group["kind"], group["name"]): group_title(group, language)
        for group in inputs.compared["groups"]
    }
    values: Mapping[str, set[str]] = {
        "grade": {str(one["grade"]) for one in own if one["grade"] is not None},
        "topic": {one["topic"] for one in own} - {""},
        "family": {one["family"] for one in own} - {""},
    }
    found: dict[str, list[Option]] = {}
    for kind, names in values.items():
        options = [Option(name, titles.get((kind, name), name)) for name in names]
        options.sort(key=lambda one: (len(one.value), one.value) if kind == "grade" else one[::-1])
        found[kind] = options if len(options) > 1 else []
    return found


def _answer(sample: Sample, language: Language) -> Answer:
    t = labels.translator(language)
    verdict = "unanswered" if sample["error"] else sample["verdict"]
    sign, words = labels.VERDICTS[verdict]
    loose = verdict != "correct" and sample["verdict_lenient"] == "correct"
    notes = []
    if sample["failure"] and not sample["error"]:
        notes.append(labels.chosen(labels.FAILURES[sample["failure"]][0], language))
    if loose:
        notes.append(t("loose"))
    if not sample["finished"] and sample["failure"] != "truncated":
        notes.append(t("cut_off"))
    tags = [verdict, sample["failure"] or "", "loose" if loose else ""]
    return Answer(
        sample["system"],
        {"✓": "good", "✗": "bad", "?": "open", "!": "lost"}[sign],
        sign,
        labels.chosen(words, language),
        notes,
        ",".join(tag for tag in tags if tag),
        sample,
    )


def _excerpt(question: str) -> str:
    words = " ".join(question.split())
    return words if len(words) <= _EXCERPT else f"{words[:_EXCERPT].rstrip()}…"
