"""Unsloth's CPU backend in this process, before Transformers: `make test-unsloth`."""

import os
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from mathpal.models.loaded import Loaded


@pytest.fixture(scope="session", autouse=True)
def unsloth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Imported by MathPal's own door; gives the run directory that it was told."""
    if find_spec("unsloth") is None:
        pytest.skip("Unsloth is not installed; make test-unsloth does it")
    from mathpal.models.backends import begin

    run_dir = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patched, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patched.setenv("UNSLOTH_FORCE_CPU", "1")
        for name in ("UNSLOTH_CE_LOSS_N_CHUNKS", "UNSLOTH_COMPILE_LOCATION"):
            patched.setenv(name, os.environ.get(name, ""))
            patched.delenv(name)
        assert begin("unsloth", run_dir) == "unsloth"
        yield run_dir


@pytest.fixture(scope="session")
def e2b(unsloth: Path, shared_tiny: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a narrow E2B in the hub's layout: the language model beneath towers."""
    from tests.unit.models.test_loading import miniature, saved, with_towers

    model = miniature(30, 10, shared_tiny.tokenizer)
    return with_towers(saved(model, shared_tiny.tokenizer, tmp_path_factory.mktemp("e2b")))
