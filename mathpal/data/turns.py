"""One turn of a conversation in any spelling: its role, its text, and whether it is learnt.

A key of a turn that changes its meaning is honoured or named as a fault; other keys are counted.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from mathpal.problems import Fault, Problem

# OpenAI's spelling, ShareGPT's, and Gemma's name for the assistant.
ROLES = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
}
TEXT = ("role", "from", "content", "value")
# 1 or true: the answer is learnt; 0 or false: it is not.
LEARNT = ("weight", "train", "loss_mask", "loss", "trainable", "training")
# What an answer holds besides its text; without it, the conversation would be another one.
FURTHER = (
    "tool_calls", "function_call", "tool_call_id", "reasoning_content", "reasoning", "thinking",
    "refusal", "prefix", "audio", "images", "image", "videos", "train_detail", "training_detail",
)  # fmt: skip
# The same of a row beside its turns.
BESIDE = ("tools", "functions", "documents", "images", "image", "videos", "audios", "audio")
_TEXT_PARTS = ("text", "input_text", "output_text")


class Turn(NamedTuple):
    """A turn: its role, its text as given, and whether the loss covers it."""

    role: str
    content: Any
    learnt: bool


def turns_of(fields: Mapping[str, Any], name: str) -> list[Any] | Fault:
    """Return the turns of a row as given, a system text beside them as the first turn.

    Args:
        fields: the row's columns.
        name: of the column of the turns.
    """
    turns = fields[name]
    if not isinstance(turns, list):
        return Fault("not_list", f"{name!r} is not a list but {type(turns).__name__}")
    beside = {key: value for key, value in fields.items() if key != name and _is_given(value)}
    if further := [key for key in BESIDE if key in beside]:
        return Fault(
            "row_keys",
            f"beside {name!r} it holds {', '.join(further)}, which would be lost; write it into a "
            "turn as text, or remove the key",
        )
    if "system" not in beside:
        return turns
    if isinstance(turns[0], dict) and _role(turns[0]) == "system":
        return Fault("turns", f"there is a system turn and 'system' beside {name!r}; keep one")
    return [{"role": "system", "content": beside["system"]}, *turns]


def turn_of(turn: Any, unread: Counter[str]) -> Turn | Fault:
    """Read a turn in any of the spellings.

    Args:
        turn: {"role", "content"} or {"from", "value"}, with any further keys.
        unread: further keys that change nothing, counted up here.
    """
    if not isinstance(turn, dict):
        return Fault("turns", f"expected an object, found {type(turn).__name__}")
    role = _role(turn)
    content = turn["content"] if "content" in turn else turn.get("value")
    if not isinstance(role, str) or role not in ROLES:
        return Fault("turns", f"the role is {role!r}; expected one of {', '.join(ROLES)}")
    held = {key: value for key, value in turn.items() if _is_given(value)}
    if further := [key for key in FURTHER if key in held]:
        return Fault(
            "turn_keys",
            f"it holds {', '.join(further)}, which would be lost; write it into the content as "
            "text, or remove the key",
        )
    learnt = _learnt(ROLES[role], held)
    if isinstance(learnt, Fault):
        return learnt
    if isinstance(content, list):
        parts = [_part(part) for part in content]
        if any(part is None for part in parts):
            return Fault("not_text", "a part of it is not text")
        content = "\n".join(map(str, parts))
    unread.update(f"keys {key!r} of turns" for key in held if key not in (*TEXT, *LEARNT))
    return Turn(ROLES[role], content, learnt)


def _role(turn: Mapping[str, Any]) -> Any:
    """The role as given, in either spelling."""
    return turn["role"] if "role" in turn else turn.get("from")


def _is_given(value: Any) -> bool:
    """Parquet and many exports write every key, with nothing in it."""
    return value is not None and value not in ("", [], {})


def _part(part: Any) -> str | None:
    """The text of a part of the content; None if it is anything else."""
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or part.get("type", "text") not in _TEXT_PARTS:
        return None
    text = part.get("text")
    return text if isinstance(text, str) else None


def _learnt(role: str, held: Mapping[str, Any]) -> bool | Fault:
    """Whether the loss covers the turn; a fault if its keys cannot be honoured."""
    given = {key: held[key] for key in LEARNT if key in held}
    shown = ", ".join(f"{key}={value!r}" for key, value in given.items())
    wanted = {bool(value) for value in given.values()}
    if any(isinstance(value, (str, list, dict)) or value not in (0, 1) for value in given.values()):
        return Fault("turn_keys", f"{shown}: only 0, 1, true and false are honoured")
    if len(wanted) > 1:
        return Fault("turn_keys", f"{shown} contradict each other")
    if role != "assistant" and True in wanted:
        return Fault("turn_keys", f"{shown} in a {role} turn: only answers can be learnt")
    return role == "assistant" and False not in wanted


def written(problem: Problem) -> list[dict[str, Any]]:
    """Return the turns of a conversation in the spelling that this module reads."""
    return [
        {"role": role, "content": text, **({"weight": 0} if place in problem.unlearnt else {})}
        for place, (role, text) in enumerate(problem.messages)
    ]
