"""The page of a comparison: self-contained, safe against answers, true to the files it reads."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mathpal.answers import VERDICTS
from mathpal.answers.failures import FAILURES, MEANINGS
from mathpal.errors import DataError
from mathpal.evaluation.costs import Cost
from mathpal.evaluation.verdicts import is_decided
from mathpal.record.redaction import redact
from mathpal.reporting import compare_page, compare_problems, labels, numbers
from mathpal.reporting.compare_page import write_compare_page
from mathpal.reporting.compare_tables import is_decided as is_decided_here
from mathpal.reporting.estimates import NARROW, WIDE, Point, estimate_chart
from mathpal.reporting.explanations import EXPLANATIONS
from mathpal.reporting.numbers import Language
from mathpal.reporting.speeds import cost_of_right
from tests.comparisons import COMMAND, HOSTILE, write_folder
from tests.records import read_json

REPORTING = Path(compare_page.__file__).parent
SECTIONS = ["verdict", "systems", "pairs", "speed", "groups", "failures", "flips", "problems",
            "asked", "repeat"]  # fmt: skip
VOID = {"meta", "link", "input", "img", "br", "path", "circle"}


class Page(HTMLParser):
    """Reads a page as a browser does, and fails where a tag is not closed in its place."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []  # the innermost tag, and the text
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    @property
    def text(self) -> str:
        shown = (text for tag, text in self.texts if tag not in ("script", "style"))
        return " ".join("".join(shown).split())

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [a for t, a in self.tags if t == tag and wanted.items() <= a.items()]

    def inside(self, tag: str) -> str:
        return "".join(text for own, text in self.texts if own == tag)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("compared"), 24)


@pytest.fixture
def changed(folder: Path, tmp_path: Path) -> Path:
    """A copy of the comparison, to be damaged."""
    for path in folder.glob("*.json*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def read(folder: Path, language: Language = "en") -> Page:
    return Page(write_compare_page(folder, language).read_text(encoding="utf-8"))


def test_the_page_loads_nothing_and_runs_its_own_script_alone(folder: Path) -> None:
    page = read(folder)
    forbidden = {"img", "iframe", "object", "embed", "base", "image", "audio", "video", "source"}
    for tag, attributes in page.tags:
        assert tag not in forbidden
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("src", "href", "xlink:href", "action", "srcset", "data", "formaction"):
            assert attributes.get(name, "#").startswith("#") or attributes[name] == "data:,", tag
    style = page.inside("style")
    assert "url(" not in style and "@import" not in style
    assert (
        re.findall(r"\b(?:fetch|XMLHttpRequest|import|innerHTML|eval)\b", page.inside("script"))
        == []
    )
    (policy,) = (a["content"] for a in page.all("meta") if "http-equiv" in a)
    sources = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert sources == {
        "default-src": "'none'", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'",
        "script-src": hashed(page.inside("script")), "style-src": hashed(style),
    }  # fmt: skip


def hashed(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def test_redaction_leaves_script_and_style_as_they_are_hashed() -> None:
    for name in ("compare.js", "compare.css", "report.css"):
        text = (REPORTING / name).read_text("utf-8")
        assert redact(text) == text
        assert "</" not in text and "\r" not in text


def test_hostile_text_is_shown_as_text(folder: Path) -> None:
    page = read(folder)
    safe = " ".join(HOSTILE.replace("\u202e", "\ufffd").split())
    # Four answers to the first problem; the reason of an unanswered one in three places.
    assert page.text.count(safe) == 7
    assert len(page.all("script")) == 1
    assert "\u202e" not in page.text


def test_no_sign_of_a_model_can_end_or_turn_the_text(changed: Path) -> None:
    lines = (changed / "samples.jsonl").read_text("utf-8").splitlines()
    row = json.loads(lines[0]) | {"response": "\u2066a\x00b\u2069 \ud800 ]]> {{ 7 * 7 }}"}
    (changed / "samples.jsonl").write_text("\n".join([json.dumps(row), *lines[1:]]) + "\n")
    assert "\ufffda\ufffdb\ufffd ? ]]> {{ 7 * 7 }}" in read(changed).text


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_sections_stand_in_their_order(folder: Path, language: Language) -> None:
    page = read(folder, language)
    assert [a["id"] for a in page.all("section")] == SECTIONS
    assert page.all("html") == [{"lang": language}]
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    for name in ("href", "aria-labelledby"):
        wanted = {a[name].removeprefix("#") for _, a in page.tags if name in a} - {"data:,"}
        assert wanted <= set(ids)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and all(b <= a + 1 for a, b in pairwise(levels))
    assert len(page.all("main")) == len(page.all("footer")) == len(page.all("nav")) == 1


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_verdict_stands_first(folder: Path, language: Language) -> None:
    text = read(folder, language).text
    places = [
        text.index(" ".join(sentence.split()).replace(" -", f" {numbers.formatting.MINUS}"))
        for name in ("compare.json", "performance.json")
        for sentence in read_json(folder / name)["verdict"][language]
        if HOSTILE not in sentence
    ]
    assert places and places == sorted(places)


def test_systems_pairs_and_costs_are_in_their_tables(folder: Path) -> None:
    compared, text = read_json(folder / "compare.json"), read(folder).text
    for one in compared["systems"]:
        own = one["accuracy"]
        assert (
            f"{100 * own['accuracy']:.1f} %{100 * own['low']:.1f}–{100 * own['high']:.1f}" in text
        )
    for pair in compared["pairs"]:
        assert f"{pair['second']} − {pair['first']}" in text
        assert f"{pair['strict']['won']} : {pair['strict']['lost']}" in text
    assert "73 ms / 79 ms" in text and "0.51 GB" in text and "11 min 52 s" in text
    assert "A right answer at 1,000 questions" in text
    assert COMMAND in text


def test_vietnamese_numbers_have_decimal_commas(folder: Path) -> None:
    page = read(folder, "vi")
    shown = " ".join(text for tag, text in page.texts if tag in ("b", "i", "td", "text"))
    assert re.search(r"\d,\d", shown) and not re.search(r"\d\.\d", shown)
    assert "Một đáp án đúng khi hỏi 1 000 câu" in page.text
    assert "11 phút 52 giây" in page.text


def test_every_problem_has_all_answers_with_verdict_and_reason(folder: Path) -> None:
    page, samples = read(folder), lines(folder / "samples.jsonl")
    problems = page.all("details", **{"class": "problem"})
    assert [a["id"] for a in problems] == [f"p-{n}" for n in range(1, 25)]
    assert all(len(a["data-tags"].split(" ")) == 4 for a in problems)
    for sample in samples:
        sign, words = labels.VERDICTS["unanswered" if sample["error"] else sample["verdict"]]
        assert f"{sign} {words.en}" in page.text
        assert HOSTILE in sample["response"] or " ".join(sample["response"].split()) in page.text
        for key in ("question", "gold", "extracted", "false_step", "explanation"):
            assert " ".join((sample.get(key) or "").split()) in page.text
    assert {"wrong", "no_answer"} < {sample["verdict"] for sample in samples}
    assert "Examples shown: nguoc_chieu_gap_nhau/vimath-42/train/3" in page.text


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_small_groups_are_grey(folder: Path) -> None:
    page = read(folder)
    groups = read_json(folder / "compare.json")["groups"]
    few = page.all("tr", **{"class": "few"})
    assert len(few) == sum(group["n"] < 10 for group in groups) > 0
    kinds = {group["kind"] for group in groups}
    assert len(page.all("table", **{"class": "groups sortable"})) == len(kinds) == 4


def test_flips_lead_to_their_problems(folder: Path) -> None:
    page = read(folder)
    pair = read_json(folder / "compare.json")["pairs"][0]
    order = list(dict.fromkeys(sample["id"] for sample in lines(folder / "samples.jsonl")))
    for id in [*pair["won"], *pair["lost"]]:
        assert {"href": f"#p-{order.index(id) + 1}"} in page.all("a")
    assert f"{len(pair['won'])} newly right" in page.text


def test_without_performance_the_page_says_so(changed: Path) -> None:
    (changed / "performance.json").unlink()
    (changed / "manifest.json").unlink()
    text = read(changed).text
    assert "Speed was not measured" in text and "The command was not recorded" in text


def test_a_system_that_answered_nothing_has_no_speed(changed: Path) -> None:
    edit(changed / "performance.json", ["systems", "rag"], {"speed": None, "cost": None})
    edit(changed / "performance.json", ["systems", "base", "cost", "accuracy"], 0.0)
    text = read(changed).text
    assert "not measured" in text and "none is right" in text


@pytest.mark.parametrize("language", ["en", "vi"])
def test_one_system_alone_has_no_pairs(tmp_path: Path, language: Language) -> None:
    page = read(write_folder(tmp_path, 6, skills={"tuned": 0.7}, speed=False), language)
    assert labels.translator(language)("no_pairs") in page.text
    assert page.all("select", name="flips") == []
    assert len(page.all("details", **{"class": "problem"})) == 6


@pytest.mark.parametrize("language", ["en", "vi"])
def test_one_cluster_has_no_intervals(tmp_path: Path, language: Language) -> None:
    skills = {"base": 0.2, "tuned": 0.8}
    page = read(write_folder(tmp_path, 6, skills=skills, families=["van_toc"]), language)
    t = labels.translator(language)
    assert t("no_interval") in page.text and t("undecided") in page.text
    assert t("no_groups") in page.text
    assert page.all("select", name="family") == []


@pytest.mark.parametrize(
    ("name", "path", "value", "said"),
    [
        ("compare.json", ["schema"], 2, "schema"),
        ("compare.json", ["problems"], 25, "it has 24 problems"),
        ("compare.json", ["systems"], [], "systems"),
        ("compare.json", ["systems", 0, "accuracy", "low"], -0.1, "systems.0.accuracy.low"),
        ("compare.json", ["systems", 1, "name"], "base", "two systems have one name"),
        ("compare.json", ["systems", 0, "name"], "other", "other systems"),
        ("compare.json", ["pairs", 0, "p"], "small", "pairs.0.p"),
        ("compare.json", ["pairs", 0, "won"], ["no/such"], "no/such"),
        ("compare.json", ["verdict", "vi"], None, "verdict.vi"),
        ("performance.json", ["systems", "base", "speed", "ttft"], 1.0, "ttft"),
        ("performance.json", ["systems"], {}, "the system base is missing"),
        ("manifest.json", ["command"], 7, "command"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_one_error(
    changed: Path, name: str, path: list[Any], value: Any, said: str
) -> None:
    edit(changed / name, path, value)
    with pytest.raises(DataError, match=re.escape(said)):
        write_compare_page(changed, "en")
    assert not (changed / "compare.html").exists()


def edit(file: Path, path: list[Any], value: Any) -> None:
    content = read_json(file)
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    file.write_text(json.dumps(content), "utf-8")


def damage(text: str) -> Iterator[tuple[str, str]]:
    own = text.splitlines(keepends=True)
    yield "".join(own[:-1]), "1 answers of majority are missing"
    yield text[:-20], "1 answers of majority are missing"
    yield "".join([*own, own[0]]), "twice"
    yield "".join([*own[1:], "{}\n"]), "1 of its lines"
    yield "".join([*own[1:], own[0].replace('"base"', '"other"')]), "answers of other"
    yield "".join([*own[1:], own[0].replace('"correct"', '"fine"')]), "1 of its lines"


def test_damaged_answers_are_one_error(changed: Path) -> None:
    path = changed / "samples.jsonl"
    for text, said in damage(path.read_text("utf-8")):
        path.write_text(text, "utf-8")
        with pytest.raises(DataError, match=re.escape(said)):
            write_compare_page(changed, "en")
    path.unlink()
    with pytest.raises(DataError, match="cannot be read"):
        write_compare_page(changed, "en")


def test_an_answer_costs_little_and_the_page_repeats_to_the_byte(folder: Path) -> None:
    first = write_compare_page(folder, "vi").read_bytes()
    assert first == write_compare_page(folder, "vi").read_bytes()
    answers = (folder / "samples.jsonl").stat().st_size
    assert len(first) < 120_000 + 1.5 * answers


class Used(dict[str, Any]):
    """A table that notes which of its keys are read."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        super().__init__(table)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)


def test_every_label_is_used(
    changed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = {"LABELS": Used(labels.LABELS), "EXPLANATIONS": Used(EXPLANATIONS)}
    for name, table in tables.items():
        monkeypatch.setattr(labels, name, table)
    monkeypatch.setattr(compare_problems, "FLIPS", 1)
    edit(changed / "performance.json", ["systems", "rag"], {"speed": None, "cost": None})
    edit(changed / "performance.json", ["systems", "base", "cost", "accuracy"], 0.0)
    path = changed / "samples.jsonl"
    own = lines(path)
    own[0]["response"], own[1]["response"], own[1]["verdict_lenient"] = "9" * 7000, "", "correct"
    own[1]["verdict"] = "no_answer"
    path.write_text("".join(json.dumps(row) + "\n" for row in own), "utf-8")
    write_compare_page(changed, "en")
    alone = write_folder(
        tmp_path / "alone", 2, skills={"a": 0.5}, families=["van_toc"], speed=False
    )
    (alone / "manifest.json").unlink()
    write_compare_page(alone, "en")
    pair = write_folder(tmp_path / "pair", 2, skills={"a": 0.2, "b": 0.9}, families=["van_toc"])
    write_compare_page(pair, "en")
    for table in tables.values():
        assert table.read == table.keys()


def test_a_label_names_the_same_values_in_both_languages() -> None:
    for key, (english, vietnamese, *one) in {**labels.LABELS, **EXPLANATIONS}.items():
        assert english and vietnamese, key
        names, own = (set(re.findall(r"{\w+}", text)) for text in (english, vietnamese))
        assert names == own, key
        assert names >= set(re.findall(r"{\w+}", "".join(one))), key
    assert not labels.LABELS.keys() & EXPLANATIONS.keys()


def test_all_verdicts_and_failures_have_words() -> None:
    assert [*labels.VERDICTS] == [*VERDICTS, "unanswered"]
    assert tuple(labels.FAILURES) == FAILURES
    assert {kind: meaning.en for kind, (_, meaning) in labels.FAILURES.items()} == MEANINGS


@pytest.mark.parametrize(("questions", "accuracy"), [(100, 0.5), (10_000, 0.25), (1, 0.0)])
def test_costs_are_those_of_the_comparison(questions: int, accuracy: float) -> None:
    cost = Cost(0.5, 712.5, accuracy)
    assert cost_of_right(cost._asdict(), questions) == cost.correct(questions)


@pytest.mark.parametrize("p", [None, 0.0499, 0.05, 1.0])
def test_decided_is_what_the_verdict_calls_decided(p: float | None) -> None:
    class Pair:
        pass

    Pair.p = p
    assert is_decided_here({"p": p}) == is_decided(Pair)


class TestNumbers:
    def test_times(self) -> None:
        times = [0.00042, 0.0731, 0.84, 1.508, 12.34, 75, 7260]
        said = ["0.4 ms", "73 ms", "840 ms", "1.51 s", "12.3 s", "1 min 15 s", "2 h 01 min"]
        assert [plain(numbers.seconds(time, "en")) for time in times] == said
        assert plain(numbers.seconds(75, "vi")) == "1 phút 15 giây"
        assert plain(numbers.seconds(1.508, "vi")) == "1,51 s"

    def test_shares_and_counts(self) -> None:
        assert plain(numbers.percent(0.375, "vi")) == "37,5 %"
        assert numbers.points(-0.0123, "vi") == "−1,2"
        assert numbers.count(12345, "en") == "12,345"
        assert plain(numbers.count(12345, "vi")) == "12 345"
        assert plain(numbers.probability(0.0001, "vi")) == "< 0,001"
        assert numbers.probability(0.0302, "en") == "0.030"


def plain(text: str) -> str:
    return text.replace(numbers.SPACE, " ")


@pytest.mark.parametrize("frame", [WIDE, NARROW])
def test_the_chart_of_equal_systems_has_a_scale(frame: Any) -> None:
    points = [Point("a − b", 0.0, 0.0, 0.0, "0"), Point("<b>", 0.0, None, None, "", sure=False)]
    drawn = estimate_chart(points, title="t", axis=str, frame=frame)
    assert "nan" not in drawn and "<b>" not in drawn
    assert drawn.count('class="zero"') == 1 and drawn.count('class="range') == 1


def test_marks_stay_inside_the_drawing() -> None:
    points = [Point("a", -0.37, -1.0, 0.2, ""), Point("b", 0.9, 0.8, 1.0, "")]
    drawn = str(estimate_chart(points, title="t", axis=str, frame=NARROW))
    places = [float(x) for x in re.findall(r'cx="([\d.]+)"', drawn)]
    places += [
        float(x) for pair in re.findall(r'd="M([\d.]+) [\d.]+H([\d.]+)"', drawn) for x in pair
    ]
    assert min(places) >= NARROW.left and max(places) <= NARROW.width - NARROW.right
