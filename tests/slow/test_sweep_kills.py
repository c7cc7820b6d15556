"""Two hundred kills, of drivers and of trials, change nothing of what a study finds."""

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from mathpal.record import heartbeat
from mathpal.record.outcome import ended
from tests.unit.sweeps.studies import (
    X,
    begin,
    begun,
    command,
    ends,
    study,
    surroundings,
    trials_of,
    until,
)

pytestmark = pytest.mark.slow
KILLS = 200
N_TRIALS = 120
WORDS = (
    X, "hydra/sweeper/sampler=random", f"hydra.sweeper.n_trials={N_TRIALS}",
    "hydra.sweeper.n_jobs=2", f"hydra.sweeper.retries={KILLS}", "hydra.sweeper.max_failure_rate=0",
    "hydra.sweeper.intermediate=objective",
)  # fmt: skip
SLOWLY = ("steps=4", "seconds=0.15")


class Killer:
    """Kills what is at work on a study, and keeps count.

    Args:
        folder: where the study's command is given.
        chance: by which it chooses.
    """

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.home, self.chance = folder, folder / "multirun" / "study", chance
        self.drivers: list[subprocess.Popen[bytes]] = []
        self.killed: Counter[int] = Counter()  # trial -> kills of its process
        self.torn: Counter[int] = Counter()  # trial -> kills after its task, before its outcome
        self.of_drivers = 0
        self.driver_is_next = False

    def see_to_drivers(self) -> None:
        """Give the command again where nobody is at work, and sometimes where somebody is."""
        self.drivers = [driver for driver in self.drivers if driver.poll() is None]
        if not self.drivers or (len(self.drivers) == 1 and self.chance.random() < 0.1):
            self.drivers.append(begin(self.folder, *WORDS, *SLOWLY))

    def strike(self) -> bool:
        """Kill a driver or a trial's process; whether there was one."""
        if self.driver_is_next:
            driver = self.drivers.pop(self.chance.randrange(len(self.drivers)))
            driver.kill()
            self.of_drivers += driver.wait() == -signal.SIGKILL
        elif not self._strike_trial():
            time.sleep(0.02)
            return False
        self.driver_is_next = self.chance.random() < 0.25
        return True

    def _strike_trial(self) -> bool:
        running = [
            sign for sign in self.home.glob(f"*/{heartbeat.ATTEMPT}")
            if ended(sign.parent) is None and heartbeat.alive(sign, 60)
        ]  # fmt: skip
        if not running:
            return False
        sign = self.chance.choice(sorted(running))
        number = int(sign.parent.name)
        pid = json.loads(sign.read_text())["pid"]
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:  # it has ended since: no kill, and none is counted
            return False
        until(lambda: not heartbeat.alive(sign, 60))
        self.killed[number] += 1
        if (sign.parent / "ended").exists() and ended(sign.parent) is None:
            self.torn[number] += 1
        return True

    def leave(self) -> None:
        """End the drivers that still run."""
        for driver in self.drivers:
            driver.kill()
            driver.wait()

    def done(self) -> int:
        """Trials that have left their outcome."""
        return sum(1 for _ in self.home.glob("*/outcome.json"))


def disturb(folder: Path, chance: random.Random) -> Killer:
    """Run a study under kills that come at random, and as fast as it gets on."""
    killer = Killer(folder, chance)
    kills = 0
    try:
        while kills < KILLS:
            killer.see_to_drivers()
            if killer.done() < N_TRIALS * kills / KILLS:
                time.sleep(chance.uniform(0, 1))
            kills += killer.strike()
        for driver in killer.drivers:
            driver.wait(240)
    finally:
        killer.leave()
    return killer


@pytest.mark.timeout(900)
def test_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    calm, wild = tmp_path / "calm", tmp_path / "wild"
    calm.mkdir(), wild.mkdir()
    study(calm, *WORDS, "hydra/launcher=basic")
    killer = disturb(wild, random.Random(20))
    last = subprocess.run(
        command(*WORDS, *SLOWLY), cwd=wild, env=surroundings(), capture_output=True, text=True
    )
    assert last.returncode == 0, last.stderr[-3000:]
    print(f"{killer.of_drivers} kills of drivers, {sum(killer.killed.values())} of trials")

    journal = (killer.home / "journal.log").read_text()
    assert all(json.loads(line) for line in journal.splitlines())
    found = trials_of(wild)
    assert ends(wild) == ["completed"] * N_TRIALS
    for trial in found:
        number = trial.number
        assert 1 <= len(begun(wild, number)) <= 1 + killer.killed[number]
        assert len((killer.home / str(number) / "ended").read_text().split()) <= (
            1 + killer.torn[number]
        )
        hows = [attempt["how"] for attempt in trial.user_attrs["attempts"]]
        assert hows[-1] == "completed" and set(hows[:-1]) <= {"killed", "lost"}
    drawn = sorted((t.params["x"], t.value) for t in found)
    assert drawn == sorted((t.params["x"], t.value) for t in trials_of(calm))
