"""Capture and restore the state from which training resumes exactly.

Random numbers and the position in the data are functions of the step, and are not part of it.
"""

import re
from typing import Any

import torch

from mathpal.errors import DataError
from mathpal.training.checkpoints import Checkpoint
from mathpal.training.sharding import divided_as, whole

_ENTRY = re.compile(r"(\d{1,9})/(\w+)", re.ASCII)
_ADAMW = {"step", "exp_avg", "exp_avg_sq"}  # the state of each weight
_MOMENTS = {"exp_avg", "exp_avg_sq", "state1", "state2"}  # shaped as their weight


def trained(model: Any) -> dict[str, torch.nn.Parameter]:
    """Return the weights that training changes, by name."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def capture(
    model: Any, optimizer: torch.optim.Optimizer, step: int, plain: dict[str, Any]
) -> Checkpoint:
    """Return the state after `step` finished optimizer steps, as copies on the CPU.

    If weights are divided among processes, all processes must call this.

    Args:
        model: its trained weights are stored; frozen ones are the base model's own.
        optimizer: its state may consist of tensors and plain values.
        step: finished optimizer steps.
        plain: further values to store, in types that JSON has.
    """
    state = optimizer.state_dict()
    tensors, values = {}, {}
    for number, entries in state["state"].items():
        for name, value in entries.items():
            if isinstance(value, torch.Tensor):
                tensors[f"{number}/{name}"] = _copy(value)
            else:
                values[f"{number}/{name}"] = value
    weights = {name: _copy(weight) for name, weight in trained(model).items()}
    kept: Any = {**plain, "optimizer": {"groups": state["param_groups"], "values": values}}
    return Checkpoint(step, weights, tensors, kept)


def _copy(tensor: torch.Tensor) -> torch.Tensor:
    return whole(tensor.detach()).to("cpu", copy=True)


def restore_weights(model: Any, checkpoint: Checkpoint) -> None:
    """Restore the trained weights in place.

    Raises:
        DataError: when the checkpoint's weights are not exactly those that are trained.
    """
    wanted = trained(model)
    missing = sorted(wanted.keys() - checkpoint.weights.keys())
    unknown = sorted(checkpoint.weights.keys() - wanted.keys())
    reshaped = [
        name for name in sorted(wanted.keys() & checkpoint.weights.keys())
        if wanted[name].shape != checkpoint.weights[name].shape
    ]  # fmt: skip
    if missing or unknown or reshaped:
        raise DataError(
            f"the checkpoint of step {checkpoint.step} is of another model: {len(missing)} trained "
            f"weights are not in it, {len(unknown)} are not in the model, {len(reshaped)} have "
            f"another shape ({', '.join((missing + unknown + reshaped)[:3])})"
        )
    with torch.no_grad():
        for name, weight in wanted.items():
            weight.copy_(divided_as(checkpoint.weights[name], weight))


def restore_optimizer(optimizer: torch.optim.Optimizer, checkpoint: Checkpoint) -> None:
    """Restore the optimizer's state; its weights must already be on the device that trains.

    The settings of its groups stay: they are those of the same configuration.

    Raises:
        DataError: when the state is that of another optimizer.
    """
    kept = checkpoint.plain["optimizer"]
    groups = optimizer.state_dict()["param_groups"]
    if [g["params"] for g in kept["groups"]] != [g["params"] for g in groups]:
        raise _of_another(checkpoint, "it has other groups of weights")
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    state: dict[int, dict[str, Any]] = {}
    for source in (checkpoint.optimizer, kept["values"]):
        for key, value in source.items():
            found = _ENTRY.fullmatch(key)
            if found is None or int(found[1]) >= len(weights):
                raise _of_another(checkpoint, f"{key} belongs to no weight")
            number, name = int(found[1]), found[2]
            if isinstance(value, torch.Tensor):
                if name in _MOMENTS and value.shape != weights[number].shape:
                    raise _of_another(checkpoint, f"{key} has the shape {tuple(value.shape)}")
                value = divided_as(value, weights[number])
            state.setdefault(number, {})[name] = value
    if isinstance(optimizer, torch.optim.AdamW) and any(
        each.keys() != _ADAMW for each in state.values()
    ):
        raise _of_another(checkpoint, f"expected {', '.join(sorted(_ADAMW))} of each weight")
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _of_another(checkpoint: Checkpoint, reason: str) -> DataError:
    return DataError(
        f"the checkpoint of step {checkpoint.step} is of another optimizer: {reason}. Remove its "
        "folder to resume from an earlier one"
    )
