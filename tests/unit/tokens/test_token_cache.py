"""What is read from the cache is what would be made anew, or it is made anew."""

import copy
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mathpal.curriculum import FAMILIES, problem
from mathpal.errors import DataError
from mathpal.models.loaded import Loaded
from mathpal.problems import Problem
from mathpal.tokens import token_cache
from mathpal.tokens.chat import TokenTable, encode
from mathpal.tokens.plain import text_problem
from mathpal.tokens.token_cache import encode_cached, fingerprint, folder, read, write

PROBLEMS = [problem("cache", "train", name, 0) for name in sorted(FAMILIES)[:20]]
LOGGER = "mathpal.tokens.token_cache"


@pytest.fixture(scope="module")
def tokenizer(shared_tiny: Loaded) -> Any:
    return shared_tiny.tokenizer


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the entries lie; every data set counts as a large one."""
    monkeypatch.setenv("MATHPAL_CACHE", str(tmp_path))
    monkeypatch.setattr(token_cache, "LEAST_CHARACTERS", 1)
    return tmp_path / "tokens"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many problems each tokenizing had; reading from the cache adds none."""
    counts: list[int] = []

    def counted(problems: list[Problem], *arguments: Any, **settings: Any) -> TokenTable:
        counts.append(len(problems))
        return encode(problems, *arguments, **settings)

    monkeypatch.setattr(token_cache, "encode", counted)
    return counts


def same(one: TokenTable, other: TokenTable) -> bool:
    pairs = list(zip(one[:3], other[:3], strict=True))
    return one.dropped == other.dropped and all(
        np.array_equal(a, b) and a.dtype == b.dtype for a, b in pairs
    )


def entries(place: Path) -> list[Path]:
    return sorted(place.iterdir())


def test_the_second_time_the_same_table_is_read(
    tokenizer: Any, place: Path, made: list[int]
) -> None:
    limit = int(np.median(encode(PROBLEMS, tokenizer, max_length=512).lengths))
    plain = encode(PROBLEMS, tokenizer, max_length=limit)
    assert plain.dropped > 0, "the count must survive, too"
    for _ in range(2):
        assert same(encode_cached(PROBLEMS, tokenizer, max_length=limit), plain)
    assert made == [20]
    (entry,) = entries(place)
    assert entry.name == f"{fingerprint(PROBLEMS, tokenizer, max_length=limit)}.safetensors"


def test_texts_and_conversations_are_kept_as_well(tokenizer: Any, made: list[int]) -> None:
    turns = (("user", "2 + 2 = ?"), ("assistant", "4"), ("user", "Và 3?"), ("assistant", "7"))
    rows = [text_problem("t", "Một hai ba. " * 40), Problem("m", "Và 3?", "7", messages=turns)]
    tables = [encode_cached(rows, tokenizer, max_length=64) for _ in range(2)]
    assert same(*tables) and made == [2]


def test_a_small_data_set_is_not_kept(
    tokenizer: Any, place: Path, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = sum(len(p.question) + len(p.solution) for p in PROBLEMS)
    monkeypatch.setattr(token_cache, "LEAST_CHARACTERS", size + 1)
    encode_cached(PROBLEMS, tokenizer, max_length=512)
    assert not place.exists()
    monkeypatch.setattr(token_cache, "LEAST_CHARACTERS", size)
    encode_cached(PROBLEMS, tokenizer, max_length=512)
    assert len(entries(place)) == 1


@pytest.mark.parametrize("word", ["off", "OFF"])
def test_off_keeps_nothing(
    tokenizer: Any, tmp_path: Path, made: list[int], monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("MATHPAL_CACHE", word)
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        encode_cached(PROBLEMS, tokenizer, max_length=512)
    assert made == [20, 20] and list(tmp_path.iterdir()) == []


def test_where_the_entries_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATHPAL_CACHE", "/somewhere")
    assert folder() == Path("/somewhere/tokens")
    monkeypatch.setenv("MATHPAL_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert folder() == Path("/xdg/mathpal/tokens")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert folder() == Path("~/.cache/mathpal/tokens").expanduser()


def with_template(tokenizer: Any) -> Any:
    changed = copy.deepcopy(tokenizer)
    changed.chat_template += "{# the same text #}"
    return changed


def with_a_word(tokenizer: Any) -> Any:
    changed = copy.deepcopy(tokenizer)
    changed.add_tokens(["Đáp"])
    return changed


def with_another_pad(tokenizer: Any) -> Any:
    changed = copy.deepcopy(tokenizer)
    changed.pad_token = changed.eos_token
    return changed


@pytest.mark.parametrize("change", [with_template, with_a_word, with_another_pad])
def test_another_tokenizer_or_template_is_another_entry(
    tokenizer: Any, place: Path, change: Callable[[Any], Any]
) -> None:
    encode_cached(PROBLEMS, tokenizer, max_length=512)
    changed = change(tokenizer)
    table = encode_cached(PROBLEMS, changed, max_length=512)
    assert same(table, encode(PROBLEMS, changed, max_length=512))
    assert len(entries(place)) == 2


def test_another_limit_is_another_entry(tokenizer: Any, place: Path) -> None:
    for limit in (512, 513):
        encode_cached(PROBLEMS, tokenizer, max_length=limit)
    assert len(entries(place)) == 2


def test_other_code_of_the_mask_is_another_entry(
    tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of the mask's code, no older entry is read."""
    names = [str(module.__file__) for module in token_cache.CODE]
    for name in names:
        before = fingerprint(PROBLEMS, tokenizer, max_length=512)
        corrected = tmp_path / "corrected.py"
        corrected.write_bytes(Path(name).read_bytes() + b"#")
        others = [SimpleNamespace(__file__=str(corrected) if n == name else n) for n in names]
        with monkeypatch.context() as patch:
            patch.setattr(token_cache, "CODE", others)
            assert fingerprint(PROBLEMS, tokenizer, max_length=512) != before
        assert fingerprint(PROBLEMS, tokenizer, max_length=512) == before


def test_near_misses_of_the_data_are_other_entries(tokenizer: Any) -> None:
    """The same texts in another order, cut elsewhere, under another name, or told as turns."""
    a, b = Problem("a", "12", "34"), Problem("b", "56", "78")
    turns = (("user", "12"), ("assistant", "34"))
    sets: list[list[Problem]] = [
        [a, b], [b, a], [a], [a, b, b],
        [replace(a, question="1", solution="234"), b],
        [replace(a, question="12', '34", solution=""), b],
        [replace(a, id="c"), b],
        [replace(a, answer="34"), b],
        [replace(a, messages=turns), b],
        [replace(a, messages=(("user", "12"), ("system", "34"))), b],
        [replace(a, question="1\ud800"), b],
    ]  # fmt: skip
    found = [fingerprint(rows, tokenizer, max_length=64) for rows in sets]
    assert len(set(found)) == len(sets)
    assert found[0] == fingerprint([replace(a), replace(b)], tokenizer, max_length=64)


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "a flipped bit at the end": lambda data: flipped(data, -1 % len(data)),
    "a flipped bit in the middle": lambda data: flipped(data, len(data) // 2),
    "another count": lambda data: data.replace(b'"dropped":"0"', b'"dropped":"1"'),
    "cut": lambda data: data[:-5],
    "cut within the header": lambda data: data[:40],
    "empty": lambda data: b"",
    "something else": lambda data: b"\x80\x04}" * 100,
    "a header of other names": lambda data: data.replace(b'"starts"', b'"begins"'),
    "no facts": lambda data: data.replace(b'"sha256"', b'"sha257"'),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_entry_is_named_removed_and_made_again(
    tokenizer: Any, place: Path, made: list[int], caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    whole = encode_cached(PROBLEMS, tokenizer, max_length=512)
    (entry,) = entries(place)
    data = entry.read_bytes()
    assert DAMAGE[kind](data) != data, "the test's own damage missed"
    entry.write_bytes(DAMAGE[kind](data))
    with caplog.at_level(logging.WARNING, LOGGER):
        assert same(encode_cached(PROBLEMS, tokenizer, max_length=512), whole)
    assert f"{entry} is damaged" in caplog.text
    assert made == [20, 20]
    rewritten = read(entry)
    assert rewritten is not None and same(rewritten, whole)
    encode_cached(PROBLEMS, tokenizer, max_length=512)
    assert made == [20, 20]


def test_what_the_mask_gate_refuses_is_not_kept(tokenizer: Any, place: Path) -> None:
    bad = [*PROBLEMS, Problem("bad", "1 + 1 = ?", "")]
    for _ in range(2):
        with pytest.raises(DataError, match="problem bad .*the solution is empty"):
            encode_cached(bad, tokenizer, max_length=512)
    assert not place.exists()


def test_a_cache_that_cannot_be_written_is_a_warning(
    tokenizer: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MATHPAL_CACHE", str(tmp_path / "file"))
    table = encode_cached(PROBLEMS, tokenizer, max_length=512)
    assert same(table, encode(PROBLEMS, tokenizer, max_length=512))
    assert "set MATHPAL_CACHE to a folder" in caplog.text


def test_a_disk_that_is_full_leaves_no_part(
    tokenizer: Any, place: Path, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    def full(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:4])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    encode_cached(PROBLEMS, tokenizer, max_length=512)
    assert "No space left on device" in caplog.text
    assert entries(place) == []


def test_a_tokenizer_without_a_core_that_can_be_written_down_is_not_kept(
    tokenizer: Any, place: Path, made: list[int]
) -> None:
    class Slow:
        def __getattr__(self, name: str) -> Any:
            if name == "backend_tokenizer":
                raise AttributeError(name)
            return getattr(tokenizer, name)

        def __call__(self, *arguments: Any, **settings: Any) -> Any:
            return tokenizer(*arguments, **settings)

    table = encode_cached(PROBLEMS, Slow(), max_length=512)
    assert same(table, encode(PROBLEMS, tokenizer, max_length=512))
    assert not place.exists() and made == [20]


def table_of(tokens: int) -> TokenTable:
    return TokenTable(np.arange(tokens, dtype=np.int32), np.array([0, tokens]),
                      np.ones(tokens, dtype=bool), 0)  # fmt: skip


def put(path: Path, age: float, tokens: int = 1000) -> Path:
    write(path, table_of(tokens))
    then = time.time() - age
    os.utime(path, (then, then))
    return path


def test_above_the_limit_what_was_not_used_for_longest_goes(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, used, young = (
        put(place / f"{name}.safetensors", age) for name, age in (("a", 300), ("b", 200), ("c", 9))
    )
    monkeypatch.setattr(token_cache, "LIMIT_BYTES", 3 * old.stat().st_size)
    assert read(old) is not None, "reading makes it the youngest"
    put(place / "d.safetensors", 0)
    assert entries(place) == [old, young, place / "d.safetensors"]
    assert not used.exists()


def test_the_latest_stays_though_its_clock_is_behind(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = put(place / "a.safetensors", -1000)
    monkeypatch.setattr(token_cache, "LIMIT_BYTES", other.stat().st_size)
    latest = put(place / "b.safetensors", 0)
    assert entries(place) == [latest]


def test_an_entry_above_the_limit_is_not_kept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = put(place / "a.safetensors", 0)
    monkeypatch.setattr(token_cache, "LIMIT_BYTES", 4000)
    write(place / "b.safetensors", table_of(1000))
    assert entries(place) == [small]


def test_what_a_killed_process_left_is_swept_and_a_living_ones_part_is_not(place: Path) -> None:
    place.mkdir()
    left, living, foreign = (place / name for name in ("left.part", "living.part", "notes.txt"))
    for path in (left, living, foreign):
        path.write_bytes(b"x")
    os.utime(left, (0, 0))
    os.utime(foreign, (0, 0))
    kept = put(place / "a.safetensors", 0)
    assert entries(place) == sorted([kept, living, foreign])


def test_many_writers_and_readers_of_one_entry_disturb_nobody(
    place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, table = place / "a.safetensors", table_of(20_000)

    def work(number: int) -> bool:
        if number % 2:
            write(path, table)
        found = read(path)
        return found is None or same(found, table)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(60)))
    assert caplog.text == ""
    assert entries(place) == [path]
