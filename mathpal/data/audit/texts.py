"""Check a row's texts: encoding, typing, images, truncation, language."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from mathpal.answers import declared_answer
from mathpal.data.audit.entries import Entry
from mathpal.data.audit.findings import Finding
from mathpal.data.audit.language import is_maths, language
from mathpal.data.cleaning import INVISIBLE, SURROGATE, clean, damage, has_image

_DAMAGE = {
    "replacement": "replacement",
    "UTF-8": "mojibake",
    "TCVN3": "tcvn3",
    "VNI": "vni",
    "letters": "question_marks",
}
# A closing bracket without an opening one is an enumeration: "a)", "1)".
_OPEN_END = re.compile(r"[,:;=+×÷(\[{/]$|(?<=[\s\d])[-–−]$|\\times$|\\frac$")
_OPEN_WORD = re.compile(
    r"(?<!\w)(?:là|và|của|bằng|thì|nên|vì|với|các|những|một|có|được|hay|hoặc|từ|trong|cho|"
    r"ta có|the|of|and|is|are)$",
    re.I,
)
_NO_SOLUTION = re.compile(
    r"(?:không|chưa) có (?:lời giải|đáp án|hướng dẫn)|no solution (?:is )?available", re.I
)
_ONLY_LETTER = re.compile(
    r"[\s*.:]*(?:(?:hướng dẫn(?: giải)?|lời giải|cách giải|bài giải)[\s*.:]*)?"
    r"(?:chọn|đáp án(?: đúng)?(?: là)?)[\s*.:]*[A-D][\s*.]*",
    re.I,
)
_LEFT, _RIGHT = re.compile(r"\\left(?![a-z])"), re.compile(r"\\right(?![a-z])")  # no arrows
# Words at which a sentence cannot end, but an answer can.
_WHOLE_ANSWER = re.compile(r"(?:đáp (?:số|án)|trả lời|kết quả)\s*:\s*(?:có|được|một|bằng)$", re.I)
_SENTENCE_END = re.compile(r"[^\W\d_][.!?…][\"'”)*]*$")
LIMIT_LEAST = 3  # texts that must share the greatest length for it to count as a limit


def text_findings(entry: Entry) -> Iterator[Finding]:
    """Yield the findings on a readable row's texts, except on its answer."""
    raw = f"{entry.raw_question}\n{entry.raw_solution}"
    whole = f"{entry.question}\n{entry.solution}"
    yield from encoding_findings(entry.raw_question, entry.raw_solution)
    if ("<" in raw or "&" in raw) and (kinds := _markup(raw)):
        yield Finding("markup", ", ".join(kinds))
    if has_image(whole):
        place = "question" if has_image(entry.question) else "solution"
        yield Finding("image", f"image in the {place}")
    if reason := unclosed(entry.question):
        yield Finding("truncated_question", reason)
    if _NO_SOLUTION.search(entry.solution):
        yield Finding("no_solution", "the text says that there is no solution")
    elif _ONLY_LETTER.fullmatch(entry.solution):
        yield Finding("no_solution", "an option letter without any working")
    elif reason := cut_off(entry.solution):
        yield Finding("truncated_solution", reason)
    judged = language(whole)
    if judged.verdict in ("other", "unmarked"):
        code = "not_vietnamese" if judged.verdict == "other" else "unmarked"
        share = f"{100 * judged.valid:.0f} % possible syllables, {100 * judged.marked:.0f} % marked"
        yield Finding(code, f"{judged.words} words, {share}")
    if not is_maths(entry.question, entry.solution):
        yield Finding("not_maths", "no calculation, quantity or concept of mathematics")


def _markup(raw: str) -> list[str]:
    """The kinds of markup that cleaning takes out of a text, each with its number."""
    removed: Counter[str] = Counter()
    clean(raw, removed)
    return [f"{count} {kind}" for kind, count in removed.items() if kind.startswith("HTML")]


def encoding_findings(*texts: str) -> Iterator[Finding]:
    """Yield damaged encoding and traces of typing in a row's texts before cleaning.

    Each text is checked for damage by itself, as in the sources.
    """
    raw = "\n".join(texts)
    if SURROGATE.search(raw):
        yield Finding("bad_utf8", "bytes that are not UTF-8")
    for kind in dict.fromkeys(filter(None, map(damage, texts))):
        yield Finding(next(c for opening, c in _DAMAGE.items() if kind.startswith(opening)), kind)
    if not unicodedata.is_normalized("NFC", raw):
        yield Finding("nfd", "letters and marks in several characters")
    if hidden := set(INVISIBLE.findall(raw)):
        names = ", ".join(f"U+{ord(sign):04X}" for sign in sorted(hidden))
        yield Finding("invisible", names)


def unclosed(text: str) -> str:
    """Describe the formula that the text leaves open; "" without one.

    Example:
        >>> unclosed("Tính $3 + 4")
        'an odd number of $ signs'
    """
    plain = text.replace("\\\\", " ").replace("\\$", " ")
    if plain.count("$") % 2:
        return "an odd number of $ signs"
    plain = plain.replace("\\{", " ").replace("\\}", " ")
    if plain.count("{") != plain.count("}"):
        return f"{plain.count('{')} opening and {plain.count('}')} closing braces"
    if (begun := plain.count("\\begin{")) != (ended := plain.count("\\end{")):
        return f"{begun} \\begin and {ended} \\end"
    if len(_LEFT.findall(plain)) > len(_RIGHT.findall(plain)):
        return "a \\left without its \\right"
    if plain.count("\\(") != plain.count("\\)") or plain.count("\\[") != plain.count("\\]"):
        return "an unclosed LaTeX formula"
    return ""


def cut_off(solution: str) -> str:
    """Describe why a solution seems to end too early; "" if it does not.

    Example:
        >>> cut_off("Thể tích của bể nước là:")
        "it ends with ':'"
    """
    text = solution.rstrip().rstrip("$*").rstrip()
    open_word = _OPEN_WORD.search(text)
    if open_word and _WHOLE_ANSWER.fullmatch(text.rpartition("\n")[2].strip(" *")):
        open_word = None
    if found := _OPEN_END.search(text) or open_word:
        return f"it ends with {found[0]!r}"
    return unclosed(solution)


def limit_findings(entries: Sequence[Entry]) -> dict[int, Finding]:
    """Find rows whose solution has exactly the greatest length, if several rows share it.

    Long texts are rare, so several texts of exactly the greatest length point to a cut. Texts that
    are finished are none, and neither are generated problems (those with parameters): one layout
    gives many texts of one length.
    """
    lengths = [
        0 if entry.problem and entry.problem.parameters else len(entry.raw_solution)
        for entry in entries
    ]
    counts = Counter(length for length in lengths if length)
    if not counts:
        return {}
    longest = max(counts)
    cut = [
        index
        for index, length in enumerate(lengths)
        if length == longest and not _finished(entries[index].solution)
    ]
    if len(cut) < LIMIT_LEAST or len(counts) < 2 * LIMIT_LEAST:
        return {}
    finding = Finding("at_limit", f"{counts[longest]} solutions have exactly {longest} characters")
    return dict.fromkeys(cut, finding)


def _finished(solution: str) -> bool:
    """Whether a text ends with a whole declaration of an answer, or with a whole sentence."""
    last = solution.rstrip().rpartition("\n")[2]
    return _SENTENCE_END.search(last) is not None or (
        not cut_off(last) and declared_answer(last) is not None
    )
