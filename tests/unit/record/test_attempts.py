"""An attempt at a run: its directory, its clock, and its outcome when it fails."""

from pathlib import Path

import pytest
import torch

from mathpal.errors import DataError, InfeasibleError, OutOfMemoryError
from mathpal.record import attempts, outcome
from mathpal.record.outcome import Outcome


class TestDirectory:
    def test_a_new_directory_is_made_with_its_parents(self, tmp_path: Path) -> None:
        attempts.create(tmp_path / "a" / "b")
        assert (tmp_path / "a" / "b").is_dir()

    def test_a_directory_without_an_outcome_may_be_used(self, tmp_path: Path) -> None:
        (tmp_path / "train.log").write_text("")
        attempts.create(tmp_path)

    @pytest.mark.parametrize("status", ["interrupted", "failed", "pruned"])
    def test_a_run_that_did_not_complete_may_be_used_too(self, tmp_path: Path, status: str) -> None:
        outcome.write(tmp_path, Outcome(status))
        attempts.create(tmp_path)
        assert outcome.read(tmp_path).status == status

    def test_a_finished_run_is_refused(self, tmp_path: Path) -> None:
        outcome.write(tmp_path, Outcome("completed"))
        before = (tmp_path / "outcome.json").read_bytes()
        with pytest.raises(DataError, match=r"finished run.*hydra\.run\.dir"):
            attempts.create(tmp_path)
        assert (tmp_path / "outcome.json").read_bytes() == before


def test_stages_follow_each_other() -> None:
    clock = attempts.Clock()
    clock("model")
    clock("fit")
    clock.stop()
    clock.stop()
    assert list(clock.seconds) == ["model", "fit"]
    assert all(value >= 0 for value in clock.seconds.values())


@pytest.mark.parametrize(
    ("error", "status", "named"),
    [
        (InfeasibleError("too large"), "failed", "InfeasibleError"),
        (torch.OutOfMemoryError("full"), "failed", "OutOfMemoryError"),
        (OutOfMemoryError("full"), "failed", "OutOfMemoryError"),
        (ValueError("a bug"), "failed", "ValueError"),
        (KeyboardInterrupt(), "interrupted", None),
        (SystemExit(143), "interrupted", None),
    ],
)
def test_what_ended_a_run_is_named(
    tmp_path: Path, error: BaseException, status: str, named: str | None
) -> None:
    with (
        pytest.raises(type(error)),
        attempts.outcome_on_error(tmp_path, attempts.Clock(), dry=False),
    ):
        raise error
    found = outcome.read(tmp_path)
    assert (found.status, found.error_type) == (status, named)


def test_an_outcome_that_is_there_stays_and_a_dry_run_has_none(tmp_path: Path) -> None:
    clock = attempts.Clock()
    with (
        pytest.raises(ValueError, match="late"),
        attempts.outcome_on_error(tmp_path, clock, dry=True),
    ):
        raise ValueError("late")
    assert outcome.find(tmp_path) is None
    outcome.write(tmp_path, Outcome("completed"))
    with (
        pytest.raises(ValueError, match="late"),
        attempts.outcome_on_error(tmp_path, clock, dry=False),
    ):
        raise ValueError("late")
    assert outcome.read(tmp_path).status == "completed"
