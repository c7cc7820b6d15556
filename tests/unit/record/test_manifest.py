"""run.json says what a run was, and refuses to become another one's."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mathpal.errors import DataError
from mathpal.record import environment, files, manifest, outcome, provenance
from mathpal.record.outcome import Outcome
from tests.records import read_json

CONFIG = {"name": "x", "seed": 3, "trainer": {"lr": 1e-4, "betas": [0.9, 0.99]}, "dry_run": False}
PRINTS = {"data": "ab", "model": "cd", "tokenizer": "ef", "template": "01"}


def begin(folder: Path, config: dict[str, Any] = CONFIG, **prints: str) -> dict[str, Any]:
    return manifest.begin(
        folder, config=config, overrides=["seed=3"], fingerprints={**PRINTS, **prints},
        accelerator="none",
    )  # fmt: skip


class TestFirstAttempt:
    def test_says_how_to_do_the_run_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SLURM_JOB_ID", "77")
        monkeypatch.setenv("MATHPAL_PARENT", '{"run": "multirun/a", "trial": 4}')
        monkeypatch.setattr(sys, "argv", ["train.py", "data.question=a b", "seed=3"])
        written = begin(tmp_path)
        assert read_json(tmp_path / "run.json") == written
        assert (written["name"], written["seed"], written["config"]) == ("x", 3, CONFIG)
        assert written["config_hash"] == files.config_hash(CONFIG)
        assert written["argv"] == ["train.py", "data.question=a b", "seed=3"]
        assert written["command"] == "python train.py 'data.question=a b' seed=3"
        assert written["packages"]["torch"] == environment.version_of("torch")
        assert written["hardware"]["cores"] == os.cpu_count()
        assert written["determinism"]["threads"] >= 1
        assert written["determinism"]["environment"]["OMP_NUM_THREADS"]
        assert written["scheduler"]["SLURM_JOB_ID"] == "77"
        assert written["parent"] == {"run": "multirun/a", "trial": 4}
        assert (written["restarts"], written["history"]) == (0, [])
        assert "torch==" in (tmp_path / "requirements.txt").read_text()
        assert (tmp_path / "git.diff").exists() == written["git"]["dirty"]

    @pytest.mark.parametrize(
        ("told", "understood"),
        [
            ("", None),
            ("  ", None),
            ("outputs/a/b", {"run": "outputs/a/b", "trial": None}),
            ("7", {"run": "7", "trial": None}),
            ('{"trial": 0}', {"run": None, "trial": 0}),
            ('{"trial": ', {"run": '{"trial":', "trial": None}),
        ],
    )
    def test_the_parent_is_an_object_or_a_name(
        self, monkeypatch: pytest.MonkeyPatch, told: str, understood: Any
    ) -> None:
        monkeypatch.setenv("MATHPAL_PARENT", told)
        assert environment.parent() == understood

    def test_a_rehearsal_is_no_run_to_go_on_with(self, tmp_path: Path) -> None:
        begin(tmp_path, {**CONFIG, "dry_run": True})
        assert manifest.recorded(tmp_path) is None
        assert begin(tmp_path)["restarts"] == 0


class TestNextAttempt:
    def test_is_counted_with_its_reason_and_takes_the_outcome_away(self, tmp_path: Path) -> None:
        first = begin(tmp_path)
        second = begin(tmp_path)
        assert (second["restarts"], second["started"]) == (1, first["started"])
        assert second["history"][0]["reason"] == "killed: it left no outcome.json"
        assert second["history"][0]["from_step"] == 0
        outcome.write(tmp_path, Outcome("failed", error="DataError: x"))
        third = begin(tmp_path)
        assert third["restarts"] == 2
        assert third["history"][:1] == second["history"]
        assert third["history"][1]["reason"] == "failed: DataError: x"
        assert not (tmp_path / "outcome.json").exists()

    @pytest.mark.parametrize("name", PRINTS)
    def test_refuses_other_inputs_and_leaves_all_as_it_was(self, tmp_path: Path, name: str) -> None:
        begin(tmp_path)
        outcome.write(tmp_path, Outcome("interrupted"))
        before = {path: path.read_bytes() for path in tmp_path.iterdir()}
        with pytest.raises(DataError, match=rf"other inputs: {name} differs"):
            begin(tmp_path, **{name: "99"})
        assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before

    def test_names_all_inputs_that_differ(self, tmp_path: Path) -> None:
        begin(tmp_path)
        with pytest.raises(DataError, match="data, template differ from"):
            begin(tmp_path, data="99", template="99")

    def test_warns_of_other_code(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        begin(tmp_path)
        caplog.clear()
        monkeypatch.setattr(environment, "git_state", lambda: ("0" * 40, "other\n"))
        monkeypatch.setattr(environment, "versions", lambda: {"torch": "1.0"})
        entry = begin(tmp_path)["history"][0]
        assert any("torch" in change for change in entry["changed"])
        assert "uncommitted changes" in entry["changed"]
        assert "0" * 40 in caplog.text

    def test_says_nothing_when_the_code_is_the_same(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        state = environment.GitState("1" * 40, "a diff\n", ["new.py"])
        monkeypatch.setattr(environment, "code", lambda: state)
        monkeypatch.setattr(environment, "git_state", lambda: state[:2])
        begin(tmp_path)
        assert "changed" not in begin(tmp_path)["history"][0]
        assert caplog.text == ""


class TestConfiguration:
    def test_the_same_one_passes_whatever_the_order(self, tmp_path: Path) -> None:
        written = json.loads(json.dumps(begin(tmp_path)))
        manifest.require_same_configuration(written, dict(reversed(CONFIG.items())))

    def test_every_setting_that_differs_is_named(self, tmp_path: Path) -> None:
        written = json.loads(json.dumps(begin(tmp_path)))
        changed = {**CONFIG, "trainer": {"lr": 2e-4, "betas": [0.9, 0.99], "clip": 1.0}}
        with pytest.raises(DataError) as error:
            manifest.require_same_configuration(written, changed)
        assert "trainer.lr: was 0.0001, is 0.0002" in str(error.value)
        assert "trainer.clip: was 'not there', is 1.0" in str(error.value)
        assert "betas" not in str(error.value)

    def test_a_secret_that_was_renewed_is_no_other_configuration(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("QDRANT_API_KEY", "canary-one-1")
        written = begin(tmp_path, {**CONFIG, "url": "http://h/?k=canary-one-1"})
        assert "canary" not in (tmp_path / "run.json").read_text()
        monkeypatch.setenv("QDRANT_API_KEY", "canary-two-2")
        manifest.require_same_configuration(written, {**CONFIG, "url": "http://h/?k=canary-two-2"})


class TestCode:
    def test_outside_a_repository_there_is_no_commit(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
        monkeypatch.setattr(environment, "__file__", str(tmp_path / "environment.py"))
        assert environment.code() == (None, "", [])

    def test_without_git_there_is_no_commit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        assert environment.code() == (None, "", [])
        assert environment.driver() is None

    def test_the_diff_and_the_new_files_rebuild_the_tree(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def git(*words: str) -> None:
            name = ["-c", "user.name=x", "-c", "user.email=x@y"]
            subprocess.run(["git", *name, *words], cwd=tmp_path, check=True, capture_output=True)

        (tmp_path / "sub").mkdir()
        for name in ("a.py", "environment.py"):
            (tmp_path / "sub" / name).write_text("one\n")
        (tmp_path / "picture").write_bytes(bytes(range(256)))
        git("init")
        git("add", ".")
        git("commit", "-m", "first")
        (tmp_path / "sub" / "a.py").write_text("two\n")
        (tmp_path / "picture").write_bytes(bytes(range(255, -1, -1)))
        (tmp_path / "new.py").write_text("")
        monkeypatch.setattr(environment, "__file__", str(tmp_path / "sub" / "environment.py"))
        state = environment.code()
        assert state.untracked == ["new.py"]
        git("stash")
        (tmp_path / "git.diff").write_text(state.diff)
        git("apply", "git.diff")
        assert (tmp_path / "sub" / "a.py").read_text() == "two\n"
        assert (tmp_path / "picture").read_bytes() == bytes(range(255, -1, -1))


def test_the_command_of_a_verb_has_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["run=outputs/a b", "into=x", "system.remote.api_key=abc"]
    monkeypatch.setattr("sys.argv", ["mathpal compare", *words])
    found = provenance.verb_command("compare", without="into")
    assert found == "mathpal compare 'run=outputs/a b' 'system.remote.api_key=***'"
