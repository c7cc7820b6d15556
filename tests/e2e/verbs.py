"""Call a verb of the command line in this process, which has imported everything already.

One test of each verb starts a process; a new one costs seconds of imports.
"""

import contextlib
import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mathpal.cli.main import main


def called(
    *words: str, cwd: Path | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """`mathpal WORDS…`: its exit code and what it wrote. Not for `train resume=DIR`: it execs."""
    out, errors = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    code: object = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd or os.getcwd())
        patch.setattr(sys, "argv", ["mathpal", *words])
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            try:
                main()
            except SystemExit as left:
                code = left.code or 0
    root.handlers[:] = handlers
    root.setLevel(level)
    assert isinstance(code, int), code
    return subprocess.CompletedProcess(list(words), code, out.getvalue(), errors.getvalue())


def started(
    *words: str, cwd: Path | None = None, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own, as a user starts it."""
    return subprocess.run(
        [sys.executable, "-m", "mathpal", *words],
        cwd=cwd, input=stdin, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
