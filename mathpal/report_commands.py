"""What `mathpal report` does, from checked settings to the terminal.

The keyword-only parameters of a verb's function are its settings.
"""

import sys
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import DirectoryPath

Calls = dict[str, partial[Any]]


def report(calls: Calls, *, replay: DirectoryPath) -> None:
    """Send a finished run to a tracker; the exit code is 1 where not all of it was taken.

    Args:
        replay: its directory, e.g. outputs/latest.
    """
    from mathpal.tracking.replaying import replay as send

    into = replay / "replay" / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    found = send(replay, into, calls["tracker"])
    print(
        f"{found.records} metric records, {found.samples} sample generations, "
        f"{', '.join(found.artifacts) or 'no artifacts'}"
    )
    for name, health in found.health.items():
        verdict = f", given up: {health.given_up}" if health.given_up else ""
        print(
            f"{name}: {health.sent} sent, {health.dropped} dropped, {health.failed} failed{verdict}"
        )
    print(into)
    if any(health.dropped or health.failed for health in found.health.values()):
        sys.exit(1)
