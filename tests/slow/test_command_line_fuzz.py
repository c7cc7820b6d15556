"""No command line ends in a traceback: 10,000 random overrides in ten parts."""

from pathlib import Path

import pytest

from tests.unit.settings.command_lines import fuzz

pytestmark = pytest.mark.slow  # 27 minutes of one processor


@pytest.mark.parametrize("seed", range(100, 110))
def test_random_overrides_are_answered_in_words(tmp_path: Path, seed: int) -> None:
    assert fuzz(1000, seed, tmp_path) == []
