"""The memory gate: stop a run that will not fit into memory before weights are loaded.

Writes plan.json into the run directory, first from the composition, later from the actual rows.
"""

import logging
from pathlib import Path

from mathpal.errors import InfeasibleError
from mathpal.planning.describe import as_text, as_values
from mathpal.planning.plans import Data, Plan, plan, verdict, with_data
from mathpal.record import files
from mathpal.settings.checked import Composition
from mathpal.tokens.batches import first_needed
from mathpal.tokens.chat import TokenTable

log = logging.getLogger(__name__)
NAME = "plan.json"
CHUNK = 10_000  # rows


def memory_gate(composition: Composition, run_dir: Path, *, allow: bool) -> Plan | None:
    """Plan a run, and stop it if a device has less memory than the plan needs.

    Args:
        composition: of the run.
        run_dir: of the run.
        allow: log a warning instead of raising.

    Returns:
        The plan; None if the model's shapes are not known without loading it.

    Raises:
        InfeasibleError: naming the cheapest change that makes the run fit.
    """
    if not composition.can("model").known_shapes:
        return None
    made = plan(composition)
    if made.fits is False:
        message = f"not enough memory: {verdict(made)}"
        if not allow:
            raise InfeasibleError(f"{message}, or start anyway with allow_memory=true")
        log.warning("%s\nallowed by allow_memory=true", message)
    files.write_json(run_dir / NAME, as_values(made))
    return made


def refined(planned: Plan | None, train: TokenTable, run_dir: Path) -> str:
    """Plan again with the tokenized training rows, replace plan.json, and return the text."""
    if planned is None:
        return "plan     none: the shapes of this model are not known without loading it"
    tokens = int(train.lengths.sum())
    supervised, needed = int(train.supervised.sum()), _positions_needed(train)
    longest = int(train.lengths.max())
    made = with_data(planned, Data(tokens, longest, supervised / tokens, needed / tokens))
    files.write_json(run_dir / NAME, as_values(made))
    return as_text(made)


def _positions_needed(table: TokenTable) -> int:
    """Count the positions from each row's first target on; in chunks of rows to save memory."""
    lengths, total = table.lengths, 0
    for begin in range(0, len(lengths), CHUNK):
        some = lengths[begin : begin + CHUNK]
        start = table.starts[begin]
        supervised = table.supervised[start : start + some.sum()]
        total += int((some - first_needed(supervised, some)).sum())
    return total
