"""The same job where there is a GPU."""

import json

import pytest
import torch

from mathpal.run import train
from mathpal.settings.composition import compose
from tests.e2e.test_run import SMALL

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]


def test_a_run_uses_bf16_and_keeps_lora_in_fp32(tmp_path):
    run = train(compose([*SMALL, "model.dtype=bfloat16"]), tmp_path / "run")
    outcome = json.loads((run.run_dir / "outcome.json").read_text())
    assert outcome["status"] == "completed"
    records = [json.loads(x) for x in (run.run_dir / "metrics.jsonl").read_text().splitlines()]
    assert any("train/peak_memory_gb" in record for record in records)
    from safetensors.torch import load_file

    stored = load_file(run.run_dir / "adapter" / "adapter_model.safetensors")
    assert {tensor.dtype for tensor in stored.values()} == {torch.float32}
