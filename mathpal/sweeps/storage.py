"""Where a study is kept, and by what its trials are chosen and cut short: Optuna's own objects.

Only drivers come here; trials speak through files (`mathpal.record.trials`).
"""

import contextlib
import hashlib
import importlib
import inspect
import os
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import optuna
from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from mathpal.errors import ConfigError
from mathpal.record.lock import locked
from mathpal.settings.faults import Fault, report_faults

JOURNAL = "journal.log"
_MOMENT = 0.1  # seconds


class _Lock(JournalFileOpenLock):
    """A journal's lock that the kernel drops when its holder is killed.

    Optuna's own is a link that then stays for 30 s. A writer that was killed amid a line leaves a
    torn one, to which the next would append: that is mended before anything is written.
    """

    def __init__(self, journal: Path) -> None:
        super().__init__(str(journal))
        self.journal = journal
        self._held: contextlib.ExitStack | None = None

    def acquire(self) -> bool:
        self._held = contextlib.ExitStack()
        self._held.enter_context(locked(Path(f"{self.journal}.flock"), wait=True))
        _mend(self.journal)
        return True

    def release(self) -> None:
        assert self._held is not None
        self._held.close()
        self._held = None


def _mend(journal: Path) -> None:
    with journal.open("rb+") as stream:
        if _is_torn(stream):
            # A dashboard, which has a lock of its own, may be writing it just now.
            time.sleep(_MOMENT)
            if _is_torn(stream):
                stream.seek(0)
                stream.truncate(stream.read().rfind(b"\n") + 1)


def _is_torn(stream: BinaryIO) -> bool:
    """Whether the last line has no end."""
    if stream.seek(0, os.SEEK_END) == 0:
        return False
    stream.seek(-1, os.SEEK_END)
    return stream.read(1) != b"\n"


def open_storage(url: str | None, study_dir: Path) -> BaseStorage:
    """The storage of a study.

    Args:
        url: of a database, as SQLAlchemy takes it: `postgresql+psycopg://…`, `mysql+pymysql://…`;
            `grpc://host:port` of Optuna's proxy, `journal:FILE`; None for a journal in the
            study's directory.

    Raises:
        ConfigError: when there is no such database, or what it needs is not installed.
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
        mend = postgres if scheme.startswith("postgres") else ""
        fault = Fault(given, f"a storage that opens ({type(error).__name__}: {error})", mend)
        raise ConfigError(report_faults([fault])) from error


def build_sampler(node: Mapping[str, Any] | None, ordinal: int) -> optuna.samplers.BaseSampler:
    """The sampler for one trial.

    A seeded one that is built anew would repeat itself: its seed is mixed with the trial's place
    in the study. So a study proposes the same, however often and by how many it is carried on, as
    far as the sampler does not look at results.

    Args:
        node: `hydra.sweeper.sampler`: `_target_` in optuna.samplers and its arguments; None for
            Optuna's choice.
        ordinal: of the trial in its study, from 0.
    """
    if node is None:
        return optuna.samplers.TPESampler()
    given = dict(node)
    seed = given.get("seed")
    if seed is not None and not str(given.get("_target_")).endswith("QMCSampler"):
        # QMC draws one sequence, in which each trial takes its place.
        digest = hashlib.sha256(f"{seed} {ordinal}".encode()).digest()
        given["seed"] = int.from_bytes(digest[:4], "big")
    return _built("hydra.sweeper.sampler", given, optuna.samplers, optuna.samplers.BaseSampler)


def build_pruner(node: Mapping[str, Any] | None) -> optuna.pruners.BasePruner:
    """The pruner that `hydra.sweeper.pruner` names; None is for none.

    Args:
        node: `_target_` in optuna.pruners and its arguments; `wrapped_pruner` may be one again.
    """
    if node is None:
        return optuna.pruners.NopPruner()
    given = dict(node)
    if isinstance(given.get("wrapped_pruner"), Mapping):
        given["wrapped_pruner"] = build_pruner(given["wrapped_pruner"])
    return _built("hydra.sweeper.pruner", given, optuna.pruners, optuna.pruners.BasePruner)


def _built(where: str, given: dict[str, Any], package: Any, base: type) -> Any:
    """Call the class of Optuna that `_target_` names; nothing else is ever called."""
    target = str(given.pop("_target_", ""))
    module, _, name = target.rpartition(".")
    kind = getattr(importlib.import_module(package.__name__), name, None)
    if module != package.__name__ or not (inspect.isclass(kind) and issubclass(kind, base)):
        known = ", ".join(n for n in package.__all__ if not n.startswith("Base"))
        fault = Fault(f"{where}._target_={target}", f"a class of {package.__name__}: {known}")
        raise ConfigError(report_faults([fault]))
    parameters = inspect.signature(kind).parameters
    unknown = [key for key in given if key not in parameters]
    if unknown:
        fault = Fault(
            f"{where}.{unknown[0]}={given[unknown[0]]}",
            f"an argument of {name}: {', '.join(parameters)}",
        )
        raise ConfigError(report_faults([fault]))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return kind(**given)
    except (TypeError, ValueError) as error:
        fault = Fault(f"{where} = {given}", f"arguments that {name} accepts ({error})")
        raise ConfigError(report_faults([fault])) from error
