"""Sampled answers: the distribution, and that a prompt's seed alone decides its draws."""

from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import TopKLogitsWarper, TopPLogitsWarper

from mathpal.generation.records import Decoding, Question, draw_seed
from mathpal.generation.responses import respond
from mathpal.generation.sampling import draw, drawing, most_likely
from mathpal.models.loaded import Loaded
from mathpal.tokens.chat import messages

TEXTS = ["1 + 1 = ?", "Tính: 12 + 3", "Một hình vuông có cạnh 5 cm. Tính chu vi.", "2 + 3 = ?"]
ASKED = [Question(f"q{n}", messages(text)) for n, text in enumerate(TEXTS)]
SAMPLED = Decoding(max_new_tokens=12, temperature=1.0, top_k=0, top_p=1.0)


@settings(max_examples=60)
@given(st.integers(0, 2**20), st.integers(0, 9), st.floats(0.05, 1.0))
def test_the_kept_tokens_are_those_of_transformers(seed: int, top_k: int, top_p: float) -> None:
    logits = torch.randn(3, 12, generator=torch.Generator().manual_seed(seed))
    scores = TopKLogitsWarper(top_k)(None, logits) if top_k else logits
    shares = (TopPLogitsWarper(top_p)(None, scores) if top_p < 1 else scores).softmax(-1)
    many = torch.linspace(0, 1 - 1e-6, 3000)
    for row in range(3):
        again = logits[row].expand(len(many), -1)
        counts = Counter(draw(again, many, top_k=top_k, top_p=top_p).tolist())
        for token, share in enumerate(shares[row].tolist()):
            # One token at the edge of top_p may be kept or left by rounding.
            if abs(counts[token] / len(many) - share) > 0.01:
                edge = shares[row].sort(descending=True).values.cumsum(0) - top_p
                assert edge.abs().min() < 1e-5


@pytest.mark.parametrize("uniform", [0.0, 1 - 1e-7])
def test_the_ends_of_the_unit_interval_give_tokens_that_were_kept(uniform: float) -> None:
    logits = torch.tensor([[0.0, 5.0, 4.0, -torch.inf]])
    found = draw(logits, torch.tensor([uniform]), top_k=0, top_p=1.0)
    assert found.item() == (1 if uniform == 0 else 0)
    assert draw(logits, torch.tensor([uniform]), top_k=1, top_p=1.0).item() == 1
    assert draw(logits, torch.tensor([uniform]), top_k=0, top_p=0.01).item() == 1


def test_temperature_0_takes_the_most_likely() -> None:
    assert drawing([1], temperature=0.0, top_k=64, top_p=0.95) is most_likely


def test_batch_mates_do_not_change_what_is_drawn(shared_tiny: Loaded) -> None:
    together = respond(shared_tiny, ASKED, SAMPLED)
    alone = [respond(shared_tiny, [question], SAMPLED)[0] for question in ASKED]
    small = respond(shared_tiny, ASKED[::-1], SAMPLED._replace(batch_tokens=60))[::-1]
    assert together == alone == small
    assert len({answer.text for answer in together}) == len(ASKED)


def test_samples_and_seeds_draw_anew_and_the_same_draws_the_same(shared_tiny: Loaded) -> None:
    (one,) = ASKED[:1]
    samples = [one._replace(sample=n) for n in range(4)]
    first = respond(shared_tiny, samples, SAMPLED)
    assert len({answer.text for answer in first}) == 4
    assert respond(shared_tiny, samples, SAMPLED) == first
    other = respond(shared_tiny, samples, SAMPLED._replace(seed=7))
    assert not {answer.text for answer in first} & {answer.text for answer in other}


def test_seeds_depend_on_every_part() -> None:
    parts = [(1, "a", 0), (2, "a", 0), (1, "b", 0), (1, "a", 1), (1, "1a", 0), (11, "a", 0)]
    found = {draw_seed(*each) for each in parts}
    assert len(found) == len(parts)
    assert all(0 <= seed < 2**31 for seed in found)


class TestStopTexts:
    def test_an_answer_ends_before_the_text(self, shared_tiny: Loaded) -> None:
        (whole,) = respond(shared_tiny, ASKED[:1], Decoding(max_new_tokens=12))
        middle = whole.text[len(whole.text) // 2 :][:2]
        (cut,) = respond(shared_tiny, ASKED[:1], Decoding(max_new_tokens=12, stop=(middle,)))
        assert cut.text == whole.text[: whole.text.index(middle)]
        assert cut.finished and cut.tokens < whole.tokens

    def test_a_text_that_never_comes_changes_nothing(self, shared_tiny: Loaded) -> None:
        plain = respond(shared_tiny, ASKED, Decoding(max_new_tokens=8))
        assert respond(shared_tiny, ASKED, Decoding(max_new_tokens=8, stop=("☃☃",))) == plain


class TestStream:
    @pytest.mark.parametrize("stop", [(), ("☃",)])
    def test_the_pieces_are_the_texts(self, shared_tiny: Loaded, stop: tuple[str, ...]) -> None:
        pieces: dict[int, list[str]] = {}
        found = respond(
            shared_tiny,
            ASKED,
            SAMPLED._replace(stop=stop),
            streamed=lambda place, text: pieces.setdefault(place, []).append(text),
        )
        for place, answer in enumerate(found):
            assert "".join(pieces[place]) == answer.text
            assert len(pieces[place]) > 2

    def test_nothing_of_a_stop_text_is_shown(self, shared_tiny: Loaded) -> None:
        (whole,) = respond(shared_tiny, ASKED[:1], Decoding(max_new_tokens=12))
        stop = whole.text[4:8]
        shown: list[str] = []
        respond(
            shared_tiny,
            ASKED[:1],
            Decoding(max_new_tokens=12, stop=(stop,)),
            streamed=lambda place, text: shown.append(text),
        )
        assert "".join(shown) == whole.text[: whole.text.index(stop)]
