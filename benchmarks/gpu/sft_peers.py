"""The peers of sft.py: `transformers.Trainer` with PEFT, and Unsloth with TRL."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import common
from sft_jobs import LORA, LR, Clock, Job, Run, examples
from shapes import checkpoint, random_model


def peft(job: Job, where: Any) -> Run:
    """`transformers.Trainer` around plain Transformers and PEFT."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import PrinterCallback, Trainer, TrainerCallback, default_data_collator

    from mathpal.models.lora import PROJECTIONS

    base = random_model(job.shape, where)
    torch.manual_seed(0)
    names = "|".join(PROJECTIONS)
    model = get_peft_model(
        base,
        LoraConfig(
            r=LORA["r"],
            lora_alpha=LORA["alpha"],
            target_modules=rf".*\.layers\.\d+\.(?:self_attn|mlp)\.(?:{names})$",
            task_type="CAUSAL_LM",
        ),
    )
    clock = Clock(job, where)

    class Recorder(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            clock.step(state.global_step)

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if logs and "loss" in logs:
                clock.losses.append(float(logs["loss"]))

    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            model=model,
            args=_arguments(job, where, folder),
            train_dataset=examples(job),
            data_collator=default_data_collator,
            callbacks=[Recorder()],
        )
        trainer.remove_callback(PrinterCallback)
        clock.begin()
        trainer.train()
    return clock.run([])


def _arguments(job: Job, where: Any, folder: str) -> Any:
    from transformers import TrainingArguments

    again = job.side.endswith("checkpointing")
    return TrainingArguments(
        output_dir=folder,
        per_device_train_batch_size=job.micro // job.length,
        gradient_accumulation_steps=job.tokens // job.micro,
        max_steps=job.steps,
        learning_rate=LR,
        weight_decay=0.0,
        max_grad_norm=1.0,
        lr_scheduler_type="cosine",
        warmup_steps=1,
        optim="adamw_torch_fused",
        bf16=where.type == "cuda",
        gradient_checkpointing=again,
        gradient_checkpointing_kwargs={"use_reentrant": False} if again else None,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        use_cpu=where.type == "cpu",
        seed=0,
    )


def unsloth(job: Job, where: Any) -> Run:
    """Unsloth and TRL in a separate process, because importing Unsloth patches other packages."""
    common.need("unsloth")
    common.need("trl")
    folder = checkpoint(job.shape, where)
    common.free()
    told = json.dumps({**job._asdict(), "shape": job.shape.name})
    return Run(**child("sft_unsloth.py", str(folder), told))


def child(script: str, *words: str) -> dict[str, Any]:
    """Run a script of this folder in its own process; return the JSON on its last line."""
    cache = Path(tempfile.gettempdir()) / "mathpal-benchmark-unsloth"
    settings = {
        "UNSLOTH_DISABLE_STATISTICS": "1",
        "UNSLOTH_COMPILE_LOCATION": str(cache),
        "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": os.pathsep.join([str(common.ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name(script)), *words],
        env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, cwd=tempfile.gettempdir(),
    )  # fmt: skip
    lines = done.stdout.splitlines()
    if done.returncode or not lines or not lines[-1].startswith("{"):
        raise RuntimeError(f"exit {done.returncode}: " + "\n".join(lines[-25:])[-1500:])
    values: dict[str, Any] = json.loads(lines[-1])
    return values
