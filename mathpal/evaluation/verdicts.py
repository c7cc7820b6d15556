"""Say in plain words what a comparison shows, and where it cannot decide. Vietnamese or English."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

from mathpal.evaluation.comparison import Comparison, Pair, Standing
from mathpal.evaluation.costs import Cost, break_even
from mathpal.statistics.differences import needed

Language = Literal["en", "vi"]

SMALLEST: Final = 0.02  # a difference below two points is not worth a larger test

_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "best": "Most accurate: {name}, {share} of {n} problems right.",
        "tied": "Most accurate: {name}, {share} of {n} problems right; the data do not separate it "
        "from {others}.",
        "untrained": "Without training: {name}, {share}.",
        "more": "{second} answers {points} points more than {first} (95 % interval {low} to "
        "{high}; p {p}{correction}).",
        "correction": ", corrected for {pairs} comparisons",
        "open": "{first} or {second}: the data cannot decide ({signed} points, 95 % interval "
        "{low} to {high}; p {p}).",
        "needed": "About {n} problems of this kind would show a difference of {points} points with "
        "80 % power.",
        "same": "{first} and {second} are right on exactly the same problems.",
        "alone": "{first} or {second}: all problems are of one kind, so no interval can be given.",
        "layout": "Of these points {points} are layout: in any layout the difference is {signed} "
        "points.",
        "cheaper": "A right answer of {trained} costs less than one of {other} from {n} questions "
        "on (training included).",
        "dearer": "A right answer of {trained} never becomes cheaper than one of {other}.",
        "failed": "{name} left {count} of {n} questions unanswered ({reason}); they count as "
        "wrong.",
    },
    "vi": {
        "best": "Chính xác nhất: {name}, đúng {share} của {n} bài.",
        "tied": "Chính xác nhất: {name}, đúng {share} của {n} bài; dữ liệu chưa phân biệt được với "
        "{others}.",
        "untrained": "Không cần huấn luyện: {name}, {share}.",
        "more": "{second} đúng hơn {first} {points} điểm phần trăm (khoảng tin cậy 95 %: {low} đến "
        "{high}; p {p}{correction}).",
        "correction": ", đã hiệu chỉnh cho {pairs} phép so sánh",
        "open": "{first} hay {second}: dữ liệu chưa quyết định được ({signed} điểm, khoảng tin cậy "
        "95 %: {low} đến {high}; p {p}).",
        "needed": "Cần khoảng {n} bài cùng loại để thấy chênh lệch {points} điểm với xác suất "
        "80 %.",
        "same": "{first} và {second} đúng ở cùng những bài như nhau.",
        "alone": "{first} hay {second}: tất cả các bài cùng một dạng nên không tính được khoảng "
        "tin cậy.",
        "layout": "Trong đó {points} điểm là do cách trình bày: không xét trình bày thì chênh "
        "lệch là {signed} điểm.",
        "cheaper": "Từ {n} câu hỏi trở lên, một đáp án đúng của {trained} rẻ hơn của {other} (tính "
        "cả huấn luyện).",
        "dearer": "Một đáp án đúng của {trained} không bao giờ rẻ hơn của {other}.",
        "failed": "{name} không trả lời {count} trên {n} câu ({reason}); tính là sai.",
    },
}


def verdicts(
    found: Comparison, untrained: Collection[str] = (), language: Language = "en"
) -> list[str]:
    """Return the sentences that stand first: which system for which use, then each pair.

    Args:
        found: the comparison.
        untrained: names of the systems that need no training.
        language: of the sentences.
    """
    words = _WORDS[language]
    lines = [_best(found, words), *_untrained(found, untrained, words)]
    for one in found.standings:
        if failed := sum(one.unanswered.values()):
            reason = max(one.unanswered, key=one.unanswered.__getitem__)
            lines.append(words["failed"].format(
                name=one.name, count=failed, n=one.accuracy.n, reason=reason))  # fmt: skip
    for pair in found.pairs:
        lines += _pair(pair, len(found.pairs), words)
    return _written(lines, language)


def bargains(costs: Mapping[str, Cost], language: Language = "en") -> list[str]:
    """Return from how many questions on each trained system is cheaper than an untrained one.

    Args:
        costs: by system.
        language: of the sentences.
    """
    words, lines = _WORDS[language], []
    for trained, own in costs.items():
        for other, theirs in costs.items():
            if own.training and not theirs.training and own.accuracy and theirs.accuracy:
                count = break_even(own, theirs)
                key = "dearer" if count is None else "cheaper"
                lines.append(words[key].format(trained=trained, other=other, n=count))
    return _written(lines, language)


def _written(lines: Sequence[str], language: Language) -> list[str]:
    """With decimal commas in Vietnamese."""
    commas = language == "vi"
    return [re.sub(r"(?<=\d)\.(?=\d)", ",", line) if commas else line for line in lines]


def _best(found: Comparison, words: Mapping[str, str]) -> str:
    ordered = sorted(found.standings, key=lambda one: -one.accuracy.accuracy)
    best = ordered[0]
    others = [one.name for one in ordered[1:] if not _decided(found.pairs, best, one)]
    values = {"name": best.name, "share": _percent(best.accuracy.accuracy), "n": best.accuracy.n}
    if others:
        return words["tied"].format(**values, others=", ".join(others))
    return words["best"].format(**values)


def _untrained(
    found: Comparison, untrained: Collection[str], words: Mapping[str, str]
) -> list[str]:
    ordered = sorted(found.standings, key=lambda one: -one.accuracy.accuracy)
    free = [one for one in ordered if one.name in untrained]
    if not free or free[0] is ordered[0] or len(free) == len(ordered):
        return []
    share = _percent(free[0].accuracy.accuracy)
    return [words["untrained"].format(name=free[0].name, share=share)]


def _decided(pairs: Sequence[Pair], one: Standing, other: Standing) -> bool:
    names = {one.name, other.name}
    return any({pair.first, pair.second} == names and is_decided(pair) for pair in pairs)


def is_decided(pair: Pair) -> bool:
    """Whether a pair differs at 5 %, corrected for the number of pairs."""
    return pair.p is not None and pair.p < 0.05


def _pair(pair: Pair, pairs: int, words: Mapping[str, str]) -> list[str]:
    strict = pair.strict
    first, second = pair.first, pair.second
    if not strict.won and not strict.lost:
        return [words["same"].format(first=first, second=second)]
    if strict.low is None or strict.high is None or pair.p is None:
        return [words["alone"].format(first=first, second=second)]
    low, high, gain = strict.low, strict.high, strict.difference
    if is_decided(pair):
        if gain < 0:
            first, second, low, high = second, first, -high, -low
        line = words["more"].format(
            first=first, second=second, points=_points(abs(gain)), low=_points(low),
            high=_points(high), p=probability(pair.p),
            correction=words["correction"].format(pairs=pairs) if pairs > 1 else "",
        )  # fmt: skip
        layout = abs(gain) - abs(pair.lenient.difference)
        if layout < SMALLEST:
            return [line]
        loose = pair.lenient.difference * (1 if gain > 0 else -1)
        return [line, words["layout"].format(points=_points(layout), signed=_signed(loose))]
    line = words["open"].format(
        first=first, second=second, signed=_signed(gain), low=_points(low), high=_points(high),
        p=probability(pair.p),
    )  # fmt: skip
    wanted = max(abs(gain), SMALLEST)
    count = needed(strict, wanted)
    return [line] if count is None else [line, words["needed"].format(
        n=_rounded(count), points=_points(wanted))]  # fmt: skip


def probability(p: float) -> str:
    """Return p with its sign, to stand after the letter.

    Example:
        >>> probability(0.0302), probability(0.0001)
        ('= 0.030', '< 0.001')
    """
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _signed(share: float) -> str:
    return f"{100 * share:+.1f}"


def _rounded(count: int) -> int:
    """Two significant digits: the count is an estimate."""
    scale = 10 ** max(0, len(str(count)) - 2)
    return -(-count // scale) * scale
