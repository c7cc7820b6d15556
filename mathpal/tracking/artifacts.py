"""Copies of a run's files that may leave it: linked where they can be, redacted where they are
text.

Knows files; not who gets them.
"""

import contextlib
import os
import shutil
from pathlib import Path

from mathpal.record.redaction import redact

TEXT = frozenset(".json .jsonl .yaml .yml .txt .md .html .log .csv .jinja .diff".split())


def staged(source: Path, target: Path) -> Path:
    """A copy of a file or folder without secrets.

    Args:
        source: what is to leave.
        target: the copy; what lay there is replaced. Files that hold no secret are hard links
            where the file system can.

    Returns:
        The target.
    """
    if target.is_dir():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            _stage(file, target / file.relative_to(source))
        target.mkdir(exist_ok=True)
    else:
        _stage(source, target)
    return target


def _stage(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix in TEXT:
        with contextlib.suppress(UnicodeDecodeError):
            text = source.read_text(encoding="utf-8")
            # As text, not as JSON: a vocabulary may have an entry "password", which is a number.
            if (clean := redact(text)) != text:
                target.write_text(clean, encoding="utf-8")
                return
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copy2(source, target)
