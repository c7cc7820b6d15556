"""The chunked loss against the eager chain: softcapped logits of all rows, then F.cross_entropy."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from mathpal.objectives.linear_cross_entropy import linear_cross_entropy
from mathpal.tokens.batches import IGNORED

V, H, N = 37, 8, 21  # 37 is divided by no chunk, 21 only by 7 of those tried


def case(seed: int = 0, *, ignored: float = 0.3, dtype: Any = torch.float32) -> dict[str, Tensor]:
    random = torch.Generator().manual_seed(seed)
    targets = torch.randint(V, (3, N // 3), generator=random)
    targets[torch.rand(targets.shape, generator=random) < ignored] = IGNORED
    return {
        "hidden": (2 * torch.randn(3, N // 3, H, generator=random)).to(dtype),
        "weight": (3 * torch.randn(V, H, generator=random)).to(dtype),
        "targets": targets,
        "token_weights": 2 * torch.rand(targets.shape, generator=random),
    }


def eager(
    hidden: Tensor,
    weight: Tensor,
    targets: Tensor,
    *,
    softcap: float | None = None,
    token_weights: Tensor | None = None,
    label_smoothing: float = 0.0,
) -> Tensor:
    logits = (hidden @ weight.T).float() if hidden.dtype != torch.float64 else hidden @ weight.T
    if softcap is not None:
        logits = softcap * torch.tanh(logits / softcap)
    losses = F.cross_entropy(
        logits.flatten(0, -2),
        targets.flatten(),
        ignore_index=IGNORED,
        reduction="none",
        label_smoothing=label_smoothing,
    )
    return (losses if token_weights is None else losses * token_weights.flatten()).sum()


def graded(loss: Any, data: dict[str, Tensor], *, train: str = "hw", **options: Any) -> list[Any]:
    """Loss and gradients of hidden and head; `train` says which of them want one."""
    hidden = data["hidden"].clone().requires_grad_("h" in train)
    weight = data["weight"].clone().requires_grad_("w" in train)
    total = loss(hidden, weight, data["targets"], **options)
    (total / 7).backward()  # a factor from outside, as the normaliser is
    return [total.detach(), hidden.grad, weight.grad]


def assert_equal(found: list[Any], expected: list[Any], rtol: float = 1e-5) -> None:
    for ours, theirs in zip(found, expected, strict=True):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            assert ours.shape == theirs.shape
            assert (ours - theirs).norm() <= rtol * theirs.norm() + 1e-7


@pytest.mark.parametrize("train", ["h", "w", "hw"])
@pytest.mark.parametrize("softcap", [None, 30.0, 2.0, 100.0])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("chunk", [1, 5, 7, N, None])
def test_loss_and_gradients_are_the_eager_chains(
    train: str, softcap: float | None, smoothing: float, weighted: bool, chunk: int | None
) -> None:
    data = case()
    options: dict[str, Any] = {"softcap": softcap, "label_smoothing": smoothing}
    if weighted:
        options["token_weights"] = data["token_weights"]
    found = graded(linear_cross_entropy, data, train=train, chunk=chunk, **options)
    assert_equal(found, graded(eager, data, train=train, **options))


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**31),
    ignored=st.sampled_from([0.0, 0.5, 0.95, 1.0]),
    size=st.sampled_from([1e-3, 1.0, 30.0]),
    softcap=st.sampled_from([None, 1.0, 30.0, 41.0]),
    smoothing=st.sampled_from([0.0, 0.3]),
    chunk=st.integers(1, N + 1),
)
@example(seed=0, ignored=0.0, size=30.0, softcap=1.0, smoothing=0.0, chunk=1)
def test_any_rows_sizes_and_chunks_agree(
    seed: int,
    ignored: float,
    size: float,
    softcap: float | None,
    smoothing: float,
    chunk: int,
) -> None:
    data = case(seed, ignored=ignored)
    data["hidden"] *= size
    options: dict[str, Any] = {"softcap": softcap, "label_smoothing": smoothing}
    found = graded(linear_cross_entropy, data, chunk=chunk, **options)
    # Logits of some hundreds, summed in another order: 2.4e-5 of the norm was seen.
    assert_equal(found, graded(eager, data, **options), rtol=5e-5)


@pytest.mark.parametrize("softcap", [None, 3.0, 50.0])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_gradients_are_those_of_finite_differences(softcap: float | None, smoothing: float) -> None:
    data = case(3, dtype=torch.float64)
    hidden, weight = data["hidden"].requires_grad_(), data["weight"].requires_grad_()

    def loss(hidden: Tensor, weight: Tensor) -> Tensor:
        return linear_cross_entropy(
            hidden,
            weight,
            data["targets"],
            softcap=softcap,
            token_weights=data["token_weights"],
            label_smoothing=smoothing,
            chunk=4,
        )

    assert torch.autograd.gradcheck(loss, (hidden, weight))


def test_no_target_at_all_is_a_zero_with_zero_gradients() -> None:
    data = case()
    data["targets"].fill_(IGNORED)
    total, of_hidden, of_weight = graded(linear_cross_entropy, data, softcap=30.0)
    assert total == 0
    assert (of_hidden == 0).all() and of_hidden.shape == data["hidden"].shape
    assert (of_weight == 0).all() and of_weight.shape == data["weight"].shape
    with torch.no_grad():
        assert linear_cross_entropy(data["hidden"], data["weight"], data["targets"]) == 0


def test_a_single_target_has_a_gradient_in_its_row_alone() -> None:
    data = case()
    data["targets"].fill_(IGNORED)
    data["targets"][1, 2] = V - 1
    found = graded(linear_cross_entropy, data, softcap=30.0, chunk=4)
    assert_equal(found, graded(eager, data, softcap=30.0))
    assert found[1].any(dim=-1).nonzero().tolist() == [[1, 2]]


def test_what_stands_in_ignored_rows_is_never_looked_at() -> None:
    data = case()
    expected = graded(linear_cross_entropy, data, token_weights=data["token_weights"])
    ignored = data["targets"] == IGNORED
    data["hidden"][ignored] = torch.nan
    data["token_weights"][ignored] = torch.nan
    found = graded(linear_cross_entropy, data, token_weights=data["token_weights"])
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(found, expected))


def test_a_nan_in_a_supervised_row_shows_in_the_loss() -> None:
    data = case(ignored=0.0)
    data["hidden"][0, 0, 0] = torch.nan
    assert graded(linear_cross_entropy, data, softcap=30.0)[0].isnan()
    assert graded(linear_cross_entropy, data)[0].isnan()


@pytest.mark.parametrize("softcap", [None, 30.0, 100.0])
def test_huge_scores_stay_finite(softcap: float | None) -> None:
    data = case()
    data["hidden"] *= 1e4
    found = graded(linear_cross_entropy, data, softcap=softcap)
    assert all(part.isfinite().all() for part in found)
    assert_equal(found, graded(eager, data, softcap=softcap))


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_rows_whose_scores_all_lie_at_the_cap_keep_their_loss(sign: float) -> None:
    """exp is taken without a search for the largest score: it may neither vanish nor overflow."""
    hidden = torch.full((1, H), sign * 1e3)
    loss = linear_cross_entropy(hidden, torch.ones(V, H), torch.tensor([0]), softcap=40.0)
    assert loss.item() == pytest.approx(float(torch.tensor(float(V)).log()), rel=1e-5)


def test_the_same_call_gives_the_same_bits() -> None:
    data = case()
    runs = [graded(linear_cross_entropy, data, softcap=30.0, chunk=5) for _ in range(3)]
    assert all(torch.equal(a, b) for run in runs[1:] for a, b in zip(runs[0], run))


def test_the_inputs_are_left_as_they_were_and_backward_can_run_twice() -> None:
    data = case()
    before = {name: tensor.clone() for name, tensor in data.items()}
    hidden, weight = data["hidden"].requires_grad_(), data["weight"].requires_grad_()
    loss = linear_cross_entropy(hidden, weight, data["targets"], softcap=30.0)
    first = torch.autograd.grad(loss, (hidden, weight), retain_graph=True)
    for gradient in first:
        gradient *= 100  # whatever a caller does with a gradient is their own affair
    again = torch.autograd.grad(loss, (hidden, weight))
    assert_equal([again[0] * 100, again[1] * 100], list(first))
    assert all(torch.equal(data[name], tensor) for name, tensor in before.items())


def test_a_second_derivative_is_refused() -> None:
    data = case()
    hidden = data["hidden"].requires_grad_()
    loss = linear_cross_entropy(hidden, data["weight"], data["targets"])
    (gradient,) = torch.autograd.grad(loss, hidden, create_graph=True)
    with pytest.raises(RuntimeError):  # never a number that would be wrong
        gradient.sum().backward()


def test_hidden_states_that_lie_scattered_in_memory() -> None:
    data = case()
    expected = graded(linear_cross_entropy, data, softcap=30.0)
    data["hidden"] = data["hidden"].transpose(0, 1).contiguous().transpose(0, 1)
    assert_equal(graded(linear_cross_entropy, data, softcap=30.0), expected, rtol=0)


@pytest.mark.parametrize("target", [V, -1])
def test_a_target_outside_the_vocabulary_raises(target: int) -> None:
    data = case()
    data["targets"][0, 0] = target
    with pytest.raises((RuntimeError, IndexError)):
        linear_cross_entropy(data["hidden"], data["weight"], data["targets"])


def test_bf16_sums_in_fp32() -> None:
    """2,000 equal losses in bf16: a sum in bf16 would stop growing at 256 times one of them."""
    hidden, weight = torch.zeros(2000, H, dtype=torch.bfloat16), torch.ones(V, H).bfloat16()
    loss = linear_cross_entropy(hidden, weight, torch.zeros(2000, dtype=torch.int64))
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(2000 * float(torch.tensor(float(V)).log()), rel=1e-5)


@pytest.mark.parametrize("autocast", [False, True])
def test_bf16_is_no_farther_from_the_truth_than_the_eager_chain(autocast: bool) -> None:
    data = case(5, dtype=torch.bfloat16)
    truth = graded(eager, {k: v.double() if v.is_floating_point() else v for k, v in data.items()},
                   softcap=30.0)  # fmt: skip
    if autocast:  # fp32 weights, products in bf16
        data["weight"], data["hidden"] = data["weight"].float(), data["hidden"].float()
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        found = graded(linear_cross_entropy, data, softcap=30.0, chunk=5)
        expected = graded(eager, data, softcap=30.0)
    for ours, theirs, true in zip(found, expected, truth, strict=True):
        assert ours.dtype == theirs.dtype
        error = float((ours.double() - true).norm() / true.norm())
        assert error <= 1.05 * float((theirs.double() - true).norm() / true.norm()) + 1e-4
        assert error < 0.02


class Seen(TorchDispatchMode):
    """Counts matrix products, and the most elements that any tensor had."""

    def __init__(self) -> None:
        super().__init__()
        self.products, self.largest = 0, 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        self.products += func._schema.name in ("aten::mm", "aten::addmm_")
        if isinstance(out, Tensor):
            self.largest = max(self.largest, out.untyped_storage().nbytes() // out.itemsize)
        return out


@pytest.mark.parametrize(("train", "products"), [("h", 2), ("w", 2), ("hw", 3), ("", 1)])
def test_only_what_is_asked_for_is_computed(train: str, products: int) -> None:
    """One product a chunk for the scores, one for each gradient: none without a gradient."""
    data = case(ignored=0.0)
    hidden = data["hidden"].requires_grad_("h" in train)
    weight = data["weight"].requires_grad_("w" in train)
    with Seen() as seen:
        linear_cross_entropy(hidden, weight, data["targets"], softcap=30.0, chunk=7)
    assert seen.products == products * N // 7


def test_no_grad_computes_no_gradient_though_the_head_is_trainable() -> None:
    data = case(ignored=0.0)
    hidden, weight = data["hidden"].requires_grad_(), data["weight"].requires_grad_()
    with Seen() as seen, torch.no_grad():
        loss = linear_cross_entropy(hidden, weight, data["targets"], softcap=30.0, chunk=7)
    assert seen.products == N // 7
    assert not loss.requires_grad


@pytest.mark.parametrize("softcap", [None, 30.0])
def test_the_logits_of_all_rows_never_exist(softcap: float | None) -> None:
    data = case(ignored=0.0)
    hidden = data["hidden"].requires_grad_()
    with Seen() as seen:
        linear_cross_entropy(
            hidden, data["weight"], data["targets"], softcap=softcap, chunk=3
        ).backward()
    assert seen.largest == max(3 * V, V * H)
    assert seen.largest < N * V


def test_unsupervised_rows_cost_no_products() -> None:
    data = case()
    data["targets"][:, 2:] = IGNORED  # 6 of 21 remain
    with Seen() as seen:
        linear_cross_entropy(data["hidden"], data["weight"], data["targets"], chunk=3)
    assert seen.products <= 2
