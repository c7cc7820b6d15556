"""Load a causal LM and its tokenizer: shipped, from a folder, or from the hub cache.

The facade that `conf/model/*.yaml` names. Transformers is imported inside the functions.
"""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge

from mathpal.errors import ConfigError
from mathpal.models.checkpoint import read, read_model
from mathpal.models.loaded import Loaded

SHIPPED = "shipped:"
ASSETS = Path(__file__).parent.parent / "assets"
# AltUp's coefficient layers are read by their weight, not called: 4-bit must leave them alone.
NOT_QUANTIZED = [
    "lm_head", "correction_coefs", "prediction_coefs", "modality_router", "altup_projections",
    "altup_unembed_projections",
]  # fmt: skip

Dtype = Literal["auto", "float32", "bfloat16"]
Quantization = Literal["none", "8bit", "4bit"]
Attention = Literal["sdpa", "eager", "flash_attention_2"]


def load_gemma3n(
    *,
    path: str,
    backend: Literal["transformers"] = "transformers",
    max_length: Annotated[int, Ge(16)] = 2048,
    dtype: Dtype = "auto",
    quantization: Quantization = "none",
    attention: Attention = "sdpa",
    offload_ple: bool = False,
    revision: str | None = None,
) -> Loaded:
    """Load the text part of a Gemma-3n.

    Args:
        path: `shipped:gemma3n_tiny`, a folder in Hugging Face layout, or a hub name such as
            `google/gemma-3n-E2B-it`; both the text-only checkpoint and the one with vision and
            audio towers, of which only the language model is read.
        backend: who runs the model.
        max_length: most tokens of a training row, and of prompt plus answer.
        dtype: of the frozen weights; auto is bfloat16 on a GPU and float32 elsewhere. Rotary
            frequencies stay float32, whatever is chosen.
        quantization: 8bit or 4bit (NF4) of the frozen linear weights; needs a GPU and
            bitsandbytes.
        attention: implementation of the attention.
        offload_ple: keep the table of per-layer embeddings in the host's memory, and send the
            rows of each batch; the same results with 4 to 5 GB less on the GPU. With LoRA only.
        revision: of a hub checkpoint.

    Raises:
        ConfigError: when the checkpoint is not there, or this machine cannot load it so.
    """
    import transformers
    from packaging.version import Version

    if Version(transformers.__version__) < Version("5.6"):
        raise ConfigError(
            f"Gemma-3n needs transformers 5.6 or newer, found {transformers.__version__}: older "
            "ones train the layers that share keys and values on wrong ones. "
            'Mend: pip install -U "transformers>=5.6,<=5.17"'
        )
    source = _source(path)
    config = read(transformers.AutoConfig, source, path, revision=revision)
    mapping = None
    if config.model_type == "gemma3n":  # with towers: the language model lies one level deeper
        config = config.text_config
        mapping = {r"^model\.language_model\.": "model."}
    elif config.model_type != "gemma3n_text":
        raise ConfigError(
            f"model.path={path} is a {config.model_type}, not a Gemma-3n; use model=causal_lm"
        )
    kind = transformers.Gemma3nForCausalLM
    if offload_ple:
        from mathpal.models import host_table

        kind = host_table.Gemma3nForCausalLM
    model = read_model(
        kind,
        source,
        path,
        config=config,
        key_mapping=mapping,
        revision=revision,
        **_precision(dtype, quantization),
        attn_implementation=attention,
    )
    if offload_ple:
        host_table.fill(model, source, path, revision)
    return _loaded(model, path, max_length, revision)


def load_causal_lm(
    *,
    path: str,
    backend: Literal["transformers"] = "transformers",
    max_length: Annotated[int, Ge(16)] = 2048,
    dtype: Dtype = "auto",
    quantization: Quantization = "none",
    attention: Attention = "sdpa",
    revision: str | None = None,
) -> Loaded:
    """Load any causal LM whose tokenizer brings a chat template; the mask gate decides on it.

    Arguments and errors are those of `load_gemma3n`.
    """
    import transformers

    source = _source(path)
    model = read_model(
        transformers.AutoModelForCausalLM,
        source,
        path,
        revision=revision,
        **_precision(dtype, quantization),
        attn_implementation=attention,
    )
    return _loaded(model, path, max_length, revision)


def _source(path: str) -> str:
    """The folder or hub name behind `model.path`."""
    if not path.startswith(SHIPPED):
        return str(Path(path).expanduser()) if Path(path).expanduser().exists() else path
    folder = ASSETS / path.removeprefix(SHIPPED)
    if not (folder / "config.json").is_file():
        names = sorted(p.parent.name for p in ASSETS.glob("*/config.json"))
        raise ConfigError(
            f"model.path={path}: no such shipped model; this installation has "
            f"{', '.join(SHIPPED + n for n in names) or 'none'}"
        )
    return str(folder)


def _precision(dtype: Dtype, quantization: Quantization) -> dict[str, Any]:
    """The keywords of `from_pretrained` for dtype and quantization."""
    import torch

    gpu = torch.cuda.is_available()
    chosen = {"float32": torch.float32, "bfloat16": torch.bfloat16}.get(
        dtype, torch.bfloat16 if gpu else torch.float32
    )
    settings: dict[str, Any] = {"dtype": chosen}
    if gpu:
        settings["device_map"] = {"": torch.cuda.current_device()}
    if quantization == "none":
        return settings
    if not gpu:
        raise ConfigError(
            f"model.quantization={quantization} needs a CUDA GPU, and this machine shows none; "
            "use model.quantization=none"
        )
    from importlib.util import find_spec

    if find_spec("bitsandbytes") is None:
        raise ConfigError(
            f"model.quantization={quantization} needs bitsandbytes: pip install 'mathpal[gpu]'"
        )
    from transformers import BitsAndBytesConfig

    settings["quantization_config"] = (
        BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=NOT_QUANTIZED)
        if quantization == "8bit"
        else BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=chosen,
            llm_int8_skip_modules=NOT_QUANTIZED,
        )
    )
    return settings


def load_tokenizer(path: str, revision: str | None = None) -> Any:
    """The tokenizer at `model.path`, ready for chat.

    Raises:
        ConfigError: when there is none, or it has no chat template.
    """
    from transformers import AutoTokenizer

    tokenizer = read(AutoTokenizer, _source(path), path, revision=revision)
    if len(tokenizer) <= len(tokenizer.all_special_ids):  # Transformers makes up an empty one
        raise ConfigError(
            f"model.path={path}: there is no tokenizer; expected: tokenizer.json and "
            "tokenizer_config.json beside the weights"
        )
    if tokenizer.chat_template is None:
        raise ConfigError(
            f"model.path={path}: its tokenizer has no chat template; use the instruction-tuned "
            "checkpoint, or add a chat_template.jinja beside its tokenizer.json"
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "left"  # generation; training pads by itself
    return tokenizer


def _loaded(model: Any, path: str, max_length: int, revision: str | None) -> Loaded:
    import torch

    from mathpal.models.accelerate import accelerate_layers

    tokenizer = load_tokenizer(path, revision)
    for name, buffer in model.named_buffers():
        # bf16 rotary frequencies put positions wrong by up to a whole turn.
        assert "inv_freq" not in name or buffer.dtype == torch.float32, f"{name}: {buffer.dtype}"
    accelerate_layers(model)
    return Loaded(model, tokenizer, path, max_length, fingerprint(model))


def fingerprint(model: Any, values: int = 512) -> str:
    """sha256 over every weight's name, shape, and `values` of its numbers, evenly spread.

    Cheap at any size, and blind to where the weights came from or how they lay on disk.
    """
    import torch

    digest = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        flat = weight.detach().flatten()
        picked = flat[:: max(1, flat.numel() // values)][:values]
        digest.update(f"{name}{tuple(weight.shape)}".encode())
        digest.update(picked.to("cpu", torch.float32).numpy().tobytes())
    return digest.hexdigest()
