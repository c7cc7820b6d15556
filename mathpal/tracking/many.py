"""Several trackers at once: the tracker of `tracker=many`."""

from collections.abc import Callable, Mapping
from pathlib import Path

from mathpal.tracking.tracking import Tracking

Tracker = Callable[[Path], Tracking]


def many(run_dir: Path, *, trackers: Mapping[str, Tracker]) -> Tracking:
    """Send every record to several trackers, each with its own queue.

    Args:
        run_dir: of the run.
        trackers: trackers by name; the name is also that of the folder in `tracking/`. The
            shortest of their intervals applies to the system metrics.
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
