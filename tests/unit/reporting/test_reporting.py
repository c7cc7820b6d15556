"""The page of a run: self-contained, safe against its own inputs, true to the files it reads."""

import json
import math
import os
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from mathpal.drawing import formatting
from mathpal.drawing.charts import Line, line_chart, nice_ticks, tick_label
from mathpal.drawing.series import collect, smooth, thin
from mathpal.errors import DataError
from mathpal.record.outcome import Outcome
from mathpal.reporting import write_report
from mathpal.reporting.examples import choose, pair, tally
from mathpal.reporting.intervals import NARROW, WIDE, Bar, Estimate, interval_chart
from mathpal.reporting.outline import outline
from mathpal.reporting.provenance import alone, reproduce, shown_path
from mathpal.reporting.results import read_results

HOSTILE = '<script src="https://evil.example/x.js">alert(1)</script><img src=x onerror=alert(2)>'
SECTIONS = ["results", "curves", "examples", "mask", "data", "composition", "environment",
            "memory", "timings", "reproduce", "files"]  # fmt: skip
FILES = ["run.json", "outcome.json", "metrics.jsonl", "evaluation/results.json",
         "evaluation/samples.jsonl", "data/mask_sample.json", "data/summary.json",
         "plan.json"]  # fmt: skip


def put(run_dir: Path, name: str, content: object) -> None:
    path = run_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def jsonl(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def estimate(accuracy: float) -> dict[str, float]:
    low, high = max(0.0, accuracy - 0.1), min(1.0, accuracy + 0.1)
    return {"correct": round(50 * accuracy), "accuracy": accuracy, "low": low, "high": high}


def sample(id: str, system: str, verdict: str, **more: object) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": id,
        "system": system,
        "verdict": verdict,
        "family": "f0",
        "cohort": "new",
    }
    told |= {"question": "Tính 35 × 2.", "gold": "70", "response": "Đáp số: 70", "tokens": 12}
    return told | {"extracted": "70", "explanation": "equal integers"} | more


def results(families: int = 3) -> dict[str, Any]:
    measured = {"n": 50, "base": estimate(0.06), "tuned": estimate(0.71)}
    rows = [
        {"group": group, "title": title, "cohort": group if group != "all" else "", **measured}
        for group, title in (("all", "All"), ("new", "New problems"), ("old", "Old problems"))
    ]
    rows += [
        {"group": f"family/f{i}", "title": f"Tổng và hiệu {i}", "cohort": "new", **measured}
        for i in range(families)
    ]
    verdicts = {"base": {"wrong": 47, "correct": 3}, "tuned": {"correct": 36, "wrong": 14}}
    return {"schema": 1, "settings": {"decoding": "greedy"}, "rows": rows, "verdicts": verdicts}


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    return build(tmp_path, families=3, steps=50, problems=12)


def build(tmp_path: Path, *, families: int, steps: int, problems: int) -> Path:
    """A completed run with every file that the page reads."""
    run = tmp_path / "outputs" / "grade6" / "2025-01-02_03-04-05"
    command = "python train.py lora=r16 trainer.lr=1e-4"
    put(run, "run.json", {
        "schema": 1, "name": "grade6", "command": command,
        "overrides": ["lora=r16", "trainer.lr=1e-4"],
        "config": {"lora": {"r": 16, "targets": ["q_proj"]}, "note": HOSTILE},
        "config_hash": "abc", "seed": 42, "git": {"commit": "0123abcd", "dirty": True},
        "packages": {"torch": "2.13.0"}, "python": "3.11.9", "fingerprints": {"data": "sha256:1"},
        "hardware": {"cpu": "a", "cores": 2, "memory_gb": 8, "accelerator": None},
        "started": "2025-01-02T03:04:05+00:00",
    })  # fmt: skip
    put(run, "outcome.json", {
        "status": "completed", "metrics": {"tuned/accuracy": 0.71}, "error": None,
        "objective": {"name": "validation/loss", "value": 0.4}, "timings": {"fit": 90.0},
    })  # fmt: skip
    records: list[dict[str, Any]] = [
        {"step": s, "time": s, "train/loss": 2 / s, "train/lr": 1e-4, "train/grad_norm": 1.0,
              "train/tokens_per_second": 9000 + s % 7} for s in range(1, steps + 1)]  # fmt: skip
    put(run, "metrics.jsonl", jsonl([*records, {"step": steps, "validation/loss": 0.4}]))
    put(run, "evaluation/results.json", results(families))
    put(run, "evaluation/samples.jsonl", jsonl([
        sample(f"p{i}", system, "correct" if (i + shift) % 3 else "wrong",
               family=f"f{i % families}", question=("Hỏi tuổi mẹ? " * 160)[:2000],
               response=HOSTILE + "Đáp số: 70 " * 300)
        for i in range(problems) for shift, system in enumerate(("base", "tuned"))
    ]))  # fmt: skip
    tokens = [{"text": "<bos>", "supervised": False}, {"text": "Đáp số\n", "supervised": True}]
    put(run, "data/mask_sample.json",
        {"tokens": tokens, "prompt_tokens": 1, "supervised_tokens": 1})  # fmt: skip
    put(run, "data/summary.json", {"lines": ["train  24,000"], "notes": {"dropped": 3}})
    put(run, "plan.json", {
        "device": "gpu", "precision": "bf16-mixed", "verdict": "it fits" + HOSTILE,
        "room": {"size": 12 * 2**30, "source": "stated"},
        "training": {"weights": 5 * 2**30, "activations": 3 * 2**30, HOSTILE: 2**20},
        "evaluation": {"weights": 5 * 2**30, "KV cache": 2**30},
    })  # fmt: skip
    put(run, "git.diff", "diff")
    return run


class Page(HTMLParser):
    """Collects what a browser would act upon."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def read(run: Path) -> str:
    return write_report(run).read_text(encoding="utf-8")


def test_page_loads_nothing_and_runs_nothing(run_dir: Path) -> None:
    html = read(run_dir)
    page = Page(html)
    for tag, attributes in page.tags:
        assert tag not in {"script", "img", "iframe", "object", "embed", "base", "form", "image"}
        assert not [name for name in attributes if name.startswith("on")], attributes
        for name in ("src", "href", "xlink:href", "action", "srcset", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith("#") or value == "data:,", (tag, value)
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style and "@import" not in style
    assert "default-src 'none'" in html


def test_hostile_text_is_shown_as_text(run_dir: Path) -> None:
    page = Page(read(run_dir))
    assert HOSTILE in page.text
    hrefs = {a["href"] for tag, a in page.tags if tag == "a"}
    ids = {f"#{a['id']}" for tag, a in page.tags if tag == "section"}
    assert hrefs == ids == {f"#{name}" for name in SECTIONS}


def test_large_run_stays_small_and_repeats_to_the_byte(tmp_path: Path) -> None:
    run_dir = build(tmp_path, families=30, steps=5000, problems=300)
    first = write_report(run_dir).read_bytes()
    assert first == write_report(run_dir).read_bytes()
    assert len(first) < 1_000_000
    assert sum(tag == "article" for tag, _ in Page(first.decode()).tags) == 10


def test_head_states_both_cohorts_with_intervals_and_n(run_dir: Path) -> None:
    text = " ".join(Page(read(run_dir)).text.split())
    for said in ("New problems n = 50", "Old problems n = 50", "6.0% → 71.0%", "+65.0 points",
                 "base 0.0–16.0%", "tuned 61.0–81.0%", "2025-01-02 03:04 UTC"):  # fmt: skip
        assert said in text, said


def beside(lenient: float, unreadable: float) -> dict[str, Any]:
    share = estimate(unreadable)
    share["share"] = share.pop("accuracy")
    return {"lenient": estimate(lenient), "unreadable": share}


def test_mathematics_and_layout_are_told_apart(run_dir: Path) -> None:
    content = results()
    for row in content["rows"]:
        row["base"] |= beside(0.55, 0.4)
        row["tuned"] |= beside(0.75, 0.02)
    content["settings"]["instruction"] = {"base": "Ghi «Đáp số». " + HOSTILE, "tuned": None}
    put(run_dir, "evaluation/results.json", content)
    page = Page(read(run_dir))
    words = " ".join(page.text.split())
    assert "right in any layout 55.0% → 75.0%; no readable answer 40.0% → 2.0%" in words
    assert "of the change, +20.0 mathematics, +45.0 layout" in words
    assert "Before each question, the base model was told: Ghi «Đáp số»." in words
    assert "the tuned model was told" not in words
    rows = [row.others for row in read_results(content).overall]
    assert [[title for title, _ in row] for row in rows] == [
        ["right in any layout", "no readable answer"]
    ] * 3


def test_an_answer_that_only_its_layout_makes_wrong_says_so(run_dir: Path) -> None:
    rows = [
        sample("p", "base", "no_answer", verdict_lenient="correct"),
        sample("p", "tuned", "correct", verdict_lenient="correct"),
        sample("q", "tuned", "no_answer", verdict_lenient="no_answer"),
    ]
    shown = [(e.base and e.base.layout_only, e.tuned and e.tuned.layout_only) for e in pair(rows)]
    assert shown == [(True, False), (None, False)]
    put(run_dir, "evaluation/samples.jsonl", jsonl(rows))
    assert Page(read(run_dir)).text.count("right in any layout") == 1


def test_a_worked_example_shows_what_the_checker_read(run_dir: Path) -> None:
    told = [
        {"line": 6, "role": "final", "polarity": "asserted", "text": "14 kg"},
        {"line": 7, "role": "correction", "polarity": "asserted", "text": "phải là 17 kg"},
        {"line": 8, "role": "conclusion", "polarity": "supposed", "text": "12 kg"},
    ]
    rows = [sample("one", "tuned", "ambiguous", claims=told), sample("two", "tuned", "correct")]
    put(run_dir, "evaluation/samples.jsonl", jsonl(rows))
    words = Page(read(run_dir)).text
    assert "line 6: declares 14 kg" in words
    assert "line 7: corrects itself: phải là 17 kg" in words
    assert "line 8: concludes 12 kg (supposed)" in words
    assert words.count("What the checker read") == 1


def test_an_older_run_has_accuracy_alone(run_dir: Path) -> None:
    text = Page(read(run_dir)).text
    assert "any layout" not in text and "of the change" not in text and "told" not in text


def test_one_system_alone_has_no_change_to_split(run_dir: Path) -> None:
    content = results()
    for row in content["rows"]:
        row["base"] = None
        row["tuned"] |= beside(0.75, 0.02)
    put(run_dir, "evaluation/results.json", content)
    words = " ".join(Page(read(run_dir)).text.split())
    assert "right in any layout 75.0%; no readable answer 2.0%" in words
    assert "of the change" not in words


def test_empty_run_names_every_absent_file(tmp_path: Path) -> None:
    text = Page(read(tmp_path)).text
    for name in FILES:
        assert f"Absent: {name} is not in the run directory." in text
    assert "unfinished" in text


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "content", ["", "{", "[]", "3", '{"rows": 3}', '{"git": 1, "timings": 2, "config": []}']
)
def test_one_damaged_file_costs_its_section_only(run_dir: Path, name: str, content: str) -> None:
    put(run_dir, name, content)
    page = Page(read(run_dir))
    assert sum(tag == "section" for tag, _ in page.tags) == len(SECTIONS)
    assert ("How to reproduce" in page.text) and ("2.13.0" in page.text or name == "run.json")


def test_half_written_last_line_is_silent_but_a_damaged_one_is_counted(tmp_path: Path) -> None:
    whole = jsonl([{"step": s, "train/loss": 1.0 / s} for s in (1, 2)])
    put(tmp_path, "metrics.jsonl", whole + '{"step": 3, "train/lo')
    assert "Damaged" not in Page(read(tmp_path)).text
    put(tmp_path, "metrics.jsonl", '{"step": 0, "tra\n' + whole)
    assert "Damaged lines left out: 1." in Page(read(tmp_path)).text


def test_failed_replacement_keeps_the_old_page_and_no_litter(
    run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = write_report(run_dir).read_bytes()
    put(run_dir, "outcome.json", {"status": "failed", "error": "out of memory"})

    def refuse(source: object, target: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        write_report(run_dir)
    assert (run_dir / "report.html").read_bytes() == before
    assert not list(run_dir.glob(".report*"))


def test_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a directory"):
        write_report(tmp_path / "nowhere")


def test_half_a_surrogate_pair_does_not_stop_the_page(tmp_path: Path) -> None:
    put(tmp_path, "evaluation/samples.jsonl",
        '{"id":"\\ud83d","system":"tuned","verdict":"wrong","response":"a\\ud83d"}\n')  # fmt: skip
    assert "Base" in Page(read(tmp_path)).text


def test_mask_marks_exactly_the_supervised_tokens(run_dir: Path) -> None:
    html = read(run_dir)
    assert "<s>&lt;bos&gt;</s><mark>Đáp số↵\n</mark>" in html
    assert html.count("<mark>") == 1


def test_base_that_was_not_measured_is_said(run_dir: Path) -> None:
    content = results()
    content["rows"] = [row | {"base": None} for row in content["rows"]]
    content["verdicts"] = {"tuned": {"correct": 3}}
    put(run_dir, "evaluation/results.json", content)
    text = Page(read(run_dir)).text
    assert "base not measured" in text and "points;" not in text


# --- results, examples -------------------------------------------------------------------------


def test_families_are_grouped_by_cohort_and_ordered_by_tuned() -> None:
    content = results(0)
    told = [("a", "old", 0.9), ("b", "new", 0.2), ("c", "new", 0.8), ("d", "odd", 0.5)]
    content["rows"] += [
        {"group": f"family/{name}", "cohort": cohort, "n": 5, "tuned": estimate(accuracy)}
        for name, cohort, accuracy in told
    ]
    grouped = read_results(content).families
    assert [(heading, [row.title for row in rows]) for heading, rows in grouped] == [
        ("New problems", ["c", "b"]),
        ("Old problems", ["a"]),
        ("Other problems", ["d"]),
    ]


def test_topics_come_before_families_and_take_the_chart(tmp_path: Path) -> None:
    run = build(tmp_path, families=3, steps=50, problems=12)
    content = results(3)
    content["rows"].append(
        {"group": "topic/motion", "title": "Chuyển động", "cohort": "new", "n": 5,
         "base": estimate(0.1), "tuned": estimate(0.6)}
    )  # fmt: skip
    put(run, "evaluation/results.json", content)
    write_report(run)
    page = (run / "report.html").read_text(encoding="utf-8")
    assert page.index("New problems by topic") < page.index("<summary>By family</summary>")
    assert page.index("<summary>By family</summary>") < page.index("New problems by family")
    assert "Accuracy by topic" in page and "Accuracy by family" not in page


def test_accuracy_in_percent_is_refused_not_drawn() -> None:
    content = results()
    content["rows"][0]["tuned"] = {"accuracy": 71.0, "low": 60.0, "high": 80.0}
    with pytest.raises(ValueError, match=r"outside 0\.\.1"):
        read_results(content)


def test_examples_hold_every_kind_and_spread_over_families() -> None:
    verdicts = {"newly right": "wc", "newly wrong": "cw", "both wrong": "ww", "both right": "cc"}
    name = {"c": "correct", "w": "no_answer"}
    samples = [
        sample(f"{kind}{i}", system, name[letter], family=f"f{i % 12}")
        for kind, letters in verdicts.items()
        for i in range(60)
        for system, letter in zip(("base", "tuned"), letters, strict=True)
    ]
    chosen = choose(pair(samples))
    assert tally(chosen) == [("newly right", 4), ("newly wrong", 3), ("both wrong", 3)]
    assert len({example.family for example in chosen}) == 10
    assert chosen == choose(pair(samples[::-1]))


def test_examples_fill_up_where_a_kind_is_missing() -> None:
    samples = [sample(f"p{i}", s, "correct") for i in range(12) for s in ("base", "tuned")]
    assert tally(choose(pair(samples))) == [("both right", 10)]
    assert tally(choose(pair([sample("a", "tuned", "wrong")]))) == [("wrong", 1)]


# --- curves ------------------------------------------------------------------------------------


def test_resumed_step_counts_once_and_the_later_record_wins() -> None:
    rows = [{"step": 1, "train/loss": 9.0}, {"step": 2, "train/loss": 8.0},
            {"step": 1, "train/loss": 1.0}, {"step": 3, "train/loss": math.nan}]  # fmt: skip
    assert collect(rows)["train/loss"] == ([(1, 1.0), (2, 8.0)], 1)


def test_thinning_keeps_ends_spikes_and_the_limit() -> None:
    points = [(float(i), 0.0) for i in range(5000)]
    points[1234] = (1234.0, 50.0)
    kept = thin(points, 600)
    assert len(kept) <= 600 and kept == sorted(kept)
    assert {points[0], points[1234], points[-1]} <= set(kept)


def test_smoothing_keeps_a_constant_and_does_not_lag() -> None:
    flat = [(float(i), 3.0) for i in range(100)]
    assert [value for _, value in smooth(flat)] == pytest.approx([3.0] * 100)
    step = [(float(i), float(i >= 500)) for i in range(1001)]
    assert dict(smooth(step))[500.0] == pytest.approx(0.5, abs=0.06)
    assert smooth(flat[:29]) == []


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 6))
def test_ticks_cover_the_range_and_are_few(low: float, width: float, wanted: int) -> None:
    high = low + width
    if high - low < abs(low) * 1e-9:
        return
    ticks = nice_ticks(low, high, wanted)
    step = ticks[1] - ticks[0]
    assert ticks[0] <= low + 1e-6 * step and ticks[-1] >= high - 1e-6 * step
    assert len(ticks) <= wanted + 3


def test_tick_labels_are_short_and_distinct() -> None:
    for ticks in (nice_ticks(0, 2e-4, 4), nice_ticks(0, 1, 4), nice_ticks(0, 14_000, 4)):
        labels = [tick_label(tick, ticks[1] - ticks[0]) for tick in ticks]
        assert len(set(labels)) == len(labels) and max(map(len, labels)) <= 6, labels


def test_far_spike_is_marked_on_the_edge_and_does_not_flatten_the_curve() -> None:
    points = [(float(i), 1.0 + i % 10 / 10) for i in range(100)] + [(100.0, 1e6)]
    svg = line_chart([Line(points, "cloud")], title="x")
    assert 'class="exceeding"' in svg and ">400k<" not in svg
    assert 'class="exceeding"' not in line_chart([Line(points[:-1], "cloud")], title="x")


def test_single_point_and_flat_curve_can_be_drawn() -> None:
    for points in ([(1.0, 0.0)], [(1.0, 5.0), (2.0, 5.0)]):
        svg = line_chart([Line(points, "line")], title="<b>", from_zero=True)
        assert "nan" not in svg and "inf" not in svg and "<b>" not in svg


@pytest.mark.parametrize("layout", [WIDE, NARROW])
def test_interval_chart_escapes_labels_and_skips_what_was_not_measured(layout: Any) -> None:
    bars = [Bar("<i>a</i>", None, Estimate(0.5, 0.4, 0.6), "New"), Bar("b" * 99, None, None)]
    svg = interval_chart(bars, title='"', layout=layout)
    assert "<i>" not in svg and "dot base" not in svg and svg.count("dot tuned") == 1
    assert "…" in svg and 'aria-label="&#34;"' in svg


# --- words -------------------------------------------------------------------------------------


def test_reproduction_names_commit_changes_and_command(run_dir: Path) -> None:
    manifest = json.loads((run_dir / "run.json").read_text())
    place = "outputs/grade6/2025-01-02_03-04-05"
    assert shown_path(run_dir) == place
    assert reproduce(manifest, run_dir) == [
        "git checkout 0123abcd",
        f"git apply {place}/git.diff",
        "python train.py lora=r16 trainer.lr=1e-4",
    ]
    (run_dir / "git.diff").unlink()
    assert reproduce(manifest, run_dir)[1].startswith(
        "# The uncommitted changes of this run are lost"
    )


def test_trial_of_a_sweep_gets_its_own_line() -> None:
    swept = {"command": "python train.py -m +study=lora", "overrides": ["lora.r=8", "name=a b"]}
    assert alone(swept) == "python train.py lora.r=8 'name=a b'"
    assert alone({"command": "python train.py lora.r=8", "overrides": ["lora.r=8"]}) == ""


def test_outline_is_yaml_that_reads_back() -> None:
    config = {"a": {"b": [1, 2.5, None, True], "c": {}, "d": "no", "e": "x: y", "f": "1e-4"},
              "rows": [{"k": "v", "l": [{"m": 1}]}, "đ", "- x"], "long": ["target"] * 30,
              "text": "hai\ndòng", "empty": [], "g": "# x"}  # fmt: skip
    assert OmegaConf.to_object(OmegaConf.create(outline(config))) == config


@pytest.mark.parametrize(("value", "said"), [
    (True, "true"), (None, "none"), (1234567, "1,234,567"), (0.46714, "0.4671"), (2e-4, "2e−4"),
    (math.nan, "not a number"), (12345.6, "12,346"), (-0.5, "−0.5"), ("text", "text"), (3.0, "3"),
])  # fmt: skip
def test_numbers_read_as_people_write_them(value: object, said: str) -> None:
    assert formatting.number(value) == said


def test_spans_and_sizes_use_their_largest_units() -> None:
    assert [formatting.duration(s) for s in (4.21, 59.96, 185, 8040)] == [
        "4.2 s", "1 min 00 s", "3 min 05 s", "2 h 14 min"]  # fmt: skip
    assert [formatting.size(b) for b in (12, 999_600, 2_500_000_000)] == ["12 B", "1 MB", "2.5 GB"]
    assert [formatting.points(p) for p in (0.0004, -0.016, 0.65)] == ["0.0", "−1.6", "+65.0"]


def test_what_training_cost_is_told_where_it_was_measured():
    from mathpal.reporting.head import read_environment

    metrics = {"train/padding": 0.042, "train/mfu": 0.25, "train/loss": 1.0, "train/tflops": None}
    groups = dict(read_environment({}, Outcome("completed", metrics)))
    assert groups["Throughput"] == [
        ("padding", "4.2 %"),
        ("share of peak FLOPs", "25 %"),
    ]
    assert "Throughput" not in dict(read_environment({}, None))


def test_a_run_without_a_gpu_names_its_processor():
    from mathpal.reporting.head import read_head

    hardware = {"cpu": "AMD EPYC", "accelerator": "none"}
    assert ("Device", "AMD EPYC") in read_head({"hardware": hardware}, None, place="x").facts
    hardware["accelerator"] = "H200"
    assert ("Device", "H200") in read_head({"hardware": hardware}, None, place="x").facts
