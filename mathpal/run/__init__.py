"""Run: the order of one run, from a composition to its directory.

In a notebook: `from mathpal.run import compose, load_run, train`.
"""

from mathpal.record.outcome import RunResult
from mathpal.run.run import load_run, resume, train
from mathpal.settings.composition import compose

__all__ = ["RunResult", "compose", "load_run", "resume", "train"]
