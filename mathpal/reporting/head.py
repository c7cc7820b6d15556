"""Makes the page's head and its lists of facts from run.json and outcome.json.

Knows the keys of these files; reads no file itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mathpal.drawing.formatting import duration, number
from mathpal.record.outcome import Outcome
from mathpal.record.schemas import Git, Manifest
from mathpal.reporting.outline import outline
from mathpal.reporting.provenance import stages

# What training cost: (metric, label on the page, factor, unit).
_COST = (
    ("train/tokens_per_second", "tokens a second", 1, ""),
    ("train/supervised_tokens_per_second", "supervised tokens a second", 1, ""),
    ("train/padding", "padding", 100, " %"),
    ("train/data_wait", "waiting for data", 100, " %"),
    ("train/tflops", "model FLOPs", 1, " TFLOP/s"),
    ("train/mfu", "share of peak FLOPs", 100, " %"),
    ("train/peak_memory_gb", "peak memory", 1, " GB"),
    ("train/startup_seconds", "time to the first step", 1, " s"),
)

# Each status of outcome.json, explained to a reader who did not start the run.
_STATUS = {
    "completed": "The run finished.",
    "failed": "The run ended with an error. This page shows the files that it wrote until then.",
    "interrupted": "The run was stopped early and can be resumed.",
    "pruned": "The study stopped this trial early because other trials were more promising.",
}


@dataclass(frozen=True, slots=True)
class Head:
    """The first lines of the page.

    Attributes:
        name: the run's name.
        status: as in outcome.json; "unfinished" if the file states none.
        meaning: the status explained in a sentence.
        facts: (label, value) of the facts that a reader looks for first.
        error: the error that ended the run; "" if there was none.
    """

    name: str
    status: str
    meaning: str
    facts: list[tuple[str, str]]
    error: str


def read_head(run: Manifest, outcome: Outcome | None, *, place: str) -> Head:
    """Make the head from whatever is known.

    Args:
        run: the content of run.json, {} where it is absent.
        outcome: None where outcome.json is absent or unreadable.
        place: the run directory as the page shows it.
    """
    status = outcome.status if outcome else "unfinished"
    meaning = _STATUS.get(status, "")
    if outcome is None:
        meaning = "There is no readable outcome.json: the run is still running, or was killed."
    return Head(
        name=str(run.get("name") or place.rsplit("/", 1)[-1]),
        status=status,
        meaning=meaning,
        facts=_facts(run, outcome, place),
        error=(outcome and outcome.error) or "",
    )


def fact_list(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the labels and values of an object; nested values become indented text.

    Args:
        content: an object of a JSON file.
    """
    return [
        (
            str(key).replace("_", " "),
            outline(value) if isinstance(value, dict | list) else number(value),
        )
        for key, value in content.items()
    ]


def read_environment(
    run: Manifest, outcome: Outcome | None
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (heading, facts) of hardware, throughput, code, packages and so on.

    Args:
        run: the content of run.json.
        outcome: None where outcome.json is absent or unreadable.
    """
    git: Git = run.get("git") or {"commit": None}
    code = {
        "python": run.get("python"),
        "commit": git.get("commit"),
        "uncommitted changes": "yes" if git.get("dirty") else "no",
        "untracked files": len(git["untracked"]) if git.get("untracked") else None,
        "hash of the configuration": run.get("config_hash"),
        # As text, because a seed takes no thousands separator.
        "seed": None if run.get("seed") is None else str(run["seed"]),
    }
    groups = [
        ("Hardware", _hardware(run.get("hardware") or {})),
        ("Throughput", _cost(outcome.metrics if outcome else {})),
        ("Code", fact_list({key: value for key, value in code.items() if value is not None})),
        ("Determinism", fact_list(run.get("determinism") or {})),
        ("Scheduler", fact_list(run.get("scheduler") or {})),
        ("Parent", fact_list(run.get("parent") or {})),
        ("Fingerprints", fact_list(run.get("fingerprints") or {})),
        ("Packages", fact_list(run.get("packages") or {})),
    ]
    return [(heading, facts) for heading, facts in groups if facts]


def _cost(metrics: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (label, f"{number(metrics[name] * factor)}{unit}")
        for name, label, factor, unit in _COST
        if isinstance(metrics.get(name), int | float)
    ]


def _hardware(hardware: dict[str, Any]) -> list[tuple[str, str]]:
    named = dict(hardware)
    if named.get("memory_gb") is not None:
        named = {("memory" if k == "memory_gb" else k): v for k, v in named.items()}
        named["memory"] = f"{number(hardware['memory_gb'])} GB"
    return fact_list(named)


def _moment(text: str) -> str:
    """Return an ISO time to the minute; other text unchanged."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".rstrip()


def _device(hardware: dict[str, Any]) -> str:
    accelerator = str(hardware.get("accelerator") or "none")
    return str(hardware.get("cpu") or "") if accelerator == "none" else accelerator


def _facts(run: Manifest, outcome: Outcome | None, place: str) -> list[tuple[str, str]]:
    git: Git = run.get("git") or {"commit": None}
    commit = str(git.get("commit") or "")[:10]
    hardware = run.get("hardware") or {}
    objective = outcome and outcome.objective
    timings = outcome.timings if outcome else {}
    facts = [
        ("Started", _moment(str(run.get("started") or ""))),
        ("Duration", duration(stages(timings)[1]) if timings else ""),
        ("Device", _device(hardware)),
        ("Commit", f"{commit} with uncommitted changes" if commit and git.get("dirty") else commit),
        ("Seed", "" if run.get("seed") is None else str(run["seed"])),
        ("Directory", place),
    ]
    if run.get("restarts"):
        steps = ", ".join(str(entry["from_step"]) for entry in run.get("history") or [])
        facts.append(("Restarts", f"{run['restarts']}, from step {steps}"))
    facts += [("Note", str(note)) for note in (outcome.notes if outcome else ())]
    if objective and objective.value is not None:
        facts.append(("Objective", f"{objective.name or 'value'} = {number(objective.value)}"))
    return [(label, value) for label, value in facts if value]
