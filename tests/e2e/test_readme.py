"""The README's commands and code do what the README says."""

import re
from pathlib import Path

import pytest

from mathpal.answers import grade, parse_gold
from mathpal.curriculum import items, registry

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "README.vi.md"]


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def test_both_pages_show_the_same_commands_and_code():
    english, vietnamese = (
        [*blocks(page, "bash"), *blocks(page, "python"), *blocks(page, "yaml")] for page in PAGES
    )
    strip = re.compile(r"\s*#.*")
    assert [strip.sub("", b) for b in english] == [strip.sub("", b) for b in vietnamese]


@pytest.mark.slow
def test_the_notebook_cell_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (cell,) = (b for b in blocks("README.md", "python") if "compose" in b)
    assert len(cell.splitlines()) <= 16
    exec(compile(cell, "README.md", "exec"), {})
    shown = capsys.readouterr().out
    assert "exact match" in shown
    assert "outputs/default/" in shown


def test_the_data_set_of_the_readme_gives_splits():
    (code,) = (b for b in blocks("README.md", "python") if "times_table" in b)
    space: dict = {}
    exec(compile(code, "README.md", "exec"), space)
    splits = space["times_table"](None, largest=3)
    assert [len(part) for part in splits[:3]] == [4, 2, 3]


def test_the_family_of_the_readme_is_a_sound_family(monkeypatch):
    families = dict(registry.FAMILIES)
    for module in (registry, items):
        monkeypatch.setattr(module, "FAMILIES", families)
    (code,) = (b for b in blocks("README.md", "python") if "@family" in b)
    exec(compile(code, "README.md", "exec"), {})
    assert registry.FAMILIES["cho_keo"].title == "Cho bớt đi"
    for index in range(50):
        item = items.problem("readme", "test", "cho_keo", index)
        assert grade(item.solution, parse_gold(item.answer, kind=item.kind)).verdict == "correct"
