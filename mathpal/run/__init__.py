"""Train, resume and load runs: everything from a composition to a finished run directory.

Knows the order of the steps and which process does what. The steps themselves are other packages.
In a notebook: `from mathpal.run import compose, load_run, train`.
"""

from mathpal.record.outcome import RunResult
from mathpal.run.reopening import load_run
from mathpal.run.run import resume, train
from mathpal.settings.composition import compose

__all__ = ["RunResult", "compose", "load_run", "resume", "train"]
