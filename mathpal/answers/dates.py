"""Reads dates: "ngày 20/4", "thứ Năm, ngày 9 tháng 3", "02/09/1945".

A bare "20/4" is a date only beside a gold that is one. Knows no durations.
"""

import re
from typing import NamedTuple

_DAYS = ("hai", "ba", "tư", "năm", "sáu", "bảy")
_MONTHS = (
    "giêng", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một",
    "chạp",
)  # fmt: skip
_WEEKDAY = r"(?:thứ (?P<weekday>[2-7]|hai|ba|tư|năm|sáu|bảy)|(?P<sunday>chủ nhật|cn))(?!\w)"
_LATER = _WEEKDAY.replace("weekday", "weekday2").replace("sunday", "sunday2")
_DATE = re.compile(
    rf"(?<![\w/.,-])(?:{_WEEKDAY}[ ,]{{0,3}}(?:là )?(?:\(? ?(?:tức )?)?)?"
    r"(?P<word>(?:ngày|mùng|mồng)(?: mùng| mồng)? )?(?P<day>[0-3]?[0-9])"
    r"(?:(?P<worded> tháng )|(?P<mark>[/.-]))(?P<month>[01]?[0-9]|[^\W\d]+(?: một)?)"
    r"(?:(?:[ ,]{1,2}năm |(?P=mark)|[/.-])(?P<year>[0-9]{4}))?(?![\w/])"
    rf"(?:[ ,(]{{1,3}}(?:là |nhằm |vào )?{_LATER})?",
    re.I,
)


class Date(NamedTuple):
    """A date; weekday (2 to 7, 8 for Sunday) and year are 0 if they are not given."""

    weekday: int
    day: int
    month: int
    year: int


def _weekday(name: str | None, sunday: str | None) -> int:
    if sunday:
        return 8
    if not name:
        return 0
    return int(name) if name.isdigit() else _DAYS.index(name.lower()) + 2


def _read(match: re.Match[str]) -> Date | None:
    month = match["month"].lower()
    if not month.isdigit() and month not in _MONTHS:
        return None
    number = int(month) if month.isdigit() else _MONTHS.index(month) + 1
    day = int(match["day"])
    if not (1 <= day <= 31 and 1 <= number <= 12):
        return None
    weekday = _weekday(match["weekday"], match["sunday"])
    weekday = weekday or _weekday(match["weekday2"], match["sunday2"])
    return Date(weekday, day, number, int(match["year"] or 0))


def read_date(text: str) -> Date | None:
    """Return a gold that is one date and says so: by "ngày", a weekday, "tháng" or a year."""
    plain = text.strip(" .")
    match = _DATE.fullmatch(plain)
    if match is None:
        return None
    said = match["word"] or match["worded"] or match["weekday"] or match["sunday"] or match["year"]
    return _read(match) if said else None


def find_dates(text: str) -> list[Date]:
    """Return the dates of a declared text in order."""
    return [date for m in _DATE.finditer(text) if (date := _read(m))]


def same_date(given: Date, wanted: Date) -> bool:
    """Return whether a date states all that the gold states, and nothing else of it differs."""
    return all(g == w for g, w in zip(given, wanted, strict=True) if w)
