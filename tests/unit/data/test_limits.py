"""What a source returns besides its problems, and how it is asked for all its rows."""

import inspect
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mathpal.data import limits
from mathpal.data.conversations import conversations
from mathpal.data.files import file
from mathpal.data.hub import hub
from mathpal.data.mixture import mixture
from mathpal.data.preference import preference
from mathpal.data.qdrant import qdrant
from mathpal.data.quarantine import count_malformed, write_quarantine
from mathpal.data.text import text
from mathpal.data.vimath import vimath
from mathpal.problems import Splits
from tests.conftest import rejects, write
from tests.unit.data.test_sources import questions

SOURCES = [conversations, file, hub, mixture, preference, qdrant, text, vimath]
BAD = [{"question": "", "solution": "x"}, {"question": "Tính"}]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write(tmp_path / "rows.json", [*questions(30), questions(1)[0], *BAD])


@pytest.mark.parametrize("source", SOURCES)
def test_limits_name_settings_of_their_source(source: Any) -> None:
    known = inspect.signature(source).parameters
    given = partial(source, **({"sources": {}} if source is mixture else {}))
    for lifted in (limits.audited(given), limits.undivided(given)):
        assert set(lifted.keywords) <= set(known)
        assert lifted.func is source
    held_back = (
        {"max_test", "max_quarantine", "weights"} & set(known) if source is not vimath else ()
    )
    assert set(held_back) <= set(limits.audited(given).keywords)


def test_the_sources_of_a_mixture_are_asked_alike() -> None:
    inner = partial(mixture, sources={"own": partial(file, path="a.json", max_test=1)}, train=3)
    whole = limits.audited(partial(mixture, sources={"in": inner}, weights={"in": 1}))
    assert whole.keywords["weights"] is None
    own = whole.keywords["sources"]["in"].keywords
    assert own["train"] is None
    assert own["sources"]["own"].keywords["max_test"] == limits.NO_LIMIT
    anew = limits.undivided(inner).keywords
    assert anew["train"] == 3
    assert anew["sources"]["own"].keywords["test_share"] == 0


def test_a_source_that_declares_nothing_is_asked_as_it_is() -> None:
    def source(run_dir: Path | None, *, max_test: int = 3) -> Splits:
        return Splits([], [], [], {"max_test": max_test})

    given = partial(source, max_test=5)
    assert limits.audited(given)(None).notes == {"max_test": 5}
    assert limits.nested_setting(given) is None


def test_rejected_rows_are_those_of_the_quarantine(tmp_path: Path, rows: Path) -> None:
    splits = file(tmp_path, path=rows)
    assert [left.row for left in splits.rejected] == [row["row"] for row in rejects(tmp_path)]
    assert count_malformed(splits.rejected) == 2
    write_quarantine(tmp_path / "again", file(None, path=rows).rejected)
    assert rejects(tmp_path / "again") == rejects(tmp_path)


def test_without_a_run_directory_no_source_speaks_of_a_file(
    rows: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(file(None, path=rows).rejected) == 3
    assert "left out" not in caplog.text


def test_raw_rows_are_those_of_the_file_and_make_its_problems(rows: Path) -> None:
    splits = file(None, path=rows, test_share=0)
    (raw,) = splits.raw
    found = list(raw.read(None))
    assert [row.fields for row in found] == json.loads(rows.read_text(encoding="utf-8"))
    assert raw.make is not None
    made = {raw.make(row.fields) for row in found[:30] if row.fields is not None}
    assert made == {problem for part in splits[:3] for problem in part}


def test_a_mixture_names_the_rejected_rows_and_keeps_the_ways_to_the_raw_ones(
    tmp_path: Path, rows: Path
) -> None:
    sources = {name: partial(file, path=rows, seed=n) for n, name in enumerate(("zoo", "own"))}
    splits = mixture(tmp_path, sources=sources)
    listed = {n: [f"{n}/{row['row']}" for row in rejects(tmp_path / "data" / n)] for n in sources}
    own = [row["row"] for row in rejects(tmp_path)]  # the same rows leak from source to source
    assert [left.row for left in splits.rejected] == [*listed["own"], *own, *listed["zoo"]]
    assert min(map(len, (own, *listed.values()))) > 0
    assert [raw.make for raw in splits.raw] == [None, None]
