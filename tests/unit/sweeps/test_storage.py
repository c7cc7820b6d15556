"""The journal of a study, whose last writer was killed or is none of ours."""

import threading
import time
from pathlib import Path

import optuna
import pytest

from mathpal.sweeps.storage import JOURNAL, open_storage


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """That of a study without trials."""
    optuna.create_study(storage=open_storage(None, tmp_path), study_name="study")
    return tmp_path / JOURNAL


def ask(folder: Path) -> int:
    """Write in the journal: begin a trial."""
    study = optuna.load_study(study_name="study", storage=open_storage(None, folder))
    return study.ask().number


def test_a_torn_line_is_taken_away_before_the_next_is_written(
    tmp_path: Path, journal: Path
) -> None:
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"op_code": 4, "worker_id"')
    assert ask(tmp_path) == 0
    assert journal.read_bytes().startswith(whole + b'{"op_code":')
    assert ask(tmp_path) == 1


def test_a_line_that_another_program_is_writing_stays(
    tmp_path: Path, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mathpal.sweeps.storage._MOMENT", 2.0)
    line = journal.read_bytes().splitlines(keepends=True)[0].replace(b'"study"', b'"another"')
    with journal.open("ab", buffering=0) as stream:
        stream.write(line[:20])
        writer = threading.Thread(target=ask, args=(tmp_path,))
        writer.start()
        time.sleep(0.3)
        stream.write(line[20:])
        writer.join()
    names = optuna.get_all_study_names(storage=open_storage(None, tmp_path))
    assert names == ["study", "another"]
    assert ask(tmp_path) == 1
