"""What Unsloth loads is what Transformers loads, and MathPal trains either alike."""

import os
import re
import subprocess
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded

pytestmark = [pytest.mark.unsloth, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

BOTH = ("unsloth", "transformers")


def load(folder: Path, backend: Any, **settings: Any) -> Loaded:
    from mathpal.models.loading import load_gemma3n

    return load_gemma3n(
        path=str(folder), backend=backend, dtype="float32", max_length=256, **settings
    )


def wrapped(folder: Path, backend: Any, **settings: Any) -> Loaded:
    import transformers

    from mathpal.models.lora import attach_lora

    loaded = load(folder, backend)
    transformers.set_seed(11)
    return loaded._replace(model=attach_lora(loaded.model, r=4, alpha=8, **settings))


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "UNSLOTH_FORCE_CPU": "1", **environment}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)


class TestOrder:
    @pytest.mark.parametrize("early", ["transformers", "peft", "trl"])
    def test_after_what_it_patches_it_is_refused(self, early: str) -> None:
        """Unsloth itself only warns, and then half of its patches are missing."""
        done = python(
            f"import {early}\nfrom mathpal.models.backends import begin\nbegin('unsloth')"
        )
        assert re.search(rf"Unsloth must be imported before .*\b{early}\b", done.stderr)
        assert "start a new process" in done.stderr

    def test_the_run_imports_it_first_of_all(self, tmp_path: Path) -> None:
        """Whatever `mathpal.run` and the modules of a run import must leave the way free."""
        code = (
            "import sys, mathpal.run, mathpal.run.preparing, mathpal.run.finishing\n"
            "import mathpal.training.fit, mathpal.training.trl, mathpal.evaluation.evaluate\n"
            "from mathpal.models.backends import PATCHED\n"
            "print([name for name in PATCHED if name in sys.modules])"
        )
        assert python(code).stdout == "[]\n"

    def test_its_environment_is_set_when_it_comes(self, unsloth: Path) -> None:
        import unsloth_zoo.compiler
        from unsloth_zoo.fused_losses import cross_entropy_loss

        told = unsloth_zoo.compiler.UNSLOTH_COMPILE_LOCATION
        assert told == str(unsloth / "unsloth_compiled_cache")
        assert cross_entropy_loss.N_CHUNKS == "8"
        assert os.environ["UNSLOTH_DISABLE_STATISTICS"] == "1"

    def test_without_a_gpu_it_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from mathpal.models.backends import begin

        monkeypatch.delenv("UNSLOTH_FORCE_CPU")
        with pytest.raises(ConfigError, match=r"needs a CUDA GPU.*model\.backend=transformers"):
            begin("unsloth")
        assert begin("auto") == "transformers"

    def test_nothing_of_it_goes_to_standard_output(self) -> None:
        done = python("from mathpal.models.backends import begin\nbegin('unsloth')")
        assert (done.returncode, done.stdout) == (0, "")


class TestLoading:
    def test_the_loader_for_gpus_takes_what_it_is_given(self) -> None:
        """It cannot be imported here, but it can be read."""
        import ast

        from mathpal.models.unsloth_loading import arguments

        spec = find_spec("unsloth")
        assert spec is not None and spec.origin is not None
        folder = Path(spec.origin).parent / "models"
        source = (folder / "loader.py").read_text()
        (known,) = (
            {name.arg for name in function.args.args}
            for kind in ast.parse(source).body
            if isinstance(kind, ast.ClassDef) and kind.name == "FastModel"
            for function in kind.body
            if isinstance(function, ast.FunctionDef) and function.name == "from_pretrained"
        )
        named = {*arguments(64, {}), "dtype", "device_map", "revision", "text_only"}
        assert named <= known
        # These two it takes out of its further keywords.
        assert 'kwargs.get("quantization_config"' in source
        assert 'kwargs.get("attn_implementation"' in (folder / "vision.py").read_text()

    def test_the_weights_and_the_logits_are_transformers_own(self, e2b: Path) -> None:
        from tests.unit.models.test_loading import logits, same_logits

        ours, theirs = (load(e2b, backend) for backend in BOTH)
        assert ours.backend == "unsloth"
        assert type(ours.model).__name__ == "Gemma3nForCausalLM"
        assert ours.fingerprint == theirs.fingerprint
        assert same_logits(
            logits(ours.model.eval(), ours.tokenizer), logits(theirs.model, theirs.tokenizer)
        )

    def test_its_layers_are_left_as_it_made_them(self, e2b: Path) -> None:
        ours, theirs = (wrapped(e2b, backend).model for backend in BOTH)
        exchanged = [sum("forward" in vars(m) for m in model.modules()) for model in (ours, theirs)]
        assert exchanged[0] == 0 < exchanged[1]

    def test_it_is_not_checkpointed_unless_asked(self, e2b: Path) -> None:
        assert not load(e2b, "unsloth").model.is_gradient_checkpointing

    def test_a_missing_weight_is_an_error_that_names_it(self, e2b: Path, tmp_path: Path) -> None:
        import shutil

        from tests.unit.models.test_loading import rewrite

        folder = Path(shutil.copytree(e2b, tmp_path / "model"))
        name = "model.language_model.layers.7.mlp.up_proj.weight"
        rewrite(folder, lambda weights: {n: w for n, w in weights.items() if n != name})
        with pytest.raises(ConfigError, match=r"1 weights.*model\.layers\.7\.mlp\.up_proj\.weight"):
            load(folder, "unsloth")

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"could not be loaded"):
            load(tmp_path / "nowhere", "unsloth")

    def test_any_causal_lm(self, e2b: Path, shared_tiny: Loaded, tmp_path: Path) -> None:
        from mathpal.models.loading import fingerprint, load_causal_lm
        from tests.unit.models.test_loading import saved

        folder = saved(shared_tiny.model, shared_tiny.tokenizer, tmp_path / "small")
        loaded = load_causal_lm(path=str(folder), backend="unsloth", dtype="float32")
        assert loaded.fingerprint == fingerprint(shared_tiny.model)
        assert loaded.tokenizer.padding_side == "left"

    def test_rotary_frequencies_stay_fp32_in_bf16(self, e2b: Path) -> None:
        import torch

        from mathpal.models.loading import load_gemma3n

        model = load_gemma3n(path=str(e2b), backend="unsloth", dtype="bfloat16").model
        rotary = [b for n, b in model.named_buffers() if "inv_freq" in n]
        assert {b.dtype for b in rotary} == {torch.float32}
        assert {p.dtype for p in model.parameters()} == {torch.bfloat16}


class TestLora:
    @pytest.mark.parametrize("settings", [{}, {"dropout": 0.1}, {"variant": "dora"}])
    def test_layout_and_first_values_are_the_same(self, e2b: Path, settings: Any) -> None:
        ours, theirs = (
            dict(wrapped(e2b, backend, **settings).model.named_parameters()) for backend in BOTH
        )
        assert ours.keys() == theirs.keys()
        assert all(weight.equal(theirs[name]) for name, weight in ours.items())
        assert {n for n, w in ours.items() if w.requires_grad} == {
            n for n, w in theirs.items() if w.requires_grad
        }

    def test_lora_is_fp32_around_a_bf16_base(self, e2b: Path) -> None:
        import torch

        from mathpal.models.loading import load_gemma3n
        from mathpal.models.lora import attach_lora

        model = attach_lora(
            load_gemma3n(path=str(e2b), backend="unsloth", dtype="bfloat16").model, r=2, alpha=4
        )
        assert {p.dtype for p in model.parameters() if p.requires_grad} == {torch.float32}


class TestMode:
    def test_checkpointing_outlives_answers(self, e2b: Path) -> None:
        from mathpal.models.backends import answering, enable_checkpointing, set_mode

        model = wrapped(e2b, "unsloth").model
        enable_checkpointing(model)
        set_mode(model, training=True)
        with answering(model):
            assert not model.training
            assert model.config.use_cache
        assert model.training and model.is_gradient_checkpointing
        assert not model.config.use_cache


class TestTraining:
    def trained(self, folder: Path, backend: Any, **settings: Any) -> tuple[Loaded, list[float]]:
        from mathpal.curriculum import FAMILIES, problem
        from mathpal.objectives.sft import sft
        from mathpal.tokens.chat import encode
        from mathpal.training.fit import fit
        from mathpal.training.job import TrainingJob

        loaded = wrapped(folder, backend)
        rows = [problem("unsloth", "train", name, 0) for name in sorted(FAMILIES)[:16]]
        table = encode(rows, loaded.tokenizer, max_length=256)
        losses: list[float] = []
        fit(
            TrainingJob(
                loaded, table, table, sft(),
                lambda s, v: losses.append(v.get("train/loss", 0.0)), None,
            ),
            lr=1e-3, max_steps=4, batch_tokens=512, accelerator="cpu", record_every=1,
            layout="padded",  # what Unsloth takes; ours alone would draw other batches
            **settings,
        )  # fmt: skip
        return loaded, losses

    @pytest.mark.parametrize("checkpointing", [False, True])
    def test_fit_takes_the_same_steps(self, e2b: Path, checkpointing: bool) -> None:
        (_, ours), (_, theirs) = (
            self.trained(e2b, backend, gradient_checkpointing=checkpointing) for backend in BOTH
        )
        assert ours == pytest.approx(theirs, abs=2e-4)
        assert ours[3] < ours[0]

    @pytest.mark.parametrize(("trainer", "user"), [BOTH, BOTH[::-1]])
    def test_an_adapter_of_one_loads_with_the_other(
        self, e2b: Path, tmp_path: Path, trainer: str, user: str
    ) -> None:
        from mathpal.models.loading import load_gemma3n
        from mathpal.run.weights import load_trained, save_trained
        from tests.unit.models.test_loading import logits, same_logits

        loaded, _ = self.trained(e2b, trainer)
        save_trained(loaded, tmp_path)
        settings = {"path": str(e2b), "dtype": "float32", "max_length": 256, "backend": user}
        other = load_trained(partial(load_gemma3n, **settings), tmp_path)
        assert other.backend == user
        mine, theirs = (dict(x.model.named_parameters()) for x in (loaded, other))
        assert mine.keys() == theirs.keys()
        assert all(weight.equal(theirs[name]) for name, weight in mine.items())
        assert same_logits(
            logits(loaded.model, loaded.tokenizer), logits(other.model, other.tokenizer)
        )
