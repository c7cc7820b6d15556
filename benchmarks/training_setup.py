"""The common start of both sides of train_cpu.py: base model, rows and batch sizes."""

import logging
import os
import warnings
from typing import Any, NamedTuple

FAMILIES = (  # conf/data/vimath.yaml
    "van_toc", "cung_chieu_duoi_kip", "van_toc_dong_nuoc", "nguoc_chieu_gap_nhau",
    "dien_tich_tam_giac", "the_tich_hinh_hop", "gia_tri_phan_tram", "tong_ti", "hieu_ti",
    "ti_le_nghich",
)  # fmt: skip
WIDE_VOCABULARY = 262_144


class Shared(NamedTuple):
    """The common start of all sides."""

    loaded: Any  # MathPal's, without its model
    wide: bool
    table: Any
    validation: Any  # or None
    batch_tokens: int
    rows: int  # of the peer's batch
    supervised: float  # mean supervised tokens of a step


def quiet(threads: int) -> None:
    """Apply the process settings that both sides share."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    import torch
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(threads)


def prepare(*, wide: bool, batch_tokens: int, train: int = 11_500) -> Shared:
    """Prepare tokenizer, `train` rows and the peer's batch size; each side loads its own model."""
    from mathpal.data.vimath import vimath
    from mathpal.models import loading
    from mathpal.tokens.batches import TrainingBatches
    from mathpal.tokens.chat import encode
    from mathpal.tokens.windows import Plan

    loaded = loading.load_gemma3n(path="shipped:gemma3n_tiny", max_length=512, dtype="float32")
    loaded = loaded._replace(model=None)
    splits = vimath(
        None, train=train, grades=[5], families=FAMILIES, replay=0.4, replay_grades=[1, 2, 3, 4],
        validation_per_family=8,
    )  # fmt: skip
    table = encode(splits.train, loaded.tokenizer, max_length=512)
    validation = encode(splits.validation, loaded.tokenizer, max_length=512)
    own = TrainingBatches(
        table,
        Plan(batch_tokens, 1, 0, layout="packed"),
        steps=None,
        epochs=1,
        pad=loaded.tokenizer.pad_token_id,
    )
    supervised = float(table.supervised.sum()) / own.steps
    rows = round(len(table.lengths) / own.steps)
    return Shared(loaded, wide, table, validation, batch_tokens, rows, supervised)


def own_model(*, wide: bool) -> Any:
    """The base as MathPal loads it."""
    from mathpal.models import loading
    from mathpal.models.accelerate import accelerate_layers

    if not wide:
        return loading.load_gemma3n(path="shipped:gemma3n_tiny", dtype="float32").model
    model = plain_model(wide=True)
    accelerate_layers(model)
    return model


def plain_model(*, wide: bool) -> Any:
    """The base as Transformers loads it; wide: the same shape with random weights and a large head.

    The table of per-layer embeddings keeps its size: both sides only look up rows in it.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, Gemma3nForCausalLM

    from mathpal.models.loading import ASSETS

    folder = str(ASSETS / "gemma3n_tiny")
    if not wide:
        return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    config = AutoConfig.from_pretrained(folder, dtype=torch.float32)
    config.vocab_size = WIDE_VOCABULARY
    torch.manual_seed(0)
    return Gemma3nForCausalLM(config).float().eval()
