"""The names that other trainers give to settings and models, and MathPal's own.

Only for advice: nothing is translated silently. Standard library only.
"""

# Of TrainingArguments, SFTConfig, LoraConfig and Unsloth's notebooks.
SETTINGS = {
    "learning_rate": "trainer.lr",
    "num_train_epochs": "trainer.epochs=… trainer.max_steps=null",
    "num_epochs": "trainer.epochs=… trainer.max_steps=null",
    "epochs": "trainer.epochs=… trainer.max_steps=null",
    "max_steps": "trainer.max_steps",
    "per_device_train_batch_size": "trainer.batch_tokens (tokens of a batch, not rows)",
    "train_batch_size": "trainer.batch_tokens (tokens of a batch, not rows)",
    "batch_size": "trainer.batch_tokens (tokens of a batch, not rows)",
    "per_device_eval_batch_size": "evaluation.batch_tokens (tokens of a batch, not rows)",
    "gradient_accumulation_steps": "trainer.accumulate",
    "warmup_steps": "trainer.warmup",
    "warmup_ratio": "trainer.warmup",
    "lr_scheduler_type": "trainer.scheduler",
    "weight_decay": "trainer.weight_decay",
    "max_grad_norm": "trainer.clip",
    "optim": "trainer.optimizer",
    "save_steps": "trainer.checkpoint_every",
    "save_total_limit": "trainer.keep_last",
    "eval_steps": "trainer.evaluate_every",
    "logging_steps": "trainer.record_every",
    "bf16": "trainer.precision",
    "fp16": "trainer.precision",
    "output_dir": "hydra.run.dir",
    "report_to": "tracker=wandb",
    "resume_from_checkpoint": "resume=DIR, alone on the command line",
    "lora_alpha": "lora.alpha",
    "lora_dropout": "lora.dropout",
    "lora_r": "lora.r",
    "rank": "lora.r",
    "target_modules": "lora.targets",
    "model_name": "model=causal_lm model.path",
    "model_name_or_path": "model=causal_lm model.path",
    "max_seq_length": "model.max_length",
    "max_length": "model.max_length",
    "load_in_4bit": "model.quantization=4bit",
    "load_in_8bit": "model.quantization=8bit",
    "dataset": "data=file data.path",
    "dataset_name": "data=hub data.path",
    "packing": "trainer.layout=packed",
}


def translated(key: str) -> str:
    """Return MathPal's name of another trainer's setting; "" if it has none.

    Args:
        key: as the user wrote it, with or without a group: `trainer.learning_rate`.
    """
    found = SETTINGS.get(key.rpartition(".")[2].lower(), "")
    return found if not found or "=" in found or "(" in found else f"{found}=…"


def model_option(path: str) -> str:
    """Return the words that choose a model which is named as on the Hub; "" for another name."""
    owner, slash, name = path.partition("/")
    if not owner or not slash or not name:
        return ""
    size = next((size for size in ("e2b", "e4b") if f"gemma-3n-{size}" in name.lower()), "")
    own = f"model=gemma3n_{size}, or exactly this one: " if size else ""
    return f"{own}model=causal_lm model.path={path}"
