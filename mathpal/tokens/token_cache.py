"""Cache tokenized rows on disk, so that a large data set is tokenized once.

Knows files and fingerprints. `mathpal.tokens.chat` tokenizes; its code is part of the fingerprint,
so every cached entry has passed the current mask gate.

The cache is the user's folder `~/.cache/mathpal/tokens`. The environment variable
MATHPAL_CACHE=DIR moves it; MATHPAL_CACHE=off disables it.
"""

import hashlib
import logging
import os
import shutil
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from mathpal.answers import (
    claims,
    decision,
    declared,
    layout,
    leading,
    phrases,
    polarity,
    sentences,
)
from mathpal.problems import Problem
from mathpal.record.files import whole_file
from mathpal.tokens import answer_span, chat, mask_gate, plain
from mathpal.tokens.chat import TokenTable, encode
from mathpal.tokens.day import fixed_day

log = logging.getLogger(__name__)

LEAST_CHARACTERS = 1_000_000  # of the rows' texts; fewer take less than half a second
LIMIT_BYTES = 2 * 10**9  # of all entries; the least recently used are removed first
STALE_SECONDS = 3600  # a temporary file of this age is left over from a killed process
# Modules that determine ids and masks.
CODE = (
    chat, mask_gate, plain, answer_span,
    claims, decision, declared, layout, leading, phrases, polarity, sentences,
)  # fmt: skip
PACKAGES = ("transformers", "tokenizers", "jinja2")


def folder() -> Path | None:
    """Return the folder of the entries; None if the cache is off, or there is no home folder."""
    named = os.environ.get("MATHPAL_CACHE", "")
    if named.lower() == "off":
        return None
    if named:
        return Path(os.path.expanduser(named)) / "tokens"
    home = os.path.expanduser(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    return None if home.startswith("~") else Path(home) / "mathpal" / "tokens"


def encode_cached(
    problems: Sequence[Problem], tokenizer: Any, *, label: str = "tokens", **settings: Any
) -> TokenTable:
    """Return the table of `mathpal.tokens.chat.encode`, from the cache if it is there.

    Args:
        problems: at least one. Texts of fewer than `LEAST_CHARACTERS` in all are not cached.
        tokenizer: as for `encode`. Tables of slow tokenizers are not cached, since their code is
            not part of the fingerprint.
        label: shown with the progress.
        settings: the other keywords of `encode`, all part of the fingerprint.

    Raises:
        DataError: as `encode`. An unreadable or unwritable cache raises nothing.
    """
    place = folder()
    if place is None or not hasattr(tokenizer, "backend_tokenizer") or not _is_long(problems):
        return encode(problems, tokenizer, label=label, **settings)
    path = place / f"{fingerprint(problems, tokenizer, **settings)}.safetensors"
    table = read(path)
    if table is not None:
        log.info("%s: read from %s", label, path)
        return table
    table = encode(problems, tokenizer, label=label, **settings)
    try:
        write(path, table)
    except OSError as error:
        log.warning(
            "the tokens cannot be kept for the next run: %s; set MATHPAL_CACHE to a folder "
            "that can be written, or to off", error,
        )  # fmt: skip
    return table


def _is_long(problems: Sequence[Problem]) -> bool:
    found = 0
    for problem in problems:
        found += len(problem.question) + len(problem.solution)
        found += sum(len(text) for _, text in problem.messages)
        if found >= LEAST_CHARACTERS:
            return True
    return False


def fingerprint(problems: Sequence[Problem], tokenizer: Any, **settings: Any) -> str:
    """Return the sha256 of everything that determines the tokens.

    That is: the rows in their order, the tokenizer with its template and the day that this names,
    the settings of `encode`, its code and the packages that it uses.
    """
    digest = hashlib.sha256()
    of_tokenizer = (
        type(tokenizer).__qualname__,
        tokenizer.chat_template,
        fixed_day(tokenizer),
        sorted(tokenizer.special_tokens_map.items()),
        tokenizer.backend_tokenizer.to_str(),
    )
    code = [Path(str(module.__file__)).read_bytes() for module in CODE]
    versions = [(name, version(name)) for name in PACKAGES]
    # The repr of strings, numbers and tuples of them is unambiguous; their joined text is not.
    digest.update(_bytes((of_tokenizer, sorted(settings.items()), code, versions)))
    for p in problems:
        digest.update(_bytes((p.id, p.question, p.solution, p.answer, p.messages, p.unlearnt)))
    return digest.hexdigest()


def _bytes(value: object) -> bytes:
    return repr(value).encode("utf-8", "surrogatepass")


def read(path: Path) -> TokenTable | None:
    """Read an entry; None if it is missing or damaged. A damaged entry is removed."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            facts = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        table = TokenTable(**arrays, dropped=int(facts["dropped"]))
        if facts["sha256"] != _checksum(table):
            raise ValueError("its sha256 is not the one that was written")
    except FileNotFoundError:
        return None
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        log.warning("%s is damaged, its rows are tokenized again: %s", path, error)
        _remove(path)
        return None
    _touch(path)
    return table


def write(path: Path, table: TokenTable) -> None:
    """Write an entry atomically, and remove old entries above `LIMIT_BYTES`.

    Raises:
        OSError: the folder cannot be written.
    """
    from safetensors.numpy import save

    arrays = _arrays(table)
    size = sum(array.nbytes for array in arrays.values())
    if size > LIMIT_BYTES:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(path.parent).free < 2 * size:
        return  # the run needs the space for its checkpoints
    facts = {"dropped": str(table.dropped), "sha256": _checksum(table)}
    # Not synced: after a power cut the checksum detects an incomplete file.
    with whole_file(path, fsync=False) as temporary:
        temporary.write_bytes(save(arrays, facts))  # save_file puts another file there
    _prune(path)


def _arrays(table: TokenTable) -> dict[str, np.ndarray]:
    return {n: value for n, value in table._asdict().items() if isinstance(value, np.ndarray)}


def _checksum(table: TokenTable) -> str:
    digest = hashlib.sha256(str(table.dropped).encode())
    for name, array in sorted(_arrays(table).items()):
        digest.update(f"\x1f{name}\x1f{array.dtype.str}\x1f{array.shape}\x1f".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _prune(latest: Path) -> None:
    """Remove the least recently used entries, but never the latest one.

    Other processes may prune at the same time.
    """
    entries = []
    for path in latest.parent.iterdir():
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        if path.suffix == ".part" and time.time() - facts.st_mtime > STALE_SECONDS:
            _remove(path)
        elif path.suffix == ".safetensors" and path != latest:
            entries.append((facts.st_mtime, facts.st_size, path))
    room = LIMIT_BYTES - latest.stat().st_size
    for _, size, path in sorted(entries, reverse=True):
        room -= size
        if room < 0:
            _remove(path)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s cannot be removed: %s", path, error)


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except OSError:
        return  # a folder that is read-only for this user
