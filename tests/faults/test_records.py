"""A damaged or hostile run directory: whatever stands in a record, MathPal says it in words."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mathpal.errors import DataError
from mathpal.record import journal, manifest
from mathpal.record.files import append_line
from mathpal.reporting import write_report
from tests.faults import hostile
from tests.faults.hostile import RECORDS

SHARE = 20  # mutations of each record; tests/slow tries 5,000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.run_directory(tmp_path_factory.mktemp("hostile") / "run")


@pytest.fixture(autouse=True, scope="module")
def untrained() -> Iterator[None]:
    with hostile.nothing_is_trained():
        yield


@pytest.mark.parametrize("name", RECORDS)
def test_no_mutation_ends_in_a_traceback(run: Path, name: str) -> None:
    hostile.fuzz(run, name, SHARE)


@pytest.mark.parametrize("sums", [{"padded": 0}, {"busy": 0, "waited": 0}, {"busy": -9.5}])
def test_sums_of_nothing_give_no_speed(run: Path, sums: dict[str, float]) -> None:
    name = f"{hostile.STEP}/state.json"
    state = json.loads((run / name).read_text())
    state["recorder"]["whole"] |= sums
    with hostile.replaced(run, name, lambda path: path.write_text(json.dumps(state))):
        assert not hostile.require_words(run, name)


def fifo(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def gigabyte(path: Path) -> None:
    """One line of a gigabyte, which takes no room on the disk."""
    path.write_bytes(b'{"step": 1}\n{"step": ')
    os.truncate(path, 2**30)


@pytest.mark.parametrize("put", [Path.mkdir, fifo, device, loop, gigabyte])
def test_nothing_waits_and_nothing_grows_whatever_lies_there(
    run: Path, put: Callable[[Path], None]
) -> None:
    for name in RECORDS:
        began = time.monotonic()
        with hostile.replaced(run, name, put):
            said = hostile.require_words(run, name)
        assert time.monotonic() - began < 60, name
        if name in ("run.json", "outcome.json", ".hydra/config.yaml"):
            assert any(name in each for each in said), (name, said)


@pytest.mark.parametrize("put", [fifo, device, loop, Path.mkdir])
@pytest.mark.parametrize("name", ["metrics.jsonl", "train.log", ".lock"])
def test_nothing_is_written_through_what_lies_there(
    run: Path, name: str, put: Callable[[Path], None]
) -> None:
    with (
        hostile.replaced(run, name, put),
        pytest.raises(DataError, match=name.replace(".", r"\.")),
    ):
        hostile.WRITERS[name](run)


@pytest.mark.parametrize("name", ["metrics.jsonl", "train.log", ".lock"])
def test_a_link_does_not_lead_a_writer_to_its_target(run: Path, name: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("kept")
    with (
        hostile.replaced(run, name, lambda path: path.symlink_to(victim)),
        pytest.raises(DataError, match="it is a link, expected a file"),
    ):
        hostile.WRITERS[name](run)
    assert victim.read_text() == "kept"


def test_a_folder_in_the_place_of_the_page_is_said(run: Path) -> None:
    said = r"report\.html is a folder, expected a file"
    with hostile.replaced(run, "report.html", Path.mkdir), pytest.raises(DataError, match=said):
        write_report(run)


@pytest.mark.parametrize(
    ("name", "where", "value", "said"),
    [
        ("run.json", "git", [], "run.json is damaged: git: expected an object, found a list of 0"),
        ("run.json", "seed", "4", 'seed: expected an integer, found "4"'),
        ("run.json", "schema", 2, "schema: expected 1, found 2"),
        ("run.json", "config_hash", None, "config_hash: expected a string, found null"),
        ("outcome.json", "status", "done", "outcome.json is damaged: status: expected 'completed'"),
        ("outcome.json", "timings", {"fit": "x"}, 'timings.fit: expected a number, found "x"'),
    ],
)
def test_the_strict_reader_names_file_place_found_and_expected(
    run: Path, name: str, where: str, value: object, said: str
) -> None:
    changed = json.loads((run / name).read_text()) | {where: value}
    with hostile.replaced(run, name, lambda path: path.write_text(json.dumps(changed))):
        assert said in "\n".join(hostile.require_words(run, name))


def test_the_page_shows_the_rest_and_names_the_damage(run: Path) -> None:
    begun = json.loads((run / "run.json").read_text()) | {"git": 1}
    with hostile.replaced(run, "run.json", lambda path: path.write_text(json.dumps(begun))):
        page = write_report(run).read_text()
    assert "run.json: git: expected an object, found 1" in page
    assert "2.13.0" in page and "lora.targets=[q_proj]" in page


def test_what_a_run_may_hold_is_no_damage(run: Path, tmp_path: Path) -> None:
    """Near-misses: keys of later versions, a link to a file, text full of brackets."""
    begun = json.loads((run / "run.json").read_text()) | {"later": {"key": 1}}
    other = tmp_path / "elsewhere.json"
    other.write_text(json.dumps(begun))
    with hostile.replaced(run, "run.json", lambda path: path.symlink_to(other)):
        assert manifest.read(run) == begun
    append_line(tmp_path / "samples.jsonl", {"step": 1, "response": "[{" * 5000})
    assert len(journal.read(tmp_path / "samples.jsonl")) == 1
