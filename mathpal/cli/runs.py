"""The verbs `evaluate`, `generate` and `doctor`: one function per verb.

The keyword-only parameters of a function are the verb's settings.
"""

import itertools
import sys
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le
from pydantic import DirectoryPath

from mathpal.cli.streams import is_heard
from mathpal.errors import ConfigError
from mathpal.record import directories
from mathpal.settings.checked import Composition
from mathpal.settings.run_settings import Seed

Count = Annotated[int, Ge(1)]


def evaluate(composition: Composition, *, run: DirectoryPath, allow_changed: bool = False) -> None:
    """Evaluate a finished run again, e.g. with other settings; the run's own result is kept.

    Args:
        run: the run's directory, e.g. outputs/latest.
        allow_changed: evaluate even if the base or the data is not the run's any more; recorded.
    """
    from mathpal.evaluation.tables import text_table, write_report
    from mathpal.run.reopening import reopen

    loaded, splits, changed = reopen(run, allow_changed=allow_changed)
    systems = composition.evaluation.keywords.get("systems", ())
    if "base" in systems and not hasattr(loaded.model, "disable_adapter"):
        raise ConfigError(
            f"{run} was trained without LoRA and has no base; use evaluation.systems=[tuned]"
        )
    report = composition.evaluation(loaded, splits.test)
    if report is None:
        raise ConfigError("evaluation=none measures nothing; choose quick, standard or full")
    report = report._replace(settings={**report.settings, "changed_inputs": list(changed)})
    folder = directories.new(directories.stamped(run / "evaluation"))
    write_report(report, folder)
    print(text_table(report))
    print(folder)


def generate(
    composition: Composition,
    *,
    run: DirectoryPath,
    question: str | None = None,
    system: Literal["tuned", "base"] = "tuned",
    max_new_tokens: Count = 512,
    temperature: Annotated[float, Ge(0)] = 0.0,
    top_k: Count = 64,
    top_p: Annotated[float, Gt(0), Le(1)] = 0.95,
    seed: Seed = 42,
    allow_changed: bool = False,
) -> None:
    """Ask a finished run one question, or chat with it.

    Args:
        run: the run's directory, e.g. outputs/latest.
        question: the question. Without one a chat begins; if standard input is not a terminal,
            each of its lines is answered instead.
        system: the tuned model, or its base.
        max_new_tokens: most tokens of an answer.
        temperature: 0 for greedy decoding; above 0, answers are sampled.
        top_k: sample among this many most likely tokens.
        top_p: sample among the most likely tokens that together have this probability.
        seed: seed of the sampling.
        allow_changed: answer even if the base is not the run's any more.
    """
    from mathpal.generation.chat import chat, reply, require_text, taught_many_turns
    from mathpal.generation.records import Decoding
    from mathpal.run.reopening import reopen_model

    require_text(question or "")
    loaded = reopen_model(run, allow_changed=allow_changed)
    if system == "base":
        if not hasattr(loaded.model, "disable_adapter"):
            raise ConfigError(f"{run} was trained without LoRA and has no base; use system=tuned")
        loaded.model.base_model.disable_adapter_layers()
    decoding = Decoding(
        max_new_tokens=max_new_tokens, temperature=temperature, top_k=top_k, top_p=top_p, seed=seed
    )
    numbers = itertools.count()

    def answer(turns: list[dict[str, str]]) -> str:
        return reply(loaded, turns, decoding, number=next(numbers))

    if question is not None:
        answer([{"role": "user", "content": question}])
    elif sys.stdin.isatty():
        chat(answer, remembers=taught_many_turns(run))
    else:
        for line in filter(None, map(str.strip, sys.stdin)):
            if not is_heard():
                break
            print(f"» {line}")
            answer([{"role": "user", "content": line}])


def doctor(composition: Composition) -> None:
    """Check this environment: versions, device, disk, the shipped model, one training step."""
    from mathpal.cli.doctor import examine

    checks = examine()
    for check in checks:
        print(f"{check.verdict:<5} {check.name:<12} {check.finding}")
    failed = sum(check.verdict == "FAIL" for check in checks)
    print("everything is ready" if not failed else f"{failed} checks failed")
    if failed:
        sys.exit(1)
