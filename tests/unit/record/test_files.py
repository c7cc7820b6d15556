"""Files, folders and links of a run directory are complete or absent."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mathpal.record import files
from tests.records import read_json


def left_in(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


class TestWriting:
    def test_a_file_is_written_with_its_folders(self, tmp_path: Path) -> None:
        path = tmp_path / "a" / "b" / "x.json"
        files.write_json(path, {"tên": "Toán", "n": [1, 2.5, None, True]})
        assert read_json(path) == {"tên": "Toán", "n": [1, 2.5, None, True]}
        assert "Toán" in path.read_text(encoding="utf-8")
        assert left_in(tmp_path) == ["a", "a/b", "a/b/x.json"]

    @pytest.mark.parametrize("failing", ["fsync", "replace"])
    def test_a_failure_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
    ) -> None:
        def fail(*_: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, failing, fail)
        with pytest.raises(OSError, match="No space left"):
            files.write_text(tmp_path / "x.txt", "new")
        assert left_in(tmp_path) == []

    @pytest.mark.parametrize("failing", ["fsync", "replace"])
    def test_a_failure_keeps_what_was_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
    ) -> None:
        files.write_text(tmp_path / "x.txt", "old")
        monkeypatch.setattr(os, failing, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            files.write_text(tmp_path / "x.txt", "new")
        assert (tmp_path / "x.txt").read_text() == "old"
        assert left_in(tmp_path) == ["x.txt"]

    def test_text_that_cannot_be_encoded_leaves_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(UnicodeEncodeError):
            files.write_text(tmp_path / "x.txt", "a\ud800")
        assert left_in(tmp_path) == []

    def test_a_value_that_is_no_json_leaves_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(TypeError):
            files.write_json(tmp_path / "x.json", {"a": {1, 2}})
        with pytest.raises(TypeError):
            files.write_lines(tmp_path / "x.jsonl", [{"a": 1}, {"a": object()}])
        assert left_in(tmp_path) == []

    def test_nan_and_infinity_become_null_at_any_depth(self, tmp_path: Path) -> None:
        nan, inf = float("nan"), float("inf")
        files.write_json(tmp_path / "x.json", {"a": nan, "b": [inf, (-inf, 1.0)], "c": {"d": nan}})
        text = (tmp_path / "x.json").read_text()
        strict = json.loads(text, parse_constant=lambda name: pytest.fail(name))
        assert strict == {"a": None, "b": [None, [None, 1.0]], "c": {"d": None}}

    def test_paths_and_keys_become_text(self, tmp_path: Path) -> None:
        files.write_json(tmp_path / "x.json", {1: Path("a/b")})
        assert read_json(tmp_path / "x.json") == {"1": "a/b"}

    def test_records_are_appended_a_line_each(self, tmp_path: Path) -> None:
        path = tmp_path / "sub" / "metrics.jsonl"
        files.append_line(path, {"step": 1, "train/loss": 0.5})
        files.append_line(path, {"step": 2, "train/loss": float("nan"), "x": "hai\ndòng"})
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert lines == [
            {"step": 1, "train/loss": 0.5},
            {"step": 2, "train/loss": None, "x": "hai\ndòng"},
        ]

    def test_no_lines_are_an_empty_file(self, tmp_path: Path) -> None:
        files.write_lines(tmp_path / "x.jsonl", [])
        assert (tmp_path / "x.jsonl").read_text() == ""


class TestLeftOvers:
    """What a killed writer left goes with the next writer; that of a living one stays."""

    WRITER = (
        "import sys, time; from pathlib import Path; from mathpal.record import files\n"
        "with files.{0}(Path(sys.argv[1]), fsync=False{1}) as part:\n"
        "    {2}.write_text('half'); print('writing', flush=True); time.sleep(60)"
    )

    @pytest.fixture(params=["file", "folder", "shared folder"])
    def begun(
        self, request: pytest.FixtureRequest, tmp_path: Path
    ) -> Iterator[tuple[Path, subprocess.Popen[str], Any]]:
        shared = ", shared=True" if request.param == "shared folder" else ""
        kind, part = (
            ("whole_file", "part") if request.param == "file" else ("whole_folder", "(part / 'x')")
        )
        words = [sys.executable, "-c", self.WRITER.format(kind, shared, part), tmp_path / "it"]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert process.stdout and process.stdout.readline() == "writing\n"

        def write() -> None:
            settings: dict[str, Any] = {"shared": True} if shared else {}
            with getattr(files, kind)(tmp_path / "it", fsync=False, **settings) as made:
                (made if kind == "whole_file" else made / "x").write_text("whole")

        yield tmp_path, process, write
        process.kill()
        process.communicate()

    def test_that_of_a_killed_writer_is_removed(self, begun: Any) -> None:
        folder, process, write = begun
        process.kill()
        process.wait()
        assert [name for name in left_in(folder) if name.endswith(".part")]
        write()
        assert left_in(folder) in (["it"], ["it", "it/x"])

    def test_that_of_a_writer_at_work_stays(self, begun: Any) -> None:
        folder, _, write = begun
        if (folder / ".it.part").exists():
            pytest.skip("a folder that is not shared has one writer")
        write()
        assert [name for name in left_in(folder) if name.endswith(".part")]

    def test_other_names_stay(self, tmp_path: Path) -> None:
        others = [".it.part", ".its.0123abcd.part", ".it.0123abcd.old", "it.0123abcd.part"]
        for name in others:
            (tmp_path / name).write_text("")
        files.write_text(tmp_path / "it", "whole")
        assert left_in(tmp_path) == sorted([*others, "it"])


class TestHash:
    def test_the_order_of_keys_does_not_matter(self) -> None:
        one = {"a": 1, "b": {"x": [1, 2], "y": None}}
        other = {"b": {"y": None, "x": [1, 2]}, "a": 1}
        assert files.config_hash(one) == files.config_hash(other)

    @pytest.mark.parametrize(
        "changed",
        [
            {"a": 2, "b": [1, 2]},
            {"a": "1", "b": [1, 2]},
            {"a": 1, "b": [2, 1]},
            {"a": 1, "b": [1, 2], "c": None},
            {"a": 1.5, "b": [1, 2]},
            {"A": 1, "b": [1, 2]},
        ],
    )
    def test_every_other_change_does(self, changed: dict[str, Any]) -> None:
        assert files.config_hash(changed) != files.config_hash({"a": 1, "b": [1, 2]})

    def test_the_hash_is_the_same_on_every_machine(self) -> None:
        assert files.config_hash({"tên": "Toán", "lr": 1e-4}) == (
            "b291474f02e9087c5292529a1ac74bb3035231b228d6d0ee1caa8e8930e86ff1"
        )


class TestWholeFile:
    def test_it_has_its_name_only_when_it_is_complete(self, tmp_path: Path) -> None:
        path = tmp_path / "a" / "x.bin"
        with files.whole_file(path, fsync=False) as temporary:
            assert temporary.parent == path.parent and temporary.name.startswith(".x.bin.")
            temporary.write_bytes(b"half")
            assert not path.exists()
            temporary.write_bytes(b"whole")
        assert path.read_bytes() == b"whole"
        assert left_in(path.parent) == ["x.bin"]

    @pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError("disk full")])
    def test_an_error_keeps_the_earlier_file_and_nothing_else(
        self, tmp_path: Path, fault: BaseException
    ) -> None:
        path = tmp_path / "x.bin"
        path.write_bytes(b"old")
        with pytest.raises(type(fault)):
            self.fail(path, fault)
        assert path.read_bytes() == b"old"
        assert left_in(tmp_path) == ["x.bin"]

    def fail(self, path: Path, fault: BaseException) -> None:
        with files.whole_file(path, fsync=True) as temporary:
            temporary.write_bytes(b"half")
            raise fault

    def test_its_content_is_on_disk_only_where_that_is_asked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: list[int] = []
        monkeypatch.setattr(os, "fsync", synced.append)
        for fsync in (False, True):
            with files.whole_file(tmp_path / "x", fsync=fsync) as temporary:
                temporary.write_text("x")
            assert len(synced) == fsync

    def test_two_writers_do_not_share_a_temporary_name(self, tmp_path: Path) -> None:
        path = tmp_path / "trace.json.gz"
        with (
            files.whole_file(path, fsync=False, suffix=".json.gz") as one,
            files.whole_file(path, fsync=False, suffix=".json.gz") as other,
        ):
            assert one != other and one.name.endswith(".json.gz")
            one.write_text("one")
            other.write_text("other")
        assert path.read_text() == "one", "the one that is complete last"


class TestWholeFolder:
    def fill(self, folder: Path, text: str, **policy: bool) -> None:
        with files.whole_folder(folder, **{"fsync": False, **policy}) as part:
            (part / "sub").mkdir()
            (part / "sub" / "x").write_text(text)

    def contents(self, place: Path) -> dict[str, str]:
        found = (path for path in place.rglob("*") if path.is_file())
        return {str(path.relative_to(place)): path.read_text() for path in found}

    @pytest.mark.parametrize("shared", [False, True])
    def test_the_new_folder_replaces_the_old_one(self, tmp_path: Path, shared: bool) -> None:
        for text in ("old", "new"):
            self.fill(tmp_path / "a" / "set", text, shared=shared, fsync=True)
        assert left_in(tmp_path / "a") == ["set", "set/sub", "set/sub/x"]
        assert self.contents(tmp_path) == {"a/set/sub/x": "new"}

    @pytest.mark.parametrize("shared", [False, True])
    @pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError("disk full")])
    def test_one_that_fails_half_way_keeps_the_earlier_and_nothing_else(
        self, tmp_path: Path, fault: BaseException, shared: bool
    ) -> None:
        self.fill(tmp_path / "set", "old")
        with pytest.raises(type(fault)):
            self.fail(tmp_path / "set", fault, shared)
        assert left_in(tmp_path) == ["set", "set/sub", "set/sub/x"]
        assert self.contents(tmp_path) == {"set/sub/x": "old"}

    def fail(self, folder: Path, fault: BaseException, shared: bool) -> None:
        with files.whole_folder(folder, fsync=True, shared=shared) as part:
            (part / "x").write_text("half")
            raise fault

    @pytest.mark.parametrize("failing", [1, 2])
    def test_a_failing_rename_puts_the_earlier_one_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
    ) -> None:
        self.fill(tmp_path / "set", "old")
        renamed, replace = [], os.replace

        def fail(source: Path, target: Path) -> None:
            renamed.append(target)
            if len(renamed) == failing:
                raise OSError(28, "No space left on device")
            replace(source, target)

        monkeypatch.setattr(os, "replace", fail)
        with pytest.raises(OSError, match="No space left"):
            self.fill(tmp_path / "set", "new")
        assert self.contents(tmp_path) == {"set/sub/x": "old"}
        assert left_in(tmp_path) == ["set", "set/sub", "set/sub/x"]

    def test_what_killed_writers_left_is_removed_or_put_back(self, tmp_path: Path) -> None:
        self.fill(tmp_path / ".set.part", "half")
        self.fill(tmp_path / ".set.old", "old")
        with pytest.raises(ZeroDivisionError), files.whole_folder(tmp_path / "set", fsync=False):
            raise ZeroDivisionError
        assert self.contents(tmp_path) == {"set/sub/x": "old"}, "killed between the two renames"

    def test_a_link_of_a_temporary_name_leads_nowhere(self, tmp_path: Path) -> None:
        self.fill(tmp_path / "mine", "mine")
        for end in ("part", "old"):
            (tmp_path / "run").mkdir(exist_ok=True)
            (tmp_path / f"run/.set.{end}").symlink_to(tmp_path / "mine")
        self.fill(tmp_path / "run/set", "new")
        assert self.contents(tmp_path / "mine") == {"sub/x": "mine"}
        assert self.contents(tmp_path / "run/set") == {"sub/x": "new"}

    def test_a_shared_one_leaves_other_writers_alone(self, tmp_path: Path) -> None:
        with files.whole_folder(tmp_path / "set", fsync=False, shared=True) as one:
            (one / "x").write_text("one")
            self.fill(tmp_path / "set", "other", shared=True)
            assert self.contents(tmp_path / "set") == {"sub/x": "other"}
        assert self.contents(tmp_path) == {"set/x": "one"}


class TestLink:
    def test_it_is_relative_and_replaces_an_earlier_one(self, tmp_path: Path) -> None:
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            files.link(tmp_path / "links" / "last", tmp_path / name)
            assert os.readlink(tmp_path / "links" / "last") == f"../{name}"
        assert left_in(tmp_path / "links") == ["last"]

    def test_a_failure_keeps_the_earlier_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files.link(tmp_path / "last", tmp_path / "first")
        monkeypatch.setattr(os, "replace", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            files.link(tmp_path / "last", tmp_path / "second")
        assert os.readlink(tmp_path / "last") == "first"
        assert left_in(tmp_path) == ["last"]


class TestLatest:
    def test_the_link_is_moved_to_the_newest_run(self, tmp_path: Path) -> None:
        outputs = tmp_path / "outputs"
        for name in ("first", "second"):
            run = outputs / "x" / name
            run.mkdir(parents=True)
            files.point_latest(run, outputs)
            assert (outputs / "latest").resolve() == run.resolve()
        assert left_in(outputs) == ["latest", "x", "x/first", "x/second"]

    def test_the_link_survives_a_move_of_the_whole_folder(self, tmp_path: Path) -> None:
        run = tmp_path / "outputs" / "x" / "run"
        run.mkdir(parents=True)
        files.point_latest(run, tmp_path / "outputs")
        moved = (tmp_path / "outputs").rename(tmp_path / "moved")
        assert (moved / "latest").resolve() == (moved / "x" / "run").resolve()

    def test_a_link_to_a_run_that_is_gone_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "latest").symlink_to("gone")
        (tmp_path / "run").mkdir()
        files.point_latest(tmp_path / "run", tmp_path)
        assert (tmp_path / "latest").resolve() == (tmp_path / "run").resolve()

    def test_a_run_elsewhere_leaves_it_alone(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        files.point_latest(tmp_path / "elsewhere", tmp_path / "outputs")
        assert left_in(tmp_path) == ["elsewhere"]

    def test_a_folder_of_that_name_is_kept_with_a_warning(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "latest" / "mine").mkdir(parents=True)
        (tmp_path / "run").mkdir()
        files.point_latest(tmp_path / "run", tmp_path)
        assert left_in(tmp_path) == ["latest", "latest/mine", "run"]
        assert "a folder of that name is there" in caplog.text

    @pytest.mark.parametrize("name", ["symlink", "replace"])
    def test_a_file_system_without_links_is_one_warning(
        self,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        (tmp_path / "run").mkdir()
        monkeypatch.setattr(os, name, refuse)
        for _ in range(2):
            files.point_latest(tmp_path / "run", tmp_path)
        assert caplog.text.count("latest is not set to") == 1
        assert left_in(tmp_path) == ["run"]

    def test_a_run_that_is_only_named_as_if_it_were_in_it_leaves_it_alone(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "outputs").mkdir()
        files.point_latest(tmp_path / "outputs" / ".." / "elsewhere", tmp_path / "outputs")
        assert left_in(tmp_path) == ["outputs"]

    def test_outputs_that_is_a_dangling_link_is_a_warning(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "outputs").symlink_to("gone")
        files.point_latest(tmp_path / "outputs" / "run", tmp_path / "outputs")
        assert "latest is not set to" in caplog.text
