"""The side unsloth-trl of sft.py, as a separate process. Arguments: FOLDER and a job in JSON.

Unsloth is imported before the packages that it patches. The last line printed is the result as
JSON.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import unsloth  # isort: skip
from unsloth import FastModel  # isort: skip
import common
import torch
from sft_jobs import LORA, LR, Clock, Job, examples
from shapes import SHAPES


def main() -> None:
    folder, told = sys.argv[1], json.loads(sys.argv[2])
    job = Job(**{**told, "shape": SHAPES[told["shape"]]})
    where = torch.device("cpu" if job.toy else "cuda")
    model, tokenizer = load(folder, job, where)
    data = examples(job)
    while True:
        run = None
        try:
            run = train(model, tokenizer, data, job, where)
        except Exception as error:
            if not common.is_oom(error) or job.micro // 2 < job.length:
                raise
            print(f"micro-batches of {job.micro} tokens do not fit", flush=True)
        if run is not None:
            print(json.dumps(run._asdict()), flush=True)
            # Compiler and statistics threads may keep the process alive.
            os._exit(0)
        model.zero_grad(set_to_none=True)
        common.free()
        job = job._replace(micro=job.micro // 2)


def load(folder: str, job: Job, where: Any) -> tuple[Any, Any]:
    """Load Unsloth's model with its LoRA, and its tokenizer."""
    settings: dict[str, Any] = (
        {"dtype": torch.float32, "device_map": "cpu"} if job.toy else {"dtype": torch.bfloat16}
    )
    model, tokenizer = FastModel.from_pretrained(
        folder,
        max_seq_length=max(job.length, 512),
        load_in_4bit=False,
        attn_implementation="sdpa",
        **settings,
    )
    again: Any = False if job.side.endswith("plain") else "unsloth"
    model = FastModel.get_peft_model(
        model,
        finetune_vision_layers=False,
        finetune_language_layers=True,
        finetune_attention_modules=True,
        finetune_mlp_modules=True,
        r=LORA["r"],
        lora_alpha=LORA["alpha"],
        lora_dropout=0.0,
        bias="none",
        use_gradient_checkpointing=again,
        random_state=0,
    )
    return model, tokenizer


def train(model: Any, tokenizer: Any, data: list[dict[str, Any]], job: Job, where: Any) -> Any:
    """Train with TRL's SFTTrainer; labels are on the second half of each row."""
    from datasets import Dataset
    from transformers import DataCollatorForSeq2Seq, PrinterCallback, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    clock = Clock(job, where)

    class Recorder(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            clock.step(state.global_step)

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if logs and "loss" in logs:
                clock.losses.append(float(logs["loss"]))

    words = getattr(tokenizer, "tokenizer", tokenizer)
    full = [{**row, "attention_mask": [1] * job.length} for row in data]
    with tempfile.TemporaryDirectory() as output:
        arguments = SFTConfig(
            output_dir=output,
            per_device_train_batch_size=job.micro // job.length,
            gradient_accumulation_steps=job.tokens // job.micro,
            max_steps=job.steps,
            learning_rate=LR,
            weight_decay=0.0,
            max_grad_norm=1.0,
            lr_scheduler_type="cosine",
            warmup_steps=1,
            optim="adamw_torch_fused",
            bf16=not job.toy,
            use_cpu=job.toy,
            logging_steps=1,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            seed=0,
            max_length=job.length,
            packing=False,
            dataset_kwargs={"skip_prepare_dataset": True},
            remove_unused_columns=False,
        )
        trainer = SFTTrainer(
            model=model,
            processing_class=words,
            train_dataset=Dataset.from_list(full),
            data_collator=DataCollatorForSeq2Seq(words, label_pad_token_id=-100),
            args=arguments,
            callbacks=[Recorder()],
        )
        trainer.remove_callback(PrinterCallback)
        clock.begin()
        trainer.train()
    kinds = {type(module).__name__ for module in model.modules() if "lora" in str(type(module))}
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    notes = [f"unsloth {unsloth.__version__}", f"{trained:,} trained weights", str(sorted(kinds))]
    return clock.run(notes)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
