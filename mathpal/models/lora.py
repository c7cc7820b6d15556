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
    """Freeze the model and put trainable low-rank updates beside its projections.

    Around a model of Unsloth's it is PEFT, too, not `FastModel.get_peft_model`: names, shapes and
    first values are then the same as around Transformers' model, so that an adapter of one loads
    with the other. Unsloth's own would draw them from a seed of its own and turn on reentrant
    checkpointing; what is fast in its LoRA layers it has put into PEFT's classes at loading.

    Args:
        model: a causal LM.
        r: rank.
        alpha: the update is scaled by alpha / r (rslora: alpha / √r).
        dropout: on the update's input.
        targets: names of the linear layers in the language model's decoder layers; vision and
            audio towers, AltUp and Laurel are never touched (AltUp reads its weight directly,
            a wrapper there would be bypassed).
        variant: plain, weight-decomposed (DoRA), or rank-stabilised.

    Returns:
        A PEFT model: base frozen in its dtype, LoRA weights in fp32.

    Raises:
        ConfigError: when no layer has a name in `targets`.

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
        # In 16 bits AdamW's updates at the usual rates are smaller than the rounding.
        assert not weight.requires_grad or weight.dtype.itemsize >= 4, f"{name} is {weight.dtype}"
    if not is_unsloth(model):
        accelerate_layers(tuned)
    return tuned


def pattern(targets: Sequence[str]) -> str:
    """The regular expression of the whole names of the layers that LoRA is put beside."""
    names = "|".join(targets)
    return rf"^(?!.*(?:vision|audio)).*\.layers\.\d+\.(?:self_attn|mlp)\.(?:{names})$"


@declares(trains_all=True)
def no_lora(model: Any) -> Any:
    """Full fine-tuning: every weight of the model is trained.

    Raises:
        ConfigError: when the table of per-layer embeddings lies on the host.
    """
    from mathpal.errors import ConfigError
    from mathpal.models.host_table import offloaded

    if offloaded(model):
        raise ConfigError("model.offload_ple=true with lora=none: a table on the host cannot learn")
    return model.requires_grad_(True)
