"""Conversations of several turns as a data set: what `data=messages` names.

Knows which conversations are usable; the spellings of a turn are in `turns`. Knows nothing of chat
templates and loss masks (`mathpal.tokens.chat`).
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import FilePath

from mathpal.data.cells import gold_of, read_texts
from mathpal.data.finish import EVERY_ROW, ONE_SPLIT, Characters, Count, Share, Tolerance
from mathpal.data.sieve import digest
from mathpal.data.tables import from_file
from mathpal.data.turns import LEARNT, Turn, turn_of, turns_of
from mathpal.problems import Fault, Problem, Splits
from mathpal.settings.capabilities import Limits, declares


@declares(limits=Limits(audited=EVERY_ROW, undivided=ONE_SPLIT))
def conversations(
    run_dir: Path | None,
    *,
    path: FilePath,
    messages: str = "messages",
    answer: str | None = None,
    split: str | None = None,
    validation_share: Share = 0.05,
    test_share: Share = 0.1,
    max_test: Count = 200,
    max_quarantine: Tolerance = 0.2,
    max_characters: Characters = 50_000,
    seed: int = 42,
) -> Splits:
    """Load conversations from a JSON, JSONL or Parquet file; every answer in them is learnt.

    A turn is {"role", "content"} or {"from", "value"}; content is text or a list of parts
    {"type": "text", "text"}. An answer with "weight", "train" or "loss_mask" 0 or false in its turn
    is not learnt. Keys for tool calls or reasoning in a turn, or for tools or images beside the
    turns, make the conversation malformed. A system turn may come first, or "system" stands beside
    the turns; then user and assistant take turns, the assistant last. The problem's question is
    the last user turn, its solution the last answer. The test split takes conversations of one
    question and its answer only, with their system turn if there is one. Longer conversations of
    the test share go to validation.

    The arguments that are not explained here are those of `from_file`.

    Args:
        run_dir: where `data/quarantine.jsonl` is written.
        path: the file; its suffix chooses the format.
        messages: column of the turns, e.g. "conversations".
        answer: column of the last answer's gold; None takes the answer that it declares.
        split: which list to take from a JSON object of several lists.
        max_characters: longest conversation.

    Raises:
        DataError: nothing readable, wrong columns, too many malformed rows, nothing to
            train on.
        ConfigError: the shares leave nothing to train on.
    """
    return from_file(
        path,
        run_dir,
        columns={"messages": messages, "answer": answer},
        make=conversation,
        split=split,
        max_characters=max_characters,
        validation_share=validation_share,
        test_share=test_share,
        max_test=max_test,
        max_quarantine=max_quarantine,
        seed=seed,
    )


def conversation(
    fields: Mapping[str, Any],
    columns: Mapping[str, str],
    max_characters: int,
    removed: Counter[str] | None = None,
) -> Problem | Fault:
    """Make the problem of a row of turns (see `mathpal.data.sieve.Make`)."""
    name = columns["messages"]
    if name not in fields:
        return Fault("missing_key", f"there is no {name!r}; there is {list(fields)[:8]}")
    if not fields[name]:
        return Fault("empty", f"{name!r} is empty")
    rows = turns_of(fields, name)
    if isinstance(rows, Fault):
        return rows
    unread: Counter[str] = Counter()
    turns: list[Turn] = []
    for number, given in enumerate(rows, 1):
        turn = turn_of(given, unread)
        if isinstance(turn, Fault):
            return turn._replace(message=f"turn {number} of {name!r}: {turn.message}")
        turns.append(turn)
    if (fault := _order([turn.role for turn in turns])) is not None:
        return fault
    learnt = [place for place, turn in enumerate(turns) if turn.learnt]
    if not learnt:
        return Fault("turns", f"no answer of {name!r} is to be learnt ({', '.join(LEARNT[:3])})")
    # What follows the last answer that is learnt teaches nothing.
    unread["turns after the last answer to learn"] += len(turns) - learnt[-1] - 1
    turns = turns[: learnt[-1] + 1]
    spoken = {f"turn {number} ({turn.role})": turn.content for number, turn in enumerate(turns, 1)}
    texts = read_texts(spoken, spoken, max_characters, removed)
    if isinstance(texts, Fault):
        return texts
    unlearnt = [i for i, turn in enumerate(turns) if turn.role == "assistant" and not turn.learnt]
    if removed is not None:
        removed.update(+unread)
        removed["answers not learnt, as their turns say"] += len(unlearnt)
    said = tuple(zip((turn.role for turn in turns), texts, strict=True))
    key = (said, unlearnt) if unlearnt else said
    return Problem(
        id=f"messages/{digest(json.dumps(key, ensure_ascii=False))}",
        question=texts[-2],
        solution=texts[-1],
        answer=gold_of(fields, columns, texts[-1]),
        messages=said,
        unlearnt=tuple(unlearnt),
    )


def _order(roles: list[str]) -> Fault | None:
    """The fault in the order of the turns; None for a right order."""
    spoken = roles[1:] if roles[0] == "system" else roles
    right = ["user", "assistant"] * (len(spoken) // 2)
    if spoken and spoken == right:
        return None
    return Fault(
        "turns",
        f"the turns are {', '.join(roles[:6])}{', …' if len(roles) > 6 else ''}; expected "
        "user and assistant in turn, the assistant last, a system turn at most at the start",
    )
