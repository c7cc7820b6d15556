"""The loss where there is a GPU: bf16 products, memory, and the fused backends against ours."""

from typing import Any

import pytest
import torch

from mathpal.objectives.fused import linear_loss
from mathpal.objectives.linear_cross_entropy import linear_cross_entropy
from tests.unit.objectives.test_linear_cross_entropy import eager

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]


def data(dtype: Any, *, tokens: int = 300, width: int = 128, vocabulary: int = 5003) -> Any:
    random = torch.Generator("cuda").manual_seed(0)
    options: dict[str, Any] = {"generator": random, "device": "cuda"}
    hidden = torch.randn(tokens, width, **options).to(dtype)
    weight = (3 * width**-0.5 * torch.randn(vocabulary, width, **options)).to(dtype)
    targets = torch.randint(vocabulary, (tokens,), **options)
    targets[::3] = -100
    return hidden, weight, targets


def graded(loss: Any, hidden: Any, weight: Any, targets: Any, **options: Any) -> list[Any]:
    hidden, weight = hidden.clone().requires_grad_(), weight.clone().requires_grad_()
    total = loss(hidden, weight, targets, **options)
    (total / 200).backward()
    return [total.detach(), hidden.grad, weight.grad]


def assert_close(found: list[Any], expected: list[Any], rtol: float) -> None:
    for ours, theirs in zip(found, expected, strict=True):
        error = (ours.double() - theirs.double()).norm() / theirs.double().norm()
        assert error <= rtol


@pytest.mark.parametrize("softcap", [None, 30.0])
def test_fp32_agrees_with_the_eager_chain(softcap: float | None) -> None:
    assert torch.get_float32_matmul_precision() == "highest"
    inputs = data(torch.float32)
    found = graded(linear_cross_entropy, *inputs, softcap=softcap, chunk=64)
    assert_close(found, graded(eager, *inputs, softcap=softcap), 1e-5)
    again = graded(linear_cross_entropy, *inputs, softcap=softcap, chunk=64)
    assert all(torch.equal(a, b) for a, b in zip(found, again))


@pytest.mark.parametrize("autocast", [False, True])
def test_bf16_sums_in_fp32(autocast: bool) -> None:
    hidden, weight, targets = data(torch.bfloat16)
    truth = graded(eager, hidden.double(), weight.double(), targets, softcap=30.0)
    if autocast:
        hidden, weight = hidden.float(), weight.float()
    with torch.autocast("cuda", torch.bfloat16, enabled=autocast):
        found = graded(linear_cross_entropy, hidden, weight, targets, softcap=30.0, chunk=64)
    assert found[0].dtype == torch.float32
    assert found[1].dtype == hidden.dtype
    assert_close(found[:1], truth[:1], 1e-5)  # the inputs are exact in bf16, sums are fp32
    assert_close(found, truth, 1e-2)


def test_the_peak_is_a_twentieth_of_the_eager_chains() -> None:
    hidden, weight, targets = data(torch.bfloat16, tokens=2048, width=512, vocabulary=262144)
    targets.clamp_(min=0)
    hidden.requires_grad_()
    peaks = []
    for loss in (eager, linear_cross_entropy):
        hidden.grad = None
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        loss(hidden, weight, targets, softcap=30.0).backward()
        peaks.append(torch.cuda.max_memory_allocated() - before)
    assert peaks[0] >= 20 * peaks[1]


@pytest.mark.parametrize("softcap", [None, 30.0])
@pytest.mark.parametrize(
    ("backend", "module"), [("cut_cross_entropy", "cut_cross_entropy"), ("liger", "liger_kernel")]
)
def test_a_fused_backend_is_ours(backend: Any, module: str, softcap: float | None) -> None:
    pytest.importorskip(module)
    inputs = data(torch.bfloat16, width=256)
    expected = graded(linear_cross_entropy, *inputs, softcap=softcap)
    found = graded(linear_loss(backend), *inputs, softcap=softcap)
    assert_close(found[:1], expected[:1], 2e-3)
    assert_close(found, expected, 2e-2)


@pytest.mark.parametrize(
    ("backend", "module"), [("cut_cross_entropy", "cut_cross_entropy"), ("liger", "liger_kernel")]
)
def test_a_fused_backend_without_a_target_is_zero(backend: Any, module: str) -> None:
    pytest.importorskip(module)
    hidden, weight, targets = data(torch.bfloat16, width=256)
    total, of_hidden, _ = graded(linear_loss(backend), hidden, weight, targets.fill_(-100))
    assert total == 0
    assert (of_hidden == 0).all()
