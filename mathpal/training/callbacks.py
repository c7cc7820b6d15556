"""The callbacks of a training, in calling order.

First the metric recorder, then validation, samples and profile, and last the `Saver`, so that a
checkpoint has the state of all the others.
"""

from typing import NamedTuple

import lightning

from mathpal.errors import ConfigError
from mathpal.objectives.objective import Batches
from mathpal.record.samples import NAME, RunRecord, Samples
from mathpal.training.job import Checkpointing, Measuring, TrainingJob
from mathpal.training.profiling import Profiler
from mathpal.training.recording import Recorder
from mathpal.training.samples import Sampler, Texts, asked
from mathpal.training.saving import Saver
from mathpal.training.validating import Best, Validator


class Callbacks(NamedTuple):
    """The callbacks by their roles.

    Attributes:
        recorder: writes metric records; the first.
        measuring: validation, samples, profile.
        saver: checkpoints, roll-back and stopping; the last.
        best: the best step so far.
    """

    recorder: Recorder
    measuring: tuple[lightning.Callback, ...]
    saver: Saver
    best: Best

    @property
    def in_order(self) -> list[lightning.Callback]:
        """All callbacks, in calling order."""
        return [self.recorder, *self.measuring, self.saver]


def callbacks(
    job: TrainingJob,
    batches: Batches,
    measuring: Measuring,
    checkpointing: Checkpointing,
    *,
    flops_per_token: float,
) -> Callbacks:
    """Build the callbacks of a training.

    Args:
        job: the runtime objects.
        batches: micro-batches of the whole training.
        measuring: what is measured, and how often.
        checkpointing: what is saved, and how often.
        flops_per_token: floating point operations of a step for each of its tokens.

    Raises:
        ConfigError: when a measurement needs validation rows or a run directory, and there is none.
    """
    steps, run_dir = batches.steps, job.run_dir
    best = Best(checkpointing.best, checkpointing.patience)

    def note(step: int, values: dict[str, float]) -> None:
        job.record(step, values)
        best.note(step, values)

    recorder = Recorder(
        note, every=measuring.record_every, steps=steps, flops_per_token=flops_per_token
    )
    between: list[lightning.Callback] = []
    if job.validation is not None:
        checks = job.objective.validation_batches(
            job.validation, batch_tokens=batches.plan.batch_tokens, pad=batches.pad
        )
        every = min(measuring.evaluate_every or steps, steps)
        between.append(Validator(note, checks, every=every, steps=steps))
    if measuring.samples_every is not None:
        between.append(_sampler(job, every=measuring.samples_every, steps=steps))
    if measuring.profile == "torch":
        if run_dir is None:
            raise ConfigError("trainer.profile=torch writes into a run directory; there is none")
        between.append(Profiler(run_dir / "profile", steps=steps))
    saver = Saver(
        run_dir / "checkpoints" if run_dir else None,
        recorder,
        best,
        every=checkpointing.checkpoint_every,
        keep_last=checkpointing.keep_last,
        steps=steps,
        rows=batches.rows,
    )
    return Callbacks(recorder, tuple(between), saver, best)


def _sampler(job: TrainingJob, *, every: int, steps: int) -> Sampler:
    texts: Texts | None = None
    if isinstance(job.record, RunRecord):  # a tracker: it writes the file itself
        texts = job.record.texts
    elif job.run_dir is not None:
        texts = Samples(job.run_dir / NAME).append
    if job.validation is None or texts is None:
        lacking = (
            "there are no validation rows" if job.validation is None else "there is no directory"
        )
        raise ConfigError(
            f"trainer.samples_every={every} needs validation rows and a run directory, and "
            f"{lacking}; use trainer.samples_every=null"
        )
    tokenizer = job.loaded.tokenizer
    return Sampler(texts, asked(job.validation, tokenizer), tokenizer, every=every, steps=steps)
