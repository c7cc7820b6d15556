"""The test suites that Hydra and Optuna ship for whoever implements their interfaces."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hydra import version
from hydra.extra.pytest_plugin import (
    hydra_restore_singletons,  # noqa: F401  (a fixture)
    hydra_sweep_runner,  # noqa: F401
)
from hydra.test_utils.launcher_common_tests import IntegrationTestSuite, LauncherTestSuite
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage
from optuna.testing.pytest_samplers import BasicSamplerTestCase, RelativeSamplerTestCase
from optuna.testing.pytest_storages import StorageTestCase

from mathpal.settings.composition import CONF
from mathpal.sweeps.samplers import build_sampler
from mathpal.sweeps.storage import open_storage

# The suites' own tests need neither the libraries of a training nor a process that has them.
LOCAL = [f"hydra.searchpath=[file://{CONF}]", "hydra.launcher.warm=false"]


@pytest.fixture
def no_version_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the launcher suite choose the version of Hydra's behaviour, as in a process of its own.

    A composition in an earlier test chooses 1.3 for the whole process.
    """
    monkeypatch.setattr(version.VersionBase.instance(), "version_base", version._UNSPECIFIED_)


@pytest.mark.usefixtures("no_version_chosen")
@pytest.mark.parametrize(("launcher_name", "overrides"), [("local", LOCAL)])
class TestLocalLauncher(LauncherTestSuite):
    """`hydra/launcher=local` runs jobs as Hydra's own launchers do."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task_launcher_cfg", "extra_flags"),
    [({}, ["-m", "hydra/launcher=local", *LOCAL])],
)
class TestLocalLauncherInScripts(IntegrationTestSuite):
    """The same from a command line."""


class TestJournal(StorageTestCase):
    """The journal in a study's directory, with a lock of MathPal's."""

    @pytest.fixture
    def storage(self, tmp_path: Path) -> BaseStorage:
        return open_storage(None, tmp_path)


def _built(name: str) -> Callable[[], BaseSampler]:
    return lambda: build_sampler({"_target_": f"optuna.samplers.{name}", "seed": 1}, 3)


@pytest.mark.slow
class TestSamplers(BasicSamplerTestCase):
    """Samplers that are built from their nodes."""

    @pytest.fixture(params=["TPESampler", "RandomSampler", "QMCSampler", "CmaEsSampler"])
    def sampler(self, request: Any) -> Callable[[], BaseSampler]:
        if request.param == "CmaEsSampler":
            pytest.importorskip("cmaes")
        return _built(request.param)


@pytest.mark.slow
class TestRelativeSamplers(RelativeSamplerTestCase):
    """The same for samplers that propose several parameters together."""

    @pytest.fixture(params=["QMCSampler", "CmaEsSampler"])
    def sampler(self, request: Any) -> Callable[[], BaseSampler]:
        if request.param == "CmaEsSampler":
            pytest.importorskip("cmaes")
        return _built(request.param)
