"""Two thousand items a family, graded and checked step by step; a million in a file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mathpal.answers import check_steps, grade, parse_gold
from mathpal.curriculum import FAMILIES, problem

pytestmark = pytest.mark.slow

WRITE = """
import json, sys, time
from pathlib import Path
from mathpal.data.stream import write_problems
from mathpal.record.resident import peak_resident
began = time.process_time()
size = write_problems(Path(sys.argv[1]), count=int(sys.argv[2]))
used = peak_resident() / 2**20
print(json.dumps({"size": size, "seconds": time.process_time() - began, "megabytes": used}))
"""


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_two_thousand_items_are_right(name: str) -> None:
    for i in range(2_000):
        item = problem("slow", ("train", "validation", "test")[i % 3], name, i)
        gold = parse_gold(item.answer or "", kind=item.kind)
        mark = grade(item.solution, gold, question=item.question)
        assert mark.verdict == "correct", f"{item.id}: {mark}\n{item.solution}"
        wrong = [step for step in check_steps(item.solution) if step.verdict == "invalid"]
        assert not wrong, f"{item.id}: {wrong}"


def test_a_million_problems_stream_in_constant_memory(tmp_path: Path) -> None:
    def write(count: int) -> dict[str, float]:
        done = subprocess.run(
            [sys.executable, "-c", WRITE, str(tmp_path / "p.parquet"), str(count)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        facts: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return facts

    few, many = write(50_000), write(1_000_000)
    assert many["megabytes"] < 1.3 * few["megabytes"]
    assert 1_000_000 / many["seconds"] > 5_000
