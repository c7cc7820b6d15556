"""What memory and time depend on, taken from a composition.

Knows the names of the groups' settings and their defaults, and what "auto" stands for; computes
nothing.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple

from mathpal.errors import ConfigError
from mathpal.planning.parts import Architecture, architecture
from mathpal.planning.shapes import text_config
from mathpal.settings.checked import Composition

Device = Literal["gpu", "cpu"]
FP32 = 4
STATISTIC = 4  # a norm keeps one fp32 number a row
Terms = dict[str, float]  # bytes for one token, by name
Layout = Literal["padded", "packed", "masked"]
# Of packed rows, before they are known: the share of positions from the first target on. Of the
# generated curriculum it is 0.61; the gate had better stop a run too many than one too few.
ASSUMED_ASKING = 0.75


class Lora(NamedTuple):
    """LoRA's settings, see `mathpal.models.lora.attach_lora`."""

    r: int
    targets: tuple[str, ...]
    dropout: float
    variant: str


class Widths(NamedTuple):
    """Bytes of a number: in the residual streams, in products, in embeddings looked up."""

    stream: int
    compute: int
    embedding: int


class Setting(NamedTuple):
    """A composition as far as memory and time depend on it; widths are in bytes.

    Attributes:
        architecture: of the model.
        device: what trains.
        weight_width: of a frozen weight that is not quantized; 4 where all are trained.
        mixed: whether products are taken in bf16 under autocast.
        quantization: of the linear layers.
        offload_ple: whether the table of per-layer embeddings stays on the host.
        lora: None where every weight is trained.
        layout: how rows stand in a micro-batch: "padded"; "packed", run by MathPal's own forwards
            of Gemma-3n; or "masked": packed, and kept apart by one mask over all of them.
        batch_tokens: of a micro-batch, on each device; `row_tokens` of its longest row.
        supervised: share of a micro-batch's tokens that have a label, 0 to 1.
        asking: share of its positions that layers behind the last own keys compute, 0 to 1; 1
            but for packed rows.
        rows_known: whether the two shares and `row_tokens` are those of real rows.
        answer_tokens: that evaluation keeps in its cache at once, 0 where nothing is measured.
        steps: optimizer steps; None where `epochs` decides.
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
    asking: float
    rows_known: bool
    answer_tokens: int
    steps: int | None
    epochs: int | None

    @property
    def compute_width(self) -> int:
        """Of what a matrix product takes and gives."""
        return 2 if self.mixed else self.weight_width


def widths(setting: Setting) -> Widths:
    """Under autocast a GPU squares in fp32, which makes all AltUp streams fp32 for good.

    Not those of packed rows: `packed_gemma3n` keeps them in the weights' dtype.
    """
    weight, compute = setting.weight_width, setting.compute_width
    gemma3n = setting.architecture.kind == "gemma3n"
    promoted = setting.mixed and setting.device == "gpu" and setting.layout != "packed"
    fp32_streams = gemma3n and promoted
    return Widths(FP32 if fp32_streams else weight, compute, max(weight, compute))


def setting(composition: Composition, device: Device) -> Setting:
    """Read a composition.

    Args:
        composition: of a run.
        device: that trains.

    Raises:
        ConfigError: when the model's shapes are not to be had, or this device cannot do it.
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
    lora = _lora(composition)
    mixed = trainer["precision"] == "bf16-mixed" or (
        trainer["precision"] == "auto" and device == "gpu"
    )
    config = text_config(composition.model)
    layout = _layout(model, trainer, config, device)
    plain_text = not composition.can("data").has_answers  # every token is a target
    asking = 1.0 if layout != "packed" or plain_text else ASSUMED_ASKING
    return Setting(
        architecture=architecture(config),
        device=device,
        weight_width=_width(model.get("dtype", "float32"), device),
        mixed=mixed,
        quantization=quantization,
        offload_ple=bool(model.get("offload_ple")),
        lora=lora,
        optimizer=trainer["optimizer"],
        checkpointing=trainer["gradient_checkpointing"],
        attention=model.get("attention", "sdpa"),
        layout=layout,
        batch_tokens=trainer["batch_tokens"],
        row_tokens=model["max_length"],
        accumulate=trainer["accumulate"],
        devices=trainer.get("devices", 1),
        strategy=trainer.get("strategy", "auto"),
        supervised=asking,
        asking=asking,
        rows_known=False,
        answer_tokens=evaluation.get("batch_tokens", 0),
        steps=trainer["max_steps"],
        epochs=trainer["epochs"],
    )


def _layout(
    model: Mapping[str, Any], trainer: Mapping[str, Any], config: Any, device: Device
) -> Layout:
    """What `mathpal.training.fit` makes of trainer.layout; TRL's trainer pads."""
    asked = trainer.get("layout", "padded")
    # Around the towers nobody tells the language model where rows stand.
    own = _runs_own_forwards(model, config, device) and model.get("text_only", True)
    divided = trainer.get("strategy") == "fsdp"  # the model takes the loss itself then
    if asked == "padded" or (asked == "auto" and (divided or not own)):
        return "padded"
    return "packed" if own and not divided else "masked"


def _runs_own_forwards(model: Mapping[str, Any], config: Any, device: Device) -> bool:
    """Whether `mathpal.models.packed_gemma3n` will run it: a Gemma-3n without Unsloth."""
    if config.model_type != "gemma3n_text" or config.attention_dropout:
        return False
    backend = model.get("backend", "transformers")
    if backend == "auto":
        unsloth = device == "gpu" and find_spec("unsloth") is not None
        return not unsloth or bool(model.get("offload_ple"))
    return bool(backend == "transformers")


def _width(dtype: str, device: Device) -> int:
    return {"float32": 4, "bfloat16": 2}.get(dtype, 2 if device == "gpu" else 4)


def _lora(composition: Composition) -> Lora | None:
    if composition.can("lora").trains_all:
        return None
    given = composition.settings("lora")
    return Lora(given["r"], tuple(given["targets"]), given["dropout"], given["variant"])


def _require_gpu(device: Device, quantization: str, optimizer: str) -> None:
    asked = [f"model.quantization={quantization}"] if quantization != "none" else []
    asked += [f"trainer.optimizer={optimizer}"] if optimizer == "adamw_8bit" else []
    if device == "cpu" and asked:
        raise ConfigError(
            f"{' '.join(asked)} needs a GPU, and this is a plan for a CPU; plan for one with "
            "device=gpu, or leave it out"
        )
