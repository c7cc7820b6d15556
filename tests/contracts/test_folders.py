"""The tests touch nothing outside their folders: not the user's runs, not the home folder."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mathpal.record import files
from tests.guard import sitecustomize as guard

ROOT = Path(__file__).resolve().parents[2]
WRITES: dict[str, Callable[[Path], object]] = {
    "a file": lambda folder: (folder / "x").write_text(""),
    "an appended file": lambda folder: (folder / ".gitkeep").open("a"),
    "a folder": lambda folder: (folder / "x").mkdir(),
    "a link": lambda folder: (folder / "latest").symlink_to("x"),
    "a replaced link": lambda folder: os.replace(__file__, folder / "latest"),
    "a removed file": lambda folder: (folder / ".gitkeep").unlink(),
    "a removed folder": lambda folder: folder.rmdir(),
}


@pytest.fixture(autouse=True)
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the refused writes of these tests are noted: they must not fail the suite."""
    monkeypatch.setenv(guard.TOUCHED, str(tmp_path / "touched"))
    return tmp_path / "touched"


@pytest.mark.parametrize("folder", [ROOT / "outputs", ROOT / "multirun", Path.home()], ids=str)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_it_is_refused_and_noted(
    write: Callable[[Path], object], folder: Path, noted: Path
) -> None:
    before = sorted(os.listdir(folder))
    with pytest.raises(PermissionError, match="outside its folders"):
        write(folder)
    assert sorted(os.listdir(folder)) == before
    assert "test_it_is_refused_and_noted" in noted.read_text()


def test_a_folder_that_a_link_leads_to_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "outputs").symlink_to(ROOT / "outputs")
    with pytest.raises(PermissionError):
        (tmp_path / "outputs" / "x").mkdir()


def test_a_process_that_a_test_starts_is_refused(noted: Path) -> None:
    code = "from pathlib import Path; Path('outputs/x').mkdir()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert "outside its folders" in done.stderr
    assert not (ROOT / "outputs" / "x").exists()
    assert "outputs/x" in noted.read_text()


def test_reading_and_the_temporary_folder_are_free(tmp_path: Path, noted: Path) -> None:
    (ROOT / "README.md").read_text()
    (ROOT / "outputs").mkdir(exist_ok=True)
    files.write_json(tmp_path / "a" / "b.json", {})
    files.link(tmp_path / "link", ROOT / "outputs")
    (tmp_path / "link").unlink()
    assert not noted.exists()


def test_a_refused_write_fails_the_suite_though_the_test_hides_it(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    lines = [
        "import contextlib, os",
        "def test_it():",
        f"    with contextlib.suppress(OSError): os.mkdir('{ROOT}/outputs/x')",
    ]
    (tmp_path / "test_it.py").write_text("\n".join(lines))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-n0",
         f"--rootdir={tmp_path}", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path, capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ['PYTHONPATH']}"},
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert "a test wrote outside its folders: test_it.py::test_it" in done.stdout
