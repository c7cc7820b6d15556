"""Directories: unique names under a race, and one clear message where one cannot be made."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mathpal.errors import DataError
from mathpal.record import directories


class TestNew:
    def test_a_free_name_is_kept(self, tmp_path: Path) -> None:
        assert directories.new(tmp_path / "a" / "one") == tmp_path / "a" / "one"

    def test_a_name_that_is_there_gets_a_number(self, tmp_path: Path) -> None:
        found = [directories.new(tmp_path / "one").name for _ in range(3)]
        assert found == ["one", "one-2", "one-3"]

    @pytest.mark.parametrize("kind", ["file", "dangling link"])
    def test_whatever_has_the_name_is_left_alone(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "one"
        path.touch() if kind == "file" else path.symlink_to("gone")
        assert directories.new(path).name == "one-2"
        assert path.is_file() or path.is_symlink()

    def test_many_at_once_get_as_many(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: directories.new(tmp_path / "one"), range(40)))
        assert len(set(found)) == 40


class TestMake:
    def test_one_that_is_there_is_as_good(self, tmp_path: Path) -> None:
        directories.make(tmp_path / "a" / "b")
        directories.make(tmp_path / "a" / "b")
        (tmp_path / "link").symlink_to("a")
        directories.make(tmp_path / "link" / "c")
        assert (tmp_path / "a" / "c").is_dir()

    @pytest.mark.parametrize("make", [directories.make, directories.new])
    def test_a_parent_that_is_a_dangling_link_is_named(
        self, tmp_path: Path, make: "object"
    ) -> None:
        (tmp_path / "outputs").symlink_to("nowhere/at/all")
        with pytest.raises(DataError, match=r"outputs is a link to nowhere/at/all, which is not"):
            make(tmp_path / "outputs" / "default" / "one")  # type: ignore[operator]

    @pytest.mark.parametrize("make", [directories.make, directories.new])
    def test_a_parent_that_is_a_file_is_named(self, tmp_path: Path, make: "object") -> None:
        (tmp_path / "outputs").touch()
        with pytest.raises(DataError, match=r"outputs is a file.*hydra\.run\.dir"):
            make(tmp_path / "outputs" / "default" / "one")  # type: ignore[operator]

    def test_one_that_cannot_be_written_in_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda *_: False)
        with pytest.raises(DataError, match="cannot be written in"):
            directories.make(tmp_path)


@pytest.mark.parametrize("name", ["/etc/x", "../x", "..", ".", "a/b", "", None, "a\0b", "a\nb"])
def test_a_recorded_name_leads_nowhere_else(name: str | None) -> None:
    assert directories.again(name, "again").parent == Path("outputs/again")


def test_a_plain_name_is_used_again() -> None:
    assert directories.again("thử.1", "again").parent == Path("outputs/thử.1")
