"""Several trackers at once: what `tracker=many` names."""

from collections.abc import Callable, Mapping
from pathlib import Path

from mathpal.tracking.tracking import Tracking

Tracker = Callable[[Path], Tracking]


def many(run_dir: Path, *, trackers: Mapping[str, Tracker]) -> Tracking:
    """Give every record to several trackers, each behind a queue of its own.

    Args:
        run_dir: of the run.
        trackers: a name for each, also of its folder in `tracking/`, and the tracker. System
            metrics come as often as the most eager of them asks.
    """
    parts = {name: tracker(run_dir) for name, tracker in trackers.items()}
    deliveries = []
    for name, part in parts.items():
        inner = len(part.deliveries) > 1
        for delivery in part.deliveries:
            delivery.name = f"{name}-{delivery.name}" if inner else name
            deliveries.append(delivery)
    every = [p.system_every_s for p in parts.values() if p.system_every_s is not None]
    return Tracking(
        run_dir,
        deliveries,
        system_every_s=min(every, default=None),
    )
