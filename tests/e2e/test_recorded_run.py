"""A run directory of an earlier commit is resumed, repeated and reported by today's code."""

import json
import platform
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from mathpal.cli.reproduce import METRICS, WEIGHTS, compare, is_identical
from mathpal.record import environment
from mathpal.reporting import write_report
from mathpal.run import resume
from mathpal.settings import composition

RECORDED = Path(__file__).parent / "recorded"


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    """The run was recorded with one thread: the order of sums depends on it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def same_machine() -> bool:
    """Whether this machine computes the recorded bits: versions and processor are the same."""
    manifest = json.loads((RECORDED / "run.json").read_text(encoding="utf-8"))
    here = {"cpu": environment.hardware()["cpu"], "python": platform.python_version()}
    then = {"cpu": manifest["hardware"]["cpu"], "python": manifest["python"]}
    capability = torch.backends.cpu.get_cpu_capability()
    return (
        here == then
        and manifest["packages"]["torch"] == torch.__version__
        and manifest["determinism"]["cpu_capability"] == capability
    )


def require_same_result(run_dir: Path) -> None:
    """To the bit on the machine of the record, elsewhere to the rounding of another processor."""
    findings = {f.part: f for f in compare(RECORDED, run_dir)}
    assert findings["configuration"].verdict == "identical"
    for name in ("data", "model", "tokenizer", "template"):
        assert findings[name].verdict == "identical", findings[name]
    if same_machine():
        assert is_identical(list(findings.values())), (findings[WEIGHTS], findings[METRICS])
        return
    then, now = (
        json.loads((path / "outcome.json").read_text(encoding="utf-8"))["metrics"]
        for path in (RECORDED, run_dir)
    )
    for name in ("train/loss", "validation/loss"):
        assert now[name] == pytest.approx(then[name], rel=1e-3)


def test_a_killed_one_is_resumed_to_the_same_end(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    shutil.copytree(RECORDED, run_dir, symlinks=True)
    for name in ("adapter", "evaluation", "export", "checkpoints/step-00000006"):
        shutil.rmtree(run_dir / name)
    for name in ("outcome.json", "checkpoints/last", "checkpoints/best"):
        (run_dir / name).unlink()
    resume(run_dir)
    history = json.loads((run_dir / "run.json").read_text(encoding="utf-8"))["history"]
    assert [entry["from_step"] for entry in history] == [3]
    require_same_result(run_dir)


def test_it_is_repeated_from_its_configuration(tmp_path: Path) -> None:
    again = tmp_path / "again"
    composition.write(again, composition.read(RECORDED))
    resume(again)
    require_same_result(again)


def test_a_complete_one_is_left_alone(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    shutil.copytree(RECORDED, run_dir, symlinks=True)
    before = {p: p.stat().st_mtime_ns for p in run_dir.rglob("*")}
    assert resume(run_dir).objective == 0.0
    assert {p: p.stat().st_mtime_ns for p in run_dir.rglob("*")} == before


def test_its_page_is_written(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    shutil.copytree(RECORDED, run_dir, symlinks=True)
    write_report(run_dir)
    page = (run_dir / "report.html").read_text(encoding="utf-8")
    assert "recorded" in page and "lora.targets=[q_proj]" in page
    assert "validation/loss" in page or "validation loss" in page.lower()
