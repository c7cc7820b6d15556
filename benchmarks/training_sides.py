"""The sides of train_cpu.py: MathPal's `fit`, and `transformers.Trainer` + PEFT.

Knows how each side trains and measures one run; knows nothing of repeats and reports.
"""

import copy
import math
import time
from typing import Any, NamedTuple

from training_setup import Shared, own_model, plain_model

SIDES = ("mathpal", "peer-random", "peer-grouped")
LORA = {"r": 16, "alpha": 32.0}  # conf/lora/r16.yaml
TRAINING: dict[str, Any] = {"lr": 1.5e-3, "betas": (0.9, 0.98), "warmup": 0.05, "clip": 1.0}
RECORD = 10  # steps between records, of both sides


class Recorded(NamedTuple):
    """One record of a run: finished steps, two clocks, mean loss since the record before."""

    step: int
    time: float
    cpu: float
    loss: float


class Trained(NamedTuple):
    """Result of one run; `curve`: (supervised tokens so far, mean loss since the last record)."""

    speed: float  # supervised tokens/s
    cpu_speed: float  # supervised tokens per second of processor time
    tokens_a_step: float  # supervised
    step_ms: float
    curve: list[tuple[int, float]]
    validation: float


def run(side: str, shared: Shared, *, steps: int, seed: int) -> Trained:
    """Train one side from fresh LoRA weights."""
    if side == "mathpal":
        return run_mathpal(shared, steps=steps, seed=seed)
    return run_peer(shared, grouped=side == "peer-grouped", steps=steps, seed=seed)


def run_mathpal(shared: Shared, *, steps: int, seed: int) -> Trained:
    import torch

    from mathpal.models.lora import attach_lora
    from mathpal.objectives.sft import sft
    from mathpal.tokens.batches import TrainingBatches
    from mathpal.tokens.windows import Plan
    from mathpal.training.fit import fit
    from mathpal.training.job import TrainingJob

    base = own_model(wide=shared.wide)
    torch.manual_seed(seed)
    model = attach_lora(base, **LORA)
    records: list[Recorded] = []
    fit(
        TrainingJob(
            shared.loaded._replace(model=model),
            shared.table,
            None,
            sft(),
            lambda step, values: records.append(recorded(step, values["train/loss"])),
            None,
        ),
        **{**TRAINING, "betas": list(TRAINING["betas"])},
        max_steps=steps,
        batch_tokens=shared.batch_tokens,
        record_every=RECORD,
        seed=seed,
    )
    plan = Plan(shared.batch_tokens, 1, seed, layout="packed")
    batches = TrainingBatches(shared.table, plan, steps=steps, epochs=0, pad=0)
    tokens = [batches[step]["supervised"] for step in range(steps)]
    return trained(records, tokens, model, shared)


def run_peer(shared: Shared, *, grouped: bool, steps: int, seed: int) -> Trained:
    import tempfile

    import torch
    from transformers import DataCollatorForSeq2Seq, Trainer, TrainerCallback, TrainingArguments

    base = plain_model(wide=shared.wide)
    torch.manual_seed(seed)
    model = plain_lora(base)
    tokenizer = copy.deepcopy(shared.loaded.tokenizer)
    tokenizer.padding_side = "right"
    collate = DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=-100)
    tokens: list[int] = []  # supervised, by batch
    records: list[Recorded] = []

    def counted(rows: list[Any]) -> Any:
        tokens.append(sum(sum(label != -100 for label in row["labels"]) for row in rows))
        return collate(rows)

    class Recorder(TrainerCallback):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if logs and "loss" in logs:
                records.append(recorded(state.global_step, logs["loss"]))

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=shared.rows,
            max_steps=steps,
            learning_rate=TRAINING["lr"],
            adam_beta1=TRAINING["betas"][0],
            adam_beta2=TRAINING["betas"][1],
            weight_decay=0.0,
            max_grad_norm=TRAINING["clip"],
            lr_scheduler_type="cosine",
            warmup_steps=round(TRAINING["warmup"] * steps),
            optim="adamw_torch_fused",
            train_sampling_strategy="group_by_length" if grouped else "random",
            logging_steps=RECORD,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
            seed=seed,
        )
        trainer = Trainer(
            model=model,
            args=arguments,
            train_dataset=examples(shared.table),
            data_collator=counted,
            callbacks=[Recorder()],
        )
        # Recorder keeps the log; nothing is printed.
        from transformers import PrinterCallback

        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return trained(records, tokens, model, shared)


def plain_lora(base: Any) -> Any:
    """The base with fresh LoRA weights, by PEFT alone."""
    from peft import LoraConfig, get_peft_model

    from mathpal.models.lora import PROJECTIONS

    names = "|".join(PROJECTIONS)
    config = LoraConfig(
        r=LORA["r"],
        lora_alpha=LORA["alpha"],
        target_modules=rf".*\.layers\.\d+\.(?:self_attn|mlp)\.(?:{names})$",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(base, config)


def examples(table: Any) -> list[dict[str, list[int]]]:
    """The rows in the Trainer's format."""
    rows = []
    for begin, end in zip(table.starts[:-1], table.starts[1:], strict=True):
        ids = table.ids[begin:end].tolist()
        seen = table.supervised[begin:end].tolist()
        labels = [token if loss else -100 for token, loss in zip(ids, seen, strict=True)]
        rows.append({"input_ids": ids, "labels": labels})
    return rows


def recorded(step: int, loss: float) -> Recorded:
    return Recorded(step, time.perf_counter(), time.process_time(), loss)


def trained(records: list[Recorded], tokens: list[int], model: Any, shared: Shared) -> Trained:
    """Speed between the first and the last record, and the loss on held-out rows."""
    first, last = records[0], records[-1]
    done = sum(tokens[first.step : last.step])
    seconds, cpu = last.time - first.time, last.cpu - first.cpu
    return Trained(
        speed=done / seconds,
        cpu_speed=done / cpu,
        tokens_a_step=done / (last.step - first.step),
        step_ms=1e3 * seconds / (last.step - first.step),
        curve=[(sum(tokens[: own.step]), own.loss) for own in records],
        validation=held_out(model, shared),
    )


def held_out(model: Any, shared: Shared) -> float:
    """Held-out loss, computed alike for every side; NaN if there are no validation rows."""
    if shared.validation is None:
        return math.nan
    import torch
    import torch.nn.functional as F

    from mathpal.tokens.batches import ValidationBatches

    pad = shared.loaded.tokenizer.pad_token_id
    total = count = 0.0
    model.eval()
    with torch.no_grad():
        for batch in ValidationBatches(shared.validation, batch_tokens=512, pad=pad):
            keep = (batch["labels"][:, 1:] != -100).any(0).nonzero().squeeze(-1)
            logits = model(
                input_ids=batch["input_ids"], use_cache=False, logits_to_keep=keep
            ).logits
            targets = batch["labels"][:, keep + 1]
            total += float(
                F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")
            )
            count += batch["normaliser"]
    return total / count
