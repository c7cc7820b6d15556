"""Random command lines, and what becomes of one: Hydra's whole way up to the task, in process."""

import contextlib
import copy
import io
import itertools
import random
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from omegaconf import OmegaConf

from hydra_plugins.mathpal_sweeps.sweepers import GridSweeper, OptunaSweeper
from mathpal.cli import main
from mathpal.settings.composition import compose

GROUPS = ["model", "lora", "data", "trainer", "tracker", "evaluation", "export", "experiment",
          "study", "objective", "hydra/launcher", "hydra/sweeper", "hydra/job_logging"]  # fmt: skip
HYDRAS = [
    "hydra", "hydra.run.dir", "hydra.sweep.dir", "hydra.sweep.subdir", "hydra.mode",
    "hydra.verbose", "hydra.job.name", "hydra.job.chdir", "hydra.job.env_set",
    "hydra.job.env_set.X", "hydra.output_subdir", "hydra.callbacks", "hydra.callbacks.c",
    "hydra.callbacks.c._target_", "hydra.job_logging", "hydra.job_logging.root",
    "hydra.job_logging.version", "hydra.job_logging.root.level", "hydra.job_logging.root.handlers",
    "hydra.job_logging.handlers.console.class", "hydra.job_logging.handlers.console.stream",
    "hydra.job_logging.handlers.console", "hydra.job_logging.formatters.plain.format",
    "hydra.hydra_logging", "hydra.launcher", "hydra.launcher._target_", "hydra.launcher.n_jobs",
    "hydra.launcher.preload", "hydra.sweeper", "hydra.sweeper._target_", "hydra.sweeper.params",
    "hydra.sweeper.n_trials", "hydra.searchpath", "hydra.help.template", "hydra.help.header",
    "hydra.runtime.output_dir", "hydra.runtime.choices", "hydra.overrides.task", "hydra.nothing",
]  # fmt: skip
VALUES = [
    "", "0", "1", "-1", "-0.0", "1_000", "1e400", "-1e400", "nan", ".nan", "inf", "-inf", "1e-400",
    "9" * 30, "9" * 5000, "0x10", "true", "false", "null", "None", "???", "~", "[]", "{}", "[1",
    "[1,2]", "[[1],[2]]", "{a: 1}", "{a: {b: [1, {c: 2}]}}", "{1: 2}", "'", '"', "''", "'a", "\\",
    "a b", " a ", "a=b", "a,b", "1,2,3", "choice(1,2)", "range(3)", "range(0,1e9,0)",
    "interval(0,1)", "tag(log,interval(1,2))", "sort(3,1)", "shuffle(1,2)", "glob(*)", "int(x)",
    "str(1)", "f(1)", "${seed}", "${nothing}", "${oc.env:NOPE_X}", "${oc.env:HOME}", "${",
    "${${name}}", "${hydra:job.name}", "${hydra.job.num}", "${now:%Q}", "${oc.decode:'['}",
    "${oc.create:{a: 1}}", "${trainer}", "${.lr}", "${..seed}", "đề.json", "Câu hỏi", "x (1).json",
    "~/x", "../..", "/", "/dev/null", "a" * 300, "😀", "\u200b", "\ud800", "\x01", "a\nb", "\t",
    "\r", "\x7f", "\u2028", "\uff4c", "é", "e\u0301", "-m", "--help", "os.system",
    "{_target_: os.mkdir, path: x}", "logging.FileHandler", "ext://os.environ", "r8", "optuna",
    "basic", "default", "none", "@", "a@b", "a:b", "$", "%", "#", "MULTIRUN", "RUN",
]  # fmt: skip
FORMS = ["{k}={v}"] * 8 + ["+{k}={v}"] * 3 + [
    "++{k}={v}", "++{k}={v}", "~{k}", "~{k}={v}", "{k}@{p}={v}", "+{k}@{p}={v}", "{k}",
    "{k}.{p}={v}", "{k}:{p}={v}", "{k}={v},{v}", "={v}", "{v}={v}", "{v}", "+{k}[0]={v}",
    "{k}/{p}={v}",
]  # fmt: skip
FLAGS = [["-m"], ["--multirun"], ["--cfg", "job"], ["--cfg", "all", "--resolve"], ["--help"],
         ["--info", "config"], ["--hydra-help"], ["-cd", "."], ["--package", "x"], ["--run"],
         ["--config-name", "x"], ["--config-dir", "nowhere"], ["--info"], ["-c"]]  # fmt: skip


@cache
def settings() -> list[str]:
    """The dotted names of everything that the default run composes, mappings included."""

    def names(node: object, where: str) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                place = f"{where}.{key}" if where else str(key)
                yield place
                yield from names(value, place)

    cfg = compose()
    plain = OmegaConf.to_container(
        OmegaConf.masked_copy(cfg, [key for key in cfg if key != "hydra"]), resolve=False
    )
    return [*names(plain, "")]


def overrides(seed: int) -> Iterator[str]:
    """Yield random overrides without an end."""
    dice = random.Random(f"command line {seed}")
    keys = [*settings(), *GROUPS * 3, *HYDRAS, "nothing", "trainer.nothing.deep", "data.path"]
    while True:
        form, key, place = dice.choice(FORMS), dice.choice(keys), dice.choice(keys)
        yield form.format(k=key, p=place, v=dice.choice(VALUES))


def command_lines(count: int, seed: int) -> Iterator[list[str]]:
    """Yield command lines that hold `count` random overrides together, some with a flag."""
    dice, words = random.Random(f"flags {seed}"), overrides(seed)
    while count > 0:
        line = list(itertools.islice(words, min(count, dice.choice([1, 2, 3, 6]))))
        count -= len(line)
        if dice.random() < 0.15:
            place = dice.randrange(len(line) + 1)
            line[place:place] = dice.choice(FLAGS)
        yield line


def outcome(line: list[str], folder: Path) -> str:
    """Run `train` up to its task; return what is wrong with what the user sees, "" if nothing."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["train.py", *line])
        patch.setattr(main.TrainTask, "__call__", lambda task, cfg: None)
        for sweeper in (OptunaSweeper, GridSweeper, BasicSweeper):
            patch.setattr(sweeper, "sweep", lambda *_: None)
        patch.setattr("os.execve", lambda *_: None)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main.run(main.VERBS["train"])
            except SystemExit as left:
                code = left.code or 0
            except BaseException as error:
                return f"{type(error).__name__}: {error}"
    told = err.getvalue()
    if "Traceback" in told or "HYDRA_FULL_ERROR" in told:
        return told[-600:]
    return f"exit code {code} without a word" if code and not told.strip() else ""


def fuzz(count: int, seed: int, folder: Path) -> list[tuple[list[str], str]]:
    """Return the command lines that fail other than in words."""
    load = cache(OmegaConf.load)  # reading YAML is a third of the time
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OmegaConf, "load", lambda file: copy.deepcopy(load(file.name)))
        lines = ((line, outcome(line, folder)) for line in command_lines(count, seed))
        return [(line, wrong) for line, wrong in lines if wrong]
