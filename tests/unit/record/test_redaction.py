"""What is a secret leaves, and what only looks like one stays."""

import logging
import os
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathpal.record import attempts, files, outcome
from mathpal.record.redaction import redact, redacted_keys

CANARY = "canary-4f1d9c07"


class Pair(NamedTuple):
    one: Any
    other: Any


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            "api_key", "API_KEY", "api-key", "apikey", "apiKey", "tracker.api_key", "hf_token",
            "token", "password", "db_password", "PGPASSWORD", "passwd", "secret", "client_secret",
            "aws_secret_access_key", "private_key", "credentials", "wandb_api_keys",
        ],
    )  # fmt: skip
    def test_what_stands_under_a_secrets_name_is_replaced(self, name: str) -> None:
        assert redact({name: "abc"}) == {name: "***"}
        assert redact({"a": [{name: 12345678}]}) == {"a": [{name: "***"}]}
        assert redact(f"++{name}=abc") == f"++{name}=***"
        assert redact(("x", f"{name}=a=b c")) == ("x", f"{name}=***")

    @pytest.mark.parametrize(
        "name",
        [
            "max_new_tokens", "tokenizer", "batch_tokens", "tokens", "train/tokens_per_second",
            "flops_per_token", "pad_token", "eos_token", "stop_token", "key", "keys", "sort_key",
            "monkey", "keyboard", "tokenizer_problems", "secretary", "question", "sot_token",
        ],
    )  # fmt: skip
    def test_what_only_sounds_like_one_stays(self, name: str) -> None:
        assert redact({name: "abc", "n": {name: 3}}) == {name: "abc", "n": {name: 3}}
        assert redact(f"{name}=abc") == f"{name}=abc"

    @pytest.mark.parametrize("value", [None, "", True, False, "${oc.env:NAME}", "???"])
    def test_nothing_and_a_name_of_one_are_no_secret(self, value: Any) -> None:
        assert redact({"api_key": value}) == {"api_key": value}

    def test_a_default_beside_the_name_is_one(self) -> None:
        assert redact({"api_key": "${oc.env:NAME,abc}"}) == {"api_key": "***"}

    def test_running_text_is_not_read_for_names(self) -> None:
        code = "+    password = getpass()\n-token = tokens[3]\n"
        assert redact(code) == code


class TestEnvironment:
    @pytest.mark.parametrize(
        "name",
        ["WANDB_API_KEY", "HF_TOKEN", "MY_SECRET", "DB_PASSWORD", "PGPASSWORD", "X_PASSWD",
         "AWS_CREDENTIAL", "GH_TOKEN_RO", "KEY"],
    )  # fmt: skip
    def test_a_secret_variables_value_is_replaced_wherever_it_occurs(
        self, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv(name, f" {CANARY}\n")
        value = {"text": f"a{CANARY}b", "n": [(CANARY, 1)], f"x{CANARY}": None}
        assert redact(value) == {"text": "a***b", "n": [("***", 1)], "x***": None}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SSH_AUTH_SOCK", "/tmp/agent.1234"),
            ("XKB_KEYBOARD", "vietnamese"),
            ("TOKENIZERS_PARALLELISM", "falsefalse"),
            ("MAX_TOKENS", "1234567890"),
            ("KEY_FILE", "some-file"),
            ("APP_CREDENTIALS", os.path.dirname(__file__)),
            ("HF_TOKEN", "short"),
            ("HOME_SWEET_HOME", CANARY),
        ],
    )
    def test_what_is_none_stays(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv(name, value)
        assert redact(f"x {value} y") == f"x {value} y"

    def test_a_secret_inside_another_one_leaves_no_rest(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("A_TOKEN", CANARY)
        monkeypatch.setenv("B_TOKEN", f"{CANARY}-and-more")
        assert redact(f"{CANARY}-and-more") == "***"


class TestShapes:
    @pytest.mark.parametrize(
        ("text", "left"),
        [
            ("http://me:pw@host:80/x", "http://***@host:80/x"),
            ("a redis://:pw@h b", "a redis://***@h b"),
            ("https://me:p@ss@host", "https://***@host"),
            ("http://u:1@a http://v:2@b", "http://***@a http://***@b"),
            ("key hf_" + "aB3" * 12, "key ***"),
            ("'sk-" + "a1b2" * 8 + "'", "'***'"),
            ("ghp_" + "a" * 36, "***"),
            ("AKIA" + "A1" * 8, "***"),
        ],
    )
    def test_known_shapes_are_replaced(self, text: str, left: str) -> None:
        assert redact(text) == left

    @pytest.mark.parametrize(
        "text",
        [
            "http://host:6333/path@x", "http://host/a:b@c", "user:password@host", "ssh://git@host",
            "hf_short", "task-2026-long-name-of-something", "sk-learn-contrib-something-long",
            "12 : 3 = 4", "https://", "a//b:c@d", "f" * 40,
        ],
    )  # fmt: skip
    def test_their_neighbours_stay(self, text: str) -> None:
        assert redact(text) == text


def test_values_of_other_kinds_stay_as_they_are() -> None:
    value = {"a": Pair(1, 2.5), 3: None, "b": [Path("x"), b"y", float("inf")], "c": ()}
    again = redact(value)
    assert again == value
    assert type(again["a"]) is Pair


@given(st.recursive(st.text() | st.integers() | st.none() | st.booleans(),
                    lambda inner: st.lists(inner) | st.dictionaries(
                        st.text() | st.sampled_from(["api_key", "token"]), inner)))  # fmt: skip
def test_what_was_redacted_stays_as_it_is(value: Any) -> None:
    assert redact(redact(value)) == redact(value)


def test_the_places_are_named() -> None:
    value = {"data": {"url": "http://a:b@c", "path": "x"}, "list": ["y", {"api_key": "z"}]}
    assert redacted_keys(redact(value)) == ["data.url", "list.1.api_key"]
    assert redacted_keys(value) == []


@pytest.mark.parametrize(
    "text", ["a" * 10**6 + "=b", "://" * 10**5, "sk-" * 10**5, "a://b:" * 10**4]
)
def test_long_lines_take_no_long_time(text: str) -> None:
    began = time.perf_counter()
    redact(text)
    assert time.perf_counter() - began < 2


def test_nothing_that_is_written_holds_the_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMET_API_KEY", CANARY)
    monkeypatch.setenv("QUOTED_TOKEN", f'"{CANARY}\\"')
    value = {"x": CANARY, CANARY: 1, "y": f'"{CANARY}\\"'}
    files.write_text(tmp_path / "a.txt", f"x {CANARY}")
    files.write_json(tmp_path / "a.json", value)
    files.write_lines(tmp_path / "a.jsonl", [value])
    files.append_line(tmp_path / "b.jsonl", value)
    log = logging.getLogger("some.library")
    with attempts.log_file(tmp_path):
        log.warning("the key is %s", CANARY)
        try:
            raise ValueError(CANARY)
        except ValueError:
            log.exception("stopped")
    with (
        pytest.raises(ValueError, match="canary"),
        attempts.outcome_on_error(tmp_path, attempts.Clock(), dry=False),
    ):
        raise ValueError(CANARY)
    found = list(tmp_path.iterdir())
    assert len(found) == 6
    assert not [path.name for path in found if CANARY.encode() in path.read_bytes()]
    assert "Traceback" in (tmp_path / "train.log").read_text()


def test_the_log_is_as_it_was_afterwards(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = [(handler, handler.formatter) for handler in root.handlers]
    with attempts.log_file(tmp_path):
        assert len(root.handlers) == len(before) + 1
    assert [(handler, handler.formatter) for handler in root.handlers] == before


class TestOwnWords:
    """A secret of the environment that is an ordinary word does not rewrite the program's words."""

    @pytest.mark.parametrize(
        "word",
        [
            "completed", "interrupted", "accuracy", "validation/loss", "tuned/accuracy_new",
            "gemma3n_tiny", "mathpal.training", "minimize", "config_hash", "InfeasibleError",
            "attention", "nguoc_chieu_gap_nhau", "no_answer", "safetensors",
        ],
    )  # fmt: skip
    def test_a_word_of_the_program_stays(self, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
        monkeypatch.setenv("SOME_API_KEY", word)
        assert redact({word: [f"a/{word}"], "b": word}) == {word: [f"a/{word}"], "b": word}
        assert redact({"api_key": word}) == {"api_key": "***"}, "under its own name it is a secret"
        assert redact(f"tracker.api_key={word}") == "tracker.api_key=***"

    @pytest.mark.parametrize(
        "secret",
        [
            "correcthorsebattery", "sunflower-gardening", "Passw0rd123", "completed9c07ab1", CANARY,
            "mậtkhẩucủatôi", "8c1f4e9a2b7d",
        ],
    )  # fmt: skip
    def test_any_other_secret_leaves(self, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
        monkeypatch.setenv("SOME_API_KEY", secret)
        assert redact(f"see {secret}.") == "see ***."

    @pytest.mark.parametrize("word", ["completed", "validation/loss", "accuracy"])
    def test_a_completed_run_stays_readable(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, word: str
    ) -> None:
        monkeypatch.setenv("DB_PASSWORD", word)
        outcome.completed(tmp_path, {"validation/loss": 1.0, "tuned/accuracy": 0.5}, {}, ())
        found = outcome.read(tmp_path)
        assert found.status == "completed"
        assert found.metrics == {"validation/loss": 1.0, "tuned/accuracy": 0.5}
