"""Knows the measure units of Vietnamese schools: names, dimensions, factors.

Any word that is not in the table is a counting word ("quyển", "viên bi", "học sinh"). Factors are
exact; the base units are m, m², dm³, g, phút, tháng, m/phút, dm³/phút, đồng, %, ° and °C.
"""

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit found in a text: `name` is canonical, `end` its end position in the text."""

    name: str
    dimension: str
    factor: Fraction
    end: int


_PREFIXES: tuple[tuple[str, Fraction | int, tuple[str, ...]], ...] = (
    ("km", 1000, ("kilômét", "kilomet", "kilôm", "cây số", "kilometer", "kilometre")),
    ("hm", 100, ("héctômét",)),
    ("dam", 10, ("đềcamét",)), ("m", 1, ("mét", "met", "meter", "metre")),
    ("dm", Fraction(1, 10), ("đềximét",)),
    (
        "cm", Fraction(1, 100),
        ("xăngtimét", "xentimét", "centimét", "xăng", "centimeter", "centimetre"),
    ),
    ("mm", Fraction(1, 1000), ("milimét", "millimeter")),
)  # fmt: skip

_PLAIN: tuple[tuple[str, str, Fraction | int, tuple[str, ...]], ...] = (
    ("ha", "area", 10_000, ("hécta", "hecta", "héc-ta")),
    ("l", "volume", 1, ("lít", "lit", "\u2113", "liter", "litre")),
    ("ml", "volume", Fraction(1, 1000), ("mililít", "mililit")),
    ("hl", "volume", 100, ("héctôlít",)),
    ("mg", "mass", Fraction(1, 1000), ("miligam",)),
    ("g", "mass", 1, ("gam", "gram")),
    ("dag", "mass", 10, ("đềcagam",)),
    ("hg", "mass", 100, ("héctôgam",)),
    ("kg", "mass", 1000, ("kilôgam", "kilogam", "kilogram", "kí", "ký", "cân")),
    ("yến", "mass", 10_000, ("yen",)),
    ("tạ", "mass", 100_000, ()),
    ("tấn", "mass", 1_000_000, ("tan",)),
    ("giây", "time", Fraction(1, 60), ("s", "giay", "second", "sec")),
    ("phút", "time", 1, ("phut", "min", "ph", "p", "minute")),
    ("giờ", "time", 60, ("h", "gio", "tiếng", "hour")),
    ("ngày", "time", 1440, ("ngay", "day")),
    ("tuần", "time", 10_080, ("tuan", "tuần lễ", "week")),
    ("tháng", "months", 1, ("thang", "month")),
    ("năm", "months", 12, ("nam", "year")),
    ("thế kỉ", "months", 1200, ("thế kỷ",)),
    ("đồng", "money", 1, ("đ", "vnđ", "vnd", "dong")),
    ("nghìn đồng", "money", 1000, ("ngàn đồng", "nghìn", "ngàn", "nghin dong")),
    ("triệu đồng", "money", 1_000_000, ("triệu", "trieu dong")),
    ("tỉ đồng", "money", 1_000_000_000, ("tỷ đồng", "tỉ", "tỷ")),
    ("%", "percent", 1, ("phần trăm",)),
    ("°", "angle", 1, ("độ", "do", "º", "o")),
    ("°C", "temperature", 1, ("độ c", "º c", "℃", "oc")),
    ("°F", "fahrenheit", 1, ("độ f", "º f", "℉", "of")),
    ("chục nghìn đồng", "money", 10_000, ("chục ngàn đồng", "chục nghìn", "chục ngàn")),
    ("trăm nghìn đồng", "money", 100_000, ("trăm ngàn đồng", "trăm nghìn", "trăm ngàn")),
    ("chục triệu đồng", "money", 10_000_000, ("chục triệu",)),
    ("trăm triệu đồng", "money", 100_000_000, ("trăm triệu",)),
    # Words that count in groups; the counted thing may follow ("12 tá bút").
    ("đôi", "count", 2, ()),
    ("cặp", "count", 2, ()),
    ("chục", "count", 10, ()),
    ("tá", "count", 12, ("lố",)),
    ("trăm", "count", 100, ()),
    ("vạn", "count", 10_000, ()),
)

# Words that only begin like a unit: "72 đồng chí" is not money, "3 ngày công" is not a duration.
_NOT_UNITS = frozenset(
    {
        "đồngchí", "đồnghồ", "đồngxu", "đồngbào", "đồngđội", "ngàycông", "tuầntra", "nămhọc",
        "tiếnganh", "tiếngviệt", "nămcánh", "nămngón", "cặpsách", "cặpda", "đôikhi",
    }
)  # fmt: skip
# Scale words, which stand for money when nothing follows: "25 nghìn", but "5 nghìn người".
SCALES = {
    "nghìn": 1000, "ngàn": 1000, "triệu": 10**6, "tỉ": 10**9, "tỷ": 10**9,
    "chục nghìn": 10**4, "chục ngàn": 10**4, "trăm nghìn": 10**5, "trăm ngàn": 10**5,
    "chục triệu": 10**7, "trăm triệu": 10**8, "vạn": 10**4, "trăm": 100,
}  # fmt: skip
_PRICED = frozenset({"đồng", "mỗi", "tiền", "cho", "vnđ", "vnd"})
_NUMBER_WORDS = frozenset("một hai ba bốn sáu bảy tám chín mười".split())
# English names, which also have a plural.
_ENGLISH = (
    "meter", "metre", "kilometer", "kilometre", "centimeter", "centimetre", "millimeter", "gram",
    "kilogram", "liter", "litre", "second", "minute", "hour", "day", "week", "month", "year",
)  # fmt: skip
_SQUARES = ("²", "2", "^2", "vuông", "vuong")
_CUBES = ("³", "3", "^3", "khối", "khoi")


def _squash(text: str) -> str:
    return text.lower().replace(" ", "").replace("-", "")


def _table() -> dict[str, tuple[str, str, Fraction]]:
    units: dict[str, tuple[str, str, Fraction]] = {}

    def add(name: str, dimension: str, factor: Fraction | int, aliases: tuple[str, ...]) -> None:
        for alias in (name, *aliases):
            units[_squash(alias)] = (name, dimension, Fraction(factor))

    for name, factor, aliases in _PREFIXES:
        size = Fraction(factor)
        add(name, "length", size, aliases)
        names = (name, *aliases)
        add(f"{name}²", "area", size**2, tuple(n + s for n in names for s in _SQUARES))
        add(f"{name}³", "volume", size**3 * 1000, tuple(n + s for n in names for s in _CUBES))
    for plain in _PLAIN:
        add(*plain)
    for word in _ENGLISH:
        units[word + "s"] = units[word]
    for top, dimension in (("length", "speed"), ("volume", "flow")):
        per = {a: u for a, u in units.items() if u[1] == top}
        for under, (time, kind, minutes) in list(units.items()):
            if kind == "time":
                for over, (name, _, factor) in per.items():
                    full = (f"{name}/{time}", dimension, factor / minutes)
                    for word in ("/", "trên", "mỗi", "một"):
                        units[over + word + under] = full
    # Alone, these aliases usually mean something else: "nam" is boys, "xăng" is petrol.
    for word in ("nam", "tan", "do", "yen", "min", "cân", "xăng", "ngay", "thang"):
        units.pop(word, None)
    return units


UNITS = _table()
_MAX_WORDS = 6
_TAIL = re.compile(r" {0,2}(\(?) ?((?:[^\W\d_]|[%°º/²³^-]|(?<=[mM^])[23]| (?=[^\W\d_]|/)){1,48})")
# Not counting words: with one of these the sentence continues.
_STOP = frozenset(
    {
        "và", "là", "nên", "thì", "vì", "hoặc", "hay", "dư", "còn", "mà", "do", "để", "khi",
        "của", "trong", "sau", "với", "vậy", "x", "rưỡi",
    }
)  # fmt: skip


@lru_cache(maxsize=8192)
def _lookup(words: str) -> tuple[str, str, Fraction, int] | None:
    """Return the longest known unit at the start of `words`, with its length."""
    pieces = words.split(" ")
    if _squash("".join(pieces[:2])) in _NOT_UNITS:
        return None
    for count in range(min(_MAX_WORDS, len(pieces)), 0, -1):
        head = " ".join(pieces[:count])
        found = UNITS.get(_squash(head))
        if found:
            return (*found, len(head))
        over, slash, under = head.partition("/")
        if slash and under and (found := UNITS.get(_squash(over))):
            return _rate(found, head, under)
        for mark in ("-", "/"):  # in "5 km-" and "5 km/" the mark does not belong to the unit
            if head.endswith(mark) and (found := UNITS.get(_squash(head[:-1]))):
                return (*found, len(head) - 1)
    return None


def _rate(
    found: tuple[str, str, Fraction], head: str, under: str
) -> tuple[str, str, Fraction, int] | None:
    """Return the unit of "8 500 đồng/kg" or "5 kg/bao": money per anything, a unit per thing."""
    name, dimension, factor = found
    thing = UNITS.get(_squash(under))
    if dimension == "percent":
        return name, dimension, factor, len(head)
    if dimension == "money":
        return f"{name}/{thing[0] if thing else under.lower()}", dimension, factor, len(head)
    if thing and dimension not in ("angle", "count") and thing[1] != "count":
        return f"{name}/{thing[0]}", f"{dimension} per {thing[1]}", factor / thing[2], len(head)
    if thing is None and dimension not in ("angle", "count"):
        return name, dimension, factor, len(head)
    return None


def _scaled(words: str, scale: str) -> tuple[str, str, Fraction, int] | None:
    """Return the unit after a scale word: "nghìn mét" is 1000 m, "nghìn người" counts by 1000."""
    rest = words[len(scale) :].lstrip()
    first, _, following = rest.lower().partition(" ")
    number = first in _NUMBER_WORDS or following.split(" ", 1)[0] in SCALES
    if not first or first in _STOP or first in _PRICED or number or first[0] == "/":
        return None
    skipped, times = len(words) - len(rest), SCALES[scale.lower()]
    found = _lookup(rest)
    if found is None or found[1] == "count":
        return f"{scale} {rest}", "count", Fraction(times), len(words)
    name, dimension, factor, length = found
    return f"{scale} {name}", dimension, factor * times, skipped + length


def _counting(words: str) -> str:
    """Return the counting word at the start of `words`: at most three words of one phrase."""
    kept: list[str] = []
    for word in words.rstrip(" -/^").split(" ")[:3]:
        if word.lower() in _STOP:
            break
        kept.append(word)
    return " ".join(kept)


def unit_at(text: str, position: int) -> Unit | None:
    """Return the measure unit or counting word right after a number.

    Args:
        text: normalised text.
        position: end of the number in the text.

    Returns:
        The unit, or None for a bare number. A counting word has dimension "count" and factor 1;
        group words such as "tá", "chục" and "đôi" have their own factor.

    Example:
        >>> unit_at("70 km/giờ", 2).name
        'km/giờ'
    """
    match = _TAIL.match(text, position)
    if match is None:
        return None
    words = match[2]
    found = _lookup(words)
    if found and words[: found[3]].lower() in SCALES:
        found = _scaled(words, words[: found[3]]) or found
    if found and found[1] != "count":
        name, dimension, factor, length = found
        end = match.start(2) + length
    else:
        name = _counting(words)
        # A counting word needs a space or bracket before it: "25x" and "5A" have none.
        if not name or (match.start(2) == position):
            return None
        dimension, factor = "count", found[2] if found else Fraction(1)
        end = match.start(2) + len(name)
    if match[1]:
        close = text.find(")", end, end + 40)
        end = close + 1 if close >= 0 and "\n" not in text[end:close] else end
    return Unit(name.lower() if dimension == "count" else name, dimension, factor, end)
