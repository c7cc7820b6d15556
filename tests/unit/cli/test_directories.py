"""The directories of runs and sweeps, made before Hydra makes them."""

from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf, open_dict

from mathpal.cli.directories import Directories
from mathpal.settings.composition import compose


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run_dir(*words: str, config_name: str = "train") -> str:
    cfg = compose(words, config_name)
    Directories().on_run_start(cfg)
    return str(cfg.hydra.run.dir)


def sweep_dir(*words: str) -> Any:
    cfg: Any = compose(words)
    with open_dict(cfg):
        cfg.hydra.sweep.dir = "multirun/it's a grid/%Y-%S" if not words else cfg.hydra.sweep.dir
    OmegaConf.set_readonly(cfg.hydra, True)
    Directories().on_multirun_start(cfg)
    return cfg


def test_runs_of_one_second_get_directories_of_their_own() -> None:
    found = [run_dir() for _ in range(3)]
    assert len(set(found)) == 3
    assert all(Path(name).is_dir() and name.startswith("outputs/default/") for name in found)


def test_a_directory_that_was_named_is_taken_as_it_is() -> None:
    assert [run_dir("hydra.run.dir=one") for _ in range(2)] == ["one", "one"]
    assert [p.name for p in Path.cwd().iterdir()] == ["one"]


def test_a_sweep_of_the_same_second_gets_its_own_and_its_runs_are_told() -> None:
    first, second = sweep_dir(), sweep_dir()
    assert first.hydra.sweep.dir != second.hydra.sweep.dir == f"{first.hydra.sweep.dir}-2"
    told = compose([*second.hydra.overrides.hydra])
    assert told.hydra.sweep.dir == second.hydra.sweep.dir


def test_a_study_that_was_named_is_joined() -> None:
    words = ["hydra.sweep.dir=multirun/mine"]
    assert [str(sweep_dir(*words).hydra.sweep.dir) for _ in range(2)] == ["multirun/mine"] * 2


@pytest.mark.parametrize("config_name", ["generate", "reproduce", "doctor"])
def test_other_verbs_write_nothing_into_the_working_directory(config_name: str) -> None:
    Path.cwd().chmod(0o555)
    assert run_dir(config_name=config_name) == "."
    assert not list(Path.cwd().iterdir())


@pytest.mark.parametrize("words", [(), ("hydra.run.dir=outputs/one",)])
def test_outputs_that_is_a_dangling_link_is_one_message(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("outputs").symlink_to("gone")
    with pytest.raises(SystemExit) as stopped:
        run_dir(*words)
    assert stopped.value.code == 2
    assert "outputs is a link to gone, which is not there" in capsys.readouterr().err


def test_a_run_elsewhere_needs_no_outputs() -> None:
    Path("outputs").touch()
    assert run_dir("hydra.run.dir=elsewhere/one") == "elsewhere/one"
