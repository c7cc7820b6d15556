"""Prints a page of all families with an example each: `python -m mathpal.curriculum.listing`."""

from mathpal.curriculum.items import problem
from mathpal.curriculum.registry import FAMILIES, TOPICS, Family

HEADINGS = {
    "numbers": "Số và phép tính",
    "fractions": "Phân số",
    "decimals": "Số thập phân",
    "ratio": "Tỉ số, phần trăm, tỉ lệ",
    "word_problems": "Toán có lời văn",
    "measure": "Đo lường, thời gian, tiền",
    "motion": "Chuyển động đều",
    "geometry": "Hình học",
    "number_theory": "Số học",
    "statistics": "Thống kê và xác suất",
}


def page() -> str:
    """Return the page as Markdown; it is the same on every machine."""
    numbers = {entry.number for entry in FAMILIES.values()}
    grades = sorted({entry.grade for entry in FAMILIES.values()})
    lines = [
        "# The generated curriculum",
        "",
        f"{len(FAMILIES)} families, numbered by the {len(numbers)} entries of the curriculum's "
        f"list, for grades {grades[0]}–{grades[-1]}. Families of the stratum “advanced” (nâng cao) "
        "are entrance-exam problems. `data.families` takes the names in the column “family”, "
        "`data.topics` the names in the headings. Each example is the family's first training "
        "problem in the namespace `docs`. `python -m mathpal.curriculum.listing > "
        "docs/curriculum.md` makes this page.",
        "",
    ]
    for topic in TOPICS:
        entries = sorted(
            (entry for entry in FAMILIES.values() if entry.topic == topic),
            key=lambda entry: (entry.number, entry.grade, entry.name),
        )
        lines += [f"## {HEADINGS[topic]} (`{topic}`)", "", *_table(entries), ""]
        lines += [line for entry in entries for line in _example(entry)]
    return "\n".join(lines).rstrip() + "\n"


def _table(entries: list[Family]) -> list[str]:
    rows = [
        f"| {e.number} | `{e.name}` | {e.title} | {e.grade} | {e.stratum} | {e.kind} |"
        for e in entries
    ]
    return [
        "| no. | family | title | grade | stratum | answer |",
        "|---|---|---|---|---|---|",
        *rows,
    ]


def _example(entry: Family) -> list[str]:
    item = problem("docs", "train", entry.name, 0)
    return [f"**`{entry.name}`**", "", "```text", item.question, "", item.solution, "```", ""]


if __name__ == "__main__":
    print(page(), end="")
