"""The settings that memory and time depend on, read from a composition.

Knows the names of the groups' settings, their defaults and the meaning of "auto"; computes no
memory.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple

from mathpal.errors import ConfigError
from mathpal.models.fitting import require_positions
from mathpal.models.lora import matching
from mathpal.planning.parts import Architecture, architecture
from mathpal.planning.shapes import text_config
from mathpal.settings.checked import Composition

Device = Literal["gpu", "cpu"]
FP32 = 4
STATISTIC = 4  # a norm keeps one fp32 number a row
Terms = dict[str, float]  # bytes for one token, by name
Layout = Literal["padded", "packed", "masked"]
# Share of positions from each packed row's first target on, assumed before the rows are known. It
# is 0.61 in the generated curriculum; a higher value keeps the memory gate on the safe side.
ASSUMED_NEEDED = 0.75


class Lora(NamedTuple):
    """LoRA's settings, see `mathpal.models.lora.attach_lora`; the targets match a layer each."""

    r: int
    targets: tuple[str, ...]
    dropout: float
    variant: str


class Widths(NamedTuple):
    """Bytes of a number: in residual streams, in matrix products, in looked-up embeddings."""

    stream: int
    compute: int
    embedding: int


class Setting(NamedTuple):
    """The settings of a composition that memory and time depend on; widths are in bytes.

    Attributes:
        architecture: of the model.
        device: what trains.
        weight_width: of a frozen weight that is not quantized; 4 if all weights are trained.
        mixed: whether matrix products are computed in bf16 under autocast.
        quantization: of the linear layers.
        offload_ple: whether the table of per-layer embeddings stays on the host.
        lora: None if every weight is trained.
        layout: of the rows in a micro-batch: "padded"; "packed", computed by MathPal's own
            forwards of Gemma-3n; or "masked": packed, and separated by one attention mask.
        batch_tokens: of a micro-batch, on each device; `row_tokens` of its longest row.
        supervised: share of a micro-batch's tokens that have a label, 0 to 1.
        needed: share of the positions that late layers compute, 0 to 1: those from each row's
            first target on, see `mathpal.planning.spans`. 1 unless the layout is "packed".
        rows_known: whether the two shares and `row_tokens` are those of the actual rows.
        answer_tokens: most tokens in evaluation's KV cache, 0 if nothing is evaluated.
        steps: optimizer steps; None if `epochs` decides.
    """

    architecture: Architecture
    device: Device
    weight_width: int
    mixed: bool
    quantization: str
    offload_ple: bool
    lora: Lora | None
    optimizer: str
    checkpointing: bool
    attention: str
    layout: Layout
    batch_tokens: int
    row_tokens: int
    accumulate: int
    devices: int
    strategy: str
    supervised: float
    needed: float
    rows_known: bool
    answer_tokens: int
    steps: int | None
    epochs: int | None

    @property
    def compute_width(self) -> int:
        """Bytes of a number in a matrix product's inputs and output."""
        return 2 if self.mixed else self.weight_width


def widths(setting: Setting) -> Widths:
    """Bytes of a number by where it occurs.

    Under autocast, a GPU computes squares in fp32, which turns all AltUp streams into fp32. Packed
    rows are the exception: `packed_gemma3n` keeps streams in the weights' dtype.
    """
    weight, compute = setting.weight_width, setting.compute_width
    gemma3n = setting.architecture.kind == "gemma3n"
    promoted = setting.mixed and setting.device == "gpu" and setting.layout != "packed"
    fp32_streams = gemma3n and promoted
    return Widths(FP32 if fp32_streams else weight, compute, max(weight, compute))


def setting(composition: Composition, device: Device) -> Setting:
    """Read the settings of a composition.

    Args:
        composition: of a run.
        device: what trains.

    Raises:
        ConfigError: if the model's shapes are unknown, or the device cannot train it.
    """
    if not composition.can("model").known_shapes:
        raise ConfigError(
            f"model._target_={composition.model.func.__name__} cannot be planned: it does not "
            "declare that its shapes are known before it is loaded"
        )
    model, trainer = composition.settings("model"), composition.settings("trainer")
    evaluation = composition.settings("evaluation")
    quantization = model.get("quantization", "none")
    _require_gpu(device, quantization, trainer["optimizer"])
    mixed = trainer["precision"] == "bf16-mixed" or (
        trainer["precision"] == "auto" and device == "gpu"
    )
    config = text_config(composition.model)
    require_positions(config, model["max_length"])
    shapes = architecture(config)
    layout = _layout(model, trainer, config, device)
    plain_text = not composition.can("data").has_answers  # every token is a target
    needed = 1.0 if layout != "packed" or plain_text else ASSUMED_NEEDED
    return Setting(
        architecture=shapes,
        device=device,
        weight_width=_width(model.get("dtype", "float32"), device),
        mixed=mixed,
        quantization=quantization,
        offload_ple=bool(model.get("offload_ple")),
        lora=_lora(composition, shapes),
        optimizer=trainer["optimizer"],
        checkpointing=trainer["gradient_checkpointing"],
        attention=model.get("attention", "sdpa"),
        layout=layout,
        batch_tokens=trainer["batch_tokens"],
        row_tokens=model["max_length"],
        accumulate=trainer["accumulate"],
        devices=trainer.get("devices", 1),
        strategy=trainer.get("strategy", "auto"),
        supervised=needed,
        needed=needed,
        rows_known=False,
        answer_tokens=evaluation.get("batch_tokens", 0),
        steps=trainer["max_steps"],
        epochs=trainer["epochs"],
    )


def _layout(
    model: Mapping[str, Any], trainer: Mapping[str, Any], config: Any, device: Device
) -> Layout:
    """The layout that `mathpal.training.fit` would choose; TRL's trainer pads."""
    asked = trainer.get("layout", "padded")
    # A model with towers does not pass the rows on to its language model.
    own = _runs_own_forwards(model, config, device) and model.get("text_only", True)
    divided = trainer.get("strategy") == "fsdp"  # the model takes the loss itself then
    if asked == "padded" or (asked == "auto" and (divided or not own)):
        return "padded"
    return "packed" if own and not divided else "masked"


def _runs_own_forwards(model: Mapping[str, Any], config: Any, device: Device) -> bool:
    """Whether `mathpal.models.packed_gemma3n` will run the model: a Gemma-3n without Unsloth."""
    if config.model_type != "gemma3n_text" or config.attention_dropout:
        return False
    backend = model.get("backend", "transformers")
    if backend == "auto":
        unsloth = device == "gpu" and find_spec("unsloth") is not None
        return not unsloth or bool(model.get("offload_ple"))
    return bool(backend == "transformers")


def _width(dtype: str, device: Device) -> int:
    return {"float32": 4, "bfloat16": 2}.get(dtype, 2 if device == "gpu" else 4)


def _lora(composition: Composition, shapes: Architecture) -> Lora | None:
    if composition.can("lora").trains_all:
        return None
    given = composition.settings("lora")
    targets = matching([linear.name for linear in shapes.linears], given["targets"])
    return Lora(given["r"], targets, given["dropout"], given["variant"])


def _require_gpu(device: Device, quantization: str, optimizer: str) -> None:
    asked = [f"model.quantization={quantization}"] if quantization != "none" else []
    asked += [f"trainer.optimizer={optimizer}"] if optimizer == "adamw_8bit" else []
    if device == "cpu" and asked:
        raise ConfigError(
            f"{' '.join(asked)} needs a GPU, and this is a plan for a CPU; plan for one with "
            "device=gpu, or leave it out"
        )
