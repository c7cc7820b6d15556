"""The identity of a run in its trackers: id, name, title and hyperparameters.

Knows the manifest, and the file `tracking/<sink>.json` that keeps the id for a resumed run.
"""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from mathpal.errors import DataError
from mathpal.record import files, reading
from mathpal.record.redaction import redact
from mathpal.record.schemas import Identity
from mathpal.tracking.delivery import Delivery
from mathpal.tracking.sinks import Experiment, flat

# Facts of the manifest that are sent beside the configuration.
FACTS = (
    "config_hash",
    "git",
    "python",
    "packages",
    "hardware",
    "fingerprints",
    "parent",
    "restarts",
)


def known(folder: Path, sink: str) -> bool:
    """Return whether an earlier process of the run has started the sink."""
    return _memory(folder, sink).exists()


def experiment_of(run_dir: Path, delivery: Delivery, manifest: dict[str, Any]) -> Experiment:
    """Describe the run to a sink; the id is kept for a resumed run.

    Args:
        run_dir: of the run.
        delivery: to the sink.
        manifest: as in run.json.
    """
    folder = run_dir / "tracking"
    resumed = known(folder, delivery.name)
    identity = _id(_memory(folder, delivery.name)) if resumed else None
    if identity is None:
        identity = secrets.token_hex(16)
        started = datetime.now().isoformat(timespec="seconds")
        files.write_json(_memory(folder, delivery.name), {"id": identity, "started": started})
    manifest = redact(manifest)
    name = str(manifest.get("name") or "mathpal")
    return Experiment(
        folder=folder / delivery.name,
        id=identity,
        resumed=resumed,
        name=name,
        title=str(manifest.get("title") or f"{name} {run_dir.resolve().name}"),
        hyperparameters=flat(manifest.get("config") or {})
        | flat({fact: manifest[fact] for fact in FACTS if fact in manifest}, "run"),
        patience_s=delivery.patience_s,
    )


def _memory(folder: Path, sink: str) -> Path:
    return folder / f"{sink}.json"


def _id(path: Path) -> str | None:
    """Return the id in the file; None where it holds none."""
    try:
        found = reading.read(path, Identity)["id"]
    except DataError:
        return None
    return found if len(found) == 32 else None
