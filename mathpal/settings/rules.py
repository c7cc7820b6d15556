"""Rules between groups, which no single signature can express.

Each rule reads the settings of all groups (defaults included) and the capabilities of their
functions, and returns a fault or None. A rule about a single function's settings is declared with
that function (`capabilities.Capabilities.rule`). Standard library only.
"""

from collections.abc import Callable
from importlib.util import find_spec

from mathpal.settings.checked import Composition, with_nested
from mathpal.settings.faults import Fault, shown

Rule = Callable[[Composition], Fault | None]


def _one_length_of_training(run: Composition) -> Fault | None:
    steps, epochs = run.settings("trainer")["max_steps"], run.settings("trainer")["epochs"]
    if (steps is None) != (epochs is None):
        return None
    if steps is None:
        fix = "trainer.max_steps=500, or trainer.epochs=1"
    else:  # no recipe sets epochs, so it is what was asked for
        fix = (
            f"trainer.epochs={shown(epochs)} trainer.max_steps=null, or "
            f"trainer.max_steps={shown(steps)} trainer.epochs=null"
        )
    return Fault(
        f"trainer.max_steps={shown(steps)} trainer.epochs={shown(epochs)}",
        "exactly one of the two",
        fix,
    )


def _row_fits_batch(run: Composition) -> Fault | None:
    length, budget = run.settings("model")["max_length"], run.settings("trainer")["batch_tokens"]
    if length <= budget:
        return None
    return Fault(
        f"model.max_length={length} trainer.batch_tokens={budget}",
        "a batch budget that holds the longest row",
        f"trainer.batch_tokens={length} or model.max_length={budget}",
    )


def _base_needs_lora(run: Composition) -> Fault | None:
    if not run.can("lora").trains_all or "base" not in run.settings("evaluation").get(
        "systems", ()
    ):
        return None
    return Fault(
        "lora=none with evaluation.systems including base",
        "no base system: without LoRA, training overwrites the base's weights",
        "evaluation.systems=[tuned]",
    )


def _adapter_needs_lora(run: Composition) -> Fault | None:
    if not run.can("lora").trains_all or not run.can("export").needs_lora:
        return None
    return Fault(
        "lora=none with export=adapter",
        "an export that needs no LoRA weights",
        "export=merged_16bit or export=none",
    )


def _full_training_needs_full_weights(run: Composition) -> Fault | None:
    model = run.settings("model")
    if not run.can("lora").trains_all or "dtype" not in model:
        return None
    if model["dtype"] == "float32" and model["quantization"] == "none":
        return None
    return Fault(
        f"lora=none with model.dtype={model['dtype']} model.quantization={model['quantization']}",
        "float32 weights: bf16 rounds small updates to zero, quantized weights cannot be trained",
        "model.dtype=float32 model.quantization=none, or a lora option",
    )


def _curriculum_order_is_trained_in(run: Composition) -> Fault | None:
    if (
        run.settings("data").get("order") != "easy_to_hard"
        or run.settings("trainer")["order"] == "given"
    ):
        return None
    return Fault(
        "data.order=easy_to_hard trainer.order=shuffled",
        "a trainer that keeps the order of the data",
        "trainer.order=given",
    )


def _plain_text_is_not_measured(run: Composition) -> Fault | None:
    if run.can("data").has_answers or not run.can("evaluation").measures:
        return None
    return Fault(
        "data=text with an evaluation",
        "no evaluation: plain text has no answers to grade",
        "evaluation=none",
    )


def _second_opinion_is_installed(run: Composition) -> Fault | None:
    if not run.settings("evaluation").get("second_opinion") or find_spec("math_verify"):
        return None
    return Fault(
        "evaluation.second_opinion=true without math-verify",
        "the package math-verify, which gives the second opinion",
        'pip install "mathpal[verify]", or evaluation.second_opinion=false',
    )


TRACKERS = {
    "comet": "comet_ml", "mlflow": "mlflow", "tensorboard": "tensorboard", "trackio": "trackio",
    "wandb": "wandb",
}  # fmt: skip


def _trackers_are_installed(run: Composition) -> Fault | None:
    names = [call.func.__name__ for call in with_nested(run.groups["tracker"])]
    missing = [n for n in names if n in TRACKERS and find_spec(TRACKERS[n]) is None]
    if not missing:
        return None
    return Fault(
        f"tracker={missing[0]}",
        f"the package {TRACKERS[missing[0]]}, which is not installed",
        f'pip install "mathpal[{",".join(missing)}]"',
    )


def _several_share_the_work(run: Composition) -> Fault | None:
    trainer = run.settings("trainer")
    if trainer.get("strategy", "auto") == "auto" or trainer["devices"] > 1:
        return None
    return Fault(
        f"trainer.strategy={trainer['strategy']} trainer.devices=1",
        "several devices for this strategy",
        "trainer.devices=2, or trainer.strategy=auto",
    )


def _only_whole_models_are_divided(run: Composition) -> Fault | None:
    if run.settings("trainer").get("strategy") != "fsdp" or run.can("lora").trains_all:
        return None
    return Fault(
        "trainer.strategy=fsdp with LoRA",
        "weights of one dtype: FSDP cannot shard fp32 LoRA weights together with a 16-bit base",
        "trainer.strategy=ddp, or lora=none",
    )


def _lora_plus_needs_lora(run: Composition) -> Fault | None:
    if run.settings("trainer").get("lora_plus") is None or not run.can("lora").trains_all:
        return None
    return Fault(
        "trainer.lora_plus with lora=none",
        "LoRA weights: lora_plus sets the learning rate of their B matrices",
        "trainer.lora_plus=null, or a lora option",
    )


def _unsloth_trains_lora_alone(run: Composition) -> Fault | None:
    backend, devices = (
        run.settings("model").get("backend"),
        run.settings("trainer").get("devices", 1),
    )
    if backend in (None, "transformers"):
        return None
    whole = run.can("lora").trains_all
    if not whole and devices == 1:
        return None
    beside = "lora=none" if whole else f"trainer.devices={devices}"
    return Fault(
        f"model.backend={backend} with {beside}",
        "LoRA in a single process: Unsloth supports nothing else here",
        "model.backend=transformers",
    )


def _trl_has_its_own_loss(run: Composition) -> Fault | None:
    plain = {"label_smoothing": 0.0, "answer_weight": 1.0, "backend": "torch"}
    objective = run.settings("objective")
    changed = [name for name, value in plain.items() if objective.get(name, value) != value]
    if not run.can("trainer").own_loss or not changed:
        return None
    return Fault(
        f"trainer=trl with {' '.join(f'objective.{n}={shown(objective[n])}' for n in changed)}",
        "plain cross-entropy, the only loss of trainer=trl",
        f"trainer=default, or {' '.join(f'objective.{n}={shown(plain[n])}' for n in changed)}",
    )


def _table_on_the_host_cannot_learn(run: Composition) -> Fault | None:
    if not run.settings("model").get("offload_ple") or not run.can("lora").trains_all:
        return None
    return Fault(
        "model.offload_ple=true with lora=none",
        "a per-layer embedding table that is not trained: on the host it gets no gradient",
        "model.offload_ple=false, or a lora option",
    )


RULES: tuple[Rule, ...] = (
    _one_length_of_training,
    _row_fits_batch,
    _base_needs_lora,
    _adapter_needs_lora,
    _full_training_needs_full_weights,
    _curriculum_order_is_trained_in,
    _plain_text_is_not_measured,
    _second_opinion_is_installed,
    _trackers_are_installed,
    _several_share_the_work,
    _only_whole_models_are_divided,
    _lora_plus_needs_lora,
    _unsloth_trains_lora_alone,
    _trl_has_its_own_loss,
    _table_on_the_host_cannot_learn,
)
