"""Find texts that share word n-grams with other texts.

Knows words and runs of words. Knows nothing of problems, splits or the meaning of an overlap.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

NEAR_SHARE = 0.5  # of the held-out question's 5-grams; the field's usual limit for contamination
NEAR_SIZE = 5
NEAR_LEAST = 8  # 5-grams: below 12 words the phrasing alone ("Tính giá trị của biểu thức") is half
TRIED = 400  # candidates compared with one question, those with its rarest n-grams first
BLOCK = 256  # questions after which found texts are removed from the index
PIECE = 20_000  # texts whose n-grams are in memory at a time
RUN = 13  # words
LABEL = re.compile(r"^\s*(?:bài|câu|question|problem)(?: toán| hỏi)?\s*\d+\s*[.:)]*\s*")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_NO_WORDS = re.compile(r"!\[[^\[\]]*\]\([^()]*\)|<img\b[^<>]*>|\\[a-z]+")  # images, LaTeX
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Contained(NamedTuple):
    """A text that shares n-grams with another text.

    Attributes:
        text: index of the text.
        other: index of the other text.
        share: share of the text's different n-grams that the other has, 0 to 1.
    """

    text: int
    other: int
    share: float


def words(text: str) -> list[str]:
    """Return a question's syllables and numbers in lower case, without label, images and LaTeX."""
    text = _NO_WORDS.sub(" ", unicodedata.normalize("NFC", text).lower())
    return _WORD.findall(LABEL.sub("", text))


class Grams(NamedTuple):
    """The different n-grams of many texts.

    Attributes:
        text: index of the text, ascending, int64 (grams,).
        key: hash of the n-gram, ascending within a text, uint64 (grams,).
        starts: text i has the n-grams starts[i]:starts[i + 1], int64 (texts + 1,).
    """

    text: np.ndarray
    key: np.ndarray
    starts: np.ndarray


def grams(texts: Sequence[str], size: int, vocabulary: dict[str, int]) -> Grams:
    """Hash every run of `size` words.

    Args:
        texts: questions.
        size: words of an n-gram, 1 or more.
        vocabulary: word to number, extended here. Texts to compare must share one vocabulary.
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


def _shared(texts: Sequence[str], own: Grams, vocabulary: dict[str, int]) -> Grams:
    """The `NEAR_SIZE`-grams that `own` has too; of a million texts these are few."""
    wanted = np.unique(own.key)
    held, keys = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
    for begin in range(0, len(texts) if len(wanted) else 0, PIECE):
        piece = grams(texts[begin : begin + PIECE], NEAR_SIZE, vocabulary)
        place = np.minimum(np.searchsorted(wanted, piece.key), len(wanted) - 1)
        hit = wanted[place] == piece.key
        held.append(piece.text[hit] + begin)
        keys.append(piece.key[hit])
    text = np.concatenate(held)
    return Grams(text, np.concatenate(keys), np.searchsorted(text, np.arange(len(texts) + 1)))


class _Index(NamedTuple):
    """Which texts hold an n-gram: sorted keys (holdings,), and the holder of each."""

    keys: np.ndarray
    holders: np.ndarray

    def places(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the begin and end of each key's holders, int64 (keys,) each."""
        return np.searchsorted(self.keys, keys, "left"), np.searchsorted(self.keys, keys, "right")


def _indexed(pool: Grams) -> _Index:
    order = np.argsort(pool.key, kind="stable")
    return _Index(pool.key[order], pool.text[order])


def contained(
    texts: Sequence[str], others: Sequence[str] | None = None, *, share: float = NEAR_SHARE
) -> list[Contained]:
    """Return the texts with at least a share of their n-grams in another text.

    Of a text's n different n-grams, at least one of the rarest n - ceil(share n) + 1 must be
    shared, so only texts with one of these are compared, and at most `TRIED` of them. A text with
    more candidates is found if one of those compared shares enough.

    Args:
        texts: the texts to find; texts of fewer than `NEAR_LEAST` n-grams are skipped.
        others: the texts to search; None compares `texts` with each other.
        share: above 0, up to 1.

    Returns:
        At most one entry a text, with the other text that shares most.
    """
    vocabulary: dict[str, int] = {}
    own = grams(texts, NEAR_SIZE, vocabulary)
    pool = own if others is None else _shared(others, own, vocabulary)
    index = _indexed(pool)
    first, last = index.places(own.key)
    found = []
    for text in range(len(texts)):
        begin, end = int(own.starts[text]), int(own.starts[text + 1])
        itself = text if others is None else None
        need = _needed(end - begin, share)
        rare = _rare(first[begin:end], last[begin:end], need, itself)
        tried = next(_batches(index.holders, rare, itself), None)
        if tried is None:
            continue
        common = _common(own.key[begin:end], pool, tried)
        best = int(common.argmax())
        if common[best] >= need:
            found.append(Contained(text, int(tried[best]), common[best] / (end - begin)))
    return found


def holders(texts: Sequence[str], others: Sequence[str]) -> list[Contained]:
    """Return every other text that has `NEAR_SHARE` of the n-grams of one of the texts.

    Candidates are compared as in `contained`, `TRIED` at a time, as long as one of them is a hit.
    A text that was found is not compared again, so many near twins cost one pass only.

    Args:
        texts: the texts to find; texts of fewer than `NEAR_LEAST` n-grams are skipped.
        others: the texts to search.

    Returns:
        One entry for each other text that was found, with the first text that it holds.
    """
    vocabulary: dict[str, int] = {}
    own = grams(texts, NEAR_SIZE, vocabulary)
    pool = _shared(others, own, vocabulary)
    index, gone = _indexed(pool), np.zeros(len(others), bool)
    found = []
    for text in range(len(texts)):
        if text % BLOCK == 0:
            left = ~gone[index.holders]
            index = _Index(index.keys[left], index.holders[left])
        begin, end = int(own.starts[text]), int(own.starts[text + 1])
        need = _needed(end - begin, NEAR_SHARE)
        rare = _rare(*index.places(own.key[begin:end]), need, None)
        for tried in _batches(index.holders, rare, None, gone):
            common = _common(own.key[begin:end], pool, tried)
            hits = np.flatnonzero(common >= need)
            gone[tried[hits]] = True
            found += [Contained(text, int(tried[hit]), common[hit] / (end - begin)) for hit in hits]
            if not len(hits):
                break
    return found


def _needed(count: int, share: float) -> int:
    """The number of a text's n-grams that another must have; 0 for a text that is too short."""
    return int(np.ceil(share * count - 1e-9)) if count >= NEAR_LEAST else 0


def _rare(
    first: np.ndarray, last: np.ndarray, need: int, itself: int | None
) -> list[tuple[int, int]]:
    """Begin and end of the holders of a text's rarest n-grams; one of these must be shared."""
    held = (last - first) - (itself is not None)
    if not need or np.count_nonzero(held) < need:
        return []
    rare = np.argsort(held, kind="stable")[: len(held) - need + 1]
    return [(int(first[place]), int(last[place])) for place in rare if held[place] > 0]


def _batches(
    holders: np.ndarray,
    rare: Sequence[tuple[int, int]],
    itself: int | None,
    gone: np.ndarray | None = None,
) -> Iterator[np.ndarray]:
    """Yield different texts with one of the rare n-grams, rarest first, `TRIED` at a time."""
    seen = set() if itself is None else {itself}
    waiting: list[int] = []
    for begin, end in rare:
        for start in range(begin, end, TRIED):
            block = holders[start : min(start + TRIED, end)]
            fresh = (block if gone is None else block[~gone[block]]).tolist()
            waiting += [other for other in fresh if other not in seen]
            seen.update(fresh)
            while len(waiting) >= TRIED:
                yield np.asarray(waiting[:TRIED], np.int64)
                waiting = waiting[TRIED:]
    if waiting:
        yield np.asarray(waiting, np.int64)


def _common(own: np.ndarray, pool: Grams, candidates: np.ndarray) -> np.ndarray:
    """The number of a text's n-grams that each candidate has, int64 (candidates,)."""
    begins, ends = pool.starts[candidates], pool.starts[candidates + 1]
    lengths = ends - begins
    offsets = np.cumsum(lengths) - lengths
    where = np.arange(int(lengths.sum())) + np.repeat(begins - offsets, lengths)
    hits = np.isin(pool.key[where], own)
    return np.add.reduceat(hits.astype(np.int64), offsets)


def shared_run(texts: Sequence[str], others: Sequence[str]) -> Mapping[int, int]:
    """Return the texts that share any run of `RUN` words with another, and the first such."""
    vocabulary: dict[str, int] = {}
    own, pool = grams(texts, RUN, vocabulary), grams(others, RUN, vocabulary)
    order = np.argsort(pool.key, kind="stable")
    place = np.searchsorted(pool.key[order], own.key)
    hit = place < len(order)
    hit[hit] = pool.key[order][place[hit]] == own.key[hit]
    pairs = zip(own.text[hit].tolist(), pool.text[order[place[hit]]].tolist(), strict=True)
    return dict(reversed(list(pairs)))  # the first of several pairs stays
