"""Show rows of a data set as the model sees them, in the terminal."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from mathpal.errors import DataError
from mathpal.problems import Problem, Splits
from mathpal.tokens.chat import TokenTable, encode

GREY, GREEN, PLAIN = "\x1b[90m", "\x1b[32m", "\x1b[0m"


def marked(sample: Mapping[str, Any], *, colour: bool = False) -> str:
    """Return a row's text; every supervised run is green, or between «…».

    Args:
        sample: from `mathpal.tokens.chat.mask_sample`.
        colour: whether to write colours.
    """
    runs = [
        (seen, "".join(piece["text"] for piece in pieces))
        for seen, pieces in groupby(sample["tokens"], key=lambda piece: piece["supervised"])
    ]
    if colour:
        return "".join(f"{GREEN if seen else GREY}{text}" for seen, text in runs) + PLAIN
    return "".join(f"«{text}»" if seen else text for seen, text in runs)


def rendered(problem: Problem, tokenizer: Any, *, max_length: int, colour: bool) -> str:
    """Return the problem's chat text with the loss mask, see `marked`; of plain text the first row.

    Args:
        problem: one row.
        tokenizer: with a chat template.
        max_length: most tokens of a row; a longer row shows an error instead.
        colour: whether the terminal shows colours.
    """
    head = f"── {problem.id} · gold: {problem.answer or 'none that can be checked'}"
    try:
        sample: Any = mask_sample(encode([problem], tokenizer, max_length=max_length), tokenizer)
    except DataError as error:
        return f"{head}\n{error}\n"
    tokens = f"{sample['prompt_tokens']} prompt + {sample['supervised_tokens']} supervised tokens"
    return f"{head} · {tokens}\n{marked(sample, colour=colour)}\n"


def statistics(splits: Splits, split: str, tokenizer: Any, *, max_length: int) -> str:
    """Return the numbers of problems and the token lengths of one split, as text."""
    problems = getattr(splits, split)
    table = encode(problems, tokenizer, max_length=max_length, label=f"tokenizing {split}")
    lengths = sorted(table.lengths.tolist())
    supervised = int(table.supervised.sum())
    quantiles = ", ".join(
        f"{name} {lengths[min(len(lengths) - 1, int(share * len(lengths)))]}"
        for name, share in (("median", 0.5), ("p95", 0.95), ("longest", 1.0))
    )
    golds = sum(p.answer is not None for p in problems)
    lines = [
        f"train {len(splits.train):,} · validation {len(splits.validation):,} · "
        f"test {len(splits.test):,} problems",
        f"{split}: {sum(lengths):,} tokens, {100 * supervised / sum(lengths):.0f} % supervised; "
        f"tokens a row: {quantiles}; {golds:,} of {len(problems):,} with a gold answer",
    ]
    if table.dropped:
        lines.append(f"{table.dropped:,} rows are longer than model.max_length={max_length}")
    return "\n".join(lines)


def mask_sample(table: TokenTable, tokenizer: Any) -> dict[str, object]:
    """Return the first row as text pieces with its mask, for the log and the report."""
    own = slice(0, table.starts[1])
    ids, seen = table.ids[own].tolist(), table.supervised[own].tolist()
    pieces = [
        {"text": tokenizer.decode([t]), "supervised": s} for t, s in zip(ids, seen, strict=True)
    ]
    return {
        "tokens": pieces,
        "prompt_tokens": len(ids) - sum(seen),
        "supervised_tokens": sum(seen),
    }
