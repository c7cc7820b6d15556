"""The plan against what training really takes, in processes of their own."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "plan_memory.py"
pytestmark = pytest.mark.slow


def benchmark() -> Any:
    found = importlib.util.spec_from_file_location("plan_memory", PATH)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("overrides", benchmark().SETTINGS, ids=" ".join)
def test_the_predicted_peak_is_within_a_fifth_of_the_measured(overrides: tuple[str, ...]) -> None:
    peak = benchmark().measured(overrides)
    assert peak.predicted == pytest.approx(peak.tensors, rel=0.2)
    assert peak.predicted == pytest.approx(peak.resident, rel=0.2)
