"""benchmarks/gpu where there is no GPU: cells that fail, lack a package or come too late."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "benchmarks/gpu"


@pytest.fixture(scope="module")
def scripts() -> Any:
    """The modules that all scripts share."""
    before = list(sys.path)
    sys.path.insert(0, str(SCRIPTS))
    try:
        import common
        import shapes
        import store

        yield SimpleNamespace(common=common, shapes=shapes, store=store)
    finally:
        sys.path[:] = before
        for name in ("common", "shapes", "store"):
            sys.modules.pop(name, None)


@pytest.fixture
def asked(scripts: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MATHPAL_COMMIT", "abc")
    monkeypatch.delenv("GPU_BENCH_UNTIL", raising=False)
    return scripts.common.arguments("", ["--toy", "--out", str(tmp_path)])


def columns(scripts: Any) -> list[Any]:
    return [scripts.store.Column("ms", "ms", ".1f")]


def test_a_cell_that_fails_is_written_down_and_the_next_one_runs(scripts, asked, capsys) -> None:
    import torch

    def full() -> dict[str, Any]:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 4 GiB")

    def absent() -> dict[str, Any]:
        scripts.common.need("no_such_package_here", "no-such-package")
        return {}

    cells = [("full", full), ("absent", absent), ("fine", lambda: {"ms": 3.0})]
    found = scripts.common.measure("q", cells, columns(scripts), asked)
    assert found["full"]["error"].startswith("out of memory: CUDA out of memory")
    assert found["absent"]["missing"] == "no-such-package: not installed"
    assert found["fine"]["ms"] == 3.0
    table = (asked.out / "toy_gpu_q.md").read_text()
    assert "| absent | no-such-package: not installed |" in table
    assert "| fine | 3.0 |" in table
    assert "| fine | 3.0 |" in capsys.readouterr().out


def test_a_measured_cell_is_not_measured_again_unless_the_commit_is_another(
    scripts, asked, monkeypatch
) -> None:
    calls: list[int] = []

    def work() -> dict[str, Any]:
        calls.append(1)
        return {"ms": float(len(calls))}

    for _ in range(2):
        scripts.common.measure("q", [("one", work)], columns(scripts), asked)
    assert len(calls) == 1
    monkeypatch.setenv("MATHPAL_COMMIT", "def")
    scripts.common.measure("q", [("one", work)], columns(scripts), asked)
    assert len(calls) == 2
    kept = json.loads((asked.out / "toy_gpu_q.json").read_text())["cells"]
    assert {name: own["ms"] for name, own in kept.items()} == {"one@abc": 1.0, "one@def": 2.0}


def test_a_cell_that_hangs_is_ended_and_a_spent_budget_begins_no_cell(scripts, asked) -> None:
    asked.cell_seconds = 0.2
    began = time.perf_counter()
    found = scripts.common.measure("q", [("hangs", lambda: time.sleep(60))], [], asked)
    assert time.perf_counter() - began < 20
    assert found["hangs"]["error"].startswith("TooLong")
    asked.seconds = 1.0
    assert scripts.common.measure("r", [("late", lambda: {"ms": 1.0})], [], asked) == {}


def test_only_names_the_cells_that_run(scripts, asked) -> None:
    asked.only = "a/*,b/1"
    cells = [(name, lambda: {"ms": 1.0}) for name in ("a/1", "a/2", "b/1", "b/2")]
    assert set(scripts.common.measure("q", cells, [], asked)) == {"a/1", "a/2", "b/1"}


def test_the_shapes_are_those_of_e2b_and_e4b(scripts) -> None:
    for shape, parameters, linear in (("e2b", 4.435, 1.884), ("e4b", 6.835, 3.948)):
        found = scripts.shapes.counted(scripts.shapes.SHAPES[shape])
        assert [round(number / 1e9, 3) for number in found] == [parameters, linear]


def test_random_models_have_no_silent_path_and_half_of_each_row_is_supervised(scripts) -> None:
    import torch

    shapes = scripts.shapes
    model = shapes.random_model(shapes.TOY, torch.device("cpu"), dtype=torch.bfloat16)
    assert all(weight.any() for weight in model.parameters())
    frequencies = [own for name, own in model.named_buffers() if "inv_freq" in name]
    assert frequencies and all(own.dtype == torch.float32 for own in frequencies)
    table = shapes.table(shapes.TOY, [10, 4])
    assert table.loss_tokens.tolist() == [5, 2]
    assert not table.supervised[[0, 4, 10, 11]].any()
    with torch.no_grad():
        logits = model(torch.from_numpy(table.ids[None].astype("int64"))).logits
    assert torch.isfinite(logits).all()


def test_a_script_without_a_gpu_says_so() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "attention.py")], capture_output=True, text=True,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
    )  # fmt: skip
    assert done.returncode == 1
    assert "no CUDA device" in done.stderr
