"""Writes report.html: one self-contained page made from the files of a run directory.

Knows where the run's records lie; trains, grades and measures nothing. The same files give the
same page, byte for byte.
"""

from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mathpal.drawing import formatting
from mathpal.drawing.series import collect
from mathpal.errors import DataError
from mathpal.record.files import write_text
from mathpal.record.journal import Lines
from mathpal.record.schemas import Manifest, Measured
from mathpal.reporting.curves import main_figures, other_figures
from mathpal.reporting.examples import choose, pair, tally
from mathpal.reporting.failures import read_failures
from mathpal.reporting.head import Head, fact_list, read_environment, read_head
from mathpal.reporting.inputs import Section, derive, read_object, read_outcome, read_records
from mathpal.reporting.intervals import NARROW, WIDE, interval_bar, interval_chart
from mathpal.reporting.outline import outline
from mathpal.reporting.provenance import alone, inventory, reproduce, shown_path, stages
from mathpal.reporting.records import Evaluated, Mask, Planned, Sample, Summary
from mathpal.reporting.results import COHORTS, Results, bars, read_results
from mathpal.reporting.stack import read_stack

PAGE = "report.html"

# Tokens shown of the mask sample; more would tell a reader nothing new.
_MASK_TOKENS = 1500


def write_report(run_dir: Path) -> Path:
    """Write the page of a run and return its path.

    Any file of the run may be missing, as after a failure or a rehearsal; its section then states
    the reason. The page is replaced only once it is complete.

    Args:
        run_dir: the run directory, which holds run.json, outcome.json, metrics.jsonl and so on.

    Raises:
        DataError: `run_dir` is not a directory.
    """
    run_dir = Path(run_dir)
    if not run_dir.is_dir():
        raise DataError(f"report: {run_dir} is not a directory; name the directory of a run")
    html = _environment().get_template("report.html.j2").render(_content(run_dir))
    path = run_dir / PAGE
    # A model may emit half a surrogate pair, which a UTF-8 file cannot hold.
    write_text(path, html.encode("utf-8", "replace").decode())
    return path


def _content(run_dir: Path) -> dict[str, object]:
    run = read_object(run_dir, "run.json", Manifest, whole=False)
    outcome = read_outcome(run_dir)
    evaluated = read_object(run_dir, "evaluation/results.json", Evaluated)
    results = derive(evaluated, "evaluation/results.json", read_results)
    mask = read_object(run_dir, "data/mask_sample.json", Mask)
    summary = read_object(run_dir, "data/summary.json", Summary)
    plan = read_object(run_dir, "plan.json", Planned)
    sources = (run, outcome, evaluated, mask, summary, plan)
    titles = results.value.titles if results.value else {}
    metrics = read_records(run_dir, "metrics.jsonl", Measured)
    samples = read_records(run_dir, "evaluation/samples.jsonl", Sample)
    place = shown_path(run_dir)
    known: Section[Any] = Section((run.value or {}, outcome.value), "")
    head = derive(known, "run.json or outcome.json", lambda both: read_head(*both, place=place))
    return {
        "place": place,
        "damage": [each for source in sources for each in source.damage],
        "head": head.value or Head(place, "unreadable", head.absent, [], ""),
        "composition": derive(run, "run.json", _composition),
        "environment": derive(run, "run.json", lambda r: read_environment(r, outcome.value)),
        "metrics": derive(outcome, "outcome.json", lambda o: fact_list(o.metrics)),
        "results": results,
        "failures": derive(evaluated, "evaluation/results.json", read_failures),
        "family_chart": derive(results, "evaluation/results.json", _family_chart),
        "curves": derive(metrics, "metrics.jsonl", _curves),
        "examples": derive(samples, "evaluation/samples.jsonl", partial(_examples, titles=titles)),
        "mask": derive(mask, "data/mask_sample.json", _mask),
        "data": derive(summary, "data/summary.json", _data),
        "memory": derive(plan, "plan.json", read_stack),
        "timings": derive(outcome, "outcome.json", lambda o: stages(o.timings)),
        "commands": derive(run, "run.json", partial(reproduce, run_dir=run_dir)),
        "files": inventory(run_dir, leave_out=PAGE),
    }


def _composition(run: Manifest) -> dict[str, object]:
    overrides = [str(override) for override in run.get("overrides") or []]
    return {
        "overrides": overrides,
        "config": outline(run.get("config") or {}),
        "hash": str(run.get("config_hash") or ""),
        "alone": alone(run),
    }


def _family_chart(results: Results) -> dict[str, object]:
    rows = bars(results.topics or results.families)
    if not rows:
        raise ValueError("no family was measured on its own")
    title = "Accuracy by part, base and tuned, with 95% intervals"
    return {
        "wide": interval_chart(rows, title=title, layout=WIDE),
        "narrow": interval_chart(rows, title=title, layout=NARROW),
    }


def _curves(records: Lines) -> dict[str, object]:
    metrics = collect(records.rows)
    if not any(series.points for series in metrics.values()):
        raise ValueError("no record has a step and a number")
    return {
        "main": main_figures(metrics),
        "others": other_figures(metrics),
        "records": len(records.rows),
        "damaged": records.damaged,
    }


def _examples(records: Lines, *, titles: dict[str, str]) -> dict[str, object]:
    examples = pair(records.rows)
    return {
        "chosen": choose(examples),
        "tally": tally(examples),
        "total": len(examples),
        "damaged": records.damaged,
        "titles": titles,
    }


def _mask(sample: Mask) -> dict[str, object]:
    # A line break is a token too; the sign shows whether it is supervised.
    tokens = [
        (token["text"].replace("\n", "↵\n"), token["supervised"]) for token in sample["tokens"]
    ]
    if not tokens:
        raise ValueError("tokens is empty")
    supervised = sample["supervised_tokens"]
    return {
        "tokens": tokens[:_MASK_TOKENS],
        "left_out": max(0, len(tokens) - _MASK_TOKENS),
        "total": len(tokens),
        "prompt": sample["prompt_tokens"],
        "supervised": supervised,
        "share": supervised / len(tokens),
    }


def _data(summary: Summary) -> dict[str, object]:
    lines, notes = summary.get("lines") or [], summary.get("notes") or {}
    return {"text": "\n".join(lines), "notes": fact_list(notes)}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in ("percent", "interval", "points", "number", "duration", "size", "cut"):
        environment.filters[name] = getattr(formatting, name)
    environment.filters["outline"] = outline
    environment.globals.update(cohorts=COHORTS, interval_bar=interval_bar)
    return environment
