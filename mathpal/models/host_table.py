"""Gemma-3n with its table of per-layer embeddings in the host's memory, for `model.offload_ple`.

The table is a third to a half of the weights, and a step needs only a few of its rows. They are
looked up on the host and copied to the device. Imports Transformers at the top, so import this
module only when it is needed.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor, nn

from mathpal.errors import ConfigError

NAME = "embed_tokens_per_layer"


class HostEmbedding(nn.Module):
    """Embedding whose table stays on the host; its output is on the device of the ids.

    The table is neither a parameter nor a buffer: `to(device)` does not move it, and it gets no
    gradient and no optimizer state. It is part of the state dict, so a saved model is complete
    and has the same fingerprint as with the table on the device.

    Args:
        scale: factor of the looked-up rows.
    """

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale
        self.weight: Tensor | None = None  # (entries, width)
        self._room: Tensor | None = None  # page-locked staging buffer of the rows

    def fill(self, table: Tensor) -> None:
        """Set the table (entries, width), a tensor on the host."""
        assert table.device.type == "cpu"
        self.weight = table

    def forward(self, input_ids: Tensor) -> Tensor:
        """Return the scaled rows (…, width) of the ids (…)."""
        assert self.weight is not None, "host_table.fill comes before the first forward"
        rows = self._looked_up(input_ids.reshape(-1)).view(*input_ids.shape, -1)
        # A 0-dimensional tensor on the CPU multiplies tensors of any device.
        return rows * torch.tensor(self.scale).to(rows.dtype)

    def _looked_up(self, ids: Tensor) -> Tensor:
        table = self.weight
        assert table is not None
        # Waits for all work queued on the device. The last copy from `_room` is then complete,
        # and `_room` can be overwritten.
        here = ids.to("cpu")
        if not ids.is_cuda:
            return nn.functional.embedding(here, table)
        if self._room is None or len(self._room) < len(here) or self._room.dtype != table.dtype:
            with torch.inference_mode(False):  # so that training can write to it too
                shape = (len(here), table.shape[1])
                self._room = torch.empty(shape, dtype=table.dtype, pin_memory=True)
        rows = torch.index_select(table, 0, here, out=self._room[: len(here)])
        return rows.to(ids.device, non_blocking=True)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "HostEmbedding":
        # Follow a change of dtype, not of device.
        if self.weight is not None:
            self.weight = self.weight.to(fn(self.weight[:0]).dtype)
        return super()._apply(fn, recurse)

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        if self.weight is not None:
            destination[f"{prefix}weight"] = self.weight

    def _load_from_state_dict(self, state_dict: Any, prefix: str, *args: Any) -> None:
        given = state_dict.pop(f"{prefix}weight", None)  # torch passes this module's keys only
        super()._load_from_state_dict(state_dict, prefix, *args)
        missing = args[2]
        if given is not None:
            self.weight = given.to("cpu" if self.weight is None else self.weight, copy=True)
        elif self.weight is not None:
            missing.append(f"{prefix}weight")

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_room": None}


class Gemma3nForCausalLM(transformers.Gemma3nForCausalLM):
    """Transformers' model with an empty host table; `fill` reads the table.

    It has Transformers' class name, because a saved configuration names the class to load.
    """

    _keys_to_ignore_on_load_unexpected = (rf"{NAME}\.",)

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        setattr(self.model, NAME, HostEmbedding(config.hidden_size_per_layer_input**0.5))


def fill(model: Any, source: str, path: str, revision: str | None) -> None:
    """Read the table of a checkpoint into the host's memory.

    Args:
        model: a `Gemma3nForCausalLM` of this module.
        source: the folder or hub name.
        path: the same as the user wrote it, for messages.
        revision: of a hub checkpoint.

    Raises:
        ConfigError: if the checkpoint has no such table, or one of another shape.
    """
    config = model.config
    wanted = (
        config.vocab_size_per_layer_input,
        config.num_hidden_layers * config.hidden_size_per_layer_input,
    )
    table = _read(source, path, revision)
    if tuple(table.shape) != wanted:
        raise ConfigError(
            f"model.path={path}: {NAME} is {tuple(table.shape)} instead of {wanted}. Expected: a "
            "whole checkpoint of this architecture; fetch or export it again"
        )
    # Copy: the tensor read from safetensors is a memory map of the file.
    getattr(model.model, NAME).fill(table.to(model.dtype, copy=True))


def offloaded(model: Any) -> bool:
    """Whether a model keeps its per-layer embeddings on the host."""
    return any(isinstance(module, HostEmbedding) for module in model.modules())


def _read(source: str, path: str, revision: str | None) -> Tensor:
    from safetensors import safe_open
    from transformers.utils.hub import cached_file

    def file(name: str) -> Path | None:
        found = cached_file(
            source, name, revision=revision, _raise_exceptions_for_missing_entries=False
        )
        return Path(found) if found else None

    index = file("model.safetensors.index.json")
    names = json.loads(index.read_text(encoding="utf-8"))["weight_map"] if index else {}
    holder = next((names[n] for n in names if n.endswith(f"{NAME}.weight")), "model.safetensors")
    where = file(holder)
    if where is not None:
        with safe_open(where, framework="pt") as weights:
            for name in weights.keys():  # noqa: SIM118 - not a dict
                if name.endswith(f"{NAME}.weight"):
                    table: Tensor = weights.get_tensor(name)
                    return table
    raise ConfigError(
        f"model.path={path}: there is no {NAME}.weight in its safetensors. Expected: a whole "
        "checkpoint of this architecture; fetch or export it again"
    )
