"""The committed page of families is the one that the registry gives."""

from pathlib import Path

from mathpal.curriculum import FAMILIES, TOPICS
from mathpal.curriculum.listing import HEADINGS, page

DOCS = Path(__file__).resolve().parents[3] / "docs" / "curriculum.md"


def test_the_page_in_docs_is_up_to_date():
    assert DOCS.read_text(encoding="utf-8") == page(), (
        "run: python -m mathpal.curriculum.listing > docs/curriculum.md"
    )


def test_every_family_stands_there_with_an_example():
    text = page()
    assert set(HEADINGS) == set(TOPICS)
    assert all(f"\n**`{name}`**\n\n```text\n" in text for name in FAMILIES)
    assert text.count("```text") == len(FAMILIES)
