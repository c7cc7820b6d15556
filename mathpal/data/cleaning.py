"""Clean scraped and typed text.

Knows markup, encodings and white space. Knows nothing of rows, answers or splits. Changes LaTeX
only where braces are doubled or where JSON escapes broke a command.
"""

import re
import unicodedata
from collections import Counter

from mathpal.data.markup import without_markup
from mathpal.data.verbatim import MARK, indents, put_back, set_aside

MOST_LAYERS = 32  # of nested markup; more are no typing

# "\times" and "\frac" written in JSON with one backslash arrive as TAB + "imes", FF + "rac". Only
# what no text holds otherwise is repaired.
_BROKEN_COMMAND = re.compile(
    r"\t(?=imes|ext[a-z]*\{|frac|an[\\({^]|riangle|heta|herefore)|\f(?=rac[\s{\d\\]|orall)|\r(?=ight)"
    r"|\x08(?=egin|ar[\s{\d\\]|ig|eta|inom|oxed|mod|ullet|ecause)|\x07(?=pprox|ngle|lpha)"
    r"|\x0b(?=ec[\s{\\]|arphi)"
)
_COMMAND_LETTER = dict(zip("\t\f\x08\r\x07\x0b", "tfbrav", strict=True))
_COMMAND = re.compile(r"\\[A-Za-z]+\s*|[\^_]")

_LINE_END = re.compile("\r\n|\r(?!ight)")
_OTHER_LINE_END = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = " \t\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_SPACE = re.compile(f"[{_BLANKS}]+")
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
# Joiners shape emoji and other scripts; beside Latin letters and digits they do nothing.
_FOREIGN = "[^\x00-\u036f\u1e00-\u206f]"
_REMOVED = re.compile(
    f"(?:(?!{MARK}|\x1f|(?<={_FOREIGN})[\u034f\u200c-\u200f]|[\u034f\u200c-\u200f]{_FOREIGN})"
    f"{INVISIBLE.pattern})+"
)
_DIVIDING = re.compile("[^\xad\u034f\u200c-\u200f\u202a-\u202e\u2060-\u206f]")
SURROGATE = re.compile("[\ud800-\udfff]")  # a byte that is not UTF-8, as it was read
# Eth looks like the Vietnamese letter; some keyboard drivers of the nineties typed it.
_VIETNAMESE = "a-zàáâãèéêìíòóôõùúýăĩũơư\u1ea0-\u1ef9"
_LOOKALIKE = re.compile(
    rf"(?<![^\W\d_])(?:[ÐƉ](?![^\W\d_]*[ðþæ])|(?<![/\[ˈˌ])ð(?=[{_VIETNAMESE}]{{1,7}}(?![^\W\d_])))"
)
_LETTERS = {"Ð": "Đ", "Ɖ": "Đ", "ð": "đ"}

_IMAGE = re.compile(
    r"!\[[^\[\]]*\]\((?:[^()]|\([^()]*\))*\)|<img\b[^<>]*>"
    r"|\\includegraphics(?:\[[^\[\]]*\])?\{[^{}]*\}",
    re.I,
)
_URL = re.compile(r"https?://\S+")
_NUMBER = re.compile(r"\d{1,3}(?:[ .]\d{3})+(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)*")
_LABEL = re.compile(r"^(?:bài(?:toán)?|câu(?:hỏi)?|vídụ)#[:)]*")
_IGNORED = re.compile(r"\\[,;! ]|[\s${}^.,;!?\"'“”]|(?<=\w\w):")
_OPERATORS = {"\\times": "x", "×": "x", "−": "-", "–": "-", "\\%": "%"}

# Letters that occur in real Unicode text only.
_PROPER = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
_DAMAGE = {
    "UTF-8 read as Latin-1, as in 'PhÃ¢n loáº¡i'": re.compile(
        r"Ã[\x80-\xbf]|á[»º]|Ä[‘ƒ\x80-\x9f]|Æ[°¡]|Â[\xa0-\xbf]"
    ),
    "TCVN3 (ABC) font text, as in 'Ph©n lo¹i'": re.compile(
        r"[A-Za-zÀ-ÿ][¡-ª¬®µ¶¸¹](?![\d^])|[a-z][«»][a-z]|[§®][¸-þ]|[a-z][À-ÖØ-Þ](?![A-ZÀ-Þ])"
    ),
    "VNI font text, as in 'Phaân loaïi'": re.compile(
        r"[aA][àáâãäåèéêëïõøùúûü]|[eE][àáâãäåïõøùûü]|[oO][âäåïøùûõ]|[uUyYôöiI][ïøûåä]|[ñÑöÖ]"
    ),
    "letters lost to question marks, as in 'Ph?n lo?i'": re.compile(r"[a-zà-ý]\?[a-zà-ý]"),
}


def clean(text: str, removed: Counter[str] | None = None) -> str:
    """Return the text in NFC, without markup, invisible characters and stray white space.

    | what | before | after |
    |---|---|---|
    | Unicode form | `o` + combining `̂` | `ô` |
    | Eth for Đ | `Ðáp số` (U+00D0) | `Đáp số` |
    | HTML entities | `5&nbsp;&lt;&nbsp;7` | `5 < 7` |
    | powers | `cm<sup>2</sup>`, `2<sup>10</sup>` | `cm²`, `2^{10}` |
    | indices | `S<sub>ABC </sub>= 5` | `S_{ABC} = 5` |
    | line tags | `a)<br>b)` | `a)`, new line, `b)` |
    | image tag | `<img src="h.png">` | `![](h.png)` |
    | struck text | `<del>5</del> 6` | `~~5~~ 6` |
    | other tags of HTML | `<strong>B</strong>` | `B` |
    | doubled braces of a command | `\\frac{{11}}{{12}}` | `\\frac{11}{12}` |
    | broken escapes | TAB + `imes` | `\\times` |
    | invisible characters | `12<U+200B>5` | `125` |
    | line ends | CR LF | LF |
    | spaces, blank lines | `a   b  `, three blank lines | `a b`, one blank line |

    Everything else stays: tags that HTML does not have (`<think>`), code in fences and backticks,
    the indentation of code and of nested lists, comparison signs (`a<b`), type parameters
    (`List<int>`), `{{name}}`, and the joiners of emoji and of other scripts. Cleaning a cleaned
    text changes nothing.

    Args:
        text: any text; lone surrogates pass through untouched.
        removed: kind to number of what was removed, counted up here; None counts nothing.

    Example:
        >>> clean("S = 2 x 3 = 6 (cm<sup>2</sup>)&nbsp; ")
        'S = 2 x 3 = 6 (cm²)'
    """
    counts: Counter[str] = Counter()
    # Each round removes one layer of nested markup ("&amp;lt;").
    for _ in range(MOST_LAYERS):
        if (cleaned := _clean_once(text, counts)) == text:
            break
        text = cleaned
    if removed is not None:
        removed.update(+counts)
    return text


def _clean_once(text: str, removed: Counter[str]) -> str:
    text = unicodedata.normalize("NFC", _LINE_END.sub("\n", text))
    removed["invisible characters"] += text.count(MARK)
    text, code = set_aside(text.replace(MARK, ""))
    text = _commands(text, removed)
    text = _without_invisible(_OTHER_LINE_END.sub("\n", text), removed)
    text = without_markup(text, removed)
    text, letters = _LOOKALIKE.subn(lambda found: _LETTERS[found[0]], text)
    removed["letters Ð for Đ"] += letters
    text = _single_braces(text, removed)
    text = re.sub(r"\n{3,}", "\n\n", _spaced(text))
    return put_back(text, code).strip("\n")


def _commands(text: str, removed: Counter[str]) -> str:
    """Repair the LaTeX commands that JSON escapes broke."""
    text, count = _BROKEN_COMMAND.subn(lambda found: "\\" + _COMMAND_LETTER[found[0]], text)
    removed["broken LaTeX commands"] += count
    return text


def _without_invisible(text: str, removed: Counter[str]) -> str:
    """Remove invisible characters. Of those that divide words, a space stays."""

    def replace(found: re.Match[str]) -> str:
        removed["invisible characters"] += len(found[0])
        around = text[found.start() - 1 : found.start()] + text[found.end() : found.end() + 1]
        return " " if len(around) == 2 and around.isalpha() and _DIVIDING.search(found[0]) else ""

    return _REMOVED.sub(replace, text)


def _spaced(text: str) -> str:
    """Unify the white space within lines; code and lists keep their indentation."""
    lines = text.split("\n")
    spaced = []
    for line, indent in zip(lines, indents(lines), strict=True):
        bare = _SPACE.sub(" ", line).strip(" ")
        begin = line[: len(line) - len(line.lstrip(" \t"))]
        spaced.append(begin[len(begin) - indent :] + bare)
    return "\n".join(spaced)


def _single_braces(text: str, removed: Counter[str]) -> str:
    """`\\frac{{11}}` to `\\frac{11}`; `{{11}}` without a command, `{{a}{b}}` and `\\{` stay."""
    if "{{" not in text:
        return text
    partner: dict[int, int] = {}
    open_braces: list[int] = []
    argument: set[int] = set()  # opening braces of arguments
    ends = {found.end() for found in _COMMAND.finditer(text)}  # where an argument may follow
    position = 0
    while position < len(text):
        if text[position] == "{":
            open_braces.append(position)
            if position in ends:
                argument.add(position)
        elif text[position] == "}":
            begin = open_braces.pop() if open_braces else -1
            partner[begin] = position
            if begin in argument or (begin < 0 and position in ends):
                ends.add(position + 1)
        position += 2 if text[position] == "\\" else 1
    spare: set[int] = set()
    for start in sorted(partner):
        inside = start in argument or start - 1 in spare
        if inside and partner.get(start + 1) == partner[start] - 1:
            spare |= {start, partner[start]}
    removed["doubled braces"] += len(spare) // 2
    return "".join(sign for index, sign in enumerate(text) if index not in spare)


def damage(text: str) -> str | None:
    """Name the encoding damage of a text; None for sound text.

    Text of a legacy font has letter pairs that Vietnamese lacks. A single pair also occurs in
    sound Vietnamese ("…10 cmÁp dụng…"). So damage needs at least two pairs, or one pair and no
    sound letter, and more than a third as many pairs as sound letters.

    Args:
        text: the text before cleaning, since cleaning removes some of the evidence.

    Example:
        >>> damage("Ph©n lo¹i")
        "TCVN3 (ABC) font text, as in 'Ph©n lo¹i'"
        >>> damage("Diện tích 5 m² và 3 cm³") is None
        True
    """
    if "\ufffd" in text:
        return "replacement characters (U+FFFD): the letters are lost"
    bare = _URL.sub(" ", unicodedata.normalize("NFC", text))
    sound = len(_PROPER.findall(bare))
    for name, pattern in _DAMAGE.items():
        hits = len(pattern.findall(bare))
        if hits * 3 > sound and (hits >= 2 or (hits and not sound)):
            return name
    return None


def has_image(text: str) -> bool:
    """Whether the text shows an image (Markdown, HTML or LaTeX)."""
    return _IMAGE.search(text) is not None


def only_image(text: str) -> bool:
    """Whether the text holds only images, labels ("Bài 9.") and punctuation."""
    rest = masked(_IMAGE.sub(" ", text))
    return has_image(text) and not any(sign.isalnum() or sign == "#" for sign in rest)


def masked(question: str) -> str:
    """Return a key that is equal for questions that differ only in numbers, label and typing.

    Every number becomes `#`. Case, spaces, punctuation, LaTeX signs and the label are removed.
    Operators stay: `3 + 4` and `3 - 4` are different problems.

    Args:
        question: a cleaned question.

    Example:
        >>> masked("Bài 3. Tính: $1,5 + 25 000$")
        'tính#+#'
        >>> masked("tính 7 + 4 ?")
        'tính#+#'
    """
    text = _NUMBER.sub("#", unicodedata.normalize("NFKC", question).casefold())
    for written, sign in _OPERATORS.items():
        text = text.replace(written, sign)
    return _LABEL.sub("", _IGNORED.sub("", text))
