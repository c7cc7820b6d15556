"""Save the trained weights in a run directory, and load them again. Imports nothing heavy."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired

from annotated_types import Ge, Gt, Lt, MaxLen
from typing_extensions import TypedDict

from mathpal.errors import DataError, MathPalError
from mathpal.models.backends import set_mode
from mathpal.models.loaded import Loaded
from mathpal.models.origin import mark
from mathpal.record import reading
from mathpal.record.files import whole_folder
from mathpal.run.preparing import quiet_transformers
from mathpal.settings.checked import Call

ADAPTER, MODEL = "adapter", "model"


def restore(loaded: Loaded, checkpoint: Path) -> None:
    """Copy a checkpoint's weights into the model, and switch it to inference mode."""
    from mathpal.training import checkpoints
    from mathpal.training.state import restore_weights

    restore_weights(loaded.model, checkpoints.read(Path(os.path.realpath(checkpoint))))
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
        DataError: if the directory holds neither, or its weights cannot be loaded.
    """
    if (run_dir / ADAPTER).is_dir():
        quiet_transformers()
        return _with_adapter(model(), run_dir / ADAPTER)
    if not (run_dir / MODEL).is_dir():
        raise DataError(f"{run_dir} holds neither adapter/ nor model/; expected a finished run")
    from mathpal.models.loading import load_causal_lm

    quiet_transformers()
    _require_safetensors(run_dir / MODEL, "model", "pytorch_model.bin")
    limit = model.keywords["max_length"]
    with _of_run(run_dir / MODEL):
        loaded = load_causal_lm(path=str(run_dir / MODEL), dtype="float32", max_length=limit)
    return loaded._replace(model=loaded.model.eval())


def _require_safetensors(folder: Path, name: str, pickle: str) -> None:
    """Refuse weights that only unpickling could read, which runs what it is told to."""
    if any(folder.glob(f"{name}*.safetensors")):
        return
    if (folder / pickle).exists():
        raise DataError(
            f"{folder / pickle} is a pickle: loading it can run any program, so MathPal reads "
            f"{name}.safetensors only. If you trust it, convert it first: load it with PEFT or "
            "Transformers, then save_pretrained(…)"
        )
    raise DataError(f"{folder} holds no {name}.safetensors; expected a finished run")


Empty = Annotated[dict[str, Any], MaxLen(0)] | None


class Adapter(TypedDict):
    """adapter_config.json: what LoRA reads of it, and what MathPal never writes."""

    peft_type: Literal["LORA"]
    r: Annotated[int, Ge(1)]
    lora_alpha: Annotated[float, Gt(0)]
    lora_dropout: Annotated[float, Ge(0), Lt(1)]
    target_modules: str | list[str]
    use_dora: NotRequired[bool]
    use_rslora: NotRequired[bool]
    megatron_config: NotRequired[None]  # PEFT would import the module that it names
    init_lora_weights: NotRequired[bool]  # others read the files that these two name
    corda_config: NotRequired[None]
    lora_ga_config: NotRequired[None]
    exclude_modules: NotRequired[None]  # regular expressions, as are the keys of the patterns
    layers_pattern: NotRequired[None]
    modules_to_save: NotRequired[None]
    rank_pattern: NotRequired[Empty]
    alpha_pattern: NotRequired[Empty]


@contextmanager
def _of_run(folder: Path) -> Iterator[None]:
    """Turn an error of loading a run's weights into a DataError that names the folder."""
    from torch import OutOfMemoryError

    try:
        yield
    except (MathPalError, OutOfMemoryError):
        raise
    except Exception as error:  # of PEFT, Transformers and safetensors, of many kinds
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{folder} cannot be loaded: {reason[:300]}") from error


def _with_adapter(base: Loaded, adapter: Path) -> Loaded:
    """Put an adapter on its base.

    Raises:
        DataError: if the adapter is damaged, or lacks weights that its configuration asks for.
    """
    from peft import PeftModel

    from mathpal.models.accelerate import accelerate_layers
    from mathpal.models.adapter import differing, ranks
    from mathpal.models.lora import is_bounded

    _require_safetensors(adapter, "adapter_model", "adapter_model.bin")
    config = reading.read(adapter / "adapter_config.json", Adapter)
    if not is_bounded(config["target_modules"]):
        raise DataError(
            f"{adapter / 'adapter_config.json'} has a regular expression that MathPal does not "
            "write, and that could take for ever, in target_modules; expected: names of layers"
        )
    with _of_run(adapter):
        found = ranks(adapter)
    if found != {config["r"]}:
        raise DataError(
            f"{adapter / 'adapter_config.json'} says r={config['r']}, and the weights beside it "
            f"have the rank {', '.join(map(str, sorted(found))) or 'of no LoRA'}"
        )
    with _of_run(adapter), warnings.catch_warnings():  # the check below says more
        warnings.filterwarnings("ignore", message="Found missing adapter keys")
        tuned = PeftModel.from_pretrained(base.model, str(adapter))
        wrong = differing(tuned, adapter)
    if wrong:
        raise DataError(
            f"{adapter} does not fit {base.name}: {len(wrong)} of its tensors are not in the "
            f"model, or the other way round, e.g. {wrong[0]}"
        )
    if base.backend == "transformers":
        accelerate_layers(tuned)
    set_mode(tuned, training=False)
    return base._replace(model=tuned)
