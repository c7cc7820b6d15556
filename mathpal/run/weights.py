"""Save the trained weights in a run directory, and load them again. Imports nothing heavy."""

import warnings
from pathlib import Path

from mathpal.errors import DataError
from mathpal.models.backends import set_mode
from mathpal.models.loaded import Loaded
from mathpal.models.origin import mark
from mathpal.record.files import whole_folder
from mathpal.run.preparing import quiet_transformers
from mathpal.settings.checked import Call

ADAPTER, MODEL = "adapter", "model"


def restore(loaded: Loaded, checkpoint: Path) -> None:
    """Copy a checkpoint's weights into the model, and switch it to inference mode."""
    from mathpal.training import checkpoints
    from mathpal.training.state import restore_weights

    restore_weights(loaded.model, checkpoints.read(checkpoint.resolve()))
    set_mode(loaded.model, training=False)


def save_trained(loaded: Loaded, run_dir: Path) -> None:
    """Save `adapter/` (LoRA, PEFT format) or `model/` (full fine-tuning, fp32)."""
    name = ADAPTER if hasattr(loaded.model, "peft_config") else MODEL
    if name == MODEL:
        mark(loaded.model.config)
    with whole_folder(run_dir / name, fsync=False) as part:
        loaded.model.save_pretrained(part)
        loaded.tokenizer.save_pretrained(part)


def load_trained(model: Call, run_dir: Path) -> Loaded:
    """Load the base with the run's adapter on it, or the run's fully tuned model.

    Returns:
        The model in inference mode, with its tokenizer.

    Raises:
        DataError: if the directory holds neither.
    """
    if (run_dir / ADAPTER).is_dir():
        quiet_transformers()
        return _with_adapter(model(), run_dir / ADAPTER)
    if not (run_dir / MODEL).is_dir():
        raise DataError(f"{run_dir} holds neither adapter/ nor model/; expected a finished run")
    from mathpal.models.loading import load_causal_lm

    quiet_transformers()
    limit = model.keywords["max_length"]
    loaded = load_causal_lm(path=str(run_dir / MODEL), dtype="float32", max_length=limit)
    return loaded._replace(model=loaded.model.eval())


def _with_adapter(base: Loaded, adapter: Path) -> Loaded:
    from peft import PeftModel

    from mathpal.models.accelerate import accelerate_layers
    from mathpal.models.adapter import differing

    with warnings.catch_warnings():  # the check below says more
        warnings.filterwarnings("ignore", message="Found missing adapter keys")
        tuned = PeftModel.from_pretrained(base.model, str(adapter))
    if wrong := differing(tuned, adapter):
        raise DataError(
            f"{adapter} does not fit {base.name}: {len(wrong)} of its tensors are not in the "
            f"model, or the other way round, e.g. {wrong[0]}"
        )
    if base.backend == "transformers":
        accelerate_layers(tuned)
    set_mode(tuned, training=False)
    return base._replace(model=tuned)
