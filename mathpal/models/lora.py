"""LoRA weights around a frozen model, through PEFT.

The facade that `conf/lora/*.yaml` names.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Lt
from pydantic import DirectoryPath

from mathpal.errors import ConfigError
from mathpal.models.adapter import load_into, start_fault
from mathpal.settings.capabilities import declares

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
_LAYER = r"^(?!.*(?:vision|audio)).*\.layers\.\d+\."


@declares(rule=start_fault)
def attach_lora(
    model: Any,
    *,
    r: Annotated[int, Ge(1)],
    alpha: Annotated[float, Gt(0)],
    dropout: Annotated[float, Ge(0), Lt(1)] = 0.0,
    targets: Sequence[str] | None = None,
    variant: Literal["lora", "dora", "rslora"] = "lora",
    start: DirectoryPath | None = None,
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
        targets: names of linear layers in the language model's decoder layers, each in at least
            one layer; null for those of `PROJECTIONS` that the model has. Towers, Laurel and
            AltUp, which reads its weights directly and would bypass a wrapper, get no LoRA.
        variant: plain LoRA, weight-decomposed (DoRA), or rank-stabilised (rsLoRA).
        start: a finished run, or an adapter of PEFT, whose LoRA weights are trained on; with the
            same r, alpha, variant and targets. Null for fresh weights.

    Returns:
        A PEFT model: base frozen in its dtype, LoRA weights in fp32.

    Raises:
        ConfigError: if a name in `targets` is that of no layer, or the model has no `PROJECTIONS`;
            if the adapter at `start` does not fit.

    Source: Hu et al. 2021 (arXiv 2106.09685); DoRA 2402.09353; rsLoRA 2312.03732.
    """
    from peft import LoraConfig, get_peft_model

    from mathpal.models.accelerate import accelerate_layers
    from mathpal.models.backends import is_unsloth

    config = LoraConfig(
        r=r,
        lora_alpha=alpha,  # type: ignore[arg-type]
        lora_dropout=dropout,
        target_modules=pattern(matching(linear_layers(model), targets)),
        use_dora=variant == "dora",
        use_rslora=variant == "rslora",
        bias="none",
        task_type="CAUSAL_LM",
    )
    tuned = get_peft_model(model, config)
    if start is not None:
        load_into(tuned, start)
    for name, weight in tuned.named_parameters():
        # In 16 bits, AdamW's updates at usual learning rates are lost to rounding.
        assert not weight.requires_grad or weight.dtype.itemsize >= 4, f"{name} is {weight.dtype}"
    if not is_unsloth(model):
        accelerate_layers(tuned)
    return tuned


def pattern(targets: Iterable[str]) -> str:
    """Regular expression that matches the full names of the layers that get LoRA."""
    names = "|".join(map(re.escape, targets))
    return rf"{_LAYER}(?:(?:self_attn|mlp)\.)?(?:{names})$"


def is_bounded(targets: str | Sequence[str]) -> bool:
    """Return whether matching an adapter's `target_modules` takes little time.

    It is a list of names, or a regular expression as `pattern` writes it, or without repetition.
    """
    return not isinstance(targets, str) or not re.search(
        r"[*+?{]",
        targets.removeprefix(_LAYER).replace(r"(?:(?:self_attn|mlp)\.)?", "").replace("(?:", ""),
    )


def linear_layers(model: Any) -> list[str]:
    """Return the full names of a model's linear layers, those with LoRA under their own name."""
    import torch

    found = (n for n, m in model.named_modules() if isinstance(m, torch.nn.Linear))
    plain = (n.removesuffix(".base_layer") for n in found if ".lora_" not in n)
    return [name.removeprefix("base_model.model.") for name in plain]


def matching(layers: Iterable[str], targets: Sequence[str] | None) -> tuple[str, ...]:
    """Return the names that get LoRA: `targets`, or those of `PROJECTIONS` that a layer has.

    Args:
        layers: full names of the model's linear layers.
        targets: a setting of `attach_lora`.

    Raises:
        ConfigError: if a target is the name of no layer, or there is no name at all.
    """
    known = _counted(layers)
    has = f"this model's decoder layers have {', '.join(known) or 'no linear layers'}"
    if targets is None:
        found = tuple(name for name in PROJECTIONS if name in known)
        if not found:
            raise ConfigError(
                f"lora: this model has none of the usual layers {', '.join(PROJECTIONS)}; {has}. "
                "Name some with lora.targets=[…], or use lora=none"
            )
        return found
    wrong = [name for name in targets if name not in known]
    close = (difflib.get_close_matches(name, known, n=1) for name in wrong)
    guesses = "".join(f"; did you mean {guess[0]}?" for guess in close if guess)
    if wrong or not targets:
        raise ConfigError(
            f"lora.targets=[{','.join(targets)}]: {', '.join(wrong) or 'an empty list'} names no "
            f"linear layer; {has}{guesses}"
        )
    return tuple(dict.fromkeys(targets))


def placement(model: Any) -> list[str]:
    """Return lines that say which layers have LoRA, and which linear layers have none."""
    known = _counted(linear_layers(model))
    names = _counted(model.base_model.targeted_module_names)
    line = " · ".join(
        f"{', '.join(n for n in names if names[n] == count)} in {count} layers"
        for count in sorted(set(names.values()), reverse=True)
    )
    usual = [name for name in PROJECTIONS if name in known]
    rest = [name for name in known if name not in names]
    if not rest or len(usual) == len(PROJECTIONS) or not names.keys() >= set(usual):
        return [line]  # a usual model, or layers chosen by name
    more = ",".join([*names, rest[0]])
    return [line, f"not on {', '.join(rest)}; add one with lora.targets=[{more}]"]


def _counted(layers: Iterable[str]) -> dict[str, int]:
    """Return the last names of layers that `pattern` can match, with the number of layers."""
    found = (re.match(rf"{_LAYER}(?:(?:self_attn|mlp)\.)?(\w+)$", name) for name in layers)
    return dict(Counter(match[1] for match in found if match))


@declares(trains_all=True)
def no_lora(model: Any) -> Any:
    """Full fine-tuning: every weight of the model is trained.

    Raises:
        ConfigError: if the table of per-layer embeddings is kept on the host.
    """
    from mathpal.models.host_table import offloaded

    if offloaded(model):
        raise ConfigError("model.offload_ple=true with lora=none: a host table cannot be trained")
    return model.requires_grad_(True)
