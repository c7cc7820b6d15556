"""The entry point of the command line: find the verb, check its settings, run it with Hydra.

Each verb is a Hydra application with its own file in conf/. The whole command line is checked
before Hydra starts, so that one message lists all faults and no directory is created. Imports
nothing heavy.
"""

import importlib.util
import inspect
import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mathpal.cli.console import prepare
from mathpal.cli.resuming import resume
from mathpal.cli.streams import outlived
from mathpal.cli.verbs import VERBS, Verb
from mathpal.errors import MathPalError
from mathpal.interruption import requeuing

__all__ = ["VERBS", "TrainTask", "exit_codes", "main", "run"]

# conf/hydra/launcher/ uses the plug-ins' own names, so Hydra checks it against their schemas and
# warns. The filter stands here because the processes of launchers import this module first.
warnings.filterwarnings("ignore", message=r"\s*'hydra/launcher/.* is validated against")

# Modules that every trial imports.
_PRELOAD = ("torch", "mathpal.run")
_PRELOAD_WITHOUT_UNSLOTH = ("mathpal.run.preparing", "mathpal.planning.gate", "lightning", "peft")


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
    help_wanted = not words or words[0] in ("-h", "--help", "help")
    print("\n".join(usage), file=sys.stdout if help_wanted else sys.stderr)
    if not help_wanted:
        given = " ".join(words[:2])
        print(f"\nmathpal: there is no verb {given!r}; choose one of those above", file=sys.stderr)
    sys.exit(0 if help_wanted else 2)


def run(verb: Verb) -> None:
    """Check the command line, then let Hydra compose and call the verb's function."""
    with outlived():
        _run(verb)


def _run(verb: Verb) -> None:
    with exit_codes():
        prepare()
        if verb.config == "train":
            resume(sys.argv[1:])
    import hydra

    from mathpal.settings.command_line import check
    from mathpal.settings.composition import CONF

    own = _own_words(verb, CONF)
    with exit_codes():
        sys.argv[1:] = check(verb.config, sys.argv[1:], CONF, _resolve(verb.schema), own)
    task = _task(verb, own, CONF)
    hydra.main(version_base="1.3", config_path=str(CONF), config_name=verb.config)(task)()


def _own_words(verb: Verb, conf: Path) -> dict[str, str]:
    """Take settings that Hydra would mistake for options of a group out of sys.argv; return them.

    A setting may have the name of a group: for `study=DIR`, Hydra would look for the option DIR in
    conf/study/. Such a setting is added to the configuration after Hydra has composed it.
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


@dataclass(frozen=True)
class TrainTask:
    """The task of `train` for Hydra and for sweeps; implements `mathpal.sweeps.task.Task`.

    Hydra names the job (`hydra.job.name`) after the module of this class: do not move it.
    """

    verb: Verb
    conf: Path

    def __call__(self, cfg: Any) -> float | None:
        with requeuing(), exit_codes():
            return _train(cfg)

    def trial(self, cfg: Any) -> float | None:
        return _train(cfg)

    def preload(self) -> Sequence[str]:
        # Unsloth patches these libraries and must be imported before them.
        unsloth = importlib.util.find_spec("unsloth") is not None
        return (*_PRELOAD, *(() if unsloth else _PRELOAD_WITHOUT_UNSLOTH))

    def check(self, compositions: Sequence[list[str]], compose: Callable[..., Any]) -> None:
        from mathpal.settings.command_line import require_sound

        require_sound(self.verb.config, compositions, self.conf, _resolve(self.verb.schema))

    def objective(self, cfg: Any) -> str:
        from mathpal.settings.capabilities import capabilities

        evaluation = _resolve(str(cfg.evaluation._target_))  # already checked
        return "tuned/accuracy_new" if capabilities(evaluation).measures else "validation/loss"

    def conclude(self, folder: Path, storage: str | None) -> None:
        from mathpal.studies.publishing import publish

        print("\n".join(publish(folder, storage=storage)))


def _task(verb: Verb, own: dict[str, str], conf: Path) -> Callable[[Any], Any]:
    """Return the function that Hydra calls with the composed configuration."""
    if verb.config == "train":
        return TrainTask(verb, conf)

    def task(cfg: Any) -> None:
        with requeuing(), exit_codes():
            _call(verb, cfg, own)

    return task


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn a MathPalError into a message and exit code 2, and Ctrl-C into exit code 130."""
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
    """Train, print the run directory as the last line, and return the value that sweeps compare."""
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
