"""Turns a worked solution, as books and chat models lay it out, into plain lines of arithmetic.

Knows Markdown, LaTeX, tables, arrows, emoji and the words of the four operations; reads no number
and no equation. Every pattern is linear: a run of any character is read once.
"""

import re

from mathpal.answers.notation import normalise

GLUED = "\u2a2f"  # replaces an x between digits without spaces: a product, or an unknown digit

# LaTeX. "\\frac" with a doubled backslash comes from JSON; another "\\" ends a line.
_DOUBLED = re.compile(
    r"(?<!\\)\\\\(?=(?:[dtc]?frac|times|cdot|div|sqrt|text|textbf|mathrm|mathbf|boxed|left|right"
    r"|approx|leq?|geq?|neq?|overline|begin|end|quad|qquad|circ|[lc]?dots|implies|iff"
    r"|(?:[Rr]ight|[Ll]eft|[Ll]eftright|Longright)arrow)(?![a-zA-Z])|[%$,;])"
)
_ENVIRONMENT = re.compile(r"\\(?:begin|end) ?\{[a-z]{1,12}\*?\}(?:\{[lcr| ]{1,12}\})?|\\hline")
_BOX = re.compile(r"\\boxed(?![a-zA-Z])")
_FRACTION = re.compile(r"\\[dtc]?frac ?\{([^{}]*)\} ?\{([^{}]*)\}")
_DOUBLE = re.compile(r"\{ ?\{([^{}]*)\} ?\}")
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,9}(?: [^<>]{0,300})?/?>", re.I)
_FORMULA_END = re.compile(r"\$[.;] ")  # "$2^5 = 32$. $3^5 = 243$" are two sentences
_ARROW = re.compile(
    r"(?<![-=])<?[-=]{1,4}>|[⇒⇔→⟹⟺↔⟶➔➜➝➞➡⮕]"
    r"|\\(?:Right|Left|Leftright|right|Longright)arrow|\\implies|\\iff|\\\\"
)
_DOTS = re.compile(r"\\[lc]?dots|\.{2,}|…|⋯")
_POWER_STARS = re.compile(r"(?<=[0-9)])\*\*(?=[0-9])")
_AT_MOST, _AT_LEAST = re.compile(r"(?<![<=])<=(?![=>])"), re.compile(r"(?<![-=>])>=(?![=>])")
_DOUBLE_EQUALS = re.compile(r"(?<![=!<>])==(?!=)")

# Markdown and ornaments.
_PICTURES = "\u2600-\u27bf\U0001f300-\U0001faff"
_QUOTED = re.compile(r"^ *> ?(?=[^\n=]{1,300}=)", re.M)
_BULLET = re.compile(
    rf"^ *(?:(?:[•●◦▪‣\u2043∙·*]|#{{1,6}}) +|(?![❌✗✘✖🚫])[{_PICTURES}] *|[0-9]\u20e3 *)"
    r"(?=[^\s=+×:/<>≈-]|-[0-9])",
    re.M,
)
_EMPHASIS = re.compile(
    r"(?<![\w*)])(?:(?<![0-9)] )\*|\*(?= ?=))(?=[^\s*])([^*\n]{1,200})(?<=[^\s*])\*(?![\w*])"
)
_UNDERLINE = re.compile(r"(?<![\w})\]])__?(?=[^\s_{])([^_\n]{1,200})(?<=[^\s_])__?(?![\w{])")
_ROW = re.compile(r"^ *\|[^\n]*\| *$", re.M)
_NO_CELLS = re.compile(r"\| ?[=+×:<>≈]|[=+×:<>≈-] ?\|")  # "|-5| + |3|" has absolute values
_VARIANTS = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_WRONG_MARK = re.compile(r"(?<=[\w)%²³]) ?[❌✗✘✖🚫]")
_SIGNS = r"[-+×:/=<>≈]"
_PRAISE = re.compile(
    rf"(?<!{_SIGNS})(?<!{_SIGNS} )[✅✓✔☑⭐🌟✨💯👍👌👏🙌👈👆🎉🎊🏆🎯💡🔥💪🥳🤩🤗"
    rf"\U0001f600-\U0001f64f](?! ?{_SIGNS})"
)
_PICTURE = re.compile(rf"(?<=(?:[^\W\d]|[).,!]) )[{_PICTURES}](?! ?{_SIGNS})")

# Arithmetic in words and in the sloppy signs of typists.
_WORDS = {
    "nhân": "×", "nhân với": "×", "nhân cho": "×",
    "chia": ":", "chia cho": ":", "chia đều cho": ":",
    "cộng": "+", "cộng với": "+", "cộng thêm": "+", "trừ": "-", "trừ đi": "-", "trừ cho": "-",
    "times": "×", "multiplied by": "×", "divided by": ":", "plus": "+", "minus": "-",
}  # fmt: skip
_SPOKEN = re.compile(
    r"(?P<before>[0-9)%²³](?: [^\W\d_]{1,10}){0,2}?) (?P<word>"
    + "|".join(sorted(_WORDS, key=len, reverse=True))
    + r") (?=[0-9(])",
    re.I,
)
_SHARE_OF = re.compile(
    r"(?:(?<=%)|(?<=/[0-9])|(?<=/[0-9]{2})|(?<=/[0-9]{3})) của "
    r"(?=[0-9][0-9 .,/]{0,15}(?: ?[^\W\d_]{1,8}²?){0,2} ?[=≈])"
)
_BARE_DECIMAL = re.compile(
    r"(?:(?<=[-+×:/=≈<>≤≥([{*])|(?<=[-+×:/=≈<>≤≥*] )|(?<=[0-9)] [xX] )|^)\.(?=[0-9])", re.M
)
_END = r"[0-9)\]}%⁰¹²³⁴⁵⁶⁷⁸⁹]"
_TIMES = re.compile(
    rf"(?<={_END})(?: ?[xXх*·]| \.|\.(?!\([0-9]{{1,9}}\)))(?=[ ]?[(\[{{])"
    r"|(?<=[)\]}]) ?\.(?=[0-9])|(?<=[⁰¹²³⁴⁵⁶⁷⁸⁹])\.(?=[0-9])"
    rf"|(?<={_END}) ?[xXх*·] ?(?=[0-9])|(?<={_END}) \. (?=[0-9])"
    r"|(?<=[^\W_]) [xXх*·] (?=[0-9(\[{])"
)
# "(3 + 4). 5" is a product, "(kg). 5 + 3" a new sentence.
_BRACKET_TIMES = re.compile(r"(\([0-9][0-9 .,]{0,20}[-+×:/][-+×:/0-9 .,]{0,40}\))\. (?=[0-9])")
_DIGIT_X = re.compile(r"(?<=[0-9])[xX](?=[0-9])")


def prepare(text: str) -> str:
    """Return a worked solution as plain lines.

    Arrows, table cells and the ends of formulas become line breaks, every multiplication sign
    becomes "×", "nhân với" too, and dots become "…". An emoji behind a result becomes "!".

    Args:
        text: the generated text, which may contain Markdown, HTML and LaTeX.
    """
    text = _arithmetic(normalise(_ornaments(_latex(text))).replace("&", " ").replace("∶", ":"))
    text = _TAG.sub(" ", text) if "<" in text else text
    text = _AT_MOST.sub("≤", _AT_LEAST.sub("≥", text))
    text = _TIMES.sub("×", _DIGIT_X.sub(GLUED, _BARE_DECIMAL.sub("0.", text)))
    return _BRACKET_TIMES.sub(r"\1×", text)


def _latex(text: str) -> str:
    """Replace what `normalise` does not know, or what must go before it removes the "$"."""
    text = _FORMULA_END.sub("\n", text)
    text = text.replace("{,}", ",")
    if "\\" in text:
        text = _DOUBLED.sub(r"\\", text)
        text = _BOX.sub(" ", _ENVIRONMENT.sub("\n", text))
        text = text.replace("\\overline", "√").replace("\\sqrt", "√")
    for _ in range(4):  # school books nest fractions no deeper
        if "\\" not in text or "frac" not in text:
            break
        text = _DOUBLE.sub(r"{\1}", text)
        text = _FRACTION.sub(_fraction, text)
    return _DOTS.sub("…", _ARROW.sub("\n", _DOUBLE_EQUALS.sub("=", text)))


def _fraction(match: re.Match[str]) -> str:
    top, bottom = match[1].strip(), match[2].strip()
    plain = top.isdigit() and bottom.isdigit()
    return f" {top}/{bottom}" if plain else f" (({top})/({bottom}))"


def _ornaments(text: str) -> str:
    """Remove bullets, quotation marks, emphasis and table borders; read emoji."""
    text = _BULLET.sub("", _QUOTED.sub("", _VARIANTS.sub("", text)))
    text = text.replace("`", "").replace("₫", "đ")
    if "*" in text:
        text = _EMPHASIS.sub(r"\1", _POWER_STARS.sub("^", text).replace("**", ""))
        text = text.replace("\\*", "*")
    if "_" in text:
        text = _UNDERLINE.sub(r"\1", text)
    if "|" in text:
        text = _ROW.sub(_cells, text)
    if text.isascii():
        return text
    text = _WRONG_MARK.sub(" (sai) ", text)
    return _PICTURE.sub("!", _PRAISE.sub("!", text))


def _cells(match: re.Match[str]) -> str:
    row = match[0]
    return row if _NO_CELLS.search(row) else row.replace("|", "\n")


def _arithmetic(text: str) -> str:
    """Write the operations that are given in words with their signs."""
    text = _SPOKEN.sub(lambda m: f"{m['before']} {_WORDS[m['word'].lower()]} ", text)
    return _SHARE_OF.sub(" × ", text)
