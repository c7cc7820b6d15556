"""Build the systems that run here. The facade that `conf/system/*.yaml` names."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le
from pydantic import DirectoryPath

from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded
from mathpal.problems import Problem
from mathpal.retrieval.examples import fixed
from mathpal.settings.capabilities import declares
from mathpal.systems.bench import Bench
from mathpal.systems.local import Examples, LocalModel
from mathpal.systems.prompting import INSTRUCTION
from mathpal.systems.system import System
from mathpal.systems.voting import Majority

Count = Annotated[int, Ge(1)]
Instruction = str | None  # "auto", a text, or None for bare questions
Preset = Literal["greedy", "gemma"]

# Gemma's own settings of sampling, from its model card.
PRESETS: Mapping[Preset, Mapping[str, Any]] = {
    "greedy": {"temperature": 0.0},
    "gemma": {"temperature": 1.0, "top_k": 64, "top_p": 0.95},
}


def base(
    bench: Bench,
    name: str,
    *,
    run: DirectoryPath | None = None,
    instruction: Instruction = "auto",
    examples: Annotated[int, Ge(0)] | Sequence[str] = 0,
    preset: Preset | None = None,
    stop: Sequence[str] = (),
) -> System:
    """Build the base of a run: the model without its training.

    Args:
        run: the run's directory; None for the comparison's first run.
        instruction: text before each question; auto: how an answer is declared, unless MathPal
            trained the base and it knows the layout; null for none.
        examples: solved training problems before each question: how many, or their ids.
        preset: how it samples: greedy | gemma (T 1.0, top-k 64, top-p 0.95); null for the
            comparison's settings.
        stop: further texts that end an answer.
    """
    loaded = bench.load(run, None)
    if not hasattr(loaded.model, "disable_adapter"):
        raise ConfigError(
            f"system.{name}: the run was trained without LoRA, so its base is gone; expected a run "
            "with LoRA, or system=[tuned]"
        )
    return LocalModel(
        name, loaded, adapted=False,
        instruction=_instruction(instruction, loaded, tuned=False),
        examples=shown_first(bench.train, examples) if examples else None,
        changed=_decoding(preset, stop),
        record={"run": str(run or bench.run), "examples": _listed(examples)},
    )  # fmt: skip


@declares(of_run=True)
def tuned(
    bench: Bench,
    name: str,
    *,
    run: DirectoryPath | None = None,
    checkpoint: Annotated[int, Ge(0)] | None = None,
    instruction: Instruction = None,
    examples: Annotated[int, Ge(0)] | Sequence[str] = 0,
    preset: Preset | None = None,
    stop: Sequence[str] = (),
) -> System:
    """Build the tuned model of a run, or one of the run's checkpoints.

    Args:
        run: the run's directory; None for the comparison's first run.
        checkpoint: optimizer steps of a checkpoint; null for the run's result.
        instruction: text before each question; null, as it was trained.
        examples: solved training problems before each question: how many, or their ids.
        preset: how it samples: greedy | gemma; null for the comparison's settings.
        stop: further texts that end an answer.
    """
    loaded = bench.load(run, checkpoint)
    return LocalModel(
        name, loaded, instruction=_instruction(instruction, loaded, tuned=True),
        examples=shown_first(bench.train, examples) if examples else None,
        changed=_decoding(preset, stop),
        record={"run": str(run or bench.run), "examples": _listed(examples),
                "checkpoint": checkpoint},
    )  # fmt: skip


def majority(
    bench: Bench,
    name: str,
    *,
    of: str,
    samples: Annotated[int, Ge(2)] = 5,
    temperature: Annotated[float, Gt(0)] = 0.7,
    top_k: Annotated[int, Ge(0)] = 64,
    top_p: Annotated[float, Gt(0), Le(1)] = 0.95,
) -> System:
    """Build the majority vote over several answers of another system.

    Args:
        of: name of the other system, which stands before this one in `system=[…]`.
        samples: answers to each question.
        temperature: of the samples.
        top_k: sample among this many most likely tokens; 0 for all.
        top_p: sample among the most likely tokens that together have this probability.
    """
    if of not in bench.built:
        raise ConfigError(
            f"system.{name}.of={of}: expected a system that stands before {name}, one of "
            f"{', '.join(bench.built) or '(none)'}; e.g. system=[{of},{name}]"
        )
    changed = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
    return Majority(name, bench.built[of], samples=samples, changed=changed)


def shown_first(problems: Sequence[Problem], chosen: int | Sequence[str]) -> Examples:
    """Return a choice that shows the same solved problems before every question.

    Args:
        problems: of the training split.
        chosen: how many, evenly spread over the list, or their ids.

    Raises:
        ConfigError: if there are not so many.
        DataError: if an id is not among them.
    """
    if isinstance(chosen, int):
        if chosen > len(problems):
            raise ConfigError(f"examples={chosen}: there are {len(problems)} solved problems")
        chosen = [problems[i * len(problems) // chosen].id for i in range(chosen)]
    shown = fixed(problems, chosen)
    return lambda question, room: shown


def _instruction(instruction: Instruction, loaded: Loaded, *, tuned: bool) -> str | None:
    if instruction != "auto":
        return instruction
    return None if tuned or loaded.trained_by_mathpal else INSTRUCTION


def _decoding(preset: Preset | None, stop: Sequence[str]) -> dict[str, Any]:
    changed = dict(PRESETS[preset]) if preset else {}
    return {**changed, **({"stop": tuple(stop)} if stop else {})}


def _listed(examples: int | Sequence[str]) -> int | list[str]:
    return examples if isinstance(examples, int) else list(examples)
