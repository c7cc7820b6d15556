"""`mathpal data audit` and the leakage gate of a run, as a user meets them."""

import json
import re

import pytest

from mathpal.errors import DataError
from mathpal.problems import Problem, Splits
from mathpal.run import train
from mathpal.settings.composition import compose
from tests.e2e.verbs import called, started

FILES = {"audit.html", "audit.json", "checkable.jsonl", "quarantine.jsonl"}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("audit")
    names = "An Ba Chi Dung Em Hoa Giang Khoa Liên Mai Nam Oanh".split()
    rows = [
        {
            "question": f"{name} có {i} kẹo, mẹ cho thêm 2 kẹo. Hỏi có mấy kẹo?",
            "solution": f"Số kẹo là:\n{i} + 2 = {i + 2} (kẹo)\nĐáp số: {i + 2} kẹo",
        }
        for i, name in enumerate(names, 1)
    ]
    rows += [rows[0], {"question": f"Tính 1 + 2 {HOSTILE}", "solution": "1 + 2 = 4\nĐáp số: 4"}]
    (place / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    return place


def test_an_audit_prints_its_table_and_leaves_a_self_contained_page(folder):
    done = started("data", "audit", "data=file", "data.path=rows.json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert re.search(r"duplicate question: exact +1 ", done.stdout)
    assert re.search(r"an equation of the solution is wrong +1 ", done.stdout)
    assert done.stdout.splitlines()[-1] == "audit/audit.html"
    assert {path.name for path in (folder / "audit").iterdir()} == FILES
    page = (folder / "audit" / "audit.html").read_text()
    assert "<script" not in page and "onerror=alert(2)>" not in page
    assert not re.search(r"(?:src|href)=[\"']?https?:", page)
    assert json.loads((folder / "audit" / "audit.json").read_text())["rows"] == 14


@pytest.mark.slow  # tests/unit/data/test_audit.py has the thresholds
def test_a_passed_threshold_ends_with_1_and_is_named(folder):
    file = ("data", "audit", "data=file", "data.path=rows.json")
    done = called(*file, "out=ci", "fail_on.steps=0", cwd=folder)
    assert done.returncode == 1, done.stderr
    assert "FAIL steps: 1 rows" in done.stdout
    assert {path.name for path in (folder / "ci").iterdir()} == FILES
    held = called(*file, "fail_on={steps: 0.5}", cwd=folder)
    assert held.returncode == 0, held.stderr


def test_bad_input_ends_with_2_and_no_traceback(folder):
    (folder / "broken.json").write_text("[{")
    for words in (
        ["data=file", "data.path=nowhere.json"],
        ["data=file", "data.path=broken.json"],
        ["data=file", "data.path=rows.json", "fail_on.steps=2"],
        ["data=file", "data.path=rows.json", "+fail_on.nonsense=0"],
        ["data=file", "data.path=rows.json", "out=rows.json"],
    ):
        done = called("data", "audit", *words, cwd=folder)
        assert done.returncode == 2, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr


@pytest.mark.slow  # the suite audits it in tests/unit/data
def test_the_generated_curriculum_can_be_audited(tmp_path):
    words = ["data.train=40", "data.test_per_family=2", "fail_on.leakage=0"]
    done = called("data", "audit", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


QUICK = ["trainer=quick", "evaluation=none", "dry_run=true", "data.replay_grades=[1]"]


@pytest.fixture
def leaky(monkeypatch):
    """The default data, with one training question in the test split."""
    from mathpal.data import vimath

    whole = vimath.vimath

    def spoil(splits: Splits) -> Splits:
        return splits._replace(test=[Problem("t", splits.train[0].question, "3"), *splits.test])

    def source(run_dir, **settings):
        return spoil(whole(run_dir, **settings))

    source.__signature__ = __import__("inspect").signature(whole)
    source.__module__, source.__name__ = whole.__module__, whole.__name__
    monkeypatch.setattr(vimath, "vimath", source)


def test_a_leak_stops_a_run_and_lists_all_its_pairs(leaky, tmp_path):
    with pytest.raises(DataError, match="leakage gate: 1 held-out"):
        train(compose([*QUICK, "data.train=40"]), tmp_path / "run")
    line = (tmp_path / "run" / "data" / "leakage.jsonl").read_text()
    assert json.loads(line)["held_out"] == "t"


def test_the_override_is_recorded_in_run_json(leaky, tmp_path):
    run = train(compose([*QUICK, "data.train=40", "allow_leakage=true"]), tmp_path / "run")
    manifest = json.loads((run.run_dir / "run.json").read_text())
    assert manifest["config"]["allow_leakage"] is True
    assert "allow_leakage=true" in manifest["overrides"]
    notes = json.loads((run.run_dir / "data" / "summary.json").read_text())["notes"]
    assert notes["leaks_allowed"] == {"exact": 1}
