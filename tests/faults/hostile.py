"""Mutations of a run's records, and everything that reads them.

A reader may take a mutated record or refuse it with one of MathPal's errors; nothing else.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from mathpal.cli import reproduce
from mathpal.errors import MathPalError
from mathpal.record import attempts, environment, heartbeat, journal, lock, manifest, outcome
from mathpal.record.journal import Journal, Values
from mathpal.reporting import write_report
from mathpal.run import load_run, resume
from mathpal.run import run as stages
from mathpal.settings import composition
from mathpal.studies import best, history
from mathpal.studies.publishing import publish
from mathpal.sweeps.outcomes import Measure
from mathpal.tracking import replaying
from mathpal.training import checkpoints
from mathpal.training.guard import Guard
from mathpal.training.recording import Recorder
from mathpal.training.validating import Best
from tests.unit.studies.studies import build, told

RECORDED = Path(__file__).parents[1] / "e2e" / "recorded"
STEP = "checkpoints/step-00000006"
_DEEP = "@deep@"
JUNK: list[Any] = [
    None, True, False, 0, -1, 1, 2, 0.5, -1e308, 1e308, 10**20, 10**400, float("nan"),
    float("inf"), "", "x", "1", "***", "${oc.env:HOME}", "${", "???", "\ud800", "a" * 10_000, [],
    {}, [[]], [None], [1], ["x"], {"": {}}, {"a": 1}, [[1, 2], {"b": None}], _DEEP,
]  # fmt: skip


class Change(NamedTuple):
    """One mutation; the numbers choose among what there is."""

    kind: str
    place: int
    junk: int


KINDS = (*["replace"] * 3, "delete", "wrap", "rename", "add", "cut", "flip", "insert")
changes = st.lists(
    st.builds(
        Change, st.sampled_from(KINDS), st.integers(0, 2**16 - 1), st.integers(0, len(JUNK) - 1)
    ),
    min_size=1,
    max_size=3,
)


def mutated(content: bytes, wanted: list[Change]) -> bytes:
    """A file's content after some changes: of its values where it is JSON (Lines), or of bytes."""
    for change in wanted:
        if change.kind in ("cut", "flip", "insert"):
            content = _bytes_changed(content, change)
            continue
        lines = content.split(b"\n")
        number = change.place % len(lines) if content.count(b"\n{") > 1 else None
        try:
            whole = content if number is None else lines[number]
            value = _changed(json.loads(whole), change)
        except (ValueError, RecursionError):
            content = _bytes_changed(content, change)
            continue
        deep = "[" * 10_000 + "]" * 10_000
        text = json.dumps(value).replace(f'"{_DEEP}"', deep).encode("utf-8", "surrogatepass")
        content = (
            text if number is None else b"\n".join([*lines[:number], text, *lines[number + 1 :]])
        )
    return content


def _bytes_changed(content: bytes, change: Change) -> bytes:
    place = change.place * len(content) // 2**16
    if change.kind == "cut":
        return content[:place]
    if change.kind == "flip" and content:
        return (
            content[:place]
            + bytes([content[place] ^ (1 << change.junk % 8)])
            + content[place + 1 :]
        )
    inserted = (b"\x00", b"\xff\xfe", b"\n", b"\xef\xbb\xbf", b"[" * 10_000, b"*a", b": ", b"\x80")
    return content[:place] + inserted[change.junk % len(inserted)] + content[place:]


def _changed(value: Any, change: Change) -> Any:
    """The value with one change at one of its places."""
    places = list(_places(value))
    path = places[change.place % len(places)]
    junk = JUNK[change.junk]
    if not path:
        return [value] if change.kind == "wrap" else junk
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    last = path[-1]
    if change.kind == "delete":
        del holder[last]
    elif change.kind == "wrap":
        holder[last] = [holder[last]]
    elif change.kind == "rename" and isinstance(holder, dict):
        holder[str(junk)[:40]] = holder.pop(last)
    elif change.kind == "add" and isinstance(holder, dict):
        holder["another"] = junk
    else:
        holder[last] = junk
    return value


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items: Any = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = enumerate(value[:20])
    for key, item in items:
        yield from _places(item, (*path, key))


class Stopped(MathPalError):
    """Everything was read, and the work would begin."""


def stop(*_: Any, **__: Any) -> Any:
    raise Stopped


class Nowhere:
    """A tracker that takes everything."""

    deliveries = (1,)
    system_every_s = None

    def begin(self, manifest: Any) -> None:
        json.dumps(manifest)

    def artifact(self, *_: Any) -> None: ...

    def finish(self, outcome: Any) -> None: ...

    def health(self) -> dict[str, Any]:
        return {}


def of_run(run: Path) -> Iterator[Callable[[], Any]]:
    """Everything that reads run.json, outcome.json and the configuration."""
    config = composition.resolved(composition.read(RECORDED).config)
    yield lambda: resume(run)
    yield lambda: load_run(run)
    yield lambda: reproduce.compare(run, RECORDED)
    yield lambda: reproduce.reproduce(None, run=run)  # type: ignore[arg-type]
    yield lambda: manifest.begin(
        run, config=config, overrides=[], fingerprints={"data": "x"}, accelerator="none"
    )
    yield lambda: best._threads(run)
    yield lambda: replaying.replay(run, run / "replay", lambda _: Nowhere())  # type: ignore[arg-type, return-value]
    for measure in (Measure(), Measure(metrics=("validation/loss",))):
        yield lambda measure=measure: measure.verdict([outcome.ended(run)], None)  # type: ignore[misc]
    yield lambda: outcome.read_or_failed(run)
    yield lambda: outcome.settled(run)
    yield lambda: write_report(run)


def of_lines(run: Path) -> Iterator[Callable[[], Any]]:
    yield lambda: journal.read(run / "metrics.jsonl")
    yield Values(run / "metrics.jsonl", "train/loss").new
    yield lambda: reproduce.compare(run, RECORDED)
    yield lambda: replaying.replay(run, run / "replay", lambda _: Nowhere())  # type: ignore[arg-type, return-value]
    yield lambda: write_report(run)
    yield lambda: Journal(run / "metrics.jsonl").append(3, {"train/loss": 1.0})


def of_page(run: Path) -> Iterator[Callable[[], Any]]:
    yield lambda: write_report(run)


def of_configuration(run: Path) -> Iterator[Callable[[], Any]]:
    yield lambda: resume(run)
    yield lambda: best.experiment(run, "again", [])
    yield lambda: composition.write(run, composition.read(run))


def of_process(run: Path) -> Iterator[Callable[[], Any]]:
    yield lambda: heartbeat.at_work(run, 1.0)


def of_lock(run: Path) -> Iterator[Callable[[], Any]]:
    yield lambda: lock.is_held(run)
    yield lambda: _hold(run)


def of_checkpoint(run: Path) -> Iterator[Callable[[], Any]]:
    folder = run / "checkpoints"
    parts = [folder / "step-00000006" / part for part in ("state.json", "manifest.json")]
    if all(part.is_file() and part.stat().st_size < 2**20 for part in parts):
        _sign(folder / "step-00000006")  # an attacker can compute checksums as well

    def restored() -> None:
        found = checkpoints.newest(folder)
        assert found is not None
        plain = found.plain
        Guard(spike=3.0, max_skips=3).restore(plain["guard"])
        recorder = Recorder(lambda step, values: None, every=1, steps=9, flops_per_token=1.0)
        recorder.restore(plain["recorder"])
        recorder.totals()
        Best("validation/loss", None).restore(plain["best"])

    yield lambda: checkpoints.fault(folder / "step-00000006")
    yield restored
    yield lambda: checkpoints.prune(folder, 2, best=None)


def _sign(path: Path) -> None:
    with contextlib.suppress(ValueError, KeyError, TypeError, OSError, RecursionError):
        stated = json.loads((path / "manifest.json").read_bytes())
        for name in stated["files"]:
            stated["files"][name] = checkpoints._describe(path / name)
        (path / "manifest.json").write_text(json.dumps(stated))


def of_study(run: Path) -> Iterator[Callable[[], Any]]:
    yield lambda: history.read(run / "study")
    yield lambda: publish(run / "study", notebook=None, storage=None)


def _log(run: Path) -> None:
    with attempts.log_file(run):
        pass


def _hold(run: Path) -> None:
    with lock.hold(run):
        pass


WRITERS: dict[str, Callable[[Path], Any]] = {
    "metrics.jsonl": lambda run: Journal(run / "metrics.jsonl").append(3, {"train/loss": 1.0}),
    "train.log": _log,
    ".lock": _hold,
}

RECORDS: dict[str, Callable[[Path], Iterator[Callable[[], Any]]]] = {
    "run.json": of_run,
    "outcome.json": of_run,
    "metrics.jsonl": of_lines,
    "evaluation/results.json": of_page,
    "evaluation/samples.jsonl": of_page,
    "data/mask_sample.json": of_page,
    "data/summary.json": of_page,
    "plan.json": of_page,
    ".hydra/config.yaml": of_configuration,
    ".hydra/overrides.yaml": of_configuration,
    ".hydra/hydra.yaml": lambda run: iter([lambda: best.experiment(run, "again", [])]),
    "attempt.json": of_process,
    ".lock": of_lock,
    f"{STEP}/manifest.json": of_checkpoint,
    f"{STEP}/state.json": of_checkpoint,
    "study/study.json": of_study,
    "study/journal.log": of_study,
}


def run_directory(folder: Path) -> Path:
    """A run of an earlier commit, with the records beside that a test needs."""
    shutil.copytree(RECORDED, folder, symlinks=True)
    sign = {"host": os.uname().nodename, "pid": os.getpid(), "started": 1.0, "began": "now"}
    (folder / "attempt.json").write_text(json.dumps(sign))
    (folder / ".lock").write_text(json.dumps({"pid": 1, "host": "h", "since": "now"}))
    choices = "hydra:\n  runtime:\n    choices:\n      lora: r16\n      model: gemma3n_tiny\n"
    (folder / ".hydra" / "hydra.yaml").write_text(choices)
    trials = [
        told({"lora.r": r}, 1.0 / r, metrics={"train/loss": 1.0}, attempts=[{"run": "0"}])
        for r in (4, 8, 16, 32)
    ]
    build(folder / "study", trials)
    return folder


@contextlib.contextmanager
def replaced(run: Path, name: str, put: Callable[[Path], Any]) -> Iterator[None]:
    """Put something in the place of a record, and the whole directory back after use."""
    kept = run.with_name(f"{run.name}.kept")
    if not kept.exists():
        shutil.copytree(run, kept, symlinks=True)
    path, before = run / name, _state(run)
    path.unlink(missing_ok=True)
    put(path)
    try:
        yield
    finally:
        after = _state(run)
        for each in sorted(after.keys() - before.keys(), reverse=True):
            shutil.rmtree(run / each) if after[each] is None else (run / each).unlink()
        for each in sorted(each for each in before if before[each] != after.get(each)):
            _put_back(kept / each, run / each)


def _state(folder: Path) -> dict[str, Any]:
    """What every entry of a folder is: None for a folder, else what changes when it is written."""
    found = {}
    for here, folders, names in os.walk(folder):
        place = os.path.relpath(here, folder)
        found |= {os.path.join(place, name): None for name in folders}
        for name in names:
            status = os.lstat(os.path.join(here, name))
            found[os.path.join(place, name)] = (status.st_ino, status.st_mtime_ns, status.st_size)
    return found


def _put_back(kept: Path, path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if kept.is_dir() and not kept.is_symlink():
        path.mkdir(parents=True)
    else:
        shutil.copy2(kept, path, follow_symlinks=False)


@contextlib.contextmanager
def nothing_is_trained() -> Iterator[None]:
    """Stop where the work would begin, and ask git nothing."""
    defaults = composition.compose([])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages, "_attempt", stop)
        patch.setattr(stages.backends, "begin_for", stop)
        patch.setattr(reproduce, "_prepared", stop)
        patch.setattr(best, "_composed", stop)
        patch.setattr(best, "compose", lambda _: defaults)
        patch.setattr(environment, "git_state", lambda: (None, ""))
        patch.setattr(environment, "versions", dict)
        patch.setattr(replaying, "_send", lambda *_: None)
        patch.setattr(lock, "_PATIENCE", 0.0)
        yield


def require_words(run: Path, name: str) -> list[str]:
    """Call every reader of a record; return the messages of those that refused it."""
    said = []
    for reader in RECORDS[name](run):
        try:
            reader()
        except Stopped:
            continue
        except MathPalError as error:
            said.append(str(error))
    return said


def fuzz(run: Path, name: str, examples: int, of: int = 16) -> None:
    """Mutate a record, and require words of everything that reads it.

    Args:
        run: as `run_directory` made it.
        name: of the record.
        examples: number of mutations.
        of: the seed.
    """

    @seed(of)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(changes)
    def mutate(wanted: list[Change]) -> None:
        content = mutated((run / name).read_bytes(), wanted)
        with replaced(run, name, lambda path: path.write_bytes(content)):
            require_words(run, name)

    mutate()
