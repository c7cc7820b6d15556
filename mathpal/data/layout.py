"""Write problems as files in the Hub's layout.

Knows the columns, Parquet, JSON lists and the card's lines on columns. Knows nothing of where
problems come from.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from mathpal.data.division import kind_of
from mathpal.data.turns import written
from mathpal.problems import Problem
from mathpal.record.files import write_text

Format = Literal["parquet", "json"]
ROW_GROUP = 5_000


class Column(NamedTuple):
    """A column of a built data set.

    Attributes:
        name: of the column.
        type: Arrow's name of a scalar type, "texts" (a list), "turns" (role and content) or
            "weighted turns" (weight too, 0 where an answer is not learnt).
        meaning: for the data card.
    """

    name: str
    type: str
    meaning: str


ALWAYS = (
    Column("id", "string", "where it comes from, and a hash of the text; stable"),
    Column("question", "string", "what is put to the pupil"),
    Column("solution", "string", "the worked solution"),
    Column("answer", "string", "the answer, where the checker can read one"),
    Column("kind", "string", "kind of the answer: integer, fraction, quantity, choice, …"),
    Column("grade", "int8", "school grade 1–12"),
    Column("family", "string", "the generator's family, or the source's own grouping"),
)
WHERE_KNOWN = (
    Column("topic", "string", "part of the curriculum"),
    Column("stratum", "string", "standard, or advanced for entrance-exam problems"),
    Column("difficulty", "int16", "equations of the solution plus digits of its largest number"),
    Column("template", "string", "id of the wording"),
    Column("parameters", "string", "the drawn values; equal text means the same problem"),
    Column("steps", "texts", "the solution's equations"),
    Column("messages", "turns", "the whole conversation; the solution is its last turn"),
    Column("rejected", "string", "the worse response; the solution is the better one"),
)


def columns_of(problems: Sequence[Problem], field: str | None) -> list[Column]:
    """Return the columns of a data set of these problems.

    Args:
        problems: of all splits.
        field: a field of the source's rows to keep, such as "link".
    """
    known = [c for c in WHERE_KNOWN if any(getattr(p, c.name) for p in problems)]
    if any(p.unlearnt for p in problems):
        known = [c._replace(type=f"weighted {c.type}") if c.type == "turns" else c for c in known]
    names = {column.name for column in (*ALWAYS, *known)}
    kept = [Column(field, "string", "of the source")] if field and field not in names else []
    return [*ALWAYS, *known, *kept]


def row_of(
    problem: Problem, columns: Sequence[Column], fields: Mapping[str, str]
) -> dict[str, Any]:
    """Return the problem as a row; unknown values are None."""
    row: dict[str, Any] = {}
    for name, kind, _ in columns:
        if name == "kind":
            row[name] = kind_of(problem)
        elif kind.endswith("turns"):
            row[name] = written(problem) or None
        elif kind == "texts":
            row[name] = list(getattr(problem, name))
        elif hasattr(problem, name):
            row[name] = getattr(problem, name) or None
        else:
            row[name] = fields.get(problem.question)
    return row


def write_split(
    folder: Path,
    split: str,
    problems: Sequence[Problem],
    columns: Sequence[Column],
    fields: Mapping[str, str],
    form: Format,
) -> str:
    """Write one split.

    Args:
        folder: of the data set.
        split: its name.
        problems: in the order of the file.
        columns: see `columns_of`.
        fields: question to the kept field of the source.
        form: "parquet" for data/SPLIT-00000-of-00001.parquet, "json" for the list SPLIT.json.

    Returns:
        The file's path within the folder.
    """
    rows = [row_of(problem, columns, fields) for problem in problems]
    if form == "json":
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        write_text(folder / f"{split}.json", f"[\n{lines}\n]\n")
        return f"{split}.json"
    import pyarrow as pa
    import pyarrow.parquet as pq

    turn = [("role", pa.string()), ("content", pa.string())]
    types = {
        "texts": pa.list_(pa.string()),
        "turns": pa.list_(pa.struct(turn)),
        "weighted turns": pa.list_(pa.struct([*turn, ("weight", pa.int8())])),
    }
    schema = pa.schema([(c.name, types.get(c.type, c.type)) for c in columns])
    name = f"data/{split}-00000-of-00001.parquet"
    (folder / "data").mkdir(exist_ok=True)
    pq.write_table(
        pa.Table.from_pylist(rows, schema=schema), folder / name, row_group_size=ROW_GROUP
    )
    return name


def features(columns: Sequence[Column]) -> list[str]:
    """Return the columns as lines of the card's `dataset_info.features`."""
    lines: list[str] = []
    for column in columns:
        lines.append(f"  - name: {json.dumps(column.name, ensure_ascii=False)}")
        if column.type == "texts":
            lines.append("    list: string")
        elif column.type.endswith("turns"):
            lines.append("    list:")
            for name in ("role", "content"):
                lines += [f"    - name: {name}", "      dtype: string"]
            if column.type != "turns":
                lines += ["    - name: weight", "      dtype: int8"]
        else:
            lines.append(f"    dtype: {column.type}")
    return lines
