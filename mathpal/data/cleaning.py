"""Clean scraped and typed text.

Knows markup, encodings and white space. Knows nothing of rows, answers or splits. Changes LaTeX
only where braces are doubled or where JSON escapes broke a command.
"""

import html
import re
import unicodedata
from html.entities import html5

# "\times" and "\frac" written in JSON with one backslash arrive as TAB + "imes", FF + "rac".
_BROKEN_COMMAND = re.compile(
    r"\t(?=imes|ext|frac|an\b|riangle)|\f(?=rac)|\x08(?=egin|ar\b|ig)|\r(?=ight)|\x07(?=pprox|ngle)"
)
_COMMAND_LETTER = {"\t": "t", "\f": "f", "\x08": "b", "\r": "r", "\x07": "a"}

_ATTRIBUTE = r"\s+[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+)"
_TAG = re.compile(rf"<(/?)([A-Za-z][A-Za-z0-9_:]*)((?:{_ATTRIBUTE})*)\s*/?>")
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_LINE_TAGS = frozenset(
    "br hr p div li ul ol dl dd dt tr table tbody thead h1 h2 h3 h4 h5 h6".split()
)
_SHORT_TAGS = frozenset("em tt td th".split())
_SCRIPT = re.compile(r"<(sup|sub)>([^<]*)</\1>", re.I)
_SCRIPT_TAG = re.compile(r"</?su[bp]>", re.I)
_SIGNS = {"1": "¹", "2": "²", "3": "³", "o": "°"}
_SOURCE = re.compile(r"\bsrc\s*=\s*[\"']?([^\s\"'<>]+)")

_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACE = re.compile("[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
SURROGATE = re.compile("[\ud800-\udfff]")  # a byte that is not UTF-8, as it was read
# Eth looks like the Vietnamese letter; some keyboard drivers of the nineties typed it.
_LOOKALIKES = str.maketrans({"Ð": "Đ", "ð": "đ", "Ɖ": "Đ"})

_IMAGE = re.compile(
    r"!\[[^\]]*\]\([^)]*\)|<img\b[^>]*>|\\includegraphics(?:\[[^\]]*\])?\{[^}]*\}", re.I
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


def clean(text: str) -> str:
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
    | other tags | `<strong>B</strong>` | `B` |
    | doubled braces | `\\frac{{11}}{{12}}` | `\\frac{11}{12}` |
    | broken escapes | TAB + `imes` | `\\times` |
    | invisible characters | `12<U+200B>5` | `125` |
    | line ends | CR LF | LF |
    | spaces, blank lines | `a   b  `, three blank lines | `a b`, one blank line |

    Comparison signs are not tags: `a<b`, `x <y và y> z` stay. Cleaning a cleaned text changes
    nothing.

    Args:
        text: any text; lone surrogates pass through untouched.

    Example:
        >>> clean("S = 2 x 3 = 6 (cm<sup>2</sup>)&nbsp; ")
        'S = 2 x 3 = 6 (cm²)'
    """
    # Each round removes one layer of doubly escaped markup ("&amp;lt;") and shortens the text.
    while (cleaned := _clean_once(text)) != text:
        text = cleaned
    return text


def _clean_once(text: str) -> str:
    text = _BROKEN_COMMAND.sub(lambda found: "\\" + _COMMAND_LETTER[found[0]], text)
    text = _scripts(_without_tags(text))
    text = _ENTITY.sub(_entity, text)
    text = _LINE_END.sub("\n", text)
    text = INVISIBLE.sub("", text).translate(_LOOKALIKES)
    text = unicodedata.normalize("NFC", _single_braces(text))
    lines = "\n".join(_SPACE.sub(" ", line).strip(" ") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text

    def replace(found: re.Match[str]) -> str:
        slash, name, attributes = found[1], found[2].lower(), found[3]
        if name in ("sup", "sub"):
            return f"<{slash}{name}>"
        if name == "img":
            source = _SOURCE.search(attributes)
            return f"![]({source[1]})" if source else ""
        # "a <b> c" compares letters; it is a tag only if it has a partner or attributes.
        if len(name) == 1 and not (slash or attributes or f"</{name}>" in lowered):
            return found[0]
        if name in _LINE_TAGS:
            return "\n"
        if name in _SHORT_TAGS:
            return " " if name[0] == "t" else ""
        # "AB <CD> EF" compares segments: an unknown name must look like a tag's.
        return "" if len(name) == 1 or (len(name) > 2 and not found[2].isupper()) else found[0]

    text = _COMMENT.sub("", text)
    lowered = text.lower()
    return _TAG.sub(replace, text)


def _scripts(text: str) -> str:
    def replace(found: re.Match[str]) -> str:
        inner = _ENTITY.sub(_entity, found[2])
        body, tail = inner.strip(), " " if inner[-1:].isspace() else ""
        if not body:
            return tail
        if found[1].lower() == "sup" and body in _SIGNS:
            return _SIGNS[body] + tail
        mark = "^" if found[1].lower() == "sup" else "_"
        return mark + (body if len(body) == 1 else f"{{{body}}}") + tail

    return _SCRIPT_TAG.sub("", _SCRIPT.sub(replace, text))


def _entity(found: re.Match[str]) -> str:
    name = found[1]
    # html.unescape alone would turn "&notation;" into "¬ation;".
    return html.unescape(found[0]) if name[0] == "#" or f"{name};" in html5 else found[0]


def _single_braces(text: str) -> str:
    """`{{11}}` to `{11}`; `{{a}{b}}` and the escaped `\\{` stay."""
    if "{{" not in text:
        return text
    partner: dict[int, int] = {}
    open_braces: list[int] = []
    position = 0
    while position < len(text):
        if text[position] == "{":
            open_braces.append(position)
        elif text[position] == "}" and open_braces:
            partner[open_braces.pop()] = position
        position += 2 if text[position] == "\\" else 1
    spare = {
        brace
        for start, end in partner.items()
        if partner.get(start + 1) == end - 1
        for brace in (start, end)
    }
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
