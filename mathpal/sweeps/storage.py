"""The storage of a study: a journal in its directory, or a database.

Only drivers and readers open it; trials report through files (`mathpal.record.trials`).
"""

import contextlib
import os
import time
from pathlib import Path
from typing import BinaryIO

import optuna
from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from mathpal.errors import ConfigError
from mathpal.record.lock import locked
from mathpal.settings.faults import Fault, report_faults

JOURNAL = "journal.log"
_MOMENT = 0.1  # seconds


class _Lock(JournalFileOpenLock):
    """A journal's lock that the kernel releases when its holder is killed.

    Optuna's own lock is a link that then stays for 30 s. A writer that is killed within a line
    leaves it torn, and the next one would append to it: a torn line is removed before writing.
    """

    def __init__(self, journal: Path) -> None:
        super().__init__(str(journal))
        self.journal = journal
        self._held: contextlib.ExitStack | None = None

    def acquire(self) -> bool:
        self._held = contextlib.ExitStack()
        self._held.enter_context(locked(Path(f"{self.journal}.flock"), wait=True))
        _repair(self.journal)
        return True

    def release(self) -> None:
        assert self._held is not None
        self._held.close()
        self._held = None


def _repair(journal: Path) -> None:
    with journal.open("rb+") as stream:
        if _is_torn(stream):
            # A dashboard, which has a lock of its own, may be writing the line right now.
            time.sleep(_MOMENT)
            if _is_torn(stream):
                stream.seek(0)
                stream.truncate(stream.read().rfind(b"\n") + 1)


def _is_torn(stream: BinaryIO) -> bool:
    """Return whether the last line has no end."""
    if stream.seek(0, os.SEEK_END) == 0:
        return False
    stream.seek(-1, os.SEEK_END)
    return stream.read(1) != b"\n"


def open_storage(url: str | None, study_dir: Path) -> BaseStorage:
    """Open the storage of a study.

    Args:
        url: a database as SQLAlchemy names it, `postgresql+psycopg://…`, `mysql+pymysql://…`;
            `grpc://host:port` of Optuna's proxy; `journal:FILE`; None for a journal in the
            study's directory.
        study_dir: the study's directory.

    Raises:
        ConfigError: when the database cannot be opened, or its driver is not installed.
    """
    scheme, _, rest = (url or "").partition(":")
    if url is None or scheme == "journal":
        path = study_dir / JOURNAL if url is None else Path(rest)
        path.parent.mkdir(parents=True, exist_ok=True)
        return JournalStorage(JournalFileBackend(str(path), lock_obj=_Lock(path)))
    try:
        if scheme == "grpc":
            host, _, port = rest.lstrip("/").partition(":")
            return optuna.storages.GrpcStorageProxy(host=host, port=int(port or 13000))
        return optuna.storages.get_storage(url)
    except Exception as error:  # of SQLAlchemy, its drivers and grpc, of many kinds
        given = f"hydra.sweeper.storage={scheme}:…"
        postgres = "postgresql+psycopg://…, with pip install 'mathpal[postgres]'"
        fix = postgres if scheme.startswith("postgres") else ""
        fault = Fault(given, f"a storage that opens ({type(error).__name__}: {error})", fix)
        raise ConfigError(report_faults([fault])) from error
