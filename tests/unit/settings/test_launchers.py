"""A launcher that cannot work here is refused before Hydra builds it, with what to do."""

import shutil

import pytest

from mathpal.errors import ConfigError
from mathpal.settings import launchers
from mathpal.settings.command_line import check
from mathpal.settings.composition import CONF
from mathpal.settings.run_settings import RunSettings

SLURM = ("-m", "seed=1,2", "hydra/launcher=submitit_slurm")


def ok(*arguments: str) -> None:
    check("train", arguments, CONF, RunSettings)


def message(*arguments: str) -> str:
    with pytest.raises(ConfigError) as error:
        ok(*arguments)
    return str(error.value)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plug-in is installed."""
    monkeypatch.setattr(launchers, "_is_there", lambda package: False)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slurm's commands are there."""
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")


@pytest.mark.usefixtures("bare")
class TestWithoutThePlugIn:
    @pytest.mark.parametrize(
        ("option", "extra"),
        [("submitit_slurm", "slurm"), ("submitit_local", "slurm"), ("joblib", "joblib"),
         ("ray", "ray")],
    )  # fmt: skip
    def test_the_line_that_installs_it_is_told(self, option: str, extra: str) -> None:
        told = message("-m", "seed=1,2", f"hydra/launcher={option}")
        assert f"hydra/launcher={option}\n" in told
        assert told.endswith(f"fix:      pip install 'mathpal[{extra}]'")

    def test_faults_of_the_runs_come_first(self) -> None:
        told = message("-m", "lora=r99,r8", "hydra/launcher=ray")
        assert "lora=r99" in told
        assert "pip install" not in told

    def test_a_single_run_needs_none(self) -> None:
        ok("seed=1", "hydra/launcher=submitit_slurm")

    def test_hydras_own_launcher_is_there(self) -> None:
        ok("-m", "seed=1,2", "hydra/launcher=basic")


class TestSlurm:
    def test_away_from_the_cluster(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "which", lambda name: None)
        assert "sbatch and srun cannot be found here" in message(*SLURM)

    @pytest.mark.usefixtures("cluster")
    def test_on_the_cluster(self) -> None:
        ok(*SLURM)
        ok(*SLURM, "hydra.launcher.timeout_min=3", "hydra.launcher.signal_delay_s=179")

    @pytest.mark.usefixtures("cluster")
    def test_a_warning_as_long_as_the_job(self) -> None:
        told = message(*SLURM, "hydra.launcher.timeout_min=2")
        assert "signal_delay_s=120" in told and "timeout_min=2" in told

    @pytest.mark.usefixtures("cluster")
    @pytest.mark.parametrize("setting", ["tasks_per_node", "nodes"])
    def test_several_tasks_would_share_a_directory(self, setting: str) -> None:
        told = message(*SLURM, f"hydra.launcher.{setting}=2")
        assert "trainer.devices=2" in told
