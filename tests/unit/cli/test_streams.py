"""Work goes on, and ends well, when nobody reads what it prints."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WORK = """
import logging, sys, time
from pathlib import Path
from mathpal.cli.streams import is_heard, outlived
with outlived():
    logging.basicConfig(level=logging.INFO)
    print("begun", flush=True)
    logging.info("begun")
    while not Path("go").exists():
        time.sleep(0.01)
    for number in range(3):
        print("x" * 100_000)
        logging.info("still here")
        sys.stderr.write("progress")
        sys.stderr.flush()
    Path("done").write_text(str(is_heard()))
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")


def started(code: int, stdout: int, stderr: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", WORK, str(code)], stdout=stdout, stderr=stderr)


@pytest.mark.parametrize("code", [0, 2])
@pytest.mark.parametrize("both", [False, True])
def test_a_reader_that_leaves_changes_nothing(code: int, both: bool) -> None:
    """`… | head -1`, and `… 2>&1 | head -1`."""
    with open("errors", "wb") as errors:
        process = started(code, subprocess.PIPE, subprocess.STDOUT if both else errors.fileno())
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    Path("go").touch()
    assert process.wait(60) == code
    rest = Path("errors").read_bytes()
    assert Path("done").read_text() == "False"
    assert b"Traceback" not in rest and b"BrokenPipe" not in rest


def test_a_terminal_that_is_closed_changes_nothing() -> None:
    ours, theirs = pty.openpty()
    process = started(0, theirs, theirs)
    os.close(theirs)
    os.read(ours, 5)
    os.close(ours)
    Path("go").touch()
    assert process.wait(60) == 0
    assert Path("done").exists()


def test_a_reader_that_stays_gets_everything() -> None:
    Path("go").touch()
    process = started(0, subprocess.PIPE, subprocess.PIPE)
    out, errors = process.communicate(timeout=60)
    assert out == b"begun\n" + 3 * (b"x" * 100_000 + b"\n")
    assert errors.count(b"still here") == 3
    assert Path("done").read_text() == "True"


def test_a_full_disk_is_no_reader_that_left() -> None:
    Path("go").touch()
    with open("/dev/full", "wb") as full:
        process = started(0, full.fileno(), subprocess.DEVNULL)
        assert process.wait(60) != 0
    assert not Path("done").exists()
