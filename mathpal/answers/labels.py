"""Decides which part of a gold a labelled value belongs to: "số bé: 20" is the second of two.

Compares the words of labels only, no values.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from mathpal.answers.records import Quantity

_SAME = {"nhỏ": "bé", "to": "lớn", "1": "nhất", "một": "nhất", "2": "hai", "3": "ba", "4": "tư"}
_TOKENS = re.compile(r"\w+")


@lru_cache(maxsize=4096)
def _tokens(label: str) -> frozenset[str]:
    return frozenset(_SAME.get(word, word) for word in _TOKENS.findall(label.lower()))


def match_labels(given: Sequence[Quantity], gold: Sequence[Quantity]) -> list[int] | None:
    """Return for each given part the index of the gold part that it names.

    Labels are compared by the words that tell the gold's labels apart. Parts without a telling
    label take the remaining places in order. Return None if two parts name the same gold part.
    """
    sets = [_tokens(q.label) for q in gold]
    common = frozenset.intersection(*sets) if sets else frozenset()
    own = [s - common for s in sets]
    own = [s - frozenset().union(*(o for j, o in enumerate(own) if j != i)) or s
           for i, s in enumerate(own)]  # fmt: skip
    named: list[int | None] = []
    for quantity in given:
        tokens = _tokens(quantity.label)
        hits = [i for i, words in enumerate(own) if words and words & tokens]
        best = [i for i in hits if own[i] <= tokens] or hits
        named.append(best[0] if len(best) == 1 else None)
    used = [i for i in named if i is not None]
    if len(used) != len(set(used)):
        return None
    rest = iter(i for i in range(len(gold)) if i not in used)
    return [next(rest) if i is None else i for i in named]
