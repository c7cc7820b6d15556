"""Gemma-3n of the true E2B and E4B shape with random weights, and rows of random tokens.

Speed and memory do not depend on the values of weights that are not zero. Needs no checkpoint and
no network.
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple


class Shape(NamedTuple):
    """The sizes of a Gemma-3n text model; defaults are common to E2B and E4B.

    `parameters` and `linear` (weights of the linear layers without the head) are the expected
    counts; 0 is not checked.
    """

    name: str
    layers: int
    shared: int
    intermediate: int
    hidden: int = 2048
    heads: int = 8
    kv_heads: int = 2
    head_dim: int = 256
    per_layer: int = 256
    laurel: int = 64
    sparse: int = 10
    window: int = 512
    vocabulary: int = 262_400
    ple_vocabulary: int = 262_144
    positions: int = 32_768
    parameters: int = 0
    linear: int = 0


E2B = Shape("e2b", 30, 10, 8192, parameters=4_435_182_688, linear=1_884_014_944)
E4B = Shape("e4b", 35, 15, 16_384, parameters=6_835_235_568, linear=3_948_440_304)
_SMALL = {
    "hidden": 64, "heads": 4, "kv_heads": 2, "head_dim": 16, "per_layer": 16, "laurel": 8,
    "window": 32, "vocabulary": 1600, "ple_vocabulary": 1500, "positions": 512,
}  # fmt: skip
TOY = Shape("toy", 10, 5, 128, sparse=3, **_SMALL)
NARROW = Shape("narrow", 30, 10, 128, **_SMALL)  # the true architecture
SHAPES = {shape.name: shape for shape in (E2B, E4B, TOY, NARROW)}


def config(shape: Shape, *, attention: str = "sdpa") -> Any:
    """Transformers' configuration of a shape."""
    from transformers import Gemma3nTextConfig

    own = Gemma3nTextConfig(
        vocab_size=shape.vocabulary,
        vocab_size_per_layer_input=shape.ple_vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_kv_shared_layers=shape.shared,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        hidden_size_per_layer_input=shape.per_layer,
        laurel_rank=shape.laurel,
        sliding_window=shape.window,
        max_position_embeddings=shape.positions,
        activation_sparsity_pattern=[0.95] * shape.sparse + [0.0] * (shape.layers - shape.sparse),
        layer_types=[
            "full_attention" if (layer + 1) % 5 == 0 else "sliding_attention"
            for layer in range(shape.layers)
        ],
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=2,
    )
    own._attn_implementation = attention
    return own


def counted(shape: Shape) -> tuple[int, int]:
    """Count all parameters, and those of linear layers without the head, on the meta device."""
    import torch
    from transformers import Gemma3nForCausalLM

    with torch.device("meta"):
        model = Gemma3nForCausalLM(config(shape))
    linear = sum(
        layer.in_features * layer.out_features
        for name, layer in model.named_modules()
        if isinstance(layer, torch.nn.Linear) and name != "lm_head"
    )
    return sum(weight.numel() for weight in model.parameters()), linear


def random_model(
    shape: Shape, where: Any, *, dtype: Any = None, attention: str = "sdpa", seed: int = 0
) -> Any:
    """A model with random weights, created on its device.

    Args:
        shape: of the model.
        where: the device.
        dtype: of the weights; None for bf16 on a GPU and fp32 on a CPU. Rotary frequencies stay
            fp32.
        attention: implementation.
        seed: of the weights.
    """
    import torch
    from transformers import Gemma3nForCausalLM

    dtype = dtype or (torch.bfloat16 if where.type == "cuda" else torch.float32)
    before = torch.get_default_dtype()
    torch.manual_seed(seed)
    torch.set_default_dtype(dtype)
    try:
        with torch.device(where):
            model = Gemma3nForCausalLM(config(shape, attention=attention))
    finally:
        torch.set_default_dtype(before)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("correct_output_scale"):  # zeros would switch off a whole path
                weight.fill_(1.0)
            elif not weight.flatten()[:64].any():
                weight.normal_(0.0, 0.02)
    for name, buffer in model.named_buffers():
        assert "inv_freq" not in name or buffer.dtype == torch.float32, f"{name}: {buffer.dtype}"
    found = sum(weight.numel() for weight in model.parameters())
    assert shape.parameters in (0, found), f"{shape.name}: {found:,} parameters"
    return model.eval()


def table(shape: Shape, lengths: Any, *, seed: int = 1) -> Any:
    """Rows of random tokens of the whole vocabulary; the second half of each is supervised.

    Args:
        shape: whose vocabulary.
        lengths: tokens of each row.
        seed: of the tokens.
    """
    import numpy as np

    from mathpal.tokens.chat import TokenTable

    sizes = np.asarray(lengths, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    random = np.random.default_rng(seed)
    ids = random.integers(3, shape.ple_vocabulary, starts[-1], dtype=np.int32)
    place = np.arange(starts[-1]) - np.repeat(starts[:-1], sizes)
    supervised = place >= np.repeat(sizes // 2, sizes)
    return TokenTable(ids, starts, supervised, 0)


def tokenizer() -> Any:
    """Train a small tokenizer with Gemma's turns on a few problems."""
    from mathpal.curriculum import FAMILIES, problem
    from mathpal.models.tokenizer import train_tokenizer

    names = sorted(FAMILIES)[:8]
    items = [problem("benchmark", "train", name, index) for name in names for index in range(20)]
    texts = [text for item in items for text in (item.question, item.solution)]
    return train_tokenizer(texts, vocab_size=700)


def checkpoint(shape: Shape, where: Any) -> Path:
    """A folder in Hugging Face layout with a random model and a tokenizer; reused by later calls.

    It is in /dev/shm if that has space, else in the temporary folder; `forget_checkpoints` removes
    it.
    """
    home = _home(shape)
    folder = home / shape.name
    if (folder / "whole").exists():
        return folder
    forget_checkpoints()
    model = random_model(shape, where)
    model.save_pretrained(folder, max_shard_size="4GB")
    own = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(own | {"architectures": [type(model).__name__]}))
    words = tokenizer()
    words.model_max_length = shape.positions
    words.save_pretrained(folder)
    (folder / "whole").touch()
    return folder


def forget_checkpoints() -> None:
    """Remove the folders of `checkpoint`."""
    for parent in (Path("/dev/shm"), Path(tempfile.gettempdir())):
        shutil.rmtree(parent / "mathpal-benchmark", ignore_errors=True)


def _home(shape: Shape) -> Path:
    memory = Path("/dev/shm")
    size = 3 * max(shape.parameters, 10**8)  # bytes: bf16 and half as much again
    for parent in (memory, Path(tempfile.gettempdir())):
        if (parent / "mathpal-benchmark" / shape.name / "whole").exists():
            return parent / "mathpal-benchmark"
    fits = memory.is_dir() and shutil.disk_usage(memory).free > size
    return (memory if fits else Path(tempfile.gettempdir())) / "mathpal-benchmark"
