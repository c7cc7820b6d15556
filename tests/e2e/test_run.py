"""The main job in seconds: really trained, on the shipped model."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from mathpal.errors import ConfigError, DataError
from mathpal.run import load_run, train
from mathpal.settings.composition import compose

ROOT = Path(__file__).resolve().parents[2]
SMALL = [
    "trainer.max_steps=4",
    "trainer.record_every=2",
    "trainer.evaluate_every=2",
    "trainer.batch_tokens=512",
    "data.train=120",
    "data.validation_per_family=1",
    "data.test_per_family=1",
    "data.replay_test_per_family=1",
    "data.replay_grades=[1]",  # the validation loss is of every family
    "evaluation.limit=6",
    "evaluation.max_new_tokens=12",
]
UNMEASURED = [*(word for word in SMALL if not word.startswith("evaluation.")), "evaluation=none"]


def small_run(folder: Path, *overrides: str):
    return train(compose([*SMALL, *overrides]), folder)


def unmeasured_run(folder: Path, *overrides: str):
    return train(compose([*UNMEASURED, *overrides]), folder)


@pytest.fixture(scope="module")
def finished(finished_folder):
    """One finished run, shared by the tests that only read it."""
    cwd = os.getcwd()
    os.chdir(finished_folder)
    yield pickle.loads(Path("result.pickle").read_bytes())
    os.chdir(cwd)


def read(run, name):
    return json.loads((run.run_dir / name).read_text())


def test_a_run_leaves_every_file_of_the_design(finished):
    names = [
        ".hydra/config.yaml", ".hydra/overrides.yaml", "run.json", "outcome.json",
        "requirements.txt",
        "metrics.jsonl", "adapter/adapter_model.safetensors", "adapter/adapter_config.json",
        "evaluation/results.json", "evaluation/samples.jsonl", "export/adapter.json", "report.html",
        "train.log", "data/mask_sample.json", "data/summary.json",
    ]  # fmt: skip
    missing = [name for name in names if not (finished.run_dir / name).is_file()]
    assert not missing
    assert Path("outputs/latest").resolve() == finished.run_dir.resolve()
    partial = [p for p in finished.run_dir.rglob("*") if ".part" in p.name]
    assert not partial


def test_the_outcome_has_flat_metrics_and_an_objective(finished):
    outcome = read(finished, "outcome.json")
    assert outcome["status"] == "completed"
    assert outcome["error"] is None
    for name in (
        "base/accuracy", "tuned/accuracy", "base/accuracy_new", "tuned/accuracy_new",
        "base/accuracy_old", "tuned/accuracy_old", "train/tokens_per_second", "validation/loss",
    ):  # fmt: skip
        assert isinstance(outcome["metrics"][name], float), name
    assert outcome["objective"] == {
        "name": "tuned/accuracy_new",
        "value": outcome["metrics"]["tuned/accuracy_new"],
    }
    assert set(outcome["timings"]) >= {"model", "data", "fit", "evaluate", "export"}


def test_every_wrong_answer_has_one_reason_in_every_file(finished):
    lines = (finished.run_dir / "evaluation" / "samples.jsonl").read_text().splitlines()
    samples = [json.loads(line) for line in lines]
    assert all((s["failure"] is None) == (s["verdict"] == "correct") for s in samples)
    for row in read(finished, "evaluation/results.json")["rows"]:
        for system in ("base", "tuned"):
            found = row[system]
            assert sum(found["failures"].values()) == row["n"] - found["correct"]
    assert "Why wrong answers are wrong" in (finished.run_dir / "report.html").read_text()


def test_the_manifest_says_what_was_run(finished):
    manifest = read(finished, "run.json")
    assert manifest["overrides"] == SMALL
    assert manifest["config"]["trainer"]["max_steps"] == 4
    assert manifest["seed"] == 42
    assert set(manifest["fingerprints"]) == {
        "data", "model", "base_weights", "tokenizer", "tokenizer_rules", "template",
    }  # fmt: skip
    assert all(len(value) == 64 for value in manifest["fingerprints"].values())
    assert manifest["packages"]["torch"].split("+")[0] == torch.__version__.split("+")[0]


def test_metrics_are_one_object_a_line_with_growing_steps(finished):
    lines = (finished.run_dir / "metrics.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    losses = [r["step"] for r in records if "train/loss" in r]
    assert losses == sorted(set(losses))
    assert losses[-1] == 4
    assert any("validation/loss" in r for r in records)


def test_the_adapter_loads_by_peft_alone_and_answers_as_recorded(finished):
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base = ROOT / "mathpal" / "assets" / "gemma3n_tiny"
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    model = PeftModel.from_pretrained(plain, str(finished.run_dir / "adapter")).eval()
    tokenizer = AutoTokenizer.from_pretrained(finished.run_dir / "adapter")
    samples = (finished.run_dir / "evaluation" / "samples.jsonl").read_text().splitlines()
    sample = next(s for s in map(json.loads, samples) if s["system"] == "tuned")
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": sample["question"]}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )
    stop = tokenizer.convert_tokens_to_ids("<end_of_turn>")
    out = model.generate(**ids, max_new_tokens=12, do_sample=False, eos_token_id=[1, stop])
    answer = tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
    assert answer == sample["response"]


def test_a_finished_run_loads_again_as_it_was(finished):
    loaded, splits = load_run(finished.run_dir)
    stored = load_file(finished.run_dir / "adapter" / "adapter_model.safetensors")
    weights = {
        name.replace(".default", ""): w
        for name, w in loaded.model.named_parameters()
        if "lora" in name
    }
    assert stored.keys() == weights.keys()
    assert all(torch.equal(stored[name], weights[name]) for name in stored)
    assert len(splits.train) == 120


@pytest.mark.slow  # as `mathpal reproduce` proves
def test_the_same_command_twice_gives_bit_identical_adapters(finished, tmp_path):
    again = small_run(tmp_path / "again")
    name = "adapter/adapter_model.safetensors"
    assert (finished.run_dir / name).read_bytes() == (again.run_dir / name).read_bytes()
    other = unmeasured_run(tmp_path / "other", "seed=43")
    assert (finished.run_dir / name).read_bytes() != (other.run_dir / name).read_bytes()


def test_overrides_reach_the_adapter(tmp_path):
    run = unmeasured_run(tmp_path / "run", "lora=r32", "trainer.lr=1e-4", "trainer.max_steps=2")
    assert read(run, "adapter/adapter_config.json")["r"] == 32
    rates = [
        json.loads(line).get("train/lr")
        for line in (run.run_dir / "metrics.jsonl").read_text().splitlines()
    ]
    assert max(rate for rate in rates if rate) <= 1e-4


@pytest.mark.slow  # the suite attaches them in tests/unit/models
@pytest.mark.parametrize("option", ["dora", "rslora"])
def test_lora_variants_train(option, tmp_path):
    run = unmeasured_run(tmp_path / "run", f"lora={option}", "trainer.max_steps=2")
    assert read(run, "outcome.json")["status"] == "completed"
    assert read(run, "adapter/adapter_config.json")[f"use_{option}"] is True


def test_full_fine_tuning_exports_a_model_that_transformers_loads(tmp_path):
    from transformers import AutoModelForCausalLM, Gemma3nForCausalLM

    run = small_run(
        tmp_path / "run", "lora=none", "export=merged_16bit", "evaluation.systems=[tuned]",
        "evaluation.limit=2", "trainer.max_steps=2",
    )  # fmt: skip
    model = AutoModelForCausalLM.from_pretrained(run.run_dir / "export" / "merged_16bit")
    assert isinstance(model, Gemma3nForCausalLM)
    assert read(run, "export/merged_16bit.json")["total_variation"] < 0.05
    loaded, _ = load_run(run.run_dir)
    assert loaded.model.lm_head.weight.dtype == torch.float32
    assert "base/accuracy" not in run.metrics


@pytest.mark.slow  # the suite merges in another test
def test_merging_leaves_the_runs_own_model_as_it_was(tmp_path):
    run = unmeasured_run(tmp_path / "run", "export=merged_16bit")
    assert read(run, "export/merged_16bit.json")["total_variation"] < 0.05
    assert (run.run_dir / "adapter" / "adapter_model.safetensors").is_file()


def test_a_dry_run_trains_nothing(tmp_path):
    run = small_run(tmp_path / "run", "dry_run=true")
    assert not (run.run_dir / "adapter").exists()
    assert not (run.run_dir / "outcome.json").exists()
    assert (run.run_dir / "data" / "mask_sample.json").is_file()
    assert run.objective is None


def test_a_failed_run_says_so_in_its_outcome(tmp_path):
    with pytest.raises(ConfigError, match="weight"):
        small_run(tmp_path / "run", "data.families=[van_toc]", "+data.weights.van_toc=0")
    outcome = json.loads((tmp_path / "run" / "outcome.json").read_text())
    assert outcome["status"] == "failed"
    assert "weight 0" in outcome["error"]


def test_a_finished_run_is_never_overwritten(finished):
    before = (finished.run_dir / "outcome.json").read_bytes()
    with pytest.raises(DataError, match="already holds a finished run"):
        small_run(finished.run_dir)
    assert (finished.run_dir / "outcome.json").read_bytes() == before


@pytest.mark.slow  # tests/faults has the signals
def test_ctrl_c_leaves_an_interrupted_outcome_and_exit_code_130(tmp_path):
    words = ["hydra.run.dir=run", *UNMEASURED, "trainer.max_steps=100000"]
    running = subprocess.Popen(
        [sys.executable, str(ROOT / "train.py"), *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 200
    while not (tmp_path / "run" / "metrics.jsonl").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130, errors
    assert "Traceback" not in errors
    outcome = json.loads((tmp_path / "run" / "outcome.json").read_text())
    assert outcome["status"] == "interrupted"


@pytest.mark.parametrize("at", ["before training", "in training"])
def test_a_run_that_fails_leaves_the_latest_one_alone(at, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "outputs" / "mine").mkdir(parents=True)
    (tmp_path / "outputs" / "latest").symlink_to("mine")
    step = "preparing.prepare" if at == "before training" else "run._fit"
    monkeypatch.setattr(f"mathpal.run.{step}", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        unmeasured_run(None)
    (failed,) = Path("outputs", "default").iterdir()
    assert json.loads((failed / "outcome.json").read_text())["status"] == "failed"
    assert os.readlink("outputs/latest") == "mine"
