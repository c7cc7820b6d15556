"""The environment of a run: an installed package is not the repository that it lies in."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import mathpal
from mathpal.record import environment

TOLD = """
import json
from mathpal.record import environment
print(json.dumps([environment.code(), environment.version_of("mathpal")]))
"""


def git(folder: Path, *words: str) -> None:
    name = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True)


def code_below(folder: Path) -> Path:
    """A copy of the package's code in a folder."""
    source = Path(mathpal.__file__).parent
    (folder / "mathpal").mkdir(parents=True)
    for name in ("__init__.py", "errors.py"):
        shutil.copy(source / name, folder / "mathpal")
    shutil.copytree(source / "record", folder / "mathpal" / "record")
    return folder


def asked(folder: Path) -> Any:
    """What the copy says of its code and its version."""
    done = subprocess.run(
        [sys.executable, "-c", TOLD], env=os.environ | {"PYTHONPATH": str(folder)},
        cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Somebody's repository with a commit and a change that is not committed."""
    git(tmp_path, "init", "-q")
    (tmp_path / "mine.py").write_text("a = 1\n")
    git(tmp_path, "add", "mine.py")
    git(tmp_path, "commit", "-qm", "mine")
    (tmp_path / "mine.py").write_text("secret plans\n")
    return tmp_path


@pytest.mark.parametrize("tracked", [False, True])
def test_an_installed_package_records_its_version_alone(project: Path, tracked: bool) -> None:
    site = code_below(project / ".venv" / "lib" / "site-packages")
    (site / "mathpal-9.8.7.dist-info").mkdir()
    (site / "mathpal-9.8.7.dist-info" / "METADATA").write_text("Name: mathpal\nVersion: 9.8.7\n")
    names = [path.relative_to(site).as_posix() for path in (site / "mathpal").rglob("*.py")]
    (site / "mathpal-9.8.7.dist-info" / "RECORD").write_text("".join(f"{n},,\n" for n in names))
    if tracked:
        git(project, "add", "-f", ".venv")
        git(project, "commit", "-qm", "with its environment")
    assert asked(site) == [[None, "", []], "9.8.7"]


def test_a_copy_that_nobody_committed_has_no_commit(project: Path) -> None:
    assert asked(code_below(project / "copied"))[0] == [None, "", []]


def test_a_checkout_has_its_commit_and_its_changes(project: Path) -> None:
    git(project, "add", code_below(project / "tools").name)
    git(project, "commit", "-qm", "with the code")
    (project / "new.py").write_text("")
    commit, diff, untracked = asked(project / "tools")[0]
    assert len(commit) == 40 and "secret plans" in diff and "new.py" in untracked


def test_the_code_under_test_is_a_checkout() -> None:
    inside = subprocess.run(["git", "rev-parse"], cwd=Path(mathpal.__file__).parent, check=False)
    assert (environment.git_state()[0] is None) == (inside.returncode != 0)
