"""A cache of the Hub that cannot be used is called that, whatever the library made of it."""

import errno
import os
from pathlib import Path

import pytest

from mathpal.record.hub_cache import unwritable_cache


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("HF_HUB_CACHE", "HF_DATASETS_CACHE", "HF_XET_CACHE", "HF_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    return tmp_path


def fault(code: int, place: Path | None) -> OSError:
    words = (code, os.strerror(code))
    return OSError(*words) if place is None else OSError(*words, str(place))


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOTDIR, errno.ENOSPC])
def test_the_variable_and_its_folder_are_named(code: int, home: Path) -> None:
    said = unwritable_cache(fault(code, home / "hub" / "models--x--y" / "blobs"))
    assert said is not None and f"HF_HOME={home}" in said and "Set HF_HOME to a folder" in said


def test_the_cause_of_an_error_counts_too(home: Path) -> None:
    wrapped = ValueError("Couldn't find this data set")
    wrapped.__cause__ = fault(errno.EACCES, home / "hub")
    assert "cannot be used" in str(unwritable_cache(wrapped))


def test_the_narrower_variable_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(home / "datasets"))
    said = unwritable_cache(fault(errno.EROFS, home / "datasets" / "parquet"))
    assert said is not None and "Set HF_DATASETS_CACHE to a folder" in said


def test_without_the_variable_it_is_the_default_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    place = Path("/somewhere/huggingface/datasets")
    assert "HF_HOME=/somewhere/huggingface " in str(unwritable_cache(fault(errno.EACCES, place)))


def test_a_full_disk_is_no_wrong_name() -> None:
    assert "no room left" in str(unwritable_cache(fault(errno.ENOSPC, None)))
    assert "no room left" in str(unwritable_cache(OSError("Not enough disk space. Needed: 1 GB")))


def test_other_errors_are_left_alone(home: Path, tmp_path: Path) -> None:
    assert unwritable_cache(FileNotFoundError(errno.ENOENT, "no such file", str(home))) is None
    assert unwritable_cache(fault(errno.EACCES, Path("/data/train.parquet"))) is None
    assert unwritable_cache(ValueError("bad")) is None
