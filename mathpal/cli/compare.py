"""The verb `compare`: systems on the same problems, with paired statistics."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le
from pydantic import DirectoryPath

from mathpal.errors import ConfigError
from mathpal.record import directories, lock
from mathpal.settings.checked import Composition
from mathpal.settings.run_settings import Seed

Count = Annotated[int, Ge(1)]


def compare(
    composition: Composition,
    *,
    run: DirectoryPath | Sequence[DirectoryPath],
    into: Path | None = None,
    limit: Count | None = None,
    max_new_tokens: Count = 320,
    temperature: Annotated[float, Ge(0)] = 0.0,
    top_k: Annotated[int, Ge(0)] = 64,
    top_p: Annotated[float, Gt(0), Le(1)] = 0.95,
    seed: Seed = 42,
    batch_tokens: Count = 65536,
    chunk: Count = 64,
    speed: Annotated[int, Ge(0)] = 8,
    language: Literal["en", "vi"] = "en",
    allow_changed: bool = False,
    allow_leakage: bool = False,
) -> None:
    """Compare systems on the test problems of a run.

    Args:
        run: the directory of a finished run, or several; the first one's test problems are asked.
        into: the comparison's directory; the same command with it resumes. By default
            outputs/compare/<date>_<time>.
        limit: at most so many problems, evenly spread; null for all.
        max_new_tokens: most tokens of an answer.
        temperature: 0 for greedy decoding; above 0, answers are sampled.
        top_k: sample among this many most likely tokens; 0 for all.
        top_p: sample among the most likely tokens that together have this probability.
        seed: of the sampling.
        batch_tokens: most tokens of prompts and answers, padding included, in a KV cache.
        chunk: problems that a model answers together; a kill costs at most one chunk.
        speed: questions with which each system's speed is measured; 0 measures none.
        language: of the page: en | vi.
        allow_changed: compare even if a run's base or data is not its own any more; recorded.
        allow_leakage: compare even if a further run was trained on a test problem.

    Raises:
        ConfigError: if a setting does not fit, or two systems are the same model.
        DataError: if a run cannot be opened, or `into` holds another comparison.
    """
    from mathpal.generation.records import Decoding
    from mathpal.run.comparing import Wanted, run_comparison

    runs = (run,) if isinstance(run, Path) else tuple(run)
    if not runs or not composition.systems:
        raise ConfigError(
            "compare needs a run and a system; e.g. run=outputs/latest system=[base,tuned]"
        )
    folder = into or directories.new(directories.stamped(Path("outputs", "compare")))
    directories.make(folder)
    decoding = Decoding(max_new_tokens, temperature, top_k, top_p, (), seed, batch_tokens)
    wanted = Wanted(runs, limit, decoding, chunk, speed, allow_changed, allow_leakage)
    with lock.hold(folder):
        print(run_comparison(composition.systems, wanted, folder, language))
    print(folder)
