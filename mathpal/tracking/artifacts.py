"""Copies of a run's files for the trackers: redacted where they are text, else hard links.

Knows files; not the trackers. A link that leads out of the run is left out: whoever wrote the run
could send any file of whoever replays it.
"""

import contextlib
import logging
import os
import shutil
from pathlib import Path

from mathpal.record.redaction import redact

log = logging.getLogger(__name__)
TEXT = frozenset(".json .jsonl .yaml .yml .txt .md .html .log .csv .jinja .diff".split())


def staged(source: Path, target: Path) -> Path:
    """Copy a file or folder without secrets.

    Args:
        source: the file or folder.
        target: path of the copy; an earlier copy is replaced. Files without secrets become hard
            links where the file system supports them.

    Returns:
        The target.
    """
    if target.is_dir():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    run = source.parent.resolve()
    if source.is_dir():
        for file in sorted(path for path in source.rglob("*") if not path.is_dir()):
            if _is_own(file, run):
                _stage(file, target / file.relative_to(source))
        target.mkdir(exist_ok=True)
    elif _is_own(source, run):
        _stage(source, target)
    return target


def _is_own(file: Path, run: Path) -> bool:
    own = file.is_file() and file.resolve().is_relative_to(run)
    if not own:
        log.warning("%s is not sent: it is no file of the run itself", file)
    return own


def _stage(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix in TEXT:
        with contextlib.suppress(UnicodeDecodeError):
            text = source.read_text(encoding="utf-8")
            # As text, not as JSON: the entry "password" of a vocabulary is a number, not a secret.
            if (clean := redact(text)) != text:
                target.write_text(clean, encoding="utf-8")
                return
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copy2(source, target)
