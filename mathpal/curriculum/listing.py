"""The page of all families, with an example of each: `python -m mathpal.curriculum.listing`."""

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
    """The page as Markdown; the same on every machine."""
    numbers = {entry.number for entry in FAMILIES.values()}
    grades = sorted({entry.grade for entry in FAMILIES.values()})
    lines = [
        "# The generated curriculum",
        "",
        f"{len(FAMILIES)} families under {len(numbers)} numbers, grades {grades[0]}–{grades[-1]}; "
        "“advanced” ones (nâng cao) are those of entrance exams. Each line of the table is a "
        "value for `data.families`, each heading one for `data.topics`. This page is made by "
        "`python -m mathpal.curriculum.listing > docs/curriculum.md`; the examples are the first "
        "training problem of the namespace `docs`.",
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
