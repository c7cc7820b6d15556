"""CONTRIBUTING's table, the import contract and tests/unit name the same packages."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PACKAGES = {path.parent.name for path in (ROOT / "mathpal").glob("*/__init__.py")}
MODULES = {path.stem for path in (ROOT / "mathpal").glob("*.py")} - {"__init__"}


def contract() -> list[list[str]]:
    """The layers of the import contract, top first; a list of packages and modules each."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = (c["layers"] for c in contracts if c["type"] == "layers")
    return [row.split(" | ") for row in layers]


def table() -> list[list[str]]:
    """The first cells of CONTRIBUTING's table of layers, as they are written."""
    (rows,) = re.findall(r"\| layer \| what it knows \|\n\|---\|---\|\n((?:\|.*\|\n)+)", GUIDE)
    return [re.findall(r"`([^`]+)`", row.split("|")[1]) for row in rows.splitlines()]


def test_the_table_has_the_rows_of_the_contract_in_order() -> None:
    named = [[name.removesuffix("/").removesuffix(".py") for name in row] for row in table()]
    assert named == contract()


def test_the_table_names_every_package_and_module() -> None:
    named = [name for row in table() for name in row]
    assert len(named) == len(set(named))
    assert {name.removesuffix("/") for name in named if name.endswith("/")} == PACKAGES
    assert {name.removesuffix(".py") for name in named if not name.endswith("/")} == MODULES


def test_every_folder_without_code_is_explained() -> None:
    folders = {path.name for path in (ROOT / "mathpal").iterdir() if path.is_dir()}
    for name in folders - PACKAGES - {"__pycache__"}:
        assert f"`mathpal/{name}/" in GUIDE


def test_unit_tests_mirror_the_packages() -> None:
    unit = ROOT / "tests" / "unit"
    folders = {path.name for path in unit.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders <= PACKAGES
    for name in folders:
        texts = [path.read_text(encoding="utf-8") for path in (unit / name).glob("test_*.py")]
        uses = re.compile(rf"\bmathpal\.{name}\b|\bfrom mathpal import .*\b{name}\b")
        assert texts
        assert any(uses.search(text) for text in texts), f"tests/unit/{name} does not test it"


def test_unit_tests_outside_the_folders_import_no_package() -> None:
    for path in (ROOT / "tests" / "unit").glob("test_*.py"):
        imported = re.findall(r"(?:from|import) mathpal\.(\w+)", path.read_text(encoding="utf-8"))
        assert PACKAGES.isdisjoint(imported), f"{path.name} belongs in the folder of its package"
