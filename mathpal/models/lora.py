"""LoRA weights around a frozen model, through PEFT.

The facade that `conf/lora/*.yaml` names.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Lt

from mathpal.settings.capabilities import declares

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def attach_lora(
    model: Any,
    *,
    r: Annotated[int, Ge(1)],
    alpha: Annotated[float, Gt(0)],
    dropout: Annotated[float, Ge(0), Lt(1)] = 0.0,
    targets: Sequence[str] = PROJECTIONS,
    variant: Literal["lora", "dora", "rslora"] = "lora",
) -> Any:
    """Freeze the model and add trainable low-rank updates (LoRA) to its projections.

    Unsloth's models go through PEFT too (loading has patched its fast LoRA layers into PEFT's
    classes): adapters of both backends are interchangeable and start from the same values.
    `FastModel.get_peft_model` has a seed of its own and turns on reentrant checkpointing.

    Args:
        model: a causal LM.
        r: rank.
        alpha: the update is scaled by alpha / r (rslora: alpha / √r).
        dropout: on the update's input.
        targets: names of linear layers in the language model's decoder layers. Towers, Laurel and
            AltUp, which reads its weights directly and would bypass a wrapper, get no LoRA.
        variant: plain LoRA, weight-decomposed (DoRA), or rank-stabilised (rsLoRA).

    Returns:
        A PEFT model: base frozen in its dtype, LoRA weights in fp32.

    Raises:
        ConfigError: if no layer has a name in `targets`.

    Source: Hu et al. 2021 (arXiv 2106.09685); DoRA 2402.09353; rsLoRA 2312.03732.
    """
    from peft import LoraConfig, get_peft_model

    from mathpal.errors import ConfigError
    from mathpal.models.accelerate import accelerate_layers
    from mathpal.models.backends import is_unsloth

    config = LoraConfig(
        r=r,
        lora_alpha=alpha,  # type: ignore[arg-type]
        lora_dropout=dropout,
        target_modules=pattern(targets),
        use_dora=variant == "dora",
        use_rslora=variant == "rslora",
        bias="none",
        task_type="CAUSAL_LM",
    )
    try:
        tuned = get_peft_model(model, config)
    except ValueError as error:
        raise ConfigError(
            f"lora.targets={list(targets)} names no linear layer of this model; "
            f"the usual ones are {', '.join(PROJECTIONS)}"
        ) from error
    for name, weight in tuned.named_parameters():
        # In 16 bits, AdamW's updates at usual learning rates are lost to rounding.
        assert not weight.requires_grad or weight.dtype.itemsize >= 4, f"{name} is {weight.dtype}"
    if not is_unsloth(model):
        accelerate_layers(tuned)
    return tuned


def pattern(targets: Sequence[str]) -> str:
    """Regular expression that matches the full names of the layers that get LoRA."""
    names = "|".join(targets)
    return rf"^(?!.*(?:vision|audio)).*\.layers\.\d+\.(?:self_attn|mlp)\.(?:{names})$"


@declares(trains_all=True)
def no_lora(model: Any) -> Any:
    """Full fine-tuning: every weight of the model is trained.

    Raises:
        ConfigError: if the table of per-layer embeddings is kept on the host.
    """
    from mathpal.errors import ConfigError
    from mathpal.models.host_table import offloaded

    if offloaded(model):
        raise ConfigError("model.offload_ple=true with lora=none: a host table cannot be trained")
    return model.requires_grad_(True)
