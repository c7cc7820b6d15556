"""Other processes are started once, stopped by passing signals on, and their end is told truly."""

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mathpal.errors import DataError
from mathpal.record import outcome
from mathpal.record.outcome import Objective, Outcome
from mathpal.run import launching
from mathpal.run.run import _launch
from mathpal.settings.checked import Composition
from mathpal.training.fit import fit

# Says when it is ready, and what it was sent.
TOLD = """
import os, signal, sys, time
def told(number, frame):
    open("told", "a").write(signal.Signals(number).name + " ")
    sys.exit(int(sys.argv[1]))
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR2):
    signal.signal(number, told)
open("ready", "w").close()
time.sleep(60)
"""


def wait_until_ready(folder: Path) -> None:
    while not (folder / "ready").exists():
        time.sleep(0.01)


class TestWaiting:
    @pytest.mark.parametrize("code", [0, 1, 2])
    def test_the_exit_code_comes_back(self, code: int) -> None:
        command = [sys.executable, "-c", f"import sys; sys.exit({code})"]
        assert launching.wait_for(command) == code

    def test_a_death_by_signal_is_told_as_shells_do(self) -> None:
        command = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
        assert launching.wait_for(command) == 137

    @pytest.mark.parametrize(
        ("sent", "passed", "code"),
        [("SIGTERM", "SIGTERM", 143), ("SIGINT", "SIGINT", 130), ("SIGUSR2", "SIGTERM", 140)],
    )
    def test_a_signal_is_passed_on_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: str, passed: str, code: int
    ) -> None:
        monkeypatch.chdir(tmp_path)
        self.send_when_ready(tmp_path, sent)
        handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
        assert launching.wait_for([sys.executable, "-c", TOLD, "1"]) == code
        assert (tmp_path / "told").read_text() == f"{passed} "
        assert [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)] == handlers

    def test_a_signal_that_comes_while_it_starts_is_passed_on_once_and_as_it_is(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        start = launching._started

        def interrupted(*given: Any) -> subprocess.Popen[Any]:
            process = start(*given)
            wait_until_ready(tmp_path)
            os.kill(os.getpid(), signal.SIGINT)
            return process

        monkeypatch.setattr(launching, "_started", interrupted)
        assert launching.wait_for([sys.executable, "-c", TOLD, "1"]) == 130
        assert (tmp_path / "told").read_text() == "SIGINT "

    def test_who_ends_well_in_spite_of_it_ended_well(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        self.send_when_ready(tmp_path, "SIGTERM")
        assert launching.wait_for([sys.executable, "-c", TOLD, "0"]) == 0

    def test_sigusr2_is_heard_here_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        # Its child is told, too, as by Slurm, before this process passes the word on.
        code = TOLD + "\ntime.sleep(60)"
        tell = "import os, signal, time; os.kill(os.getppid(), 12); os.kill(os.getpid(), 12)\n"
        assert (
            launching.wait_for(
                [
                    sys.executable,
                    "-c",
                    code.replace('open("ready"', f'{tell.strip()}; open("ready"'),
                    "1",
                ]
            )
            == 140
        )
        assert (tmp_path / "told").read_text() == "SIGTERM "

    @staticmethod
    def send_when_ready(folder: Path, name: str) -> None:
        def send() -> None:
            wait_until_ready(folder)
            os.kill(os.getpid(), signal.Signals[name])

        threading.Thread(target=send, daemon=True).start()


def test_the_worker_is_found_from_everywhere_and_not_mistaken(tmp_path: Path) -> None:
    (tmp_path / "mathpal").mkdir()
    (tmp_path / "mathpal" / "__init__.py").write_text("raise SystemExit(99)")
    done = subprocess.run(
        [*launching.worker(tmp_path / "no run")], env=launching.environment(), cwd=tmp_path,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "holds no run to resume" in done.stderr
    assert "Traceback" not in done.stderr


TWO = Composition({"trainer": partial(fit, lr=1e-3, batch_tokens=512, devices=2)})


class TestSeveral:
    @pytest.fixture
    def ended(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
        """How the processes end, which are not really started."""
        how: dict[str, object] = {}

        def wait_for(command: list[str], **_: object) -> int:
            how["command"] = command[1:]
            objective = Objective("train/loss", 0.5)
            if how["status"]:
                said = Outcome(
                    str(how["status"]), {"train/loss": 0.5}, objective, error="DataError: no rows"
                )
                outcome.write(Path(command[-1]), said)
            return int(str(how["code"]))

        monkeypatch.setattr(launching, "wait_for", wait_for)
        return how

    def test_torchrun_is_started_and_the_result_read(
        self, tmp_path: Path, ended: dict[str, object]
    ) -> None:
        ended |= {"status": "completed", "code": 0}
        result = _launch(TWO, tmp_path)
        assert (result.objective, result.metrics) == (0.5, {"train/loss": 0.5})
        assert ended["command"] == [
            "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2",
            "-m", "mathpal.worker", str(tmp_path),
        ]  # fmt: skip

    def test_what_failed_there_fails_here(self, tmp_path: Path, ended: dict[str, object]) -> None:
        ended |= {"status": "failed", "code": 1}
        with pytest.raises(DataError, match="no rows"):
            _launch(TWO, tmp_path)

    def test_what_left_no_word_is_no_success(
        self, tmp_path: Path, ended: dict[str, object]
    ) -> None:
        ended |= {"status": None, "code": 0}
        with pytest.raises(DataError, match=r"outcome\.json is not there"):
            _launch(TWO, tmp_path)

    def test_stopping_them_stops_this_one(self, tmp_path: Path, ended: dict[str, object]) -> None:
        ended |= {"status": "interrupted", "code": 143}
        with pytest.raises(SystemExit) as error:
            _launch(TWO, tmp_path)
        assert error.value.code == 143

    @pytest.mark.parametrize(("rank", "first"), [(None, True), ("0", True), ("1", False)])
    def test_the_first_keeps_the_record(
        self, monkeypatch: pytest.MonkeyPatch, rank: str | None, first: bool
    ) -> None:
        monkeypatch.delenv("RANK", raising=False)
        if rank is not None:
            monkeypatch.setenv("RANK", rank)
        assert launching.is_first() is first
