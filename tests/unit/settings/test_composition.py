"""What is written of a configuration can be run again, and holds no secret."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from mathpal.cli.resuming import resume
from mathpal.errors import ConfigError, DataError
from mathpal.record import files
from mathpal.settings import composition
from mathpal.settings.composition import compose

CANARY = "canary-4f1d9c07"


def write(folder: Path, *overrides: str) -> composition.Composed:
    composed = composition.split(compose(overrides))
    composition.write(folder, composed)
    return composed


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    composed = write(tmp_path, "trainer.lr=2e-4", "trainer.seed='${seed}'")
    again = composition.read(tmp_path)
    assert again.config == composed.config
    assert again.overrides == ["trainer.lr=2e-4", "trainer.seed='${seed}'"]
    assert "${seed}" in (tmp_path / ".hydra" / "config.yaml").read_text()
    assert "hydra" in OmegaConf.load(tmp_path / ".hydra" / "hydra.yaml")


def test_a_secret_of_the_environment_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE", f"http://me:{CANARY}@host")
    first = write(tmp_path, "data=qdrant", "data.url='${oc.env:STORE}'")
    assert CANARY.encode() not in everything(tmp_path)
    again = composition.read(tmp_path)
    assert composition.resolved(again.config)["data"]["url"] == f"http://me:{CANARY}@host"
    hashes = {files.config_hash(composition.resolved(each.config)) for each in (first, again)}
    assert len(hashes) == 1


def test_a_secret_on_the_command_line_is_written_nowhere_and_missed(tmp_path: Path) -> None:
    write(tmp_path, "data=qdrant", f"data.url='http://me:{CANARY}@host'")
    assert CANARY.encode() not in everything(tmp_path)
    with pytest.raises(ConfigError, match=r"data\.url held a secret"):
        composition.read(tmp_path)


@pytest.mark.parametrize("content", ["a: [", "- 1\n- 2", "\x00"])
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    write(tmp_path)
    (tmp_path / ".hydra" / "config.yaml").write_text(content)
    with pytest.raises(DataError, match=r"\.hydra"):
        composition.read(tmp_path)


class TestResumeOnTheCommandLine:
    @pytest.fixture
    def executed(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
        commands: list[list[str]] = []
        monkeypatch.setattr("os.execve", lambda path, command, env: commands.append(command))
        monkeypatch.chdir(tmp_path)
        Path("my run").mkdir()
        return commands

    @pytest.mark.parametrize("word", ["resume=my run", "+resume=my run", "++resume='my run'"])
    def test_alone_it_becomes_the_worker(self, executed: list[list[str]], word: str) -> None:
        resume([word])
        assert [command[1:] for command in executed] == [["-m", "mathpal.worker", "my run"]]

    @pytest.mark.parametrize(
        "words",
        [[], ["resume=null"], ["trainer.resume=x"], ["name=resume=x"], ["--help", "resume=x"]],
    )
    def test_what_is_something_else_is_left_to_hydra(
        self, executed: list[list[str]], words: list[str]
    ) -> None:
        resume(words)
        assert executed == []

    @pytest.mark.parametrize(
        "words",
        [
            ["seed=1"],
            ["-m"],
            ["--multirun"],
            ["--cfg", "job"],
            ["resume=other"],
            ["hydra.run.dir=x"],
        ],
    )
    def test_beside_others_it_is_refused_and_they_are_named(
        self, executed: list[list[str]], words: list[str]
    ) -> None:
        with pytest.raises(ConfigError, match=f"also given: {' '.join(words)}"):
            resume(["resume=my run", *words])
        assert executed == []

    @pytest.mark.parametrize("folder", ["gone", ""])
    def test_it_needs_a_directory(self, executed: list[list[str]], folder: str) -> None:
        with pytest.raises(ConfigError, match="expected the directory of a run"):
            resume([f"resume={folder}"])


@pytest.mark.parametrize(
    "text",
    ["${oc.env:HOME}", r"\${x}", r"a\\${x} b", "${" * 500, "${a:" * 300 + "}" * 300, "x$${y}"],
)
def test_resolved_values_are_text_whatever_they_look_like(text: str) -> None:
    config = {"model": {"path": text, "names": [text]}}
    assert composition.resolved(composition.of_values(config, Path("run"))) == config
