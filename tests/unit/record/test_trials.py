"""What a trial and its study tell each other through files."""

from pathlib import Path

import pytest

from mathpal.record import trials
from mathpal.record.journal import Values


def test_a_report_that_comes_too_late_ends_the_trial(tmp_path: Path) -> None:
    trials.report(tmp_path, 1, objective=2.0)
    trials.tell_to_stop(tmp_path)
    with pytest.raises(trials.Pruned):
        trials.report(tmp_path, 2, objective=1.0)
    assert Values(tmp_path / "metrics.jsonl", "objective").new() == [(1, 2.0), (2, 1.0)]
