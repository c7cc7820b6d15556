"""The data card of a built data set: README.md, with the header that `datasets` and the Hub read.

Knows the card's text. Knows nothing of how the rows were made.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mathpal.data.audit import CHECKS, Audit
from mathpal.data.division import kind_of
from mathpal.data.finish import number
from mathpal.data.gathering import remaining
from mathpal.data.layout import Column, features
from mathpal.data.reading import SUFFIXES
from mathpal.data.sieve import SPLITS
from mathpal.problems import Problem, Splits

_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
)
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
SHOWN = 20  # values of a column that the card counts


class File(NamedTuple):
    """A file of the data set: its path within the folder, bytes, sha256."""

    path: str
    size: int
    sha256: str


def default_name(source: str, splits: Splits) -> str:
    """Return `{data_type}-{grade_name}-instruct-dataset`, such as exam-sixth_grade-….

    The type is the family if all problems have the same one, else the name of the file, else the
    name of the source.

    Args:
        source: name of the source.
        splits: the problems; the notes name their file, if there is one.
    """
    file = Path(str(splits.notes.get("file", "")))
    kind = file.stem if file.suffix.lower() in SUFFIXES else ""
    problems = [problem for part in splits[:3] for problem in part]
    families = {problem.family for problem in problems}
    if len(families) == 1:
        kind = families.pop() or kind
    kind = "".join(sign if sign.isalnum() and sign.isascii() else "_" for sign in kind).strip("_")
    grades = sorted({problem.grade for problem in problems if problem.grade})
    if len(grades) == 1:
        grade = f"{_ORDINALS[grades[0] - 1]}_grade"
    else:
        grade = f"grades_{'_'.join(map(str, grades))}" if grades else "all_grades"
    return f"{kind or source}-{grade}-instruct-dataset"


def header(
    name: str, files: Mapping[str, File], splits: Splits, columns: Sequence[Column], license: str
) -> str:
    """Return the card's YAML header.

    Args:
        name: of the data set.
        files: split to its file.
        splits: the problems in the files.
        columns: of the files.
        license: its identifier on the Hub.
    """
    total = sum(len(part) for part in splits[:3])
    size = next((name for limit, name in _SIZES if total < limit), "n>1M")
    lines = [
        "---",
        f"pretty_name: {json.dumps(name, ensure_ascii=False)}",
        f"license: {json.dumps(license)}",
        "language:",
        "- vi",
        "task_categories:",
        "- question-answering",
        "- text-generation",
        "tags:",
        "- mathematics",
        "size_categories:",
        f"- {json.dumps(size)}",
        "configs:",
        "- config_name: default",
        "  data_files:",
    ]
    for split, file in files.items():
        lines += [f"  - split: {split}", f"    path: {file.path}"]
    lines += ["dataset_info:", "  features:", *features(columns), "  splits:"]
    for split, file in files.items():
        lines += [
            f"  - name: {split}",
            f"    num_bytes: {file.size}",
            f"    num_examples: {len(getattr(splits, split))}",
        ]
    return "\n".join([*lines, "---", ""])


def card(
    name: str,
    *,
    files: Mapping[str, File],
    splits: Splits,
    columns: Sequence[Column],
    made: Sequence[str],
    audit: Audit,
    license: str,
) -> str:
    """Return the text of README.md.

    Args:
        name: of the data set.
        files: split to its file.
        splits: the problems in the files.
        columns: of the files.
        made: lines on how the data set was made.
        audit: of the source's rows, with these splits.
        license: its identifier on the Hub.
    """
    problems = [problem for part in splits[:3] for problem in part]
    present = remaining(audit, problems)
    sections = [
        f"# {name}\n\nVietnamese mathematics problems with worked solutions: "
        f"{number(len(problems))} rows, made by `mathpal data build`.",
        f"## Rows\n\n{_rows(splits)}",
        *_counts(problems),
        "## Columns\n\n" + _table(("column", "type", "meaning"), [*map(tuple, columns)]),
        f"## Use\n\n{_use(files, columns)}",
        "## How it was made\n\n" + "\n".join(f"- {line}" for line in made),
        "## Files\n\n"
        + _table(("file", "bytes", "sha256"), [(f.path, f.size, f.sha256) for f in files.values()])
        + "\n\n`build.json` has the sums of all files.",
        f"## Audit\n\n{_audit(audit, present)}",
        "## Known limits\n\n"
        + "\n".join(f"- {line}" for line in _limits(problems, present, columns, license)),
    ]
    return header(name, files, splits, columns, license) + "\n" + "\n\n".join(sections) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def _rows(splits: Splits) -> str:
    rows = [
        (name, number(len(part)), number(sum(p.answer is not None for p in part)))
        for name in SPLITS
        if (part := getattr(splits, name))
    ]
    return _table(("split", "rows", "with an answer that can be checked"), rows)


def _counts(problems: Sequence[Problem]) -> list[str]:
    """Tables of the counts by grade, kind and family, as far as these are known."""
    sections = []
    for title, found in (
        ("grade", Counter(p.grade for p in problems)),
        ("kind of answer", Counter(map(kind_of, problems))),
        ("family", Counter(p.family or None for p in problems)),
    ):
        if set(found) == {None}:
            continue
        ranked = sorted(found.items(), key=lambda entry: (-entry[1], str(entry[0])))
        rows = [("not known" if name is None else name, number(n)) for name, n in ranked[:SHOWN]]
        if len(ranked) > SHOWN:
            rest = sum(count for _, count in ranked[SHOWN:])
            rows.append((f"{len(ranked) - SHOWN} others", number(rest)))
        sections.append(_table((title, "rows"), rows))
    return sections


def _use(files: Mapping[str, File], columns: Sequence[Column]) -> str:
    names = {column.name for column in columns}
    splits = "" if "test" in files else " data.test_split=null"
    splits += " data.validation_split=validation" if "validation" in files else ""
    lines = [
        "    datasets.load_dataset(FOLDER)              # this folder, or owner/name on the Hub",
        f"    python train.py data=hub data.path=FOLDER data.answer=answer{splits}",
    ]
    path = files["train"].path
    if path.endswith(".json"):
        lines.append(f"    python train.py data=file data.path=FOLDER/{path} data.answer=answer")
    if "messages" in names:
        lines.append(f"    python train.py data=messages data.path=FOLDER/{path}")
    if "rejected" in names:
        roles = "data.prompt=question data.chosen=solution"
        lines.append(f"    python train.py data=preference data.path=FOLDER/{path} {roles}")
    return "\n".join(lines)


def _audit(audit: Audit, present: Mapping[str, int]) -> str:
    read = "rows read" if audit.material.raw else "problems, with the rows that the source refused"
    rows = [
        (check.title, number(audit.counts[code]), number(present.get(code, 0)))
        for code, check in CHECKS.items()
        if audit.counts[code]
    ]
    text = (
        f"Of {number(len(audit.material.entries))} {read}, {number(len(audit.checkable))} show "
        "nothing that spoils them. `audit/audit.html` shows examples of every check."
    )
    return f"{text}\n\n{_table(('check', 'found', 'in this set'), rows)}" if rows else text


def _limits(
    problems: Sequence[Problem],
    present: Mapping[str, int],
    columns: Sequence[Column],
    license: str,
) -> list[str]:
    unanswered = sum(problem.answer is None for problem in problems)
    lines = []
    if unanswered:
        lines.append(f"{number(unanswered)} rows have no answer that can be checked.")
    spoilt = [CHECKS[code].title for code in CHECKS if CHECKS[code].spoils and present.get(code)]
    if spoilt:
        lines.append(
            f"The audit finds fault with some rows ({'; '.join(spoilt)}); checkable_only=true "
            "leaves them out."
        )
    lines.append(
        "An answer that is wrong but agrees with its own working passes every check: no check "
        "reads what the question means."
    )
    if any(problem.parameters for problem in problems):
        lines.append("Generated problems repeat the wordings of their families.")
    if not all(problem.parameters for problem in problems) and license == "unknown":
        lines.append("The licence of the texts is not known; find out before you publish them.")
    if any(column.name == "messages" for column in columns):
        lines.append("data=hub sees the last question of a conversation only; use data=messages.")
    return lines
