"""Writes compare.html: one self-contained page of a comparison, in English or Vietnamese.

Reads what the comparison has written; asks, grades and computes nothing. The page loads nothing
and runs one script of its own, compare.js, which only filters, sorts and opens; everything can be
read without it. The same files give the same page, byte for byte.
"""

import base64
import hashlib
import re
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mathpal.drawing import formatting
from mathpal.record.files import write_text
from mathpal.reporting import compare_problems, compare_tables, labels, numbers
from mathpal.reporting.compare_inputs import Inputs, read_inputs
from mathpal.reporting.numbers import Language
from mathpal.reporting.outline import outline
from mathpal.reporting.provenance import shown_path
from mathpal.reporting.speeds import speeds

PAGE = "compare.html"
AT_ONCE = 50  # problems that the page shows before it is asked for more
_HERE = Path(__file__).parent
_NAMED = 4  # systems in the page's title
# Signs that turn the order of the text around them, and the one that ends a text for old programs.
_UNSAFE = re.compile("[\0\u202a-\u202e\u2066-\u2069]")


def write_compare_page(folder: Path, language: Language) -> Path:
    """Write the page of a comparison and return its path.

    Args:
        folder: with compare.json and samples.jsonl; performance.json and manifest.json are read
            where they are there.
        language: of the page.

    Raises:
        DataError: when a file is missing or damaged.
    """
    content = _content(read_inputs(folder), folder, language)
    html = _environment(language).get_template("compare.html.j2").render(content)
    path = folder / PAGE
    # A model may emit half a surrogate pair, which a UTF-8 file cannot hold.
    write_text(path, _UNSAFE.sub("\ufffd", html).encode("utf-8", "replace").decode())
    return path


def _content(inputs: Inputs, folder: Path, language: Language) -> dict[str, object]:
    compared, performance = inputs.compared, inputs.performance
    names = [one["name"] for one in compared["systems"]]
    found = compare_problems.problems(inputs, language)
    style = (_HERE / "report.css").read_text("utf-8") + (_HERE / "compare.css").read_text("utf-8")
    script = (_HERE / "compare.js").read_text("utf-8")
    return {
        "lang": language,
        "place": shown_path(folder),
        "title": _title(names),
        "names": names,
        "compared": compared,
        "sentences": [_kept(one) for one in compared["verdict"][language]],
        "bargains": [_kept(one) for one in performance["verdict"][language]] if performance else [],
        "systems": compare_tables.systems(compared, language),
        "reasons": compare_tables.reasons(compared),
        "systems_chart": compare_tables.systems_chart(compared, language),
        "pairs": compare_tables.pairs(compared, language),
        "pairs_chart": compare_tables.pairs_chart(compared, language),
        "speeds": speeds(performance, names, language) if performance else [],
        "groups": list(compare_tables.groups(compared, language)),
        "failures": compare_tables.failures(compared, language),
        "problems": found,
        "flips": compare_problems.flips(found, compared),
        "choices": compare_problems.choices(inputs, language),
        "command": inputs.command,
        "verdicts": [
            (verdict, labels.chosen(words, language))
            for verdict, (_, words) in labels.VERDICTS.items()
            if verdict != "correct"
        ],
        "kinds": [
            (kind, labels.chosen(name, language)) for kind, (name, _) in labels.FAILURES.items()
        ],
        "at_once": AT_ONCE,
        "space": numbers.SPACE if language == "vi" else ",",
        "style": Markup(style),
        "script": Markup(script),
        "policy": f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'",
    }


def _title(names: list[str]) -> str:
    more = f" + {len(names) - _NAMED}" if len(names) > _NAMED else ""
    return " · ".join(names[:_NAMED]) + more


def _kept(sentence: str) -> str:
    """Return a sentence in which no line ends between a number and its sign."""
    sentence = re.sub(r"(?<=[ (])-(?=\d)", formatting.MINUS, sentence)
    return re.sub(r" (?=%)|(?<=p) (?=[=<])|(?<=[=<]) ", numbers.SPACE, sentence)


def _hash(text: str) -> str:
    """Return the source that lets a browser use just this text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = partial(numbers.count, language=language)
    environment.filters["cut"] = formatting.cut
    environment.filters["outline"] = outline
    environment.globals["t"] = labels.translator(language)
    return environment
