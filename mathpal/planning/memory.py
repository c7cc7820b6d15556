"""Peak memory of one device: what stays there during the run, and what a step adds.

Knows the sizes of weights, gradients, optimizer states, the loss and the KV cache. The tensors
that layers save are in `mathpal.planning.activations`.
"""

from typing import NamedTuple

from mathpal.models.precision import NOT_QUANTIZED
from mathpal.planning.activations import backward, backward_working, saved
from mathpal.planning.parts import Linear, lora_weights, targeted
from mathpal.planning.setting import FP32, Setting, widths

GB = 2**30
# Bytes per weight. NF4: half a byte, an 8-bit scale per 64 weights, an fp32 scale per 256 scales.
QUANTIZED = {"4bit": 0.5 + 1 / 64 + 4 / (64 * 256), "8bit": 1.0}
# Bytes that a process takes beside its tensors: on a GPU the CUDA context and library workspaces,
# on a CPU the imports after the plan is made. Estimates.
CONTEXT = GB // 2
# Bytes per logit that Transformers' own softcapped loss saves; measured.
EAGER_LOGIT = 16

Bytes = dict[str, float]


class Memory(NamedTuple):
    """Bytes on one device, by name.

    Attributes:
        training: adds up to the peak of training.
        evaluation: adds up to the peak of evaluation; empty if nothing is evaluated.
        host: kept in the host's memory on purpose (the table of `model.offload_ple`).
    """

    training: Bytes
    evaluation: Bytes
    host: Bytes

    @property
    def peak(self) -> float:
        """The larger of the peaks of training and evaluation."""
        return max(sum(self.training.values()), sum(self.evaluation.values()))


def memory(setting: Setting) -> Memory:
    """Compute the peak memory of one device."""
    weights, host = _weights(setting)
    trained = trained_weights(setting)
    lora: Bytes = {} if setting.lora is None else {"LoRA": trained * FP32}
    divided = setting.devices if setting.strategy == "fsdp" else 1
    gradients = trained * FP32 / divided
    if setting.devices > 1 and divided == 1:  # DDP holds a second copy in buckets
        gradients *= 2
    resident = {name: size / divided for name, size in (weights | lora).items()}
    resident["optimizer"] = optimizer_state(setting) / divided
    context = {"context": float(CONTEXT)}
    training = resident | _step(setting, gradients) | _gathered(setting, weights) | context
    evaluation = weights | lora | _answers(setting) | context if setting.answer_tokens else {}
    return Memory(training, evaluation, host)


def trained_weights(setting: Setting) -> int:
    """Number of trained weights."""
    shape, lora = setting.architecture, setting.lora
    if lora is None:
        return shape.weights
    return lora_weights(shape.linears, lora.targets, lora.r, dora=lora.variant == "dora")


def optimizer_state(setting: Setting) -> float:
    """Bytes of the optimizer's state for all trained weights.

    AdamW has two fp32 moments per weight. 8-bit AdamW has two bytes per weight and two fp32
    scales per 256 weights; its moments of tensors below 4,096 weights are fp32. Adafactor has a
    row and a column of each matrix.
    """
    if setting.optimizer == "adamw":
        return trained_weights(setting) * 2 * FP32
    sizes = _trained_shapes(setting)
    if setting.optimizer == "adamw_8bit":
        return sum(
            rows * columns * (2 * FP32 if rows * columns < 4096 else 2 + 2 * FP32 / 256)
            for rows, columns in sizes
        )
    return sum((rows + columns if columns > 1 else rows) * FP32 for rows, columns in sizes)


def _trained_shapes(setting: Setting) -> list[tuple[int, int]]:
    shape, lora = setting.architecture, setting.lora
    if lora is not None:
        chosen = targeted(shape.linears, lora.targets)
        sizes = [(lora.r, linear.inputs) for linear in chosen]
        sizes += [(linear.outputs, lora.r) for linear in chosen]
        return sizes + [(linear.outputs, 1) for linear in chosen if lora.variant == "dora"]
    sizes = [(linear.outputs, linear.inputs) for linear in shape.linears]
    tables = [shape.parts["embeddings"] // shape.hidden, shape.parts["head"] // shape.hidden]
    sizes += [(rows, shape.hidden) for rows in tables if rows]
    if wide := shape.ple_width * len(shape.layers):
        sizes.append((shape.parts["PLE table"] // wide, wide))
    rest = shape.weights - sum(rows * columns for rows, columns in sizes)
    return [*sizes, (rest, 1)]


def _weights(setting: Setting) -> tuple[Bytes, Bytes]:
    """Bytes of the model's weights on the device, and on the host."""
    shape, width = setting.architecture, setting.weight_width
    table = shape.parts["PLE table"]
    small = QUANTIZED.get(setting.quantization)
    quantized = 0 if small is None else sum(x.weights for x in shape.linears if _is_quantized(x))
    rest = shape.weights - table - quantized
    weights = {"weights": rest * width + quantized * (small or 0)}
    host: Bytes = {}
    if table:
        (host if setting.offload_ple else weights)["PLE table"] = table * width
    return weights, host


def _is_quantized(linear: Linear) -> bool:
    return not linear.name.endswith(tuple(NOT_QUANTIZED))


def _step(setting: Setting, gradients: float) -> Bytes:
    """Gradients, activations and temporary memory at the step's peak.

    The peak is either at the loss, while the gradients of the previous step or micro-batch still
    exist, or in a layer's backward pass. Without accumulation, LoRA's previous gradients are
    freed by then.
    """
    kept, back = saved(setting), backward(setting)
    if setting.architecture.kind == "other":
        kept, back = dict.fromkeys(kept, 0.0), back._replace(kept=0.0)
    whole = sum(kept.values()) + cast_weights(setting)
    loss = loss_working(setting)
    at_loss = {"gradients": gradients, "activations": whole, "loss": loss}
    gone = kept["layers"] + kept["unembedding"]
    at_back = {
        "gradients": gradients if setting.accumulate > 1 or setting.lora is None else 0.0,
        "activations": whole - gone + back.kept * setting.batch_tokens,
        "backward": back.working * setting.batch_tokens,
    }
    return max(at_loss, at_back, key=lambda names: sum(names.values()))


def cast_weights(setting: Setting) -> float:
    """Bytes of the bf16 copies of trained fp32 weights that autocast makes and keeps."""
    if not setting.mixed:
        return 0.0
    shape = setting.architecture
    if setting.lora is None:
        return shape.linear_weights * 2.0
    return 0.0 if setting.checkpointing else trained_weights(setting) * 2.0


def loss_working(setting: Setting) -> float:
    """Temporary bytes of the loss and its gradient in `mathpal.objectives`."""
    from mathpal.objectives.linear_cross_entropy import CHUNK_SCORES, TILE_SCORES

    vocabulary, hidden = setting.architecture.head.outputs, setting.architecture.hidden
    rows = setting.batch_tokens * setting.supervised
    if setting.strategy == "fsdp":  # the head is sharded: the model computes all logits itself
        return rows * vocabulary * EAGER_LOGIT
    c = setting.compute_width
    chunk = min(rows, max(1, CHUNK_SCORES // vocabulary))
    tile = TILE_SCORES.get(setting.device, CHUNK_SCORES // 4)
    scores = chunk * vocabulary * (FP32 + (c if c != FP32 else 0))
    spare = max(1, tile // vocabulary) * vocabulary * FP32
    each = hidden * (c + FP32)  # the row, and its gradient
    total = scores + min(spare, chunk * vocabulary * FP32) + rows * each
    if setting.lora is None:
        total += vocabulary * hidden * (FP32 + (2 * FP32 if c != FP32 else 0))
    return total


def _gathered(setting: Setting, weights: Bytes) -> Bytes:
    """Bytes of the weights that FSDP gathers: the current layer, the prefetched next one, and all
    weights outside of layers, which stay gathered during a step."""
    if setting.strategy != "fsdp":
        return {}
    shape = setting.architecture
    layers = [sum(x.weights for x in layer.linears.values()) for layer in shape.layers]
    outside = shape.weights - sum(layers)
    return {"gathered": float((outside + 2 * max(layers, default=0)) * setting.weight_width)}


def _answers(setting: Setting) -> Bytes:
    """The full KV cache, one layer's keys and values repeated for every head, and a prefill."""
    from mathpal.generation.decoding import PREFILL_TOKENS

    shape, width = setting.architecture, setting.weight_width
    column = [2 * x.kv_heads * x.head_dim * width for x in shape.layers if x.owns_kv]
    repeated = max((2 * x.heads * x.head_dim * width for x in shape.layers), default=0)
    read = PREFILL_TOKENS * backward_working(setting) / setting.compute_width
    read *= widths(setting).stream
    return {
        "KV cache": float(sum(column) * setting.answer_tokens),
        "reading": repeated * setting.answer_tokens + read,
    }
