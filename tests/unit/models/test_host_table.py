"""The table of per-layer embeddings on the host: the same bits, wherever the model goes."""

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from mathpal.errors import ConfigError
from mathpal.export.exports import export_merged_16bit
from mathpal.models.host_table import HostEmbedding, offloaded
from mathpal.models.loaded import Loaded
from mathpal.models.loading import load_gemma3n
from mathpal.models.lora import attach_lora, no_lora
from mathpal.objectives.sft import sft
from tests.asking import ask
from tests.unit.models.test_loading import miniature, saved, with_towers

NAME = "model.embed_tokens_per_layer.weight"


@pytest.fixture(scope="module")
def folder(shared_tiny: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tokenizer = shared_tiny.tokenizer
    return saved(miniature(12, 2, tokenizer), tokenizer, tmp_path_factory.mktemp("host"))


def pair(folder: Path, **settings: Any) -> tuple[Loaded, Loaded]:
    """The same checkpoint with its table where it belongs, and on the host."""
    settings = {"max_length": 256, "dtype": "float32"} | settings
    return tuple(load_gemma3n(path=str(folder), offload_ple=o, **settings) for o in (False, True))  # type: ignore[return-value]


def tuned(model: Any) -> Any:
    torch.manual_seed(0)
    model = attach_lora(model, r=4, alpha=8, dropout=0.0)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    return model.train()


def gradients(model: Any, checkpointing: bool) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    if checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    ids = torch.arange(3 * 20).view(3, 20) * 7 % 500 + 6
    batch = {"input_ids": ids, "labels": ids.clone(), "normaliser": 57.0}
    loss = sft()(model, batch)
    loss.backward()
    found = {n: w.grad for n, w in model.named_parameters() if w.grad is not None}
    return loss.detach(), found


@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_loss_and_gradients_are_the_same_to_the_bit(
    folder: Path, dtype: str, checkpointing: bool
) -> None:
    found = [gradients(tuned(m.model), checkpointing) for m in pair(folder, dtype=dtype)]
    (loss, grads), (other_loss, other_grads) = found
    assert loss.equal(other_loss)
    assert grads.keys() == other_grads.keys() and len(grads) > 20
    assert all(grad.equal(other_grads[name]) for name, grad in grads.items())


def test_answers_are_the_same(folder: Path) -> None:
    written = [
        ask(m, ["Tính: 12 + 3", "Tính: 4"], max_new_tokens=6, batch_tokens=256)
        for m in pair(folder)
    ]
    assert written[0] == written[1]


def test_the_table_is_no_weight_and_yet_part_of_what_is_saved(folder: Path) -> None:
    whole, host = pair(folder)
    assert host.fingerprint == whole.fingerprint
    assert list(host.model.state_dict()) != [] and NAME in host.model.state_dict()
    assert NAME not in dict(host.model.named_parameters())
    assert NAME not in dict(host.model.named_buffers())
    lighter = sum(w.numel() for w in whole.model.parameters()) - sum(
        w.numel() for w in host.model.parameters()
    )
    assert lighter == whole.model.state_dict()[NAME].numel()


def test_it_stays_on_the_host_when_the_model_moves(folder: Path) -> None:
    model = pair(folder)[1].model.to("meta")
    assert model.model.embed_tokens.weight.device.type == "meta"
    assert model.model.embed_tokens_per_layer.weight.device.type == "cpu"


def test_it_follows_another_dtype(folder: Path) -> None:
    model = pair(folder)[1].model.to(torch.bfloat16)
    assert model.model.embed_tokens_per_layer.weight.dtype == torch.bfloat16


def test_a_state_dict_without_it_is_not_whole(folder: Path) -> None:
    model = pair(folder)[1].model
    weights = {name: weight for name, weight in model.state_dict().items() if name != NAME}
    with pytest.raises(RuntimeError, match=NAME):
        model.load_state_dict(weights)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_has_a_table_of_its_own(folder: Path, copied: Any) -> None:
    model = pair(folder)[1].model
    other = copied(model)
    other.model.embed_tokens_per_layer.weight.zero_()
    assert model.model.embed_tokens_per_layer.weight.any()


def test_a_state_dict_comes_back_into_the_table(folder: Path) -> None:
    whole, host = pair(folder)
    host.model.model.embed_tokens_per_layer.weight.zero_()
    assert not any(host.model.load_state_dict(whole.model.state_dict()))
    assert host.model.model.embed_tokens_per_layer.weight.equal(whole.model.state_dict()[NAME])


def test_the_checkpoint_with_towers_loads_the_same(folder: Path, tmp_path: Path) -> None:
    import shutil

    deeper = with_towers(Path(shutil.copytree(folder, tmp_path / "towers")))
    assert pair(deeper)[1].fingerprint == pair(folder)[0].fingerprint


def test_a_sharded_checkpoint_loads_the_same(folder: Path, tmp_path: Path) -> None:
    whole = pair(folder)[0]
    whole.model.save_pretrained(tmp_path, max_shard_size="20kB")
    whole.tokenizer.save_pretrained(tmp_path)
    assert (tmp_path / "model.safetensors.index.json").exists()
    assert pair(tmp_path)[1].fingerprint == whole.fingerprint


def test_a_checkpoint_without_a_table_is_refused(folder: Path, tmp_path: Path) -> None:
    import shutil

    from safetensors.torch import save_file

    spoilt = Path(shutil.copytree(folder, tmp_path / "spoilt"))
    weights = load_file(spoilt / "model.safetensors")
    del weights[NAME]
    save_file(weights, spoilt / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ConfigError, match=r"there is no embed_tokens_per_layer\.weight"):
        load_gemma3n(path=str(spoilt), offload_ple=True)


def test_the_adapter_and_the_merged_export_are_the_same(folder: Path, tmp_path: Path) -> None:
    for name, loaded in zip(("whole", "host"), pair(folder)):
        model = tuned(loaded.model).eval()
        model.save_pretrained(tmp_path / name / "adapter")
        export_merged_16bit(loaded._replace(model=model), tmp_path / name)
    for file in ("adapter/adapter_model.safetensors", "export/merged_16bit/model.safetensors"):
        one, other = (load_file(tmp_path / name / file) for name in ("whole", "host"))
        assert one.keys() == other.keys()
        assert all(tensor.equal(other[key]) for key, tensor in one.items())
    configs = [
        (tmp_path / name / "export/merged_16bit/config.json").read_text()
        for name in ("whole", "host")
    ]
    assert configs[0] == configs[1]


def test_it_cannot_be_trained(folder: Path) -> None:
    model = pair(folder)[1].model
    assert offloaded(model)
    with pytest.raises(ConfigError, match="a host table cannot be trained"):
        no_lora(model)


def test_a_table_that_was_never_filled_is_our_own_bug() -> None:
    with pytest.raises(AssertionError):
        HostEmbedding(2.0)(torch.tensor([1]))
