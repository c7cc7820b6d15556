"""A full disk, and damaged checkpoints."""

import shutil
import time
from pathlib import Path

import pytest

from mathpal.training import checkpoints
from tests.faults import course
from tests.unit.training.test_checkpoints import BROKEN, Trap, broken


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file of every complete checkpoint."""
    files = (p for step in checkpoints.steps(folder).values() for p in step.rglob("*"))
    return {str(p): p.read_bytes() for p in files}


@pytest.fixture
def halfway(tmp_path: Path, unbroken: Path) -> Path:
    """A run with its last two checkpoints, as if killed there."""
    shutil.copytree(unbroken, tmp_path / "run", symlinks=True)
    return tmp_path / "run"


def test_a_full_disk_leaves_all_checkpoints_whole(tmp_path: Path, unbroken: Path) -> None:
    process = course.start(tmp_path)
    while len(checkpoints.steps(tmp_path / "checkpoints")) < 2:
        time.sleep(0.001)
    course.kill(process)
    before = contents(tmp_path / "checkpoints")
    last = checkpoints.newest(tmp_path / "checkpoints")
    assert last is not None
    largest = max(len(data) for data in before.values())
    assert course.finish(tmp_path, largest_file=largest // 2) == course.FAILED
    message = (tmp_path / "message.txt").read_text()
    assert "could not be written" in message and "step-" in message
    assert f"resume={tmp_path}" in message
    assert contents(tmp_path / "checkpoints") == before
    assert course.finish(tmp_path) == 0
    assert course.same_end(tmp_path, unbroken)


# The suite reads all of them in tests/unit/training/test_checkpoints.py.
@pytest.mark.parametrize(
    "how", [pytest.param(how, marks=[pytest.mark.slow] * (how != "truncated")) for how in BROKEN]
)
def test_a_damaged_checkpoint_costs_its_steps_and_nothing_else(
    halfway: Path, unbroken: Path, how: str
) -> None:
    folder = halfway / "checkpoints"
    *_, before, last = checkpoints.steps(folder).values()
    # `broken` expects steps 20 and 30.
    before.rename(folder / "step-00000020")
    last.rename(folder / "step-00000030")
    broken(folder, how)
    (folder / "step-00000020").rename(before)
    (folder / "step-00000030").rename(last)
    assert course.finish(halfway) == 0
    log = (halfway / "log.txt").read_text()
    assert f"{last.name} is not used" in log
    assert course.same_end(halfway, unbroken)


def test_a_pickle_in_a_checkpoint_is_never_run(halfway: Path, unbroken: Path) -> None:
    import pickle

    mark = Path("/tmp/mathpal-was-here")
    mark.unlink(missing_ok=True)
    last = checkpoints.steps(halfway / "checkpoints")[course.STEPS]
    for name in ("weights.safetensors", "state.json", "manifest.json", "extra.ckpt"):
        (last / name).write_bytes(pickle.dumps(Trap()))
    assert course.finish(halfway) == 0
    assert course.same_end(halfway, unbroken)
    assert not mark.exists()


def test_with_all_checkpoints_damaged_it_fails_and_changes_nothing(halfway: Path) -> None:
    for path in checkpoints.steps(halfway / "checkpoints").values():
        (path / "state.json").write_text("{}")
    before = sorted((halfway / "checkpoints").rglob("*"))
    assert course.finish(halfway) == course.FAILED
    assert "no checkpoint that can be trusted" in (halfway / "message.txt").read_text()
    assert sorted((halfway / "checkpoints").rglob("*")) == before


def test_a_checkpoint_of_another_model_is_refused(halfway: Path) -> None:
    last = checkpoints.newest(halfway / "checkpoints")
    assert last is not None
    name = next(iter(last.weights))
    smaller = {**last.weights, name: last.weights[name][:2]}
    other = last._replace(weights=smaller, step=course.STEPS + 1)
    checkpoints.write(halfway / "checkpoints", other)
    assert course.finish(halfway, max_steps=30) == course.FAILED
    assert "is of another model" in (halfway / "message.txt").read_text()
