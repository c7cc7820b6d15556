"""Read the lines of a text file, whatever program saved it. Knows encodings, no formats."""

import re
from pathlib import Path

from mathpal.errors import DataError

SAMPLE = 65_536  # bytes that tell the encoding
BYTE_ORDER_MARK = "\ufeff"
_MARKS = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16",
          b"\xfe\xff": "utf-16"}  # fmt: skip
# Windows-1258 writes tones as bytes of their own after the vowel, and đ, ơ, ư, ă as one byte.
_WINDOWS_1258 = re.compile(rb"[aeiouyAEIOUY\xc2\xc3\xca\xd4\xd5\xdd\xe2\xe3\xea\xf4\xf5\xfd]"
                           rb"[\xcc\xd2\xde\xec\xf2]")  # fmt: skip


def lines_of(path: Path, *, newline: str) -> list[str]:
    """Read the lines of a text file: UTF-8, or UTF-16 with or without a byte order mark.

    Bytes that are not UTF-8 become lone surrogates, so that only their row is malformed. Byte
    order marks at the start of lines, which files put together have, are left out.

    Raises:
        DataError: the whole file is in an older encoding; the message names it.
    """
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE)
    wide = next((name for mark, name in _MARKS.items() if sample.startswith(mark)), None)
    wide = wide or _unmarked(sample)
    encoding, errors = (wide, "replace") if wide else ("utf-8-sig", "surrogateescape")
    with path.open(encoding=encoding, errors=errors, newline=newline) as stream:
        lines = [line.removeprefix(BYTE_ORDER_MARK) for line in stream]
    if wide is None:
        _require_unicode(path, lines)
    return lines


def _unmarked(sample: bytes) -> str | None:
    """The byte order of UTF-16 without a mark; None for other text, which has no zero bytes."""
    half = len(sample) // 2
    low, high = (sample[place::2].count(0) for place in (0, 1))
    if high > half / 5 and low * 20 < high:
        return "utf-16-le"
    return "utf-16-be" if low > half / 5 and high * 20 < low else None


def _require_unicode(path: Path, lines: list[str]) -> None:
    """Require UTF-8 in some line at least, where there are letters beyond ASCII."""
    marked = [line for line in lines if not line.isascii()]
    if not marked:
        return
    broken = [line for line in marked if any("\ud800" <= sign <= "\udfff" for sign in line)]
    if len(broken) < max(2, len(marked)):
        return
    raw = b"\n".join(line.encode("utf-8", "surrogateescape") for line in broken[:1000])
    name = "Windows-1258" if _WINDOWS_1258.search(raw) else "an encoding older than Unicode"
    raise DataError(
        f'data.path={path} is not UTF-8 but {name}, as Excel\'s plain "CSV" is. fix: in Excel, '
        'save it as "CSV UTF-8 (Comma delimited)"; or convert it with an editor to UTF-8'
    )
