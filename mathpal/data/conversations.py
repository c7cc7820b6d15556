"""Conversations of several turns as a data set: what `data=messages` names.

Knows the spellings of a turn and which conversations are usable. Knows nothing of chat templates
and loss masks (`mathpal.tokens.chat`).
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
from mathpal.problems import Fault, Problem, Splits
from mathpal.settings.capabilities import Limits, declares

# OpenAI's spelling, ShareGPT's, and Gemma's name for the assistant.
ROLES = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
}


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
    """Conversations from a JSON, JSONL or Parquet file; every answer in them is learnt.

    A turn is {"role", "content"} or {"from", "value"}; content is text or a list of parts
    {"type": "text", "text"}. A system turn may come first, then user and assistant take turns,
    the assistant last. The problem's question is the last user turn, its solution the last
    answer. The test split takes conversations of one question and its answer only, with their
    system turn if there is one. Longer conversations of the test share go to validation.

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
    if not isinstance(fields[name], list):
        return Fault("not_list", f"{name!r} is not a list but {type(fields[name]).__name__}")
    turns = [_turn(turn) for turn in fields[name]]
    roles = []
    for number, turn in enumerate(turns, 1):
        if isinstance(turn, Fault):
            return turn._replace(message=f"turn {number} of {name!r}: {turn.message}")
        roles.append(turn[0])
    if (fault := _order(roles)) is not None:
        return fault
    spoken = {f"turn {number} ({turn[0]})": turn[1] for number, turn in enumerate(turns, 1)}
    texts = read_texts(spoken, spoken, max_characters, removed)
    if isinstance(texts, Fault):
        return texts
    said = tuple(zip(roles, texts, strict=True))
    return Problem(
        id=f"messages/{digest(json.dumps(said, ensure_ascii=False))}",
        question=texts[-2],
        solution=texts[-1],
        answer=gold_of(fields, columns, texts[-1]),
        messages=said,
    )


def _turn(turn: Any) -> tuple[str, Any] | Fault:
    """Role and text of a turn in any of the spellings."""
    if not isinstance(turn, dict):
        return Fault("turns", f"expected an object, found {type(turn).__name__}")
    role = turn["role"] if "role" in turn else turn.get("from")
    content = turn["content"] if "content" in turn else turn.get("value")
    if not isinstance(role, str) or role not in ROLES:
        return Fault("turns", f"the role is {role!r}; expected one of {', '.join(ROLES)}")
    if isinstance(content, list):
        parts = [part.get("text") if isinstance(part, dict) else None for part in content]
        if not all(isinstance(part, str) for part in parts):
            return Fault("not_text", "a part of it is not text")
        content = "\n".join(str(part) for part in parts)
    return ROLES[role], content


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
