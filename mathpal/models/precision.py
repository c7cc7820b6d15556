"""Dtype, device and quantization of a frozen model, as keywords of `from_pretrained`.

Knows this machine's GPU and bitsandbytes, and which layers of Gemma-3n must not be quantized.
"""

from typing import Any, Literal

from mathpal.errors import ConfigError

# AltUp reads the weights of its coefficient layers directly, so they must not be quantized.
# Transformers compares the end of a layer's full name: list each member of a module list.
NOT_QUANTIZED = [
    "lm_head", "correction_coefs", "prediction_coefs", "modality_router",
    *(f"{name}.{number}" for name in ("altup_projections", "altup_unembed_projections")
      for number in range(8)),
]  # fmt: skip


Dtype = Literal["auto", "float32", "bfloat16"]
Quantization = Literal["none", "8bit", "4bit"]


def precision(dtype: Dtype, quantization: Quantization) -> dict[str, Any]:
    """Keywords of `from_pretrained` for dtype, device and quantization.

    Raises:
        ConfigError: if quantization is asked for without a GPU or without bitsandbytes.
    """
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
