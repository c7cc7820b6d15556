"""Verbs in unusual surroundings: consoles, interpreters, home folders, long names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mathpal.errors import ConfigError
from mathpal.settings.composition import compose, split
from mathpal.settings.preflight import preflight
from mathpal.tokens import token_cache


def python(*words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *words], env={**os.environ, **more}, capture_output=True, timeout=200
    )


def refused(*words: str) -> str:
    with pytest.raises(ConfigError) as caught:
        preflight(split(compose(list(words))).config)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_console_without_vietnamese_letters(encoding: str) -> None:
    code = "from mathpal.cli.console import prepare; prepare(); print('Đáp số: ½ km')"
    done = python("-c", code, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert b"p s" in done.stdout and b"km" in done.stdout


def test_input_that_is_not_utf8_reaches_the_reader_that_can_explain_it() -> None:
    code = "import sys; from mathpal.cli.console import prepare; prepare(); print(ascii(input()))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, input=b"T\xednh\n", env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True, timeout=200,
    )  # fmt: skip
    assert done.stdout.strip() == rb"'T\udcednh'", done.stderr


def test_an_interpreter_without_docstrings() -> None:
    done = python("-OO", "-m", "mathpal", "generate", "run=nowhere")
    assert done.returncode == 2
    assert b"python -OO" in done.stderr and b"Traceback" not in done.stderr


def test_no_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MATHPAL_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # an unknown user
    assert token_cache.folder() is None
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache")
    assert token_cache.folder() == Path("/var/cache/mathpal/tokens")


@pytest.mark.parametrize("name", ["x" * 201, "ạ" * 70, ".", "..", "...", "a/b"])
def test_names_that_no_file_system_takes(name: str) -> None:
    assert "at most 200 letters" in refused(f"name='{name}'")


def test_long_names_that_fit() -> None:
    preflight(split(compose([f"name={'x' * 200}"])).config)


@pytest.mark.parametrize("value", [2**32, 2**64, -1])
def test_seeds_that_no_generator_takes(value: int) -> None:
    assert f"seed={value}" in refused(f"seed={value}")


def test_the_largest_seed() -> None:
    preflight(split(compose([f"seed={2**32 - 1}"])).config)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("data.families=[van_tocc]", "did you mean van_toc?"),
        ("data.topics=[motoin]", "did you mean motion?"),
        ("data.strata=[standart]", "did you mean standard?"),
        ("+data.weights.van_tooc=2", "did you mean van_toc"),
        ("data.held_out_families=[qqqq]", "held out families that exist (2"),
    ],
)
def test_unknown_names_of_the_curriculum(word: str, said: str) -> None:
    message = refused(word)
    assert said in message and len(message) < 900


def test_unknown_names_in_a_mixture() -> None:
    asked = ["data=mixture", "data.sources.vimath.families=[van_tocc]"]
    assert "did you mean van_toc?" in refused(*asked)


def test_a_missing_tracker(monkeypatch: pytest.MonkeyPatch) -> None:
    from mathpal.settings import rules

    monkeypatch.setattr(rules, "find_spec", lambda name: None)
    assert 'pip install "mathpal[mlflow]"' in refused("tracker=mlflow")
    preflight(split(compose(["tracker=local"])).config)
