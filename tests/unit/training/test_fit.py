"""`fit`: what a step is, what is recorded of it, and what training may not touch."""

import copy
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mathpal.curriculum import FAMILIES, problem
from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora, no_lora
from mathpal.objectives.sft import Supervised, sft
from mathpal.tokens.batches import TrainingBatches
from mathpal.tokens.chat import TokenTable, encode
from mathpal.tokens.windows import Plan
from mathpal.training import engine
from mathpal.training.fit import FitResult, fit
from mathpal.training.guard import Guard
from mathpal.training.job import TrainingJob
from mathpal.training.module import TuningModule, schedule

Records = list[tuple[int, dict[str, float]]]
TRAIN = [problem("fit", "train", name, i) for name in sorted(FAMILIES)[:40] for i in range(2)]
CHECK = [problem("fit", "validation", name, 0) for name in sorted(FAMILIES)][:6]


@pytest.fixture(scope="module")
def tables(shared_tiny: Loaded) -> tuple[TokenTable, TokenTable]:
    train = encode(TRAIN, shared_tiny.tokenizer, max_length=256)
    return train, encode(CHECK, shared_tiny.tokenizer, max_length=256)


@pytest.fixture
def run(
    shared_tiny: Loaded, tables: tuple[TokenTable, TokenTable]
) -> Callable[..., tuple[Loaded, Records, FitResult]]:
    """Train a fresh copy and return the model, its records and the result."""

    def train(
        *,
        prepare: Callable[[Any], Any] = no_lora,
        checked: bool = False,
        objective: Any = None,
        run_dir: Path | None = None,
        **settings: Any,
    ) -> tuple[Loaded, Records, FitResult]:
        torch.manual_seed(0)
        model = prepare(copy.deepcopy(shared_tiny.model))
        loaded = shared_tiny._replace(model=model)
        records: Records = []
        asked = {"lr": 1e-2, "batch_tokens": 512, "accelerator": "cpu", "warmup": 0, **settings}
        if "epochs" not in asked:
            asked.setdefault("max_steps", 3)
        result = fit(
            TrainingJob(
                loaded,
                tables[0],
                tables[1] if checked else None,
                Supervised(objective) if objective else sft(),
                lambda step, values: records.append((step, values)),
                run_dir,
            ),
            **asked,
        )
        return loaded, records, result

    return train


def weights(loaded: Loaded) -> dict[str, torch.Tensor]:
    return {n: p.detach().clone() for n, p in loaded.model.named_parameters()}


def furthest(one: Loaded, other: Loaded) -> float:
    mine, theirs = weights(one), weights(other)
    assert mine.keys() == theirs.keys()
    return max(float((mine[n] - theirs[n]).abs().max()) for n in mine)


def gradient(loaded: Loaded, table: TokenTable, plan: Plan, objective: Any) -> torch.Tensor:
    """The gradient of the first optimizer step in double precision, as Lightning sums it."""
    model = copy.deepcopy(loaded.model).double().train()
    for batch in TrainingBatches(table, plan, steps=1, epochs=0, pad=0):
        (objective(model, batch) / plan.accumulate).backward()
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def lora(model: Any, **settings: Any) -> Any:
    return attach_lora(model, r=4, alpha=8, **settings)


class TestAccumulation:
    @pytest.mark.parametrize("layout", ["padded", "packed"])
    def test_one_by_eight_equals_eight_by_one(
        self, shared_tiny: Loaded, tables: Any, layout: Any
    ) -> None:
        whole = gradient(shared_tiny, tables[0], Plan(2048, 1, 42, layout=layout), sft())
        cut = gradient(shared_tiny, tables[0], Plan(256, 8, 42, layout=layout), sft())
        assert float((whole - cut).norm() / whole.norm()) < 1e-6

    def test_the_mean_of_micro_batch_means_is_not_the_same(
        self, shared_tiny: Loaded, tables: Any
    ) -> None:
        """The near-miss that Lightning alone would compute; the test above must tell it apart."""

        def own_mean(model: Any, batch: Any) -> Any:
            tokens = max(1, int((batch["labels"] != -100).sum()))
            return sft()(model, {**batch, "normaliser": tokens})

        whole = gradient(shared_tiny, tables[0], Plan(2048, 1, 42), own_mean)
        cut = gradient(shared_tiny, tables[0], Plan(256, 8, 42), own_mean)
        assert float((whole - cut).norm() / whole.norm()) > 1e-3

    def test_fit_takes_the_same_step_either_way(self, run: Any) -> None:
        # Later steps drift apart: AdamW turns the rounding of a gradient near zero into a whole
        # step, so the first step is what can be compared closely.
        _, one, _ = run(batch_tokens=2048, accumulate=1, record_every=1)
        _, other, _ = run(batch_tokens=256, accumulate=8, record_every=1)
        assert [step for step, _ in one] == [step for step, _ in other] == [1, 2, 3]
        assert one[0][1]["train/loss"] == pytest.approx(other[0][1]["train/loss"], abs=1e-5)
        assert one[0][1]["train/grad_norm"] == pytest.approx(
            other[0][1]["train/grad_norm"], rel=1e-5
        )
        for (_, mine), (_, theirs) in zip(one, other, strict=True):
            assert mine["train/loss"] == pytest.approx(theirs["train/loss"], abs=1e-3)

    def test_a_step_is_torchs_adamw_on_the_mean_over_supervised_tokens(
        self, run: Any, shared_tiny: Loaded, tables: Any
    ) -> None:
        found, records, _ = run(max_steps=1, lr=1e-3, clip=0.5, weight_decay=0.1, accumulate=2)
        model = copy.deepcopy(shared_tiny.model).train()
        parameters = list(model.parameters())
        optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": 0.1},
                {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
            ],
            lr=1e-3,
        )
        plan = Plan(512, 2, 42, layout="packed")
        batches = list(TrainingBatches(tables[0], plan, steps=1, epochs=0, pad=0))
        loss = sum((sft()(model, b) * b["normaliser"] for b in batches), torch.zeros(()))
        loss = loss / sum(int((b["labels"] != -100).sum()) for b in batches)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, 0.5)
        optimizer.step()
        assert records[0][1]["train/loss"] == pytest.approx(loss.item(), abs=1e-5)
        assert records[0][1]["train/grad_norm"] == pytest.approx(float(norm), rel=1e-4)
        assert furthest(found, shared_tiny._replace(model=model)) < 1e-5


class TestSchedule:
    def test_warm_up_is_linear_to_the_peak(self) -> None:
        rate = schedule("cosine", steps=100, warmup=0.05)
        assert [rate(s) for s in range(6)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0])

    def test_cosine_falls_to_zero_by_its_half_wave(self) -> None:
        rate = schedule("cosine", steps=100, warmup=20)
        assert rate(60) == pytest.approx(0.5)
        assert rate(40) == pytest.approx(0.5 * (1 + math.cos(math.pi / 4)))
        assert rate(100) == pytest.approx(0.0)
        assert rate(99) > 0, "the last step still learns"

    def test_linear_and_constant(self) -> None:
        linear = schedule("linear", steps=10, warmup=2)
        assert [linear(s) for s in (0, 1, 2, 6, 10)] == [0.5, 1.0, 1.0, 0.5, 0.0]
        constant = schedule("constant", steps=10, warmup=0)
        assert {constant(s) for s in range(11)} == {1.0}

    @pytest.mark.parametrize(("warmup", "rising"), [(0, 0), (0.5, 5), (0.04, 0), (1, 1), (3, 3)])
    def test_warm_up_below_one_is_a_share_and_else_steps(self, warmup: float, rising: int) -> None:
        rate = schedule("constant", steps=10, warmup=warmup)
        assert [rate(s) < 1 for s in range(10)] == [s < rising - 1 for s in range(10)]

    @pytest.mark.parametrize("kind", ["cosine", "linear", "constant"])
    @pytest.mark.parametrize("warmup", [0, 1, 5, 50])
    def test_shares_stay_between_zero_and_one(self, kind: str, warmup: float) -> None:
        rate = schedule(kind, steps=5, warmup=warmup)
        assert all(0 <= rate(s) <= 1 for s in range(6))

    def test_the_recorded_rate_is_the_one_that_the_step_used(self, run: Any) -> None:
        _, records, _ = run(lr=0.01, warmup=2, scheduler="linear", max_steps=3, record_every=1)
        assert [v["train/lr"] for _, v in records] == pytest.approx([0.005, 0.01, 0.01])
        _, records, _ = run(lr=0.01, warmup=2, scheduler="linear", max_steps=6, record_every=1)
        assert [v["train/lr"] for _, v in records] == pytest.approx(
            [0.005, 0.01, 0.01, 0.0075, 0.005, 0.0025]
        )


class TestClipping:
    def step(self, shared_tiny: Loaded, clip: float | None) -> tuple[float, torch.Tensor]:
        """The norm recorded, and the gradient as it went into the optimizer."""
        model = copy.deepcopy(shared_tiny.model)
        caught: list[torch.Tensor] = []

        def catching(weights: dict[str, torch.nn.Parameter]) -> torch.optim.Optimizer:
            return Catching([{"params": list(weights.values()), "peak": 0.0}], lr=0.0)

        class Catching(torch.optim.SGD):
            def step(self, closure: Any = None) -> Any:
                loss = closure()
                caught.append(torch.cat([p.grad.flatten().clone() for p in model.parameters()]))
                return loss

        module = TuningModule(
            model, sft(), catching, factor=lambda s: 1.0, clip=clip,
            guard=Guard(spike=None, max_skips=0), seed=0,
        )  # fmt: skip
        table = encode(TRAIN, shared_tiny.tokenizer, max_length=256)
        batches = TrainingBatches(table, Plan(512, 1, 0), steps=1, epochs=0, pad=0)
        engine.attempt(
            module, batches, [], workers=0, settings={"accelerator": "cpu", "precision": "32-true"}
        )
        return module.grad_norm, caught[0]

    @pytest.mark.parametrize("clip", [0.05, 1000.0])
    def test_the_norm_is_that_before_clipping(self, shared_tiny: Loaded, clip: float) -> None:
        norm, free = self.step(shared_tiny, None)
        assert norm == pytest.approx(float(free.norm()), rel=1e-5)
        again, clipped = self.step(shared_tiny, clip)
        assert again == norm > 0.05
        assert float(clipped.norm()) == pytest.approx(min(clip, norm), rel=1e-4)
        assert torch.allclose(clipped * (norm / min(clip, norm)), free, rtol=1e-3, atol=1e-7)


class TestWhatIsTrained:
    def test_only_lora_weights_change_and_the_base_stays_bit_identical(
        self, run: Any, shared_tiny: Loaded
    ) -> None:
        before = {n: p.detach().clone() for n, p in shared_tiny.model.named_parameters()}
        trained, _, _ = run(prepare=lora, weight_decay=0.1)
        moved = 0
        for name, weight in weights(trained).items():
            if "lora_" in name:
                moved += int(weight.abs().sum() > 0)
                continue
            plain = name.replace("base_model.model.", "").replace(".base_layer", "")
            assert weight.equal(before.pop(plain)), name
        assert before == {}
        assert moved == 2 * 7 * 2  # A and B of 7 projections in 2 layers: B left zero

    def test_lora_is_fp32_around_a_bf16_base(self, run: Any) -> None:
        trained, records, _ = run(prepare=lambda m: lora(m.to(torch.bfloat16)))
        kinds = {("lora_" in n, w.dtype) for n, w in weights(trained).items()}
        assert kinds == {(True, torch.float32), (False, torch.bfloat16)}
        assert all(math.isfinite(v) for _, values in records for v in values.values())

    def test_full_training_moves_every_weight(self, run: Any, shared_tiny: Loaded) -> None:
        trained, _, _ = run()
        before = weights(shared_tiny)
        still = [n for n, w in weights(trained).items() if w.equal(before[n])]
        assert still == []

    def test_the_same_seed_gives_bit_identical_weights(self, run: Any) -> None:
        def wet(model: Any) -> Any:
            return lora(model, dropout=0.2)

        one, records, _ = run(prepare=wet, accumulate=2, seed=3, record_every=1)
        other, again, _ = run(prepare=wet, accumulate=2, seed=3, record_every=1)
        assert furthest(one, other) == 0
        assert [v["train/loss"] for _, v in records] == [v["train/loss"] for _, v in again]
        different, _, _ = run(prepare=wet, accumulate=2, seed=4)
        assert furthest(one, different) > 0

    def test_the_model_is_left_ready_to_answer(self, run: Any) -> None:
        trained, _, result = run(prepare=lora)
        assert not trained.model.training
        assert (result.steps, result.precision, result.device) == (3, "32-true", "cpu")

    @pytest.mark.parametrize("shared_layers", [0, 2])
    def test_checkpointing_gives_the_same_gradients(self, shared_layers: int) -> None:
        """The reentrant kind silently gives wrong ones where layers share keys and values."""
        from mathpal.models.scratch import create_gemma3n
        from tests.conftest import TINY

        made = create_gemma3n(**{**TINY, "layers": 7}, shared_layers=shared_layers, seed=1)
        table = encode(TRAIN[:4], made.tokenizer, max_length=256)
        start = copy.deepcopy(made.model.state_dict())
        steps = []
        for checkpointing in (False, True):
            made.model.load_state_dict(start)
            norms: Records = []
            fit(
                TrainingJob(
                    made, table, None, sft(), lambda s, v, norms=norms: norms.append((s, v)), None
                ),
                lr=1e-3, max_steps=2, batch_tokens=1024, accelerator="cpu", warmup=0,
                gradient_checkpointing=checkpointing, record_every=1,
            )  # fmt: skip
            steps.append((norms, weights(made)))
        (plain, expected), (saved, found) = steps
        assert made.model.is_gradient_checkpointing
        for (_, one), (_, other) in zip(plain, saved, strict=True):
            assert one["train/grad_norm"] == pytest.approx(other["train/grad_norm"], rel=1e-6)
        assert all(weight.equal(found[name]) for name, weight in expected.items())


class TestRecords:
    def check(self, records: Records, result: FitResult, steps: int) -> None:
        assert [s for s, _ in records] == sorted(s for s, _ in records)
        trained = [(s, v) for s, v in records if "train/loss" in v]
        assert len({s for s, _ in trained}) == len(trained)
        assert trained[-1][0] == result.steps == steps
        for _, values in records:
            assert all(math.isfinite(v) for v in values.values()), values
        assert all(math.isfinite(v) for v in result.metrics.values()), result.metrics
        assert result.metrics["train/tokens_per_second"] > 0
        assert 0 <= result.metrics["train/data_wait"] <= 1
        assert result.metrics["train/loss"] == trained[-1][1]["train/loss"]

    @pytest.mark.parametrize("steps", [1, 2, 3, 4, 5])
    @pytest.mark.parametrize("every", [1, 3, 50])
    def test_short_runs_report_finite_figures(self, run: Any, steps: int, every: int) -> None:
        _, records, result = run(prepare=lora, max_steps=steps, record_every=every, checked=True)
        self.check(records, result, steps)
        assert records[-1][0] == steps

    def test_a_record_is_the_mean_since_the_one_before(self, run: Any) -> None:
        _, fine, _ = run(max_steps=9, record_every=1)
        _, coarse, _ = run(max_steps=9, record_every=3)
        single = {step: values["train/loss"] for step, values in fine}
        assert [step for step, _ in coarse] == [3, 6, 9]
        for step, values in coarse:
            mean = sum(single[s] for s in range(step - 2, step + 1)) / 3
            assert values["train/loss"] == pytest.approx(mean, abs=1e-6)

    def test_the_warm_up_steps_have_a_loss_and_no_speed(self, run: Any) -> None:
        _, records, _ = run(max_steps=6, record_every=1)
        assert [step for step, values in records if "train/loss" in values] == [1, 2, 3, 4, 5, 6]
        assert [step for step, values in records if "train/padding" in values] == [4, 5, 6]

    def test_speeds_are_tokens_over_seconds(self, run: Any, tables: Any) -> None:
        _, records, result = run(max_steps=6, record_every=1)
        for _, values in records[3:]:
            share = values["train/supervised_tokens_per_second"] / values["train/tokens_per_second"]
            assert 0.2 < share < 0.8
        assert result.metrics["train/tokens_per_second"] < 10**6

    @pytest.mark.parametrize(
        ("steps", "every", "expected"), [(6, 2, [2, 4, 6]), (5, 2, [2, 4, 5]), (4, None, [4])]
    )
    def test_validation_comes_every_so_often_and_at_the_end(
        self, run: Any, steps: int, every: int | None, expected: list[int]
    ) -> None:
        _, records, result = run(
            max_steps=steps, evaluate_every=every, checked=True, accumulate=2, record_every=1
        )
        found = [(s, v["validation/loss"]) for s, v in records if "validation/loss" in v]
        assert [s for s, _ in found] == expected
        assert result.metrics["validation/loss"] == found[-1][1]
        self.check(records, result, steps)

    def test_validation_loss_is_the_mean_over_all_supervised_tokens(
        self, run: Any, tables: Any
    ) -> None:
        trained, _, result = run(max_steps=2, checked=True, batch_tokens=256)
        total, tokens = 0.0, 0
        for batch in TrainingBatches(tables[1], Plan(256, 1, 0), steps=None, epochs=1, pad=0):
            with torch.no_grad():
                total += sft()(trained.model, batch).item() * batch["normaliser"]
            tokens += int((batch["labels"] != -100).sum())
        assert result.metrics["validation/loss"] == pytest.approx(total / tokens, abs=1e-5)

    def test_without_validation_rows_there_is_no_validation_loss(self, run: Any) -> None:
        _, records, result = run()
        assert "validation/loss" not in result.metrics
        assert all("validation/loss" not in values for _, values in records)

    def test_epochs_are_counted_in_steps(self, run: Any, tables: Any) -> None:
        plan = Plan(2048, 2, 42, layout="packed")
        batches = TrainingBatches(tables[0], plan, steps=None, epochs=2, pad=0)
        _, records, result = run(epochs=2, batch_tokens=2048, accumulate=2, record_every=1000)
        self.check(records, result, batches.steps)

    def test_losses_fall(self, run: Any) -> None:
        _, records, _ = run(max_steps=40, record_every=10, lr=5e-3)
        losses = [values["train/loss"] for _, values in records]
        assert losses[-1] < 0.8 * losses[0]


class TestMistakes:
    @pytest.mark.parametrize("given", [{"max_steps": 3, "epochs": 1}, {"epochs": None}])
    def test_exactly_one_length_of_training(self, run: Any, given: dict[str, Any]) -> None:
        with pytest.raises(
            ConfigError, match="exactly one of trainer.max_steps and trainer.epochs"
        ):
            run(**given)

    @pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
    def test_a_gpu_that_is_not_there(self, run: Any) -> None:
        with pytest.raises(ConfigError, match=r"trainer\.accelerator=gpu.*no GPU; use auto or cpu"):
            run(accelerator="gpu")

    def test_lora_targets_that_name_nothing(self, tiny: Loaded) -> None:
        with pytest.raises(ConfigError, match=r"lora\.targets=\[qkv\].*q_proj"):
            attach_lora(tiny.model, r=4, alpha=8, targets=["qkv"])
