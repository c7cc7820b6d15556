"""Writes a trial as an experiment that `+experiment=NAME` composes again, exactly.

The file holds only the differences from the composed defaults: choices of groups as overrides of
the defaults list, the rest as values. It is composed and compared before it is returned.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf
from typing_extensions import TypedDict

from mathpal.errors import DataError
from mathpal.record import manifest, reading
from mathpal.settings import composition
from mathpal.settings.composition import compose
from mathpal.settings.preflight import GROUPS


class _Runtime(TypedDict):
    choices: dict[str, str | None]


class _Node(TypedDict):
    runtime: _Runtime


class _Hydra(TypedDict):
    hydra: _Node


_NAME = "name"  # the only setting that may differ


def run_directory(trial_dir: Path) -> Path:
    """Return the run directory of a trial; of a mean over seeds, that of its first seed.

    Raises:
        DataError: when there is none.
    """
    if (trial_dir / composition.FOLDER / "config.yaml").is_file():
        return trial_dir
    seeds = sorted(trial_dir.glob("seed-*"), key=lambda each: (len(each.name), each.name))
    for seed in seeds:
        if (seed / composition.FOLDER / "config.yaml").is_file():
            return seed
    raise DataError(
        f"{trial_dir} holds no {composition.FOLDER}/config.yaml, so the configuration of the "
        "trial is unknown: it was moved or deleted, or the task is not MathPal's"
    )


def experiment(run_dir: Path, name: str, remarks: Sequence[str]) -> str:
    """Return the text of an experiment that composes a run's configuration, but for its name.

    Args:
        run_dir: run directory of the trial.
        name: of the experiment.
        remarks: comment lines at its head.

    Raises:
        ConfigError: when a value was a secret, which is written nowhere.
        DataError: when no experiment can compose it, e.g. because a setting was deleted.
    """
    with _apart_from_the_job():
        return _experiment(run_dir, name, remarks)


def _experiment(run_dir: Path, name: str, remarks: Sequence[str]) -> str:
    config = _plain(composition.read(run_dir).config)
    chosen = _chosen(run_dir)
    base = _composed(run_dir, [f"{group}={option}" for group, option in chosen.items()])
    values = _difference(_without_name(config), _without_name(base), "", run_dir)
    notes = [" ".join(remark.split()) for remark in [*remarks, *_threads(run_dir)]]
    lines = ["# @package _global_", *(f"# {note}" for note in notes)]
    if chosen:
        lines += ["defaults:", *(f"  - override /{g}: {option}" for g, option in chosen.items())]
    text = "\n".join(lines) + "\n" + OmegaConf.to_yaml(OmegaConf.create({_NAME: name, **values}))
    again = _without_name(_of_file(run_dir, text))
    if apart := _places(_without_name(config), again):
        raise DataError(
            f"{run_dir}: no experiment composes this configuration: {', '.join(apart)} would differ"
        )
    return text


def _threads(run_dir: Path) -> list[str]:
    """Return a remark on the run's number of threads, which decides the last bits of sums."""
    begun = manifest.known(run_dir)
    threads = begun and begun.get("determinism", {}).get("threads")
    return [] if threads is None else [f"The same to the last bit with OMP_NUM_THREADS={threads}."]


@contextmanager
def _apart_from_the_job() -> Iterator[None]:
    """Set aside the Hydra of the running job: it composes one configuration at a time."""
    from hydra.core.global_hydra import GlobalHydra

    job = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        yield
    finally:
        GlobalHydra.instance().hydra = job


def _chosen(run_dir: Path) -> dict[str, str]:
    """Return the options of groups that differ from the defaults."""
    path = run_dir / composition.FOLDER / "hydra.yaml"
    if not os.path.lexists(path):
        raise DataError(f"{path} is missing: the chosen options are unknown")
    try:
        node = reading.conform(_plain(composition.load(path)), _Hydra)["hydra"]
    except ValueError as error:
        raise DataError(f"{path} is damaged: {error}") from error
    choices = node["runtime"]["choices"]
    own = _plain(compose([]).hydra.runtime.choices)
    return {g: str(choices[g]) for g in GROUPS if choices.get(g) not in (None, own.get(g))}


def _composed(run_dir: Path, overrides: list[str]) -> dict[str, Any]:
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    try:
        return _plain(composition.split(compose(overrides)).config)
    except (HydraException, OmegaConfBaseException) as error:
        raise DataError(f"{run_dir}: its options no longer compose: {error}") from error


def _of_file(run_dir: Path, text: str) -> dict[str, Any]:
    """Return the configuration that the text composes as an experiment."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "experiment", "written_again.yaml")
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        where = f"hydra.searchpath=['file://{folder}']"
        return _composed(run_dir, ["+experiment=written_again", where])


def _difference(
    wanted: dict[str, Any], base: dict[str, Any], place: str, run_dir: Path
) -> dict[str, Any]:
    """Return the values that turn `base` into `wanted` when merged into it."""
    if gone := [key for key in base if key not in wanted]:
        raise DataError(
            f"{run_dir}: the trial has no {', '.join(place + str(key) for key in gone)}, which the "
            "defaults have, and an experiment can set values but delete none. Run it again with "
            "its overrides instead: .hydra/overrides.yaml"
        )
    values: dict[str, Any] = {}
    for key, value in wanted.items():
        if key in base and _same(value, base[key]):
            continue
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            value = _difference(value, base[key], f"{place}{key}.", run_dir)
        values[key] = value
    return values


def _same(one: Any, other: Any) -> bool:
    """Return whether two values are equal, type included: 1, 1.0 and True are three values."""
    return bool(one == other) and repr(one) == repr(other)


def _places(wanted: Any, found: Any, place: str = "") -> list[str]:
    """Return the places at which two configurations differ."""
    if not (isinstance(wanted, dict) and isinstance(found, dict)):
        return [] if _same(wanted, found) else [place.rstrip(".")]
    one_sided = [f"{place}{name}" for name in wanted.keys() ^ found.keys()]
    both = [(name, wanted[name], found[name]) for name in wanted if name in found]
    inner = (_places(one, other, f"{place}{name}.") for name, one, other in both)
    return one_sided + [at for places in inner for at in places]


def _without_name(config: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key != _NAME}


def _plain(config: Any) -> Any:
    return OmegaConf.to_container(config, resolve=False)
