"""Which texts hold the word n-grams of which others.

Knows words and their runs. Knows nothing of problems, splits or what an overlap means.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

NEAR_SHARE = 0.5  # of the held-out question's 5-grams; the share the field calls contaminated
NEAR_SIZE = 5
NEAR_LEAST = 8  # 5-grams: below 12 words the phrasing alone ("Tính giá trị của biểu thức") is half
TRIED = 400  # candidates looked at for one question, those with its rarest n-grams first
LABEL = re.compile(r"^\s*(?:bài|câu|question|problem)(?: toán| hỏi)?\s*\d+\s*[.:)]*\s*")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_UNSPOKEN = re.compile(r"!\[[^\]]*\]\([^)]*\)|<img\b[^>]*>|\\\\[a-z]+")  # images, LaTeX commands
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Contained(NamedTuple):
    """A text of which another holds a part.

    Attributes:
        text: index of the text.
        other: index of the one that holds most of it.
        share: of the text's different n-grams, 0 to 1.
    """

    text: int
    other: int
    share: float


def words(text: str) -> list[str]:
    """Syllables and numbers of a question in lower case, without label, images and LaTeX."""
    text = _UNSPOKEN.sub(" ", unicodedata.normalize("NFC", text).lower())
    return _WORD.findall(LABEL.sub("", text))


class Grams(NamedTuple):
    """The different n-grams of many texts.

    Attributes:
        text: index of the text, ascending, int64 (grams,).
        key: hash of the n-gram, ascending within a text, uint64 (grams,).
        starts: text i has the grams starts[i]:starts[i + 1], int64 (texts + 1,).
    """

    text: np.ndarray
    key: np.ndarray
    starts: np.ndarray


def grams(texts: Sequence[str], size: int, vocabulary: dict[str, int]) -> Grams:
    """Hash every run of `size` words.

    Args:
        texts: questions.
        size: words of an n-gram, 1 or more.
        vocabulary: word to number, extended here; texts compared with each other share it.
    """
    numbers: list[int] = []
    lengths = []
    for text in texts:
        row = [vocabulary.setdefault(word, len(vocabulary) + 1) for word in words(text)]
        numbers += row
        lengths.append(len(row))
    ids, ends = np.asarray(numbers, np.uint64), np.cumsum(np.asarray(lengths, np.int64))
    owner = np.repeat(np.arange(len(texts)), lengths)
    count = max(0, len(ids) - size + 1)
    key = np.zeros(count, np.uint64)
    for place in range(size):
        key = (key ^ (key >> np.uint64(29))) * _FACTOR + ids[place : place + count]
    inside = np.arange(count) + size <= ends[owner[:count]]
    rows, key = owner[:count][inside], key[inside]
    order = np.lexsort((key, rows))
    rows, key = rows[order], key[order]
    new = np.ones(len(rows), bool)
    new[1:] = (rows[1:] != rows[:-1]) | (key[1:] != key[:-1])
    rows, key = rows[new], key[new]
    return Grams(rows, key, np.searchsorted(rows, np.arange(len(texts) + 1)))


def contained(
    texts: Sequence[str],
    others: Sequence[str] | None = None,
    *,
    share: float = NEAR_SHARE,
    size: int = NEAR_SIZE,
    least: int = NEAR_LEAST,
) -> list[Contained]:
    """The texts of whose n-grams another text holds at least a share.

    Of n n-grams at least one of the rarest n - ceil(share n) + 1 must be shared, so only texts
    with one of those are compared. At most `TRIED` are; a text hidden behind more is found all
    the same if one of those tried holds enough.

    Args:
        texts: looked for.
        others: looked into; None looks into the texts themselves, leaving out each its own.
        share: above 0, up to 1.
        size: words of an n-gram.
        least: texts of fewer different n-grams are left out.
    """
    vocabulary: dict[str, int] = {}
    own = grams(texts, size, vocabulary)
    pool = own if others is None else grams(others, size, vocabulary)
    order = np.argsort(pool.key, kind="stable")
    sorted_keys, holders = pool.key[order], pool.text[order]
    first = np.searchsorted(sorted_keys, own.key, "left")
    last = np.searchsorted(sorted_keys, own.key, "right")
    found = []
    for text in range(len(texts)):
        begin, end = int(own.starts[text]), int(own.starts[text + 1])
        if end - begin < least:
            continue
        need = int(np.ceil(share * (end - begin) - 1e-9))
        held = (last[begin:end] - first[begin:end]) - (others is None)
        if np.count_nonzero(held) < need:
            continue
        rare = np.argsort(held, kind="stable")[: end - begin - need + 1] + begin
        rare = rare[held[rare - begin] > 0]
        candidates = _candidates(rare, first, last, holders, text if others is None else -1)
        if not len(candidates):
            continue
        common = _common(own.key[begin:end], pool, candidates)
        best = int(common.argmax())
        if common[best] >= need:
            found.append(Contained(text, int(candidates[best]), common[best] / (end - begin)))
    return found


def _candidates(
    rare: np.ndarray, first: np.ndarray, last: np.ndarray, holders: np.ndarray, itself: int
) -> np.ndarray:
    """Texts that hold one of these n-grams, those with the rarest first, at most `TRIED`."""
    chosen: dict[int, None] = {}
    for place in rare.tolist():
        stop = min(int(last[place]), int(first[place]) + TRIED)
        chosen.update(dict.fromkeys(holders[first[place] : stop].tolist()))
        if len(chosen) > TRIED:
            break
    chosen.pop(itself, None)
    return np.fromiter(chosen, np.int64, len(chosen))[:TRIED]


def _common(mine: np.ndarray, pool: Grams, candidates: np.ndarray) -> np.ndarray:
    """How many of my n-grams each candidate holds, int64 (candidates,)."""
    begins, ends = pool.starts[candidates], pool.starts[candidates + 1]
    lengths = ends - begins
    offsets = np.cumsum(lengths) - lengths
    where = np.arange(int(lengths.sum())) + np.repeat(begins - offsets, lengths)
    hits = np.isin(pool.key[where], mine)
    return np.add.reduceat(hits.astype(np.int64), offsets)


def shared_run(texts: Sequence[str], others: Sequence[str], *, size: int = 13) -> Mapping[int, int]:
    """Texts that share any run of `size` words with another, and the first that holds it."""
    vocabulary: dict[str, int] = {}
    own, pool = grams(texts, size, vocabulary), grams(others, size, vocabulary)
    order = np.argsort(pool.key, kind="stable")
    place = np.searchsorted(pool.key[order], own.key)
    hit = place < len(order)
    hit[hit] = pool.key[order][place[hit]] == own.key[hit]
    pairs = zip(own.text[hit].tolist(), pool.text[order[place[hit]]].tolist(), strict=True)
    return dict(reversed(list(pairs)))  # of several pairs the first one stays
