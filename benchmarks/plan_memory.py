"""The memory that `mathpal plan` predicts against measured training, for small models on this CPU.

    python benchmarks/plan_memory.py

Every setting is trained for a few steps in its own process, on rows that fill each micro-batch;
the second half of each row is supervised. Rows are packed unless the setting says padded. With
packed rows, the last layer of the shipped model computes only half of the positions; in the model
from scratch, the last six of ten layers do.
Two peaks are measured. "tensors": bytes in live tensors by torch's profiler, as a GPU's
`max_memory_allocated` counts them. "resident": growth of the process's resident memory from before
the model is loaded, with the allocator's gaps and the memory of libraries. The plan's `context`
(memory of imports before that) is left out.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
ROW = 256  # tokens of every row
STEPS = 2  # in the second step, the gradients of the first still exist
SUPERVISED = ROW // 2  # the last tokens of each row
WHOLE = ("lora=none", "evaluation=none", "export=none")
SHARING = ("trainer.batch_tokens=8192", "model=gemma3n_scratch", "model.layers=10",
           "model.shared_layers=5", "model.tokenizer_problems=2")  # fmt: skip
SETTINGS: tuple[tuple[str, ...], ...] = (
    ("trainer.batch_tokens=2048",),
    ("trainer.batch_tokens=8192",),
    ("trainer.batch_tokens=8192", "trainer.gradient_checkpointing=true"),
    ("trainer.batch_tokens=8192", "trainer.layout=padded"),
    ("trainer.batch_tokens=8192", *WHOLE),
    ("trainer.batch_tokens=8192", "lora.dropout=0.1"),
    ("trainer.batch_tokens=8192", "lora.r=64", "trainer.accumulate=2"),
    ("trainer.batch_tokens=8192", "trainer.precision=bf16-mixed"),
    SHARING,
    (*SHARING, "trainer.gradient_checkpointing=true"),
)


class Peak(NamedTuple):
    """Predicted and measured peaks, in bytes."""

    predicted: float
    tensors: float
    resident: float

    @property
    def error(self) -> float:
        """Relative error of the prediction against the bytes in tensors."""
        return self.predicted / self.tensors - 1


def measured(overrides: tuple[str, ...]) -> Peak:
    """Train a composition in a new process, and return its peaks."""
    environment = {
        **os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1",
        # Return freed blocks above 64 KiB to the system at once, so that resident means in use.
        "MALLOC_MMAP_THRESHOLD_": "65536",
    }  # fmt: skip
    words = [sys.executable, "-W", "ignore", __file__, "--one", *overrides]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Peak(*json.loads(done.stdout.splitlines()[-1]))


def train(overrides: list[str]) -> Peak:
    """Plan, train and measure in this process; nothing else may run in it."""
    import torch
    import transformers

    from mathpal.models import loading
    from mathpal.objectives.sft import sft
    from mathpal.planning.plans import Data, plan, with_data
    from mathpal.record.resident import peak_resident
    from mathpal.settings import composition
    from mathpal.settings.composition import compose
    from mathpal.settings.preflight import preflight

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    given = [f"trainer.max_steps={STEPS}", "trainer.accelerator=cpu", "trainer.spike=null"]
    composition = preflight(composition.split(compose([*given, *overrides])).config)
    accumulate = composition.trainer.keywords["accumulate"]
    rows = composition.trainer.keywords["batch_tokens"] * accumulate // ROW
    needed = (SUPERVISED + 1) / ROW  # the first target is predicted from the token before it
    data = Data(rows * ROW, ROW, SUPERVISED / ROW, needed)
    made = with_data(plan(composition, device="cpu"), data)
    predicted = sum(made.memory.training.values()) - made.memory.training["context"]

    small = composition.lora(loading.load_gemma3n(path="shipped:gemma3n_tiny").model)
    _fit(
        composition,
        loading.load_gemma3n(path="shipped:gemma3n_tiny")._replace(model=small),
        2,
        sft(),
    )
    del small
    before, events = _resident(), torch.profiler.ProfilerActivity.CPU
    with torch.profiler.profile(activities=[events], profile_memory=True) as profile:
        loaded = composition.model()
        loaded = loaded._replace(model=composition.lora(loaded.model))
        _fit(composition, loaded, rows, sft())
    most = peak_resident()
    return Peak(predicted, _most_allocated(profile), most - before)


def _fit(composition: Any, loaded: Any, rows: int, objective: Any) -> None:
    import numpy as np

    from mathpal.tokens.chat import TokenTable
    from mathpal.training.job import TrainingJob

    ids = (np.arange(rows * ROW) * 7 % 1000 + 300).astype(np.int32)
    supervised = np.tile(np.arange(ROW) >= ROW - SUPERVISED, rows)
    table = TokenTable(ids, np.arange(0, len(ids) + 1, ROW), supervised, 0)
    job = TrainingJob(loaded, table, None, objective, lambda step, values: None, None)
    composition.trainer(job)


def _most_allocated(profile: Any) -> float:
    """Peak of the bytes allocated minus freed on the CPU since the profile began."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "trace.json")
        profile.export_chrome_trace(str(path))
        events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    changes = sorted(
        (event["ts"], event["args"]["Bytes"]) for event in events if event["name"] == "[memory]"
    )
    now = most = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return float(most)


def _resident() -> int:
    """Resident memory of this process now, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--one", nargs="+", metavar="OVERRIDE", help="only this, as JSON")
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(train(asked.one)))
        return
    print("| setting | predicted (MB) | tensors (MB) | error | resident (MB) | error |")
    print("|---|---|---|---|---|---|")
    for overrides in SETTINGS:
        peak = measured(overrides)
        print(
            f"| {' '.join(overrides)} | {peak.predicted / 1e6:,.0f} | {peak.tensors / 1e6:,.0f} "
            f"| {100 * peak.error:+.1f} % | {peak.resident / 1e6:,.0f} "
            f"| {100 * (peak.predicted / peak.resident - 1):+.1f} % |",
            flush=True,
        )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
