"""The peak of a process's memory is its own."""

import subprocess
import sys

from mathpal.record.resident import peak_resident

MB = 2**20
CHILD = """
from mathpal.record.resident import peak_resident
before = peak_resident()
held = b"x" * (50 * 2**20)
print(before, peak_resident())
"""


def test_the_peak_is_not_that_of_the_process_that_started_this_one() -> None:
    held = b"x" * (150 * MB)
    mine = peak_resident()
    assert mine > len(held)
    said = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    before, after = (int(word) for word in said.stdout.split())
    assert before < 120 * MB < mine
    assert 45 * MB < after - before < 60 * MB
