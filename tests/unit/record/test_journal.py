"""JSON Lines: torn and damaged lines cost nothing else, and no step stands twice."""

import json
from pathlib import Path
from typing import Any

import pytest

from mathpal.errors import DataError
from mathpal.record import journal
from mathpal.record.files import append_line
from mathpal.record.journal import Journal, Values

SEPARATORS = "một\u2028hai\u2029ba\x85bốn\x0bnăm\x1csáu"


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


class TestReading:
    def test_no_file_is_no_row(self, tmp_path: Path) -> None:
        assert journal.read(tmp_path / "metrics.jsonl") == []
        assert journal.read_from(tmp_path / "metrics.jsonl", 0) == ([], 0)
        with pytest.raises(FileNotFoundError):
            journal.read_lines(tmp_path / "metrics.jsonl")

    def test_a_line_separator_inside_a_text_ends_no_line(self, tmp_path: Path) -> None:
        path, row = tmp_path / "samples.jsonl", {"step": 1, "response": SEPARATORS}
        append_line(path, row)
        append_line(path, {"step": 2})
        assert journal.read(path) == [row, {"step": 2}]
        assert journal.read_lines(path) == ([row, {"step": 2}], 0)
        assert journal.read_from(path, 0)[0] == [row, {"step": 2}]

    @pytest.mark.parametrize("torn", ['{"step": 2, "a', '{"step": 2, "a": "\u0111', "{", "\x00"])
    def test_a_torn_last_line_is_skipped_and_not_counted(self, tmp_path: Path, torn: str) -> None:
        path = tmp_path / "metrics.jsonl"
        path.write_bytes(lines({"step": 1}).encode() + torn.encode()[:-1] + b"\xc4")
        assert journal.read_lines(path) == ([{"step": 1}], 0)
        assert journal.read(path) == [{"step": 1}]

    @pytest.mark.parametrize("damaged", ['{"step": 0, "tra', "[1]", "3", "\x00\x00", "not JSON"])
    def test_a_damaged_line_is_counted(self, tmp_path: Path, damaged: str) -> None:
        path = tmp_path / "metrics.jsonl"
        path.write_text(f"{damaged}\n\n" + lines({"step": 1}, {"other": 1}))
        assert journal.read_lines(path) == ([{"step": 1}, {"other": 1}], 1)
        assert journal.read(path) == [{"step": 1}], "a journal's rows have a step"

    def test_a_last_line_that_lacks_only_its_end_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "metrics.jsonl"
        path.write_text('{"step": 1}\n{"step": 2}')
        assert journal.read_lines(path) == ([{"step": 1}, {"step": 2}], 0)
        assert journal.read_from(path, 0) == ([{"step": 1}], 12), "it may still grow"


class TestFollowing:
    def test_a_line_counts_once_it_is_complete(self, tmp_path: Path) -> None:
        path = tmp_path / "metrics.jsonl"
        rows, offset = journal.read_from(path, 0)
        row = {"step": 1, "response": SEPARATORS}
        content = lines(row, {"step": 2}).encode()
        for end in range(len(content) + 1):
            path.write_bytes(content[:end])
            new, offset = journal.read_from(path, offset)
            rows += new
        assert rows == [row, {"step": 2}]
        assert offset == len(content)

    def test_values_are_followed_line_by_line(self, tmp_path: Path) -> None:
        path = tmp_path / "metrics.jsonl"
        values = Values(path, "loss")
        assert values.new() == []
        lines = [{"step": 1, "loss": 0.5}, {"step": 1, "other": 1}, {"step": 2, "loss": None}]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"step": 3, "lo')
        assert values.new() == [(1, 0.5)]
        with path.open("a") as stream:
            stream.write('ss": 0.25}\nnot json\n')
        assert values.new() == [(3, 0.25)]
        assert values.new() == []

    def test_rows_without_a_step_are_no_values(self, tmp_path: Path) -> None:
        (tmp_path / "m").write_text(lines({"loss": 1.0}, {"step": None, "loss": 1.0}) + "[1]\n")
        assert Values(tmp_path / "m", "loss").new() == []


class TestRewinding:
    def test_a_resumed_process_cuts_off_its_steps_and_torn_lines(self, tmp_path: Path) -> None:
        path = tmp_path / "metrics.jsonl"
        kept = {"step": 1, "text": SEPARATORS}
        path.write_text(lines(kept, {"step": 2, "a": 1}, {"step": 3, "b": 1}) + "[]\n{")
        resumed = Journal(path)
        resumed.append(2, {"a": 2})
        resumed.append(2, {"c": 2})
        assert journal.read_lines(path) == ([kept, {"step": 2, "a": 2}, {"step": 2, "c": 2}], 0)
        assert resumed.cut == {(2, "step"), (2, "a"), (3, "step"), (3, "b")}

    def test_an_untouched_file_is_not_written_again(self, tmp_path: Path) -> None:
        path = tmp_path / "metrics.jsonl"
        Journal(path).append(1, {"a": float("nan")})
        before = path.stat().st_ino
        Journal(path).append(2, {"a": 1.0})
        assert path.stat().st_ino == before
        assert journal.read(path) == [{"step": 1, "a": None}, {"step": 2, "a": 1.0}]

    def test_a_full_disk_is_said_in_a_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "metrics.jsonl").mkdir()
        with pytest.raises(DataError, match=r"metrics\.jsonl could not be written: it is a folder"):
            Journal(tmp_path / "metrics.jsonl").append(1, {})
