"""No command line ends in a traceback: 300 random overrides, always the same ones.

`make test-slow` tries 10,000 others.
"""

from pathlib import Path

import pytest

from tests.unit.settings.command_lines import fuzz


@pytest.mark.timeout(1200)  # 48 s of one processor
def test_random_overrides_are_answered_in_words(tmp_path: Path) -> None:
    assert fuzz(300, 29, tmp_path) == []
