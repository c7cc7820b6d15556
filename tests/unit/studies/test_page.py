"""The page and the notebook of a study: true at every edge, safe, self-contained, small."""

import csv
import io
import math
import random
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import FrozenTrial, TrialState

from mathpal.cli.report import report
from mathpal.errors import ConfigError
from mathpal.settings.checked import Composition
from mathpal.studies import costs
from mathpal.studies.axes import Axis
from mathpal.studies.findings import Findings, find
from mathpal.studies.history import read
from mathpal.studies.notebook import BEGIN, END, write_notebook
from mathpal.studies.page import best_yaml, draw, write_study
from mathpal.studies.rulers import of_axis
from mathpal.studies.verdict import verdict
from tests.unit.studies.studies import build, told

HOSTILE = '<script src="https://evil.example/x.js">alert(1)</script><img src=x onerror=alert(2)>'
PRUNED, FAIL, RUNNING = TrialState.PRUNED, TrialState.FAIL, TrialState.RUNNING


def several(count: int, seed: int = 0) -> list[FrozenTrial]:
    """Trials of a smooth objective, some of them pruned or failed."""
    draw = random.Random(seed)
    trials = []
    for number in range(count):
        params = {"lora.r": draw.choice([4, 8, 16, 32]), "trainer.lr": 10 ** draw.uniform(-4, -1)}
        value = 0.25 + 0.1 * (math.log10(params["trainer.lr"]) + 2.4) ** 2 + draw.gauss(0, 0.005)
        course = {step: value + 2 / step for step in range(10, 210, 10)}
        if number % 11 == 3:
            trials.append(told(params, state=FAIL, error=f"RuntimeError: hỏng ở bước {number}"))
        elif number % 4 == 1:
            short = {step: v for step, v in course.items() if step <= 40}
            trials.append(told(params, state=PRUNED, intermediate=short, seconds=15.0))
        else:
            trials.append(told(params, value, intermediate=course))
    return trials


class Reader(HTMLParser):
    """Every tag with its attributes, and whether tags close in order."""

    void = frozenset(["meta", "link", "br", "img", "circle", "path", "rect"])

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.void or tag in ("path", "circle"):
            self.open.append(tag)
        if tag in ("meta", "link", "br"):
            assert tag not in self.open

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes another"

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def written(folder: Path) -> tuple[Findings, str]:
    found = find(read(folder))
    drawn, again = draw(found), best_yaml(found)
    write_study(found, drawn, again)
    write_notebook(found, drawn, again, folder)
    return found, (folder / "report.html").read_text(encoding="utf-8")


EDGES: dict[str, list[FrozenTrial]] = {
    "nothing": [],
    "one running": [told({"lora.r": 8}, state=RUNNING)],
    "one just born": [told({}, state=RUNNING)],
    "one completed": [told({"lora.r": 8, "trainer.lr": 1e-3}, 0.3)],
    "all pruned": [told({"lora.r": 8}, state=PRUNED, intermediate={5: 0.4}) for _ in range(3)],
    "all pruned before a value": [told({"lora.r": 8}, state=PRUNED)],
    "all failed": [told({"lora.r": 8}, state=FAIL, error="NaN") for _ in range(3)],
    "all infeasible": [told({"lora.r": 32}, state=PRUNED, infeasible="30 GB of 24")],
    "all break a constraint": [told({"lora.r": 8}, 0.3, constraints=[1.0]) for _ in range(3)],
    "all the same": [told({"lora.r": r, "trainer.lr": 1e-3}, 0.3) for r in (4, 8, 16, 32) * 3],
    "infinite": [told({"lora.r": 4}, math.inf), told({"lora.r": 8}, 0.3)],
    "only infinite": [told({"lora.r": 4}, math.inf), told({"lora.r": 8}, math.inf)],
    "intermediate not a number": [told({"lora.r": 4}, 0.3, intermediate={1: math.nan, 2: 0.3})],
    "no parameter": [told({}, 0.3), told({}, 0.3)],
    "some without the parameter": [told({"lora.r": 4}, 0.3), told({"trainer.lr": 1e-2}, 0.2)],
    "one parameter": [told({"trainer.lr": 10**-k}, 0.3 + k / 9) for k in (1.0, 2.0, 3.0, 4.0)],
    "usual": several(30),
}


@pytest.mark.parametrize("name", EDGES)
def test_a_page_is_written_at_every_edge(tmp_path: Path, name: str) -> None:
    found, html = written(build(tmp_path, EDGES[name], intermediate="validation/loss"))
    page = Reader(html)
    assert page.open == []
    text = " ".join(page.text)
    assert "Verdict" in text and "Traceback" not in text
    assert not re.search(r"\bnan\b|None|Infinity", text), re.findall(r".{30}\bnan\b.{9}", text)
    assert verdict(found)
    for path in (tmp_path / "figures").glob("*.svg"):
        ElementTree.fromstring(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nothing", "No trial was begun yet."),
        ("one completed", "No other configuration has as many seeds"),
        ("all pruned", "No trial was completed, so nothing can be said about the parameters."),
        ("all failed", "Most failures: not a number (trials 0, 1, 2)."),
        ("all break a constraint", "No completed trial keeps every constraint"),
        ("all the same", "3 other configurations have the same value."),
        ("one parameter", "lies at the upper end of what was tried"),
        ("usual", "Every configuration was run with one seed"),
    ],
)
def test_the_verdict_says_what_cannot_be_said(tmp_path: Path, name: str, says: str) -> None:
    said = " ".join(verdict(find(read(build(tmp_path, EDGES[name])))))
    assert says in said
    assert "is better than" not in said


def test_the_verdict_tells_apart_only_what_the_seeds_tell_apart(tmp_path: Path) -> None:
    values = {4: [0.20, 0.21, 0.23], 8: [0.21, 0.23, 0.23], 16: [0.30, 0.32, 0.33]}
    trials = [
        told({"lora.r": r}, sum(of) / 3, values_by_seed={str(s): [v] for s, v in enumerate(of)})
        for r, of in values.items()
    ]
    found, html = written(build(tmp_path, trials, seeds=[0, 1, 2]))
    said = " ".join(verdict(found))
    assert "It cannot be told apart from lora.r=8" in said
    assert "It is better than lora.r=16" in said
    assert "0.21333 as the mean of 3 seeds (95% t interval 0.17539–0.25128)" in said
    assert "need 6 shared seeds, and there are 3" in said
    assert "0.17539–0.25128" in html


def test_below_a_dropout_of_none_lies_nothing(tmp_path: Path) -> None:
    space = {"lora.dropout": CategoricalDistribution((0.0, 0.1, 0.2))}
    trials = [told({"lora.dropout": d}, 0.3 + d, space=space) for d in (0.0, 0.1, 0.2)]
    assert "end of what was tried" not in " ".join(verdict(find(read(build(tmp_path, trials)))))
    trials = [told({"lora.dropout": d}, 0.3 - d, space=space) for d in (0.0, 0.1, 0.2)]
    said = " ".join(verdict(find(read(build(tmp_path / "up", trials)))))
    assert "The best lora.dropout, 0.2, lies at the upper end of what was tried" in said


def test_nothing_of_a_hostile_study_becomes_markup(tmp_path: Path) -> None:
    trials = [
        told({"x": 0.5}, 0.3, space={"x": FloatDistribution(0, 1)}),
        told({"x": 0.6}, state=FAIL, space={"x": FloatDistribution(0, 1)},
             error=f"ValueError: {HOSTILE}\n| `không` <b>đọc được</b> \ud800"),
        told({"x": 0.7}, state=PRUNED, infeasible=HOSTILE, space={"x": FloatDistribution(0, 1)}),
    ]  # fmt: skip
    folder = build(
        tmp_path, trials, name=HOSTILE, question=HOSTILE, command=f"python {HOSTILE}",
        space={"x": HOSTILE}, fixed=[HOSTILE], metrics=[HOSTILE],
    )  # fmt: skip
    _, html = written(folder)
    page = Reader(html)
    assert not {"script", "img", "b "} & {tag for tag, _ in page.tags}
    assert all("onerror" not in attrs for _, attrs in page.tags)
    assert "không" in html
    markdown = (folder / "README.md").read_text(encoding="utf-8")
    outside_code = re.sub(r"```.*?```|`[^`\n]*`", "", markdown, flags=re.DOTALL)
    assert "<script" not in outside_code and "<b>" not in outside_code
    for path in (folder / "figures").glob("*.svg"):
        tree = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        assert not [tag for tag in tree.iter() if tag.tag.endswith(("script", "img"))]


def test_the_page_needs_nothing_beside_it(tmp_path: Path) -> None:
    _, html = written(build(tmp_path, several(20), intermediate="validation/loss"))
    for tag, attrs in Reader(html).tags:
        for name in ("src", "href", "data", "action"):
            value = attrs.get(name)
            assert value is None or value.startswith(("#", "data:")), (tag, value)
    assert "url(" not in html and "@import" not in html


def test_two_hundred_trials_fit_two_megabytes(tmp_path: Path) -> None:
    _, html = written(build(tmp_path, several(200), intermediate="validation/loss"))
    assert 50_000 < len(html.encode()) < 2_000_000


def test_every_trial_stands_in_the_table_with_its_note(tmp_path: Path) -> None:
    folder = build(tmp_path, several(30), intermediate="validation/loss")
    _, html = written(folder)
    assert "RuntimeError: hỏng ở bước 3" in html
    rows = list(csv.DictReader(io.StringIO((folder / "trials.csv").read_text(encoding="utf-8"))))
    assert [int(row["number"]) for row in rows] == list(range(30))
    for row, trial in zip(rows, read(folder).trials, strict=True):
        assert row["state"] == trial.state
        assert float(row["trainer.lr"]) == trial.params["trainer.lr"], "unrounded"
        assert row["objective validation/loss"] == (repr(trial.values[0]) if trial.values else "")
    assert rows[1]["note"] == "at step 40" and rows[3]["error"] == "RuntimeError: hỏng ở bước 3"


def test_a_trial_pruned_between_seeds_says_after_how_many(tmp_path: Path) -> None:
    pruned = told({"lora.r": 4}, state=PRUNED, intermediate={0: 0.5, 1: 0.6})
    folder = build(tmp_path, [told({"lora.r": 8}, 0.3), pruned], seeds=[1, 2, 3, 4])
    _, html = written(folder)
    assert "after 2 of 4 seeds" in html and "validation/loss of one seed after the other" in html


def test_an_attempt_that_went_wrong_is_noted_and_one_a_seed_is_not(tmp_path: Path) -> None:
    def attempts(*hows: str) -> list[dict[str, str]]:
        return [{"host": "a", "how": how} for how in hows]

    _, html = written(
        build(
            tmp_path,
            [
                told({"lora.r": 8}, 0.3, attempts=attempts("killed", "lost", "completed")),
                told({"lora.r": 4}, 0.3, attempts=attempts("completed", "completed")),
            ],
        )
    )
    assert html.count("begun ") == 1, "of the two trials one had trouble"
    assert "begun 3 times: killed and lost before" in html


def test_time_saved_is_the_median_less_what_the_pruned_took(tmp_path: Path) -> None:
    trials = [told({"lora.r": 4}, 0.3, seconds=s) for s in (100.0, 50.0, 60.0)]
    trials += [told({"lora.r": 8}, state=PRUNED, seconds=s) for s in (20.0, 70.0)]
    time = costs.time(read(build(tmp_path, trials)).trials)
    assert (time.spent, time.median, time.pruned, time.saved) == (300.0, 60.0, 2, 40.0)


def test_infeasible_trials_saved_no_time(tmp_path: Path) -> None:
    trials = [told({"lora.r": 4}, 0.3), told({"lora.r": 8}, state=PRUNED, infeasible="no room")]
    assert costs.time(read(build(tmp_path, trials)).trials).saved == 0.0


@pytest.mark.parametrize(
    ("error", "attempts", "kind"),
    [
        ("torch.OutOfMemoryError: CUDA out of memory", [], "out of memory"),
        ("the loss is nan at step 3", [], "not a number"),
        ("Giá trị không hợp lệ: NaN", [], "not a number"),
        ("banana split", [], "another reason"),
        ("Traceback (most recent call last):\n  x\nmathpal.errors.DataError: y", [], "DataError"),
        (None, [{"how": "lost"}], "killed or lost, too often to try again"),
        ("given up after 3 attempts: killed", [], "killed or lost, too often to try again"),
        (None, [], "no reason given"),
    ],
)
def test_failures_are_told_apart_by_kind(
    tmp_path: Path, error: str | None, attempts: list[dict[str, str]], kind: str
) -> None:
    trial = told({"lora.r": 4}, state=FAIL, error=error, attempts=attempts)
    (found,) = costs.failures(read(build(tmp_path, [trial])).trials)
    assert found.kind == kind


def test_several_objectives_get_a_front_and_no_test(tmp_path: Path) -> None:
    draw = random.Random(3)
    trials = [
        told({"lora.r": r, "trainer.lr": 10 ** draw.uniform(-4, -1)}, [1 / r + draw.random(), r])
        for r in (4, 8, 16, 32) * 3
    ]
    folder = build(tmp_path, trials, directions=["minimize", "minimize"],
                   metrics=["validation/loss", "train/peak_memory_gb"])  # fmt: skip
    found, html = written(folder)
    said = " ".join(verdict(found))
    assert "on the Pareto front of validation/loss and train/peak_memory_gb" in said
    assert "train/peak_memory_gb against validation/loss" in html
    assert "Wilcoxon" not in html and found.comparisons == []
    assert (folder / "figures/front.svg").is_file()


def test_what_a_person_wrote_stays_when_the_notebook_is_written_again(tmp_path: Path) -> None:
    study, notebook = build(tmp_path / "study", several(12)), tmp_path / "experiments/lora"
    report(Composition(), study=study, notebook=notebook)
    path = notebook / "README.md"
    first = path.read_text(encoding="utf-8")
    assert "Nobody has written one yet." in first
    mine = "Hạng 16 là đủ.\n\n- và | đây `cũng` vậy"
    path.write_text(re.sub(f"{BEGIN}.*?{END}", f"{BEGIN}\n{mine}\n{END}", first, flags=re.DOTALL),
                    encoding="utf-8")  # fmt: skip
    report(Composition(), study=study, notebook=notebook)
    again = path.read_text(encoding="utf-8")
    assert mine in again and "Nobody has written one yet." not in again
    report(Composition(), study=study, notebook=notebook)
    assert path.read_text(encoding="utf-8") == again
    assert {p.name for p in (notebook / "figures").iterdir()} >= {"course.svg", "slices.svg"}
    assert all(f"figures/{p.name}" in again for p in (notebook / "figures").iterdir())


def test_a_notebook_that_somebody_else_wrote_is_not_overwritten(tmp_path: Path) -> None:
    study, notebook = build(tmp_path / "study", several(3)), tmp_path / "notebook"
    notebook.mkdir()
    (notebook / "README.md").write_text("# mine\n")
    with pytest.raises(ConfigError, match="would overwrite it"):
        report(Composition(), study=study, notebook=notebook)
    assert (notebook / "README.md").read_text() == "# mine\n"


def test_the_same_study_gives_the_same_page(tmp_path: Path) -> None:
    folder = build(tmp_path, several(20), intermediate="validation/loss")
    assert written(folder)[1] == written(folder)[1]


def test_far_worse_trials_do_not_flatten_the_others(tmp_path: Path) -> None:
    trials = [told({"trainer.lr": 1e-3 * (i + 1)}, 0.3 + i / 100) for i in range(20)]
    trials.append(told({"trainer.lr": 0.09}, 500.0))
    _, html = written(build(tmp_path, trials))
    assert "1 far worse values lie beyond the axis" in html


def test_rulers_have_the_ticks_that_mean_something() -> None:
    def texts(axis: Axis) -> list[str]:
        return [text for _, text in of_axis(axis, 0, 100).ticks]

    assert texts(Axis(low=1e-4, high=1e-1, log=True)) == ["1e-4", "0.001", "0.01", "0.1"]
    assert len(texts(Axis(low=2e-4, high=9e-4, log=True))) >= 3, "less than a power of ten"
    assert texts(Axis(low=0, high=2, whole=True)) == ["0", "1", "2"]
    assert texts(Axis(["a" * 40, True, None]))[1:] == ["true", "null"]
    ruler = of_axis(Axis([4, 8, 16]), 0, 90)
    assert [ruler(choice) for choice in (4, 8, 16)] == [15.0, 45.0, 75.0]
    assert of_axis(Axis(low=1e-4, high=1e-2, log=True), 0, 100)(1e-3) == 50.0
