"""The order of one comparison, from systems' settings to its directory.

    open runs → build systems → manifest → ask → grade → compare → speed → page

A killed comparison is resumed by the same command with `into=` its directory: it asks only what
was not answered. Its results have the same bytes as those of an uninterrupted one.
"""

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.answers import parse_gold
from mathpal.data.gates import gold_gate
from mathpal.data.leakage import find_leaks
from mathpal.errors import ConfigError, DataError
from mathpal.evaluation import comparison_files as files
from mathpal.evaluation.asking import NAME, Answers, ask_all
from mathpal.evaluation.comparison import compared
from mathpal.evaluation.costs import Cost
from mathpal.evaluation.evaluate import spread
from mathpal.evaluation.grading import graded
from mathpal.evaluation.verdicts import Language, bargains, verdicts
from mathpal.generation.records import Decoding
from mathpal.models.loaded import Loaded
from mathpal.problems import Problem, Splits
from mathpal.record import outcome, provenance, reading
from mathpal.record.files import short, write_json
from mathpal.reporting.compare_page import write_compare_page
from mathpal.run.reopening import reopen
from mathpal.run.weights import restore
from mathpal.settings.capabilities import capabilities
from mathpal.settings.checked import Call
from mathpal.systems.bench import Bench
from mathpal.systems.local import LocalModel, is_same_model
from mathpal.systems.prompting import questions
from mathpal.systems.system import System

log = logging.getLogger(__name__)
MANIFEST = "manifest.json"


class Wanted(NamedTuple):
    """What is compared and how; see `mathpal.cli.compare.compare`."""

    runs: Sequence[Path]
    limit: int | None
    decoding: Decoding
    chunk: int
    speed: int
    allow_changed: bool
    allow_leakage: bool


def run_comparison(
    calls: Mapping[str, Call], wanted: Wanted, folder: Path, language: Language
) -> str:
    """Compare systems, write the results into a directory, and return them as text.

    Args:
        calls: the systems' functions with their settings, by name.
        wanted: what is compared and how.
        folder: of the comparison; the caller holds its lock.
        language: of the page and of the returned text's sentences.
    """
    bench, splits, changed = _opened(wanted)
    gold_gate(splits.test)
    problems = spread([p for p in splits.test if p.answer is not None], wanted.limit)
    bench = bench._replace(test=problems)
    systems = list(_built(calls, wanted.runs, bench))
    _require_different(systems)
    settings = {
        **wanted.decoding._asdict(),
        "chunk": wanted.chunk,
        "runs": [str(short(run)) for run in wanted.runs],
        "changed_inputs": list(changed),
    }
    records = {system.name: dict(system.record) for system in systems}
    _begin(folder, records, problems, settings)
    answers = ask_all(systems, problems, wanted.decoding, folder, chunk=wanted.chunk)
    samples = _graded(problems, answers)
    found = compared(problems, samples)
    training = {name: _training(record) for name, record in records.items()}
    untrained = [name for name, seconds in training.items() if not seconds]
    files.write_comparison(folder, found, samples, records, settings, untrained)
    sentences = verdicts(found, untrained, language)
    if wanted.speed:
        costs = _measured(systems, problems, wanted, found, training, folder)
        sentences += bargains(costs, language)
    page = write_compare_page(folder, language)
    return "\n".join([files.text_table(found), "", *sentences, "", str(short(page))])


def _opened(wanted: Wanted) -> tuple[Bench, Splits, tuple[str, ...]]:
    """Open the runs; return what systems are built from, the first run's data, changed inputs.

    Raises:
        DataError: if a further run was trained on a test problem of the first.
    """
    open_once = cache(partial(reopen, allow_changed=wanted.allow_changed))
    run = wanted.runs[0].resolve()
    first = open_once(run)
    for other in wanted.runs[1:]:
        train = open_once(other.resolve()).splits.train
        leaks = find_leaks(train, first.splits.test)
        if leaks and not wanted.allow_leakage:
            raise DataError(
                f"{other} was trained on {len(leaks)} of the test problems of {wanted.runs[0]}, "
                f"e.g. {leaks[0].held_out}; compare runs of the same data, or accept a comparison "
                "that flatters it with allow_leakage=true"
            )

    @cache
    def load(other: Path | None, step: int | None) -> Loaded:
        place = run if other is None else other.resolve()
        if step is None:
            return open_once(place).loaded
        folder = place / "checkpoints" / f"step-{step:08d}"
        if not folder.is_dir():
            there = ", ".join(sorted(p.name for p in (place / "checkpoints").glob("step-*")))
            raise DataError(f"{folder} is no checkpoint; the run has {there or 'none'}")
        loaded = reopen(place, allow_changed=wanted.allow_changed).loaded
        restore(loaded, folder)
        return loaded

    return Bench(load, run, first.splits.train), first.splits, first.changed


def _built(calls: Mapping[str, Call], runs: Sequence[Path], bench: Bench) -> Iterator[System]:
    """Build the systems in their order; one that a run trained once for each run."""
    built: dict[str, System] = {}
    for name, call in calls.items():
        several = capabilities(call.func).of_run and not call.keywords.get("run") and len(runs) > 1
        for run in runs if several else (None,):
            own = f"{name}:{run.resolve().name}" if run else name
            more = {"run": run} if run else {}
            system = call(bench._replace(built=built), own, **more)
            built[own] = system
            yield system


def _require_different(systems: Sequence[System]) -> None:
    """Refuse two systems that are one model asked in the same way.

    Raises:
        ConfigError: naming both.
    """
    local = [system for system in systems if isinstance(system, LocalModel)]
    for place, one in enumerate(local):
        for other in local[:place]:
            if one.prompting == other.prompting and is_same_model(one, other):
                raise ConfigError(
                    f"the systems {other.name} and {one.name} are the same model: they give the "
                    "same logits, so every difference would be 0. Expected systems with different "
                    "weights, prompts or sampling"
                )


def _begin(
    folder: Path,
    records: Mapping[str, Mapping[str, Any]],
    problems: Sequence[Problem],
    settings: Mapping[str, Any],
) -> None:
    """Write the manifest, or require that an earlier one is the same.

    Raises:
        DataError: if the directory holds another comparison.
    """
    rows = [[p.id, p.question, p.answer, p.kind] for p in problems]
    digest = hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()
    manifest = {"settings": settings, "systems": records, "problems": digest}
    plain = json.loads(json.dumps(manifest, default=str))
    path = folder / MANIFEST
    if path.exists():
        earlier = reading.read(path, dict[str, Any])
        differing = [key for key in plain if earlier.get(key) != plain[key]]
        if differing:
            raise DataError(
                f"{folder} holds another comparison: its {', '.join(differing)} differ; expected "
                "the command that it began with, or another directory (into=DIR)"
            )
        log.info("resuming the comparison in %s", folder)
        return
    if (folder / NAME).exists():
        raise DataError(f"{folder} has answers but no {MANIFEST}; choose another directory")
    command = provenance.verb_command("compare", without="into")
    write_json(path, {**plain, "command": command})


def _graded(problems: Sequence[Problem], answers: Answers) -> dict[str, list[dict[str, Any]]]:
    golds = [parse_gold(p.answer or "", kind=p.kind) for p in problems]
    samples: dict[str, list[dict[str, Any]]] = {}
    for name, own in answers.items():
        samples[name] = []
        for problem, gold in zip(problems, golds, strict=True):
            response = own[problem.id]
            row = graded(problem, name, response, gold, lenient=True, steps=True)
            row |= {
                "grade": problem.grade,
                "prompt_tokens": response.prompt_tokens,
                "sources": list(response.sources),
                "error": response.error,
            }
            samples[name].append(row)
    return samples


def _training(record: Mapping[str, Any]) -> float:
    """Seconds of the training that a system needs; 0 for none."""
    inner = record.get("system")
    if isinstance(inner, Mapping):
        return _training(inner)
    if not record.get("adapted"):
        return 0.0
    return float(outcome.read_or_failed(Path(record["run"])).timings.get("fit", 0.0))


def _measured(
    systems: Sequence[System],
    problems: Sequence[Problem],
    wanted: Wanted,
    found: Any,
    training: Mapping[str, float],
    folder: Path,
) -> dict[str, Cost]:
    """Measure the systems' speed, write it, and return their costs."""
    from mathpal.evaluation.performance import measure
    from mathpal.progress import track

    chosen = spread(problems, max(2, min(len(problems), 4 * wanted.speed)))
    speeds = {
        system.name: measure(system, questions(chosen), wanted.decoding, alone=wanted.speed)
        for system in track(systems, "speed", total=len(systems), unit="system")
    }
    accuracy = {one.name: one.accuracy.accuracy for one in found.standings}
    costs = {
        name: Cost(speed.batch_seconds, training[name], accuracy[name])
        for name, speed in speeds.items()
        if speed is not None
    }
    files.write_performance(folder, speeds, costs)
    return costs
