"""The gate before a run: what will not fit into memory is stopped before weights are loaded.

Leaves plan.json in the run's directory, first from the composition, then from its rows.
"""

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from mathpal.errors import InfeasibleError
from mathpal.planning.describe import as_text, as_values
from mathpal.planning.plans import Data, Plan, plan, verdict, with_data
from mathpal.planning.setting import plannable
from mathpal.record import files
from mathpal.tokens.batches import first_needed
from mathpal.tokens.chat import TokenTable

log = logging.getLogger(__name__)
NAME = "plan.json"
CHUNK = 10_000  # rows


def memory_gate(calls: Mapping[str, partial[Any]], run_dir: Path, *, allow: bool) -> Plan | None:
    """Plan a run, and stop it where a device has less memory than it needs.

    Args:
        calls: group -> its callable with the settings bound.
        run_dir: of the run.
        allow: go on with a warning.

    Returns:
        The plan; None for a loader whose shapes cannot be known without it.

    Raises:
        InfeasibleError: naming the cheapest change that makes it fit.
    """
    if not plannable(calls):
        return None
    made = plan(calls)
    if made.fits is False:
        message = f"not enough memory: {verdict(made)}"
        if not allow:
            raise InfeasibleError(f"{message}, or go on regardless with allow_memory=true")
        log.warning("%s\nallowed by allow_memory=true", message)
    files.write_json(run_dir / NAME, as_values(made))
    return made


def refined(planned: Plan | None, train: TokenTable, run_dir: Path) -> str:
    """The plan for what the training rows are like, as text; it takes the gate's place on disk."""
    if planned is None:
        return "plan     the shapes of this model are known to its loader alone"
    tokens = int(train.lengths.sum())
    supervised, asking = int(train.supervised.sum()), _asking(train)
    longest = int(train.lengths.max())
    made = with_data(planned, Data(tokens, longest, supervised / tokens, asking / tokens))
    files.write_json(run_dir / NAME, as_values(made))
    return as_text(made)


def _asking(table: TokenTable) -> int:
    """Positions from each row's first target on, of all rows; some rows at a time, for room."""
    lengths, total = table.lengths, 0
    for begin in range(0, len(lengths), CHUNK):
        some = lengths[begin : begin + CHUNK]
        start = table.starts[begin]
        supervised = table.supervised[start : start + some.sum()]
        total += int((some - first_needed(supervised, some)).sum())
    return total
