"""Generated problems in a file: any number, flat memory, the same from any number of workers."""

import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mathpal.curriculum import problem
from mathpal.data import stream
from mathpal.data.stream import write_problems
from mathpal.errors import ConfigError

FEW = {"families": ["cong_tru", "van_toc", "tong_hieu"]}


def test_the_next_writer_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    (tmp_path / ".a.parquet.1a2b.part").write_text("half")
    (tmp_path / ".b.parquet.1a2b.part").write_text("another file's")
    write_problems(tmp_path / "a.parquet", count=3, families=["van_toc"])
    assert {path.name for path in tmp_path.iterdir()} == {"a.parquet", ".b.parquet.1a2b.part"}


def test_parquet_holds_the_problems_that_a_run_would_draw(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "p.parquet"
    size = write_problems(path, count=10, seed=7, **FEW)  # type: ignore[arg-type]
    assert size == path.stat().st_size and list(path.parent.iterdir()) == [path]
    rows = pq.read_table(path).to_pylist()
    assert {row["family"] for row in rows[:3]} == set(FEW["families"])
    for row in rows:
        index = int(row["id"].rsplit("/", 1)[1])
        item = problem("vimath-7", "train", row["family"], index)
        assert all(row[name] == getattr(item, name) for name in row if name != "steps")
        assert tuple(row["steps"]) == item.steps


def test_arrow_and_parquet_hold_the_same(tmp_path: Path) -> None:
    for name in ("p.parquet", "p.arrow"):
        write_problems(tmp_path / name, count=25, part="test", multiple_choice=0.5, **FEW)  # type: ignore[arg-type]
    one = pq.read_table(tmp_path / "p.parquet")
    assert one.equals(pa.ipc.open_file(tmp_path / "p.arrow").read_all())
    assert 0 < one["kind"].to_pylist().count("choice") < 25


def test_workers_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "CHUNK", 7)
    for workers in (1, 2):
        write_problems(tmp_path / f"{workers}.parquet", count=40, workers=workers, **FEW)  # type: ignore[arg-type]
    one, two = (pq.read_table(tmp_path / f"{n}.parquet") for n in (1, 2))
    assert one.equals(two) and one.num_rows == 40


def test_memory_does_not_grow_with_the_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "CHUNK", 200)
    peaks = []
    for count in (400, 4_000):
        tracemalloc.start()
        write_problems(tmp_path / "p.parquet", count=count, **FEW)  # type: ignore[arg-type]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_a_fault_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(task: object) -> None:
        raise RuntimeError("disk")

    monkeypatch.setattr(stream, "_rows", broken)
    with pytest.raises(RuntimeError, match="disk"):
        write_problems(tmp_path / "p.parquet", count=5, **FEW)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_another_suffix_and_unknown_families_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"out=.*p\.csv: expected a file ending in \.parquet"):
        write_problems(tmp_path / "p.csv", count=5)
    with pytest.raises(ConfigError, match="vantoc: expected families"):
        write_problems(tmp_path / "p.parquet", count=5, families=["vantoc"])
