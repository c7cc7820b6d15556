"""HTML in a text: which signs are tags, and what stands in their place.

Knows the names of HTML's elements. Knows nothing of white space and of code.
"""

import html
import re
from collections import Counter
from html.entities import html5

from mathpal.data.syllables import is_syllable

_FLAG = (
    r"nowrap|checked|disabled|selected|hidden|readonly|required|noshade|controls|allowfullscreen"
)
_VALUE = r"\s*=\s*(?:\"[^\"\x00]*\"|'[^'\x00]*'|[^\s\"'<>\x00]+)"
_TAG = re.compile(
    rf"<(/?)([A-Za-z][A-Za-z0-9_:]*)((?:\s+(?:[\w:-]+{_VALUE}|(?:{_FLAG})(?=[\s/>])))*)\s*/?>", re.I
)
_COMMENT = re.compile(r"<!--(?:[^<\x00-]|<(?!!--)|-(?!->))*-->")
_SCRIPT = re.compile(r"<(sup|sub)>([^<]*)</\1>", re.I)
_SCRIPT_END = re.compile(r"</su[bp]>", re.I)
_SIGNS = {"1": "¹", "2": "²", "3": "³", "o": "°"}
_SOURCE = re.compile(r"\bsrc\s*=\s*[\"']?([^\s\"'<>]+)")
_ESCAPED = r"(?:amp|AMP|#0{0,5}38|#[xX]0{0,4}26);"
_ENTITY = re.compile(
    rf"&(?:(?:{_ESCAPED})*(#\d{{1,7}}|#[xX][0-9A-Fa-f]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});"
    rf"|(?:{_ESCAPED})+)"
)

# A page shows the text before and after these on different lines.
_LINES = frozenset(
    "br hr p div li ul ol dl dd dt tr table tbody thead tfoot caption h1 h2 h3 h4 h5 h6 blockquote "
    "pre center section article header footer main nav aside figure figcaption details summary "
    "fieldset legend form address option optgroup select body html head".split()
)
_GAPS = frozenset("td th button rt rp".split())
_INLINE = frozenset(
    "a b i u q em strong span font small big mark ins tt code kbd samp cite abbr acronym dfn nobr "
    "wbr bdi bdo ruby rb label img sup sub del s strike iframe video audio embed o:p".split()
)
_EMPTY = frozenset(["br", "hr", "img", "wbr"])
_STRUCK = frozenset(["del", "s", "strike"])
# Names that structured texts and programs use too: tags only with attributes.
_RARE = frozenset(
    "output data input object map time title template slot menu dialog link base meta area param "
    "source track progress meter search var picture col colgroup noscript".split()
)
_RUNS = frozenset(["span", "font"])  # word processors divide a word over several of these
_CLOSED, _OPENED = "\x01", "\x02"
_ADJACENT = re.compile(f"([^\\W_]{{1,9}}){_CLOSED}+{_OPENED}+(?=([^\\W_]{{1,9}}))")
_LETTER = r"[^\W\d_]"
# The edge of an element between letters: "<b>Bài 1</b>Tính", but not "T<b>oán</b>".
_EDGE = re.compile(f"(?<=([^\\W_]))[{_CLOSED}{_OPENED}]+(?=({_LETTER})({_LETTER}))")
DEEPEST = 8  # levels of indices of indices; more are no typing


def without_markup(text: str, removed: Counter[str]) -> str:
    """Return the text without HTML's tags, comments and entities.

    Unknown tags (`<think>`), comparison signs (`a<b`) and type parameters (`List<Button>`) stay.

    Args:
        text: without control characters, except for the mark of code (`verbatim.MARK`).
        removed: kind to number of what was removed, counted up here.
    """
    if "<" in text:
        text, comments = _COMMENT.subn("", text)
        removed["HTML comments"] += comments
        text = _scripts(_without_tags(text, removed))
    if "&" in text:
        text = _ENTITY.sub(lambda found: _entity(found, removed), text)
    return text


def _without_tags(text: str, removed: Counter[str]) -> str:
    tags = list(_TAG.finditer(text))
    opened = {found[2].lower() for found in tags if not found[1]}
    closed = {found[2].lower() for found in tags if found[1]}
    attributed = {found[2].lower() for found in tags if found[3]}
    # Llama's signs of a text's beginning and end.
    framed = "[INST]" in text or (text.lstrip()[:3] == "<s>" and text.rstrip()[-4:] == "</s>")

    def certain(found: re.Match[str], name: str) -> bool:
        """Whether it is a tag beyond doubt."""
        slash, attributes = found[1], found[3]
        if name in _RARE:
            return name in attributed and (bool(slash) or bool(attributes))
        if name in _STRUCK:
            return name in opened and name in closed and not (framed and name == "s")
        if slash or attributes or name in closed:
            return True
        # "a <b> c" compares letters; "List<Button>" is a type.
        before = text[found.start() - 1 : found.start()]
        named = name in _INLINE or not (found[2].islower() or found[2].isupper())
        typed = named and name not in _EMPTY and before.isalnum()
        return len(name) > 1 and name not in ("sup", "sub") and not typed

    def replace(found: re.Match[str]) -> str:
        slash, name, attributes = found[1], found[2].lower(), found[3]
        if not (name in _LINES | _GAPS | _INLINE | _RARE and certain(found, name)):
            return found[0]
        if name in ("sup", "sub"):  # counted where they are replaced
            return f"<{slash}{name}>"
        removed["HTML tags"] += 1
        if name == "img":
            source = _SOURCE.search(attributes)
            return f"![]({source[1]})" if source else ""
        if name in _STRUCK:
            return "~~"
        if name in _LINES:
            return "\n"
        if name in _GAPS:
            return " "
        return "" if name in _RUNS else _CLOSED if slash else _OPENED

    text = _EDGE.sub(_edge, _ADJACENT.sub(_apart, _TAG.sub(replace, text)))
    return text.replace(_CLOSED, "").replace(_OPENED, "")


def _apart(found: re.Match[str]) -> str:
    """The text before two adjacent elements, with a space where they hold two words.

    "<b>đ</b><i>úng</i>" is one word in two elements.
    """
    before, after = found[1], found[2]
    if before.isalpha() and after.isalpha():
        one = before + after
        return before if one.isupper() or is_syllable(one.lower()) else f"{before} "
    variable = any(side.isalpha() and len(side) == 1 for side in (before, after))
    return before if variable else f"{before} "


def _edge(found: re.Match[str]) -> str:
    """A space where a capitalised word begins right after another word or a number."""
    before, first, second = found.groups()
    return " " if not before.isupper() and first.isupper() and second.islower() else ""


def _scripts(text: str) -> str:
    def replace(found: re.Match[str]) -> str:
        inner = _ENTITY.sub(lambda entity: _entity(entity, Counter()), found[2])
        body, tail = inner.strip(), " " if inner[-1:].isspace() else ""
        if not body:
            return tail
        if found[1].lower() == "sup" and body in _SIGNS:
            return _SIGNS[body] + tail
        mark = "^" if found[1].lower() == "sup" else "_"
        return mark + (body if len(body) == 1 else f"{{{body}}}") + tail

    for _ in range(DEEPEST):  # the innermost first
        text, count = _SCRIPT.subn(replace, text)
        if not count:
            break
    return _SCRIPT_END.sub("", text)


def _entity(found: re.Match[str], removed: Counter[str]) -> str:
    name = found[1]
    if name is not None and name[0] != "#" and f"{name};" not in html5:
        # html.unescape alone would turn "&notation;" into "¬ation;".
        return f"&{name};"
    removed["HTML entities"] += 1
    return "&" if name is None else html.unescape(f"&{name};")
