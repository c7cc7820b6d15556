"""Checkpoints on disk: every kind of damage is seen, and nothing good is lost to a failure."""

import errno
import json
import os
import pickle
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
import torch

from mathpal.errors import DataError
from mathpal.training import checkpoints
from mathpal.training.checkpoints import Checkpoint
from mathpal.training.records import State, SumsState


def made(step: int) -> Checkpoint:
    generator = torch.Generator().manual_seed(step)
    weights = {"a.weight": torch.randn(8, 4, generator=generator), "b": torch.tensor(float(step))}
    optimizer = {"0/exp_avg": torch.randn(8, 4, generator=generator), "0/step": torch.tensor(3.0)}
    return Checkpoint(step, weights, optimizer, plain())


def plain() -> State:
    sums: SumsState = {"steps": 2, "loss": 0.1}
    return {
        "guard": {"losses": [0.1], "bad": [1], "skipped": 1, "rolled_back": False},
        "recorder": {"last_loss": float("nan"), "since": sums, "whole": {}},
        "best": {"value": None, "step": None, "misses": 0, "latest": {"train/loss": 0.1}},
        "stopped": False,
        "optimizer": {"groups": [{"params": [0, 1]}], "values": {}},
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for step in (10, 20, 30):
        checkpoints.write(tmp_path / "checkpoints", made(step))
    return tmp_path / "checkpoints"


def newest_step(folder: Path) -> int:
    found = checkpoints.newest(folder)
    assert found is not None
    return found.step


def test_what_is_read_is_what_was_written_to_the_bit(folder: Path) -> None:
    found, expected = checkpoints.newest(folder), made(30)
    assert found is not None
    for mine, theirs in ((found.weights, expected.weights), (found.optimizer, expected.optimizer)):
        assert mine.keys() == theirs.keys()
        assert all(mine[n].equal(theirs[n]) and mine[n].dtype == theirs[n].dtype for n in theirs)
    assert repr(found.plain) == repr(expected.plain)


def test_no_folder_is_no_checkpoint(tmp_path: Path) -> None:
    assert checkpoints.newest(tmp_path / "nothing") is None


@pytest.mark.parametrize("name", ["weights.safetensors", "optimizer.safetensors", "state.json"])
@pytest.mark.parametrize("place", [0.0, 0.5, 0.999])
def test_one_flipped_bit_anywhere_is_seen(folder: Path, name: str, place: float) -> None:
    path = folder / "step-00000030" / name
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] ^= 0x10
    path.write_bytes(data)
    assert "damaged" in (checkpoints.fault(path.parent) or "")
    assert newest_step(folder) == 20


def broken(folder: Path, how: str) -> None:
    last = folder / "step-00000030"
    if how == "truncated":
        path = last / "weights.safetensors"
        path.write_bytes(path.read_bytes()[:-7])
    elif how == "empty":
        (last / "weights.safetensors").write_bytes(b"")
    elif how == "no manifest":
        (last / "manifest.json").unlink()
    elif how == "half a manifest":
        (last / "manifest.json").write_text((last / "manifest.json").read_text()[:40])
    elif how == "manifest of nothing":
        (last / "manifest.json").write_text('{"schema": 1, "step": 30, "files": {}}')
    elif how == "manifest that is no object":
        (last / "manifest.json").write_text("[]")
    elif how == "a later schema":
        manifest = json.loads((last / "manifest.json").read_text())
        (last / "manifest.json").write_text(json.dumps({**manifest, "schema": 2}))
    elif how == "another step's files":
        shutil.copy(folder / "step-00000020" / "weights.safetensors", last)
    elif how == "no files":
        shutil.rmtree(last)
        last.mkdir()


BROKEN = (
    "truncated", "empty", "no manifest", "half a manifest", "manifest of nothing",
    "manifest that is no object", "a later schema", "another step's files", "no files",
)  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_a_damaged_one_is_named_and_the_one_before_is_taken(
    folder: Path, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    broken(folder, how)
    assert newest_step(folder) == 20
    assert "step-00000030 is not used" in caplog.text
    with pytest.raises(DataError, match="step-00000030"):
        checkpoints.read(folder / "step-00000030")


def test_when_all_are_damaged_nothing_is_guessed(folder: Path) -> None:
    for path in checkpoints.steps(folder).values():
        (path / "manifest.json").unlink()
    with pytest.raises(DataError, match="no checkpoint that can be trusted"):
        checkpoints.newest(folder)


class Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch /tmp/mathpal-was-here",)


def test_a_pickle_never_runs_wherever_it_lies(folder: Path, tmp_path: Path) -> None:
    mark = Path("/tmp/mathpal-was-here")
    mark.unlink(missing_ok=True)
    evil = pickle.dumps(Trap())
    last = folder / "step-00000030"
    (last / "extra.pkl").write_bytes(evil)
    assert newest_step(folder) == 30, "a file that nobody reads does no harm"
    for name in ("weights.safetensors", "state.json", "manifest.json"):
        (last / name).write_bytes(evil)
        assert newest_step(folder) == 20
    assert not mark.exists()


def test_a_write_that_fails_leaves_what_was_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for module, name in ((checkpoints, "save_file"), (os, "fsync"), (os, "replace")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, full)
            with pytest.raises(DataError, match=r"No space left.*resume="):
                checkpoints.write(folder, made(40))
        assert sorted(p.name for p in folder.iterdir()) == [f"step-{s:08d}" for s in (10, 20, 30)]
        assert newest_step(folder) == 30


def test_too_little_space_is_seen_before_anything_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(checkpoints.shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))
    with pytest.raises(DataError, match=r"needs 16 MB and the disk has 1 MB left"):
        checkpoints.write(folder, made(40))
    assert len(list(folder.iterdir())) == 3


def test_what_a_killed_writer_left_is_swept_away(folder: Path) -> None:
    part = folder / ".step-00000040.part"
    part.mkdir()
    (part / "weights.safetensors").write_bytes(b"half")
    assert newest_step(folder) == 30
    checkpoints.write(folder, made(50))
    assert not part.exists()


def test_a_damaged_one_of_the_same_step_is_replaced(folder: Path) -> None:
    broken(folder, "truncated")
    checkpoints.write(folder, made(30))
    assert newest_step(folder) == 30
    assert len(list(folder.iterdir())) == 3


def test_of_a_linked_one_the_link_alone_is_removed(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (folder / "step-00000010").rename(elsewhere)
    (folder / "step-00000010").symlink_to(elsewhere)
    checkpoints.prune(folder, 1, best=None)
    assert list(checkpoints.steps(folder)) == [30]
    assert (elsewhere / "weights.safetensors").is_file()


def test_the_checkpoints_of_another_run_are_not_taken_through_a_link(
    folder: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own" / "checkpoints"
    own.parent.mkdir()
    own.symlink_to(folder)
    assert list(checkpoints.steps(own)) == [10, 20, 30]  # a folder on another disk
    (folder.parent / "run.json").write_text("{}")
    for use in (
        lambda: checkpoints.newest(own),
        lambda: checkpoints.newest_sound(own),
        lambda: checkpoints.prune(own, 1, best=None),
    ):
        with pytest.raises(DataError, match=r"own/checkpoints is a link to .* another run"):
            use()
    assert list(checkpoints.steps(folder)) == [10, 20, 30]


def test_the_newest_and_the_best_stay(folder: Path) -> None:
    checkpoints.write(folder, made(40))
    checkpoints.prune(folder, 2, best=10)
    assert list(checkpoints.steps(folder)) == [10, 30, 40]
    checkpoints.prune(folder, 1, best=40)
    assert list(checkpoints.steps(folder)) == [40]
    checkpoints.prune(folder, 1, best=None)
    assert list(checkpoints.steps(folder)) == [40]
