"""Every option of conf/hydra/launcher is what its plug-in takes, and is in nobody's way."""

import importlib.util
import subprocess
import sys

import pytest
from hydra.utils import get_class

from mathpal.settings.composition import CONF, compose
from mathpal.settings.launchers import LAUNCHERS as DECLARED

ROOT = CONF.parent
LAUNCHERS = sorted(path.stem for path in (CONF / "hydra" / "launcher").glob("*.yaml"))


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_it_composes_under_the_schema_of_its_plug_in(launcher: str) -> None:
    node = compose([f"hydra/launcher={launcher}", "hydra.mode=MULTIRUN"]).hydra.launcher
    plug_in = str(node._target_).rpartition(".")[0].rpartition(".")[0]
    if importlib.util.find_spec(plug_in) is None:
        pytest.skip(f"{plug_in} is not installed")
    settings = {name: value for name, value in node.items() if name != "_target_"}
    assert get_class(node._target_)(**settings) is not None


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_it_declares_what_it_can_do(launcher: str) -> None:
    node = compose([f"hydra/launcher={launcher}", "hydra.mode=MULTIRUN"]).hydra.launcher
    can = DECLARED[str(node._target_)]
    assert can.names_jobs == ("name" in node)
    assert can.forks_warm == ("warm" in node)
    assert can.starts_ray == ("ray" in node)


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_single_command_is_not_disturbed_by_it(launcher: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "train.py"), f"hydra/launcher={launcher}", "--cfg", "job"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("model:")
