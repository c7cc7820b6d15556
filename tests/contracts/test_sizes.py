"""Files and functions stay small; longer ones are named, with the reason, in CONTRIBUTING.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES, FUNCTION_LINES = 250, 60
PACKAGES = (ROOT / "mathpal", ROOT / "hydra_plugins")


def modules() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted(package.rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines behind the signature and the docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body:
        return 0
    assert node.end_lineno is not None
    return node.end_lineno - body[0].lineno + 1


def named() -> set[str]:
    """The functions that CONTRIBUTING.md names as longer, with the reason."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (sentence,) = re.findall(r"Longer than that .*", text)
    return set(re.findall(r"`(\w+)`", sentence))


def test_files() -> None:
    assert {
        name: text.count("\n") for name, text in modules() if text.count("\n") > FILE_LINES
    } == {}


def test_bodies_of_functions() -> None:
    long = {
        f"{name}:{node.name}": body_lines(node)
        for name, text in modules()
        for node in functions(text)
        if body_lines(node) > FUNCTION_LINES
    }
    assert long == {}


def test_functions_that_are_longer_by_their_settings_are_named() -> None:
    long = {
        node.name
        for _, text in modules()
        for node in functions(text)
        if lines(node) > FUNCTION_LINES
    }
    assert long == named()


def test_loose_modules() -> None:
    loose = {path.stem for path in (ROOT / "mathpal").glob("*.py")}
    assert loose == {"__init__", "__main__", "errors", "interruption", "problems", "progress"}
