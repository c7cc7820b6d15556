"""Open a finished run again: its model and, if wanted, its data, both compared with run.json.

Knows what a result that is filed under a run depends on; measures and generates nothing.
"""

import logging
from datetime import date
from pathlib import Path
from typing import NamedTuple

from omegaconf import DictConfig

from mathpal.errors import DataError
from mathpal.models import backends
from mathpal.models.loaded import Loaded
from mathpal.problems import Splits
from mathpal.record import manifest
from mathpal.record.redaction import redacted_keys
from mathpal.record.schemas import Manifest
from mathpal.settings import composition as composed
from mathpal.settings.checked import Composition
from mathpal.settings.paths import moved
from mathpal.settings.preflight import preflight

log = logging.getLogger(__name__)


class Reopened(NamedTuple):
    """A finished run.

    Attributes:
        loaded: the tuned model, in inference mode.
        splits: the data.
        changed: names of the inputs that are not those that the run began with.
    """

    loaded: Loaded
    splits: Splits
    changed: tuple[str, ...]


def load_run(run_dir: Path, *, allow_changed: bool = False) -> tuple[Loaded, Splits]:
    """Load the tuned model of a finished run and its data; see `reopen`."""
    found = reopen(run_dir, allow_changed=allow_changed)
    return found.loaded, found.splits


def reopen(run_dir: Path, *, allow_changed: bool = False) -> Reopened:
    """Load the tuned model of a finished run and its data.

    Args:
        run_dir: a run directory with run.json and adapter/ or model/.
        allow_changed: if the base or the data is not the run's any more, warn instead of failing.

    Raises:
        DataError: if the directory holds no trained run, or its inputs have changed.
    """
    record = manifest.read(run_dir, "config", "fingerprints")
    composition = preflight(_recorded(record, run_dir, "model", "data"), _groups_alone)
    loaded, splits = _load(composition, record, run_dir), composition.data(None)
    return Reopened(loaded, splits, _compared(record, run_dir, loaded, splits, allow_changed))


def reopen_model(run_dir: Path, *, allow_changed: bool = False) -> Loaded:
    """Load the tuned model of a finished run alone; its data need not be there. See `reopen`."""
    record = manifest.read(run_dir, "config", "fingerprints")
    loaded = _load(preflight(_recorded(record, run_dir, "model"), _groups_alone), record, run_dir)
    _compared(record, run_dir, loaded, None, allow_changed)
    return loaded


def _groups_alone() -> None:
    """The settings outside the groups: none."""


def _recorded(record: Manifest, run_dir: Path, *groups: str) -> DictConfig:
    """Return groups of a run's configuration, their paths where they are now.

    Secrets come from the environment. The other groups may need what is not here any more.
    """
    whole = record["config"]
    if missing := [group for group in groups if group not in whole]:
        raise DataError(f"{run_dir / manifest.NAME}: its config lacks {', '.join(missing)}")
    config = {group: whole[group] for group in groups}
    if redacted_keys(config):
        whole = composed.resolved(composed.read(run_dir).config)
        config = {group: whole[group] for group in groups}
    return moved(
        composed.of_values(config, run_dir), Path(record.get("directory", run_dir)), run_dir
    )


def _load(composition: Composition, record: Manifest, run_dir: Path) -> Loaded:
    backends.begin_for(composition.model)
    from mathpal.run.weights import load_trained
    from mathpal.tokens.day import fix_day

    loaded = load_trained(composition.model, run_dir)
    fix_day(loaded.tokenizer, manifest.day_of(record) or date.today())
    return loaded


def _compared(
    record: Manifest, run_dir: Path, loaded: Loaded, splits: Splits | None, allow: bool
) -> tuple[str, ...]:
    """Return the inputs that changed since the run began.

    Raises:
        DataError: if there are some and they are not allowed.
    """
    from mathpal.run.fingerprints import fingerprints

    found = fingerprints(loaded, splits)
    if not hasattr(loaded.model, "peft_config"):  # the model and its tokenizer are the run's own
        found = {name: value for name, value in found.items() if name == "data"}
    changed = manifest.changed_inputs(record, found)
    if not changed:
        return ()
    verb = "differs" if len(changed) == 1 else "differ"
    message = (
        f"{run_dir} was trained with other inputs: {', '.join(changed)} {verb} from {manifest.NAME}"
        ", so a result would not be that of the trained model"
    )
    if not allow:
        raise DataError(
            f"{message}. Restore them (model.path={loaded.name}), or go ahead with "
            "allow_changed=true, which is recorded with the result"
        )
    log.warning("%s; allowed by allow_changed=true", message)
    return tuple(changed)
