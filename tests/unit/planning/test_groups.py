"""The smallest memory limit of a process's control groups, wherever it stands."""

import os
from pathlib import Path

import pytest

from mathpal.planning import machine
from mathpal.planning.groups import group_room

MB = 2**20
UNLIMITED = 9223372036854771712  # what version 1 says without a limit


class Machine:
    """A fake /proc/self and the hierarchies that it mounts."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.process = folder, folder / "self"
        self.process.mkdir()
        self.lines: list[str] = []

    def mount(self, kind: str, place: str, root: str = "/", options: str = "rw") -> Path:
        where = self.folder / place
        where.mkdir(parents=True, exist_ok=True)
        shown = str(where).replace(" ", "\\040")
        self.lines.append(f"31 23 0:28 {root} {shown} rw shared:9 - {kind} {kind} {options}")
        return where

    def room(self, *groups: str) -> float | None:
        (self.process / "cgroup").write_text("".join(f"{g}\n" for g in groups))
        (self.process / "mountinfo").write_text("".join(f"{line}\n" for line in self.lines))
        return group_room(self.process)


@pytest.fixture
def fake(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def v2(folder: Path, limit: int | str, used: int = 100, cache: int = 40) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    size = limit if isinstance(limit, str) else limit * MB
    (folder / "memory.max").write_text(f"{size}\n")
    (folder / "memory.current").write_text(f"{used * MB}\n")
    (folder / "memory.stat").write_text(f"anon 5\ninactive_file {cache * MB}\n")


def v1(folder: Path, limit: int | None, used: int = 100, cache: int = 40) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    size = UNLIMITED if limit is None else limit * MB
    (folder / "memory.limit_in_bytes").write_text(f"{size}\n")
    (folder / "memory.usage_in_bytes").write_text(f"{used * MB}\n")
    (folder / "memory.stat").write_text(f"inactive_file 0\ntotal_inactive_file {cache * MB}\n")


def test_a_limit_of_the_own_group(fake: Machine) -> None:
    root = fake.mount("cgroup2", "sys/fs/cgroup")
    v2(root / "user.slice/job", 700)
    assert fake.room("0::/user.slice/job") == 640 * MB


def test_a_limit_further_up_counts_if_it_is_the_smallest(fake: Machine) -> None:
    root = fake.mount("cgroup2", "sys/fs/cgroup")
    v2(root / "slurm/job_7", 700, used=200, cache=0)
    v2(root / "slurm/job_7/step_0", "max")
    v2(root / "slurm/job_7/step_0/user/task_0", 900, used=100, cache=0)
    assert fake.room("0::/slurm/job_7/step_0/user/task_0") == 500 * MB


def test_version_1_nested(fake: Machine) -> None:
    root = fake.mount("cgroup", "sys/fs/cgroup/memory", options="rw,memory")
    fake.mount("cgroup", "sys/fs/cgroup/cpu", options="rw,cpu,cpuacct")
    v1(root, None)
    v1(root / "slurm", 800)
    v1(root / "slurm/job", 700)
    assert fake.room("9:cpu,cpuacct:/other", "4:memory:/slurm/job", "0::/") == 640 * MB
    assert fake.room("4:cpuset,memory:/slurm") == 740 * MB


def test_both_versions_at_once(fake: Machine) -> None:
    v1(fake.mount("cgroup", "cgroup/memory", options="rw,memory") / "a", 900)
    v2(fake.mount("cgroup2", "cgroup/unified") / "b", 800)
    assert fake.room("4:memory:/a", "0::/b") == 740 * MB


def test_a_container_that_sees_its_own_part_only(fake: Machine) -> None:
    root = fake.mount("cgroup", "sys/fs/cgroup/memory", root="/docker/1f", options="rw,memory")
    v1(root, 700)
    assert fake.room("4:memory:/docker/1f") == 640 * MB
    v1(root / "inner", 500)
    assert fake.room("4:memory:/docker/1f/inner") == 440 * MB


def test_a_group_that_is_not_mounted_under_its_path(fake: Machine) -> None:
    v1(fake.mount("cgroup", "memory", options="rw,memory"), 700)
    assert fake.room("4:memory:/docker/1f") == 640 * MB
    assert fake.room("4:memory:/../../other") == 640 * MB


def test_a_mount_with_a_space_in_its_name(fake: Machine) -> None:
    v2(fake.mount("cgroup2", "my groups") / "a", 700)
    assert fake.room("0::/a") == 640 * MB


def test_a_group_whose_name_is_not_utf8(fake: Machine) -> None:
    v2(fake.mount("cgroup2", "sys/fs/cgroup") / os.fsdecode(b"caf\xe9"), 700)
    assert fake.room("0::/other") is None
    (fake.process / "cgroup").write_bytes(b"0::/caf\xe9\n")
    assert group_room(fake.process) == 640 * MB


def test_no_limit(fake: Machine) -> None:
    root = fake.mount("cgroup2", "sys/fs/cgroup")
    v2(root / "a", "max")
    assert fake.room("0::/a") is None
    assert fake.room() is None
    assert group_room(fake.folder / "not there") is None


def test_a_full_group_has_no_room(fake: Machine) -> None:
    v2(fake.mount("cgroup2", "groups") / "a", 50, used=90, cache=0)
    assert fake.room("0::/a") == 0


def test_the_gate_plans_with_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "group_room", lambda: 640.0 * MB)
    found = machine.room("cpu", 2)
    assert found is not None and found.size == 320 * MB and "job or container" in found.source
