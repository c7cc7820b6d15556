"""Check that the wanted columns exist, and suggest the columns that were likely meant.

Knows nothing of where rows come from.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from mathpal.errors import DataError

# Likely names, compared without case, diacritics and spaces.
LIKELY = {
    "question": "question problem prompt instruction input query de_bai cau_hoi bai_toan de_toan "
    "noi_dung_cau_hoi noi_dung",
    "solution": "solution response output completion loi_giai bai_giai huong_dan_giai cach_giai "
    "giai_thich giai tra_loi answer dap_an",
    "answer": "answer final_answer gold dap_so dap_an ket_qua dap_an_dung dap_an_cuoi",
    "messages": "messages conversations conversation dialogue turns",
    "text": "text content body van_ban noi_dung",
    "prompt": "prompt question instruction input cau_hoi de_bai",
    "chosen": "chosen preferred better",
    "rejected": "rejected dispreferred worse",
}
_HEADERS = frozenset(word for words in LIKELY.values() for word in words.split())
_MARKS = re.compile("[\u0300-\u036f]")


def alike(found: Iterable[str], wanted: Iterable[str]) -> dict[str, str]:
    """Map the names that differ from a wanted one only in their form of Unicode to that one."""
    found = list(found)
    nfc = {unicodedata.normalize("NFC", n).strip(): n for n in wanted if n not in found}
    return {
        name: want
        for name in found
        if (want := nfc.get(unicodedata.normalize("NFC", str(name)).strip())) not in (None, name)
    }


def is_header(cells: Iterable[str]) -> bool:
    """Whether the texts of a row are all usual names of columns: two exports were put together."""
    names = {plain_name(cell) if len(cell) < 40 else "" for cell in cells}
    return len(names) > 1 and names <= _HEADERS


def plain_name(name: str) -> str:
    """Return a column's name in lower case, without diacritics and with `_` for spaces."""
    bare = _MARKS.sub("", unicodedata.normalize("NFD", name.casefold())).replace("đ", "d")
    return "_".join(re.sub(r"[^\w\s]", " ", bare).split())


def require_columns(where: str, columns: Mapping[str, str], found: list[str]) -> None:
    """Require that every column exists.

    Args:
        where: the setting that named the rows.
        columns: keyword to column name.
        found: the existing columns.

    Raises:
        DataError: a column is missing; the message suggests overrides with likely columns.
    """
    missing = {keyword: name for keyword, name in columns.items() if name not in found}
    if not missing:
        return
    asked = [*missing, *_answers(columns, found)]
    advice = " ".join(_override(keyword, found) for keyword in asked)
    if "messages" not in columns and {"messages", "conversations"} & set(found):
        advice += " (a file of conversations is read with data=messages)"
    raise DataError(
        f"{where} has no column {', '.join(map(repr, missing.values()))}; "
        f"it has {', '.join(map(repr, found[:20])) or 'none'}. Write {advice}"
    )


def _answers(columns: Mapping[str, str], found: list[str]) -> list[str]:
    """ "answer", where a column of answers stands beside one of solutions."""
    if "answer" in columns or "solution" not in columns:
        return []
    answer = _likely("answer", found)
    return ["answer"] if answer not in (None, _likely("solution", found)) else []


def _likely(keyword: str, found: list[str]) -> str | None:
    words = [word.replace("_", "") for word in LIKELY[keyword].split()]
    plain = {plain_name(name).replace("_", ""): name for name in reversed(found)}
    whole = next((plain[word] for word in words if word in plain), None)
    if whole is not None:
        return whole
    # "Lời giải chi tiết" for "loi_giai". The first one, as in the file, is the likeliest.
    begun = {plain_name(name): name for name in reversed(found)}
    return next(
        (begun[n] for w in LIKELY[keyword].split() for n in begun if n.startswith(f"{w}_")), None
    )


def _override(keyword: str, found: list[str]) -> str:
    setting = "column" if keyword == "text" else keyword
    name = _likely(keyword, found) or "COLUMN"
    plain = name.isascii() and name.isidentifier()
    return f"data.{setting}={name}" if plain else f"'data.{setting}=\"{name}\"'"
