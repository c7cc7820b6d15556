"""The verbs on a finished run, as a user calls them."""

import json
import shutil
from pathlib import Path

import pytest

from mathpal.generation.chat import taught_many_turns
from tests.e2e.verbs import called, started


@pytest.fixture
def run(finished_folder, tmp_path):
    """A finished run to which the tests' verbs add files."""
    one = Path("outputs", "default", "one")
    return shutil.copytree(finished_folder / one, tmp_path / one, symlinks=True)


def test_evaluate_repeats_the_runs_own_figures_and_keeps_them(run):
    before = (run / "evaluation" / "results.json").read_bytes()
    done = started("evaluate", f"run={run}", "evaluation.limit=6", "evaluation.max_new_tokens=12")
    assert done.returncode == 0, done.stderr
    folder = Path(done.stdout.splitlines()[-1])
    again = json.loads((folder / "results.json").read_text())
    assert again["rows"] == json.loads(before)["rows"]
    assert (run / "evaluation" / "results.json").read_bytes() == before
    for line in ("exact match", "right in any layout", "no readable answer"):
        assert line in done.stdout


def test_evaluate_puts_an_instruction_before_the_questions_of_one_system(run):
    words = "Ghi một dòng: Đáp số."
    done = called(
        "evaluate", f"run={run}", "evaluation.limit=2", "evaluation.max_new_tokens=4",
        f'evaluation.instruction="{words}"', "evaluation.instructed=[base]",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *lines, folder = done.stdout.splitlines()
    assert f"base was asked with: {words}" in lines
    results = json.loads((Path(folder) / "results.json").read_text())
    assert results["settings"]["instruction"] == {"base": words, "tuned": None}


def test_generate_answers_one_question_and_the_lines_of_standard_input(run):
    one = called("generate", f"run={run}", "question='Tính: 12 + 3'", "max_new_tokens=8")
    assert one.returncode == 0, one.stderr
    assert one.stdout.strip()
    lines = called(
        "generate", f"run={run}", "max_new_tokens=8", stdin="Tính: 12 + 3\n\nTính: 4 × 5\n"
    )
    assert lines.stdout.startswith("» Tính: 12 + 3\n" + one.stdout)
    assert "» Tính: 4 × 5" in lines.stdout


def test_generate_names_all_faults(run):
    done = called("generate", f"run={run}/nope", "temperature=-1", "top=3")
    assert done.returncode == 2
    assert "3 faults" in done.stderr
    assert "Traceback" not in done.stderr


def test_generate_on_a_folder_that_is_no_run_says_what_is_missing(tmp_path):
    done = called("generate", f"run={tmp_path}", "question=a")
    assert done.returncode == 2
    assert "run.json is not there" in done.stderr


def test_preview_shows_the_mask(tmp_path):
    done = called("data", "preview", "data.train=5", "rows=2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("«") == done.stdout.count("<end_of_turn>»") == 2
    assert "supervised" in done.stdout


def test_doctor_finds_the_machine_ready(tmp_path):
    done = called("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "everything is ready" in done.stdout
    assert not list(tmp_path.iterdir())


def test_the_verbs_are_listed_and_an_unknown_one_is_refused():
    assert "data preview" in started("--help").stdout
    done = called("sing")
    assert done.returncode == 2
    assert "no verb 'sing'" in done.stderr


def test_a_run_records_what_its_data_taught_for_the_chat(run):
    assert json.loads((run / "data" / "summary.json").read_text())["many_turn_rows"] == 0
    assert not taught_many_turns(run)
