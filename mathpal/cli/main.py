"""The commands. Composes with Hydra, imports nothing heavy, turns errors into messages.

Each verb is a Hydra application with its own file in conf/. Before Hydra runs one, the whole
command line is checked, so that all its faults come in one message and leave no directory.
"""

import importlib.util
import inspect
import logging
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.errors import ConfigError, MathPalError
from mathpal.interruption import requeuing

# conf/hydra/launcher/ has the plug-ins' own names; that their schemas check it is as it should be.
# Here, as the processes that launchers start import this before they compose.
warnings.filterwarnings("ignore", message=r"\s*'hydra/launcher/.* is validated against")

# Modules that every trial needs.
_PRELOAD = ("torch", "mathpal.run")
_PRELOAD_WITHOUT_UNSLOTH = ("mathpal.run.preparing", "mathpal.planning.gate", "lightning", "peft")


class Verb(NamedTuple):
    """A command.

    Attributes:
        config: its file in conf/, without ending.
        schema: dotted path of the function whose keyword-only parameters are its settings.
        summary: what it does, in a few words.
    """

    config: str
    schema: str
    summary: str


VERBS = {
    "train": Verb("train", "mathpal.settings.run_settings.RunSettings", "tune, prove, report"),
    "evaluate": Verb("evaluate", "mathpal.cli.runs.evaluate", "measure a finished run again"),
    "generate": Verb(
        "generate", "mathpal.cli.runs.generate", "ask a finished run, or chat with it"
    ),
    "data preview": Verb(
        "data_preview",
        "mathpal.cli.data.preview",
        "rows as the model sees them, with the loss mask",
    ),
    "data audit": Verb(
        "data_audit", "mathpal.cli.data.audit", "what is wrong with a data set, row by row"
    ),
    "data build": Verb(
        "data_build", "mathpal.cli.data.build", "a data set of any source, with its card"
    ),
    "data generate": Verb(
        "data_generate", "mathpal.cli.data.generate", "any number of problems in one file"
    ),
    "plan": Verb("plan", "mathpal.cli.plan.plan", "memory and time of a run, before it"),
    "reproduce": Verb(
        "reproduce", "mathpal.cli.reproduce.reproduce", "do a run again and say what is identical"
    ),
    "doctor grads": Verb(
        "doctor_grads", "mathpal.cli.doctor.grads", "every path of training against plain gradients"
    ),
    "report": Verb(
        "report",
        "mathpal.cli.report.report",
        "the page of a study; or send a finished run to a tracker",
    ),
    "study status": Verb(
        "study_status",
        "mathpal.cli.study.status",
        "where a study stands: trials, best, budget",
    ),
    "study best": Verb(
        "study_best", "mathpal.cli.study.best", "the best trial of a study, as an experiment"
    ),
    "doctor": Verb("doctor", "mathpal.cli.runs.doctor", "check this environment"),
}


def main() -> None:
    """`mathpal VERB …`, the same as `python -m mathpal VERB …`."""
    words = sys.argv[1:]
    for name, verb in VERBS.items():
        parts = name.split()
        if words[: len(parts)] == parts:
            sys.argv = [f"mathpal {name}", *words[len(parts) :]]
            run(verb)
            return
    usage = ["usage: mathpal VERB [--help] [group=option …] [key=value …]", ""]
    usage += [f"  {name:<14}{verb.summary}" for name, verb in VERBS.items()]
    asked = not words or words[0] in ("-h", "--help", "help")
    print("\n".join(usage), file=sys.stdout if asked else sys.stderr)
    if not asked:
        print(f"\nmathpal: there is no verb {' '.join(words[:2])!r}", file=sys.stderr)
    sys.exit(0 if asked else 2)


def run(verb: Verb) -> None:
    """Check the command line, then let Hydra compose and call the verb's function."""
    if verb.config == "train":
        with exit_codes():
            resume(sys.argv[1:])
    import hydra

    from mathpal.settings.command_line import check
    from mathpal.settings.composition import CONF

    own = _own_words(verb, CONF)
    with exit_codes():
        check(verb.config, sys.argv[1:], CONF, _resolve(verb.schema), own)
    task = _task(verb, own, CONF)
    hydra.main(version_base="1.3", config_path=str(CONF), config_name=verb.config)(task)()


def _own_words(verb: Verb, conf: Path) -> dict[str, str]:
    """Take off the command line what Hydra would take for an option of a group.

    Where a verb has a setting that is the name of a group of conf/ (`study=DIR` and conf/study/),
    Hydra would look for the option DIR of that group. The value is set behind Hydra instead.
    """
    if verb.config == "train":
        return {}
    settings = inspect.signature(_resolve(verb.schema)).parameters.values()
    names = [s.name for s in settings if s.kind is s.KEYWORD_ONLY and (conf / s.name).is_dir()]
    own: dict[str, str] = {}
    for word in sys.argv[1:]:
        name, equals, value = word.lstrip("+").partition("=")
        if equals and name in names:
            own[name] = value.strip("'\"")
            sys.argv.remove(word)
    return own


def resume(words: Sequence[str]) -> None:
    """Where the words say resume=DIR, become the worker that goes on with the run.

    Raises:
        ConfigError: when there are other words: what a run is was settled when it began.
    """
    named = [word for word in words if re.match(r"\+{0,2}resume=(?!null$)", word)]
    if not named or "--help" in words or "-h" in words:
        return
    others = [word for word in words if word != named[0]]
    if others:
        raise ConfigError(
            f"{named[0]} stands alone, but beside it stand: {' '.join(others)}. What a run is was "
            "settled when it began: leave them out to go on with it, or start a new run with them "
            "and without resume"
        )
    from mathpal.run import launching

    folder = named[0].partition("=")[2].strip("'\"")
    if not folder or not Path(folder).is_dir():
        raise ConfigError(f"{named[0]}: expected the directory of a run, e.g. outputs/latest")
    command = launching.worker(Path(folder))
    os.execve(command[0], command, launching.surroundings())


@dataclass(frozen=True)
class TrainTask:
    """The run, as Hydra and sweeps call it; implements `mathpal.sweeps.task.Task`.

    It is defined in this module because `hydra.job.name` is the name of its module.
    """

    verb: Verb
    conf: Path

    def __call__(self, cfg: Any) -> float | None:
        with requeuing(), exit_codes():
            return _train(cfg)

    def trial(self, cfg: Any) -> float | None:
        return _train(cfg)

    def preload(self) -> Sequence[str]:
        # Unsloth changes libraries while it is imported: it must come before them.
        unsloth = importlib.util.find_spec("unsloth") is not None
        return (*_PRELOAD, *(() if unsloth else _PRELOAD_WITHOUT_UNSLOTH))

    def check(self, compositions: Sequence[list[str]], compose: Callable[..., Any]) -> None:
        from mathpal.settings.command_line import require_sound

        require_sound(self.verb.config, compositions, self.conf, _resolve(self.verb.schema))

    def objective(self, cfg: Any) -> str:
        from mathpal.settings.capabilities import capabilities

        evaluation = _resolve(str(cfg.evaluation._target_))  # checked before Hydra began
        return "tuned/accuracy_new" if capabilities(evaluation).measures else "validation/loss"

    def conclude(self, folder: Path, storage: str | None) -> None:
        from mathpal.studies.publishing import publish

        print("\n".join(publish(folder, storage=storage)))


def _task(verb: Verb, own: dict[str, str], conf: Path) -> Callable[[Any], Any]:
    """Return what Hydra calls with the composed configuration."""
    if verb.config == "train":
        return TrainTask(verb, conf)

    def task(cfg: Any) -> None:
        with requeuing(), exit_codes():
            _call(verb, cfg, own)

    return task


@contextmanager
def exit_codes() -> Iterator[None]:
    """Errors for the user become a message and 2, Ctrl-C becomes 130."""
    try:
        yield
    except MathPalError as error:
        logging.getLogger(__name__).debug("stopped", exc_info=True)
        from mathpal.record.redaction import redact

        print(f"{Path(sys.argv[0]).name}: {redact(str(error))}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)


def _train(cfg: Any) -> float | None:
    """Train; the last line printed is the run's directory, the value is what a sweep compares."""
    from hydra.core.hydra_config import HydraConfig

    from mathpal.record.files import short
    from mathpal.run import train

    result = train(cfg, Path(HydraConfig.get().runtime.output_dir))
    print(short(result.run_dir), flush=True)
    return result.objective


def _call(verb: Verb, cfg: Any, own: dict[str, str]) -> None:
    """Call a verb's function with its checked settings."""
    from mathpal.settings.preflight import preflight

    function = _resolve(verb.schema)
    for name, value in own.items():
        cfg[name] = value
    composition = preflight(cfg, function)
    function(composition, **composition.options)


def _resolve(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function
