"""The callbacks of a run, in the order in which they must look at a step.

First the records, then what is measured at the step, and last the `Saver`, who keeps what all of
them did.
"""

from pathlib import Path
from typing import Any, NamedTuple

import lightning

from mathpal.errors import ConfigError
from mathpal.record.samples import NAME, RunRecord, Samples
from mathpal.tokens.batches import TrainingBatches, ValidationBatches
from mathpal.tokens.chat import TokenTable
from mathpal.training.profiling import Profiler
from mathpal.training.recording import Record, Recorder
from mathpal.training.samples import Sampler, Texts, asked
from mathpal.training.saving import Saver
from mathpal.training.validating import Best, Validator


class Followers(NamedTuple):
    """Who looks at the steps: the two that `fit` asks afterwards, and those between them."""

    recorder: Recorder
    between: tuple[lightning.Callback, ...]
    saver: Saver

    @property
    def callbacks(self) -> list[lightning.Callback]:
        """All of them, in their order."""
        return [self.recorder, *self.between, self.saver]


def followers(
    batches: TrainingBatches,
    validation: TokenTable | None,
    tokenizer: Any,
    record: Record,
    best: Best,
    run_dir: Path | None,
    *,
    flops_per_token: float,
    record_every: int,
    evaluate_every: int | None,
    samples_every: int | None,
    checkpoint_every: int | None,
    keep_last: int,
    profile: bool,
) -> Followers:
    """Build the callbacks; the settings are those of `fit`."""
    steps = batches.steps

    def note(step: int, values: dict[str, float]) -> None:
        record(step, values)
        best.note(step, values)

    recorder = Recorder(note, every=record_every, steps=steps, flops_per_token=flops_per_token)
    between: list[lightning.Callback] = []
    if validation is not None:
        checks = ValidationBatches(
            validation, batch_tokens=batches.plan.batch_tokens, pad=batches.pad
        )
        every = min(evaluate_every or steps, steps)
        between.append(Validator(note, checks, every=every, steps=steps))
    if samples_every is not None:
        between.append(
            _sampler(validation, tokenizer, record, run_dir, every=samples_every, steps=steps)
        )
    if profile:
        if run_dir is None:
            raise ConfigError(
                "trainer.profile=torch writes into the run's directory; there is none"
            )
        between.append(Profiler(run_dir / "profile", steps=steps))
    saver = Saver(
        run_dir / "checkpoints" if run_dir else None,
        recorder,
        best,
        every=checkpoint_every,
        keep_last=keep_last,
        steps=steps,
        rows=batches.rows,
    )
    return Followers(recorder, tuple(between), saver)


def _sampler(
    validation: TokenTable | None,
    tokenizer: Any,
    record: Record,
    run_dir: Path | None,
    *,
    every: int,
    steps: int,
) -> Sampler:
    texts: Texts | None = None
    if isinstance(record, RunRecord):  # a tracker: it writes the file itself
        texts = record.texts
    elif run_dir is not None:
        texts = Samples(run_dir / NAME).append
    if validation is None or texts is None:
        lacking = "there are no validation rows" if validation is None else "there is no directory"
        raise ConfigError(
            f"trainer.samples_every={every} answers validation rows into the run's directory, and "
            f"{lacking}; use trainer.samples_every=null"
        )
    return Sampler(texts, asked(validation, tokenizer), tokenizer, every=every, steps=steps)
