"""A study in a real PostgreSQL, carried on by several drivers at once."""

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest

from mathpal.sweeps.storage import open_storage
from tests.unit.sweeps.studies import STATES, X, begin, begun, study

PASSWORD = "correct-horse-battery"
N_TRIALS = 18


@pytest.fixture
def database() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the test."""
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("initdb and pg_ctl are not on PATH; Debian: apt-get install postgresql, and "
                    "PATH=$PATH:/usr/lib/postgresql/<version>/bin")  # fmt: skip
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed: pip install 'mathpal[postgres]'")
    home = Path(tempfile.mkdtemp(prefix="mathpal-pg-"))
    # It refuses to run as root.
    who = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
    (home / "word").write_text(PASSWORD)
    if who:
        for path in (home, home / "word"):
            shutil.chown(path, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*words: str) -> None:
        done = subprocess.run(words, cwd=home, capture_output=True, text=True, **who)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stderr

    run("initdb", "-D", f"{home}/data", "-U", "mathpal", "--auth=scram-sha-256",
        f"--pwfile={home}/word", "--no-locale", "-E", "UTF8", "--no-sync")  # fmt: skip
    settings = f"-h 127.0.0.1 -p {port} -k {home} -c fsync=off"
    # Its output goes to a file: a server keeps a pipe open for as long as it lives.
    run("pg_ctl", "-D", f"{home}/data", "-l", f"{home}/log", "-w", "-o", settings, "start")
    try:
        yield f"postgresql+psycopg://mathpal:{PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        with contextlib.suppress(AssertionError):
            run("pg_ctl", "-D", f"{home}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(home)


@pytest.mark.slow  # the suite has two drivers with a journal
def test_three_drivers_share_a_study_in_postgresql(tmp_path: Path, database: str) -> None:
    words = (X, "steps=2", "seconds=0.1", f"hydra.sweeper.n_trials={N_TRIALS}",
             f"hydra.sweeper.storage={database}", "hydra/sweeper/sampler=random",
             "hydra.sweeper.intermediate=objective")  # fmt: skip
    drivers = [begin(tmp_path, *words) for _ in range(3)]
    assert [driver.wait(200) for driver in drivers] == [0, 0, 0], (
        tmp_path / "driver.log"
    ).read_text()

    home = tmp_path / "multirun" / "study"
    storage = optuna.storages.RDBStorage(database)
    found = optuna.load_study(study_name="study", storage=storage).get_trials()
    storage.remove_session()
    storage.engine.dispose()
    assert [STATES[trial.state] for trial in found] == ["completed"] * N_TRIALS
    assert all(len(begun(tmp_path, number)) == 1 for number in range(N_TRIALS))
    assert len({trial.params["x"] for trial in found}) == N_TRIALS
    assert all(list(trial.intermediate_values) == [1, 2] for trial in found)
    assert not (home / "journal.log").exists()

    # The study as it would have been with one driver and a journal: the seed alone decides.
    alone = tmp_path / "alone"
    alone.mkdir()
    study(alone, X, f"hydra.sweeper.n_trials={N_TRIALS}", "hydra/sweeper/sampler=random",
          "hydra/launcher=basic")  # fmt: skip
    journal = open_storage(None, alone / "multirun" / "study")
    one = optuna.load_study(study_name="study", storage=journal).get_trials()
    assert [trial.params for trial in found] == [trial.params for trial in one]

    for path in tmp_path.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path


def test_a_database_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="pip install 'mathpal[postgres]'")
    url = f"postgresql+psycopg://mathpal:{PASSWORD}@127.0.0.1:1/postgres"
    done = study(tmp_path, X, f"hydra.sweeper.storage={url}", expect=2)
    assert "a storage that opens" in done.stderr
    assert "Traceback" not in done.stderr
    assert PASSWORD not in done.stderr
