"""Load a causal LM and its tokenizer: shipped, from a folder, or from the hub cache.

The facade that `conf/model/*.yaml` names. Transformers is imported inside the functions.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from annotated_types import Ge

from mathpal.errors import ConfigError
from mathpal.models.backends import Backend, Chosen, begin, without_offloading
from mathpal.models.checkpoint import read, read_model
from mathpal.models.fitting import require_transformers, require_vocabulary
from mathpal.models.loaded import Loaded
from mathpal.models.origin import text_part
from mathpal.models.precision import Dtype, Quantization, precision
from mathpal.settings.capabilities import declares

SHIPPED = "shipped:"
ASSETS = Path(__file__).parent.parent / "assets"
Attention = Literal["sdpa", "eager", "flash_attention_2"]


@declares(known_shapes=True)
def load_gemma3n(
    *,
    path: str,
    backend: Backend = "transformers",
    max_length: Annotated[int, Ge(16)] = 2048,
    dtype: Dtype = "auto",
    quantization: Quantization = "none",
    attention: Attention = "sdpa",
    text_only: bool = True,
    offload_ple: bool = False,
    revision: str | None = None,
) -> Loaded:
    """Load a Gemma-3n; only its language model is trained.

    Args:
        path: `shipped:gemma3n_tiny`, a folder in Hugging Face layout, or a hub name such as
            `google/gemma-3n-E2B-it`; text-only, or with vision and audio towers.
        backend: transformers, unsloth, or auto: Unsloth if it is installed and there is a GPU.
        max_length: most tokens of a training row, and of prompt plus answer.
        dtype: of the frozen weights; auto is bfloat16 on a GPU and float32 elsewhere. Rotary
            frequencies are always float32.
        quantization: 8bit or 4bit (NF4) of the frozen linear weights; needs a GPU and
            bitsandbytes.
        attention: implementation of the attention.
        text_only: leave out the towers; false keeps them, frozen, which needs timm.
        offload_ple: keep the table of per-layer embeddings in the host's memory and copy each
            batch's rows to the GPU: same results, 4 to 5 GB less on the GPU. With LoRA only.
        revision: of a hub checkpoint.

    Raises:
        ConfigError: if the checkpoint is not found, or this machine cannot load it as asked.
    """
    chosen = begin(without_offloading(backend, offload_ple))
    import transformers

    require_transformers()
    source = source_of(path)
    config = read(transformers.AutoConfig, source, path, revision=revision)
    kind, mapping = transformers.Gemma3nForCausalLM, None
    if config.model_type == "gemma3n" and text_only:  # the language model lies one level deeper
        config = text_part(config)
        mapping = {r"^model\.language_model\.": "model."}
    elif config.model_type == "gemma3n":
        kind = _with_towers(path)
    elif config.model_type != "gemma3n_text":
        raise ConfigError(
            f"model.path={path} is a {config.model_type}, not a Gemma-3n; use model=causal_lm"
        )
    elif not text_only:
        raise ConfigError(f"model.path={path} has no towers to keep; use model.text_only=true")
    wanted = _Wanted(kind, config, mapping, path, source, max_length, attention, revision)
    if not offload_ple:
        return _loaded(wanted, chosen, dtype, quantization)
    from mathpal.models import host_table

    if not text_only:
        raise ConfigError("model.offload_ple=true needs model.text_only=true")
    wanted = wanted._replace(kind=host_table.Gemma3nForCausalLM)
    return _loaded(wanted, chosen, dtype, quantization, complete=host_table.fill)


@declares(known_shapes=True)
def load_causal_lm(
    *,
    path: str,
    backend: Backend = "transformers",
    max_length: Annotated[int, Ge(16)] = 2048,
    dtype: Dtype = "auto",
    quantization: Quantization = "none",
    attention: Attention = "sdpa",
    revision: str | None = None,
) -> Loaded:
    """Load any causal LM whose tokenizer has a chat template; the mask gate checks the template.

    Arguments and errors are those of `load_gemma3n`.
    """
    chosen = begin(backend)
    import transformers

    kind, source = transformers.AutoModelForCausalLM, source_of(path)
    wanted = _Wanted(kind, None, None, path, source, max_length, attention, revision)
    return _loaded(wanted, chosen, dtype, quantization)


class _Wanted(NamedTuple):
    """The model to load, for either backend; fields as in `unsloth_loading.load`."""

    kind: Any
    config: Any
    key_mapping: dict[str, str] | None
    path: str
    source: str
    max_length: int
    attention: str
    revision: str | None


def _loaded(
    wanted: _Wanted,
    backend: Chosen,
    dtype: Dtype,
    quantization: Quantization,
    complete: Callable[..., None] | None = None,
) -> Loaded:
    """Load the model with the chosen backend; the tokenizer does not depend on the backend.

    `complete` reads the weights that the class leaves out; Transformers' backend only.
    """
    import transformers

    from mathpal.models.accelerate import accelerate_layers

    kept_in = precision(dtype, quantization)
    # The tokenizer comes first: a fault of it is found before gigabytes of weights are read.
    tokenizer = load_tokenizer(wanted.path, wanted.revision)
    config = wanted.config or read(
        transformers.AutoConfig, wanted.source, wanted.path, revision=wanted.revision
    )
    require_vocabulary(config, tokenizer, wanted.path)
    if backend == "unsloth":
        from mathpal.models import unsloth_loading

        settings = {name: value for name, value in wanted._asdict().items() if name != "kind"}
        model = unsloth_loading.load(**settings, precision=kept_in)
    else:
        model = read_model(
            wanted.kind,
            wanted.source,
            wanted.path,
            config=wanted.config,
            key_mapping=wanted.key_mapping,
            revision=wanted.revision,
            attn_implementation=wanted.attention,
            **kept_in,
        )
        if complete is not None:
            complete(model, wanted.source, wanted.path, wanted.revision)
        accelerate_layers(model)
    _require_exact_positions(model)
    return Loaded(model, tokenizer, wanted.path, wanted.max_length, fingerprint(model), backend)


def _with_towers(path: str) -> Any:
    """The model class with vision and audio towers; timm provides the vision tower."""
    from importlib.util import find_spec

    import transformers

    if find_spec("timm") is None:
        raise ConfigError(
            f"model.path={path} with model.text_only=false needs timm for the vision tower: "
            "pip install timm, or model.text_only=true"
        )
    return transformers.Gemma3nForConditionalGeneration


def _require_exact_positions(model: Any) -> None:
    import torch

    for name, buffer in model.named_buffers():
        # In bf16, rotary frequencies rotate late positions wrongly by up to a whole turn.
        assert "inv_freq" not in name or buffer.dtype == torch.float32, f"{name}: {buffer.dtype}"


def source_of(path: str) -> str:
    """The folder or hub name behind `model.path`; ConfigError for an unknown shipped model."""
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


def load_tokenizer(path: str, revision: str | None = None) -> Any:
    """Load the tokenizer at `model.path`, ready for chat.

    Raises:
        ConfigError: if there is none, or it has no chat template.
    """
    from transformers import AutoTokenizer

    tokenizer = read(AutoTokenizer, source_of(path), path, revision=revision)
    # Without a tokenizer's files, Transformers returns an empty tokenizer.
    if len(tokenizer) <= len(tokenizer.all_special_ids):
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
    tokenizer.padding_side = "left"  # for generation; training does its own padding
    return tokenizer


def fingerprint(model: Any, values: int = 512) -> str:
    """sha256 over every weight's name and shape and up to `values` evenly spaced elements.

    Cheap at any size. It does not depend on where the weights came from or on their file format.
    """
    import torch

    digest = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        flat = weight.detach().flatten()
        picked = flat[:: max(1, flat.numel() // values)][:values]
        digest.update(f"{name}{tuple(weight.shape)}".encode())
        digest.update(picked.to("cpu", torch.float32).numpy().tobytes())
    return digest.hexdigest()
