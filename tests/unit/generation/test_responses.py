"""A full batch writes what each prompt alone gets from Transformers' own loop."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import (
    Gemma3nForCausalLM,
    Gemma3nTextConfig,
    GenerationConfig,
    Lfm2Config,
    Lfm2ForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    T5Config,
)

from mathpal.generation import decoding
from mathpal.generation.cache import ROOM, RowCache, RowLayer, attention_windows
from mathpal.generation.decoding import decode
from mathpal.generation.records import Response
from mathpal.generation.sampling import most_likely
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora
from mathpal.tokens.chat import prompt_text
from tests.asking import ask

LIMIT = 20
STOPS = range(0, 90, 9)  # one id in nine: rows end at all lengths, some only at the limit


def llama() -> Any:
    config = LlamaConfig(
        vocab_size=90, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128,
    )  # fmt: skip
    return LlamaForCausalLM(config)


def gemma(shared: int = 0, window: int = 512) -> Any:
    kinds = ["sliding_attention", "full_attention"] * 2
    config = Gemma3nTextConfig(
        vocab_size=90, vocab_size_per_layer_input=90, hidden_size=32, intermediate_size=48,
        hidden_size_per_layer_input=8, num_hidden_layers=4, num_attention_heads=4, head_dim=8,
        num_key_value_heads=1, num_kv_shared_layers=shared, sliding_window=window, laurel_rank=4,
        layer_types=kinds, activation_sparsity_pattern=[0.5, 0.0, 0.0, 0.0], altup_num_inputs=2,
        max_position_embeddings=128, tie_word_embeddings=False,
    )  # fmt: skip
    return Gemma3nForCausalLM(config)


MODELS = {
    "llama": llama,
    "gemma": gemma,
    "shared keys and values": lambda: gemma(shared=2),
    "windows shorter than the prompts": lambda: gemma(window=6),
    "shared windows": lambda: gemma(shared=2, window=6),
    "lora": lambda: attach_lora(gemma(), r=4, alpha=8),
}


@pytest.fixture(scope="module", params=MODELS, ids=lambda name: name.replace(" ", "_"))
def model(request: pytest.FixtureRequest) -> Any:
    torch.manual_seed(3)
    made = MODELS[request.param]().eval()
    for weight in made.parameters():
        torch.nn.init.normal_(weight.data, std=0.25)  # far from ties
    return made


@pytest.fixture(scope="module")
def prompts() -> list[list[int]]:
    draw = torch.Generator().manual_seed(5)
    lengths = torch.randint(1, 30, (17,), generator=draw).tolist()
    return [torch.randint(3, 90, (n,), generator=draw).tolist() for n in lengths]


@pytest.fixture(scope="module")
def alone(model: Any, prompts: list[list[int]]) -> list[list[int]]:
    """The tokens that Transformers writes after each prompt by itself."""
    settings = GenerationConfig(
        do_sample=False, max_new_tokens=LIMIT, eos_token_id=list(STOPS), pad_token_id=0
    )
    out = []
    for prompt in prompts:
        ids = torch.tensor([prompt])
        whole = model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), generation_config=settings
        )
        out.append(whole[0, len(prompt) :].tolist())
    return out


def written(model: Any, prompts: list[list[int]], **changed: Any) -> dict[int, list[int]]:
    settings = {"max_new_tokens": LIMIT, "batch_tokens": 300, "choose": most_likely, **changed}
    stops = settings.pop("stops", STOPS)
    windows = attention_windows(model.config)
    assert windows is not None
    ends = lambda ids: ids[-1] in stops  # noqa: E731
    return dict(decode(model, prompts, windows=windows, ends=ends, **settings))


class Watched:
    """A model that notes what each call is given and gives."""

    def __init__(self, model: Any) -> None:
        self.model, self.device, self.config = model, model.device, model.config
        self.calls: list[SimpleNamespace] = []

    def __call__(self, **given: Any) -> Any:
        out = self.model(**given)
        mask, ids, positions = (
            given[name] for name in ("attention_mask", "input_ids", "position_ids")
        )
        self.calls.append(
            SimpleNamespace(cells=mask.numel(), ids=ids, top=positions.max().item(), out=out)
        )
        return out


class TestTokens:
    @pytest.mark.parametrize("batch_tokens", [1, 120, 300, 10_000])
    def test_every_prompt_gets_what_it_gets_alone(
        self, model: Any, prompts: list[list[int]], alone: list[list[int]], batch_tokens: int
    ) -> None:
        assert len({len(answer) for answer in alone}) > 4, "rows must end at different steps"
        assert max(map(len, alone)) == LIMIT
        found = written(model, prompts, batch_tokens=batch_tokens)
        assert [found[i] for i in range(len(prompts))] == alone

    @pytest.mark.parametrize("turnover", [0.01, 1.0])
    def test_how_often_places_change_is_without_effect(
        self,
        model: Any,
        prompts: list[list[int]],
        alone: list[list[int]],
        turnover: float,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(decoding, "TURNOVER", turnover)
        monkeypatch.setattr(decoding, "PREFILL_TOKENS", 20)
        found = written(model, prompts)
        assert [found[i] for i in range(len(prompts))] == alone

    def test_answers_longer_than_the_room_of_the_cache(self) -> None:
        torch.manual_seed(0)
        made, limit = gemma(shared=2, window=10).eval(), ROOM + 30
        settings = GenerationConfig(max_new_tokens=limit, do_sample=False, pad_token_id=0)
        settings.eos_token_id = None
        ids = torch.tensor([[5, 6, 7]])
        whole = made.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), generation_config=settings,
            eos_token_id=None,
        )  # fmt: skip
        found = written(made, [[5, 6, 7], [9, 9]], stops=(), max_new_tokens=limit)
        assert found[0] == whole[0, 3:].tolist()


class TestBatch:
    @pytest.fixture
    def watched(self) -> Watched:
        torch.manual_seed(3)
        return Watched(llama().eval())

    def test_no_more_tokens_than_asked_for(
        self, watched: Watched, prompts: list[list[int]]
    ) -> None:
        written(watched, prompts, batch_tokens=250)
        assert max(call.cells for call in watched.calls) <= 250
        assert max(len(call.ids) for call in watched.calls) > 3, "or the batch would be idle"

    def test_a_prompt_above_the_budget_is_answered_by_itself(self, watched: Watched) -> None:
        found = written(watched, [[7] * 40, [8] * 40], batch_tokens=10)
        assert sorted(found) == [0, 1]
        assert all(len(call.ids) == 1 for call in watched.calls)

    def test_prompts_are_read_in_bounded_forwards(
        self, watched: Watched, prompts: list[list[int]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(decoding, "PREFILL_TOKENS", 64)
        written(watched, prompts, batch_tokens=10_000)
        assert max(call.ids.numel() for call in watched.calls) <= 64

    def test_logits_are_made_of_the_last_token_only(
        self, watched: Watched, prompts: list[list[int]]
    ) -> None:
        written(watched, prompts)
        assert {call.out.logits.shape[1] for call in watched.calls} == {1}

    def test_finished_rows_make_place(self, watched: Watched) -> None:
        stops = written(watched, [[7]], stops=(), max_new_tokens=1)[0]
        watched.calls.clear()
        found = written(watched, [[7]] * 40, stops=stops, batch_tokens=100)
        assert set(map(tuple, found.values())) == {tuple(stops)}
        assert len(watched.calls) == 40 // (100 // (1 + LIMIT)), "a forward a turn of places"

    def test_a_finished_row_stays_within_the_positions(
        self, watched: Watched, prompts: list[list[int]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(decoding, "TURNOVER", 1.0)
        longest = max(map(len, prompts))
        written(watched, prompts)
        # The last token of an answer is never read.
        assert max(call.top for call in watched.calls) <= longest + LIMIT - 2

    def test_no_prompts_make_no_call(self, watched: Watched) -> None:
        assert written(watched, []) == {}
        assert not watched.calls

    def test_the_caller_is_not_in_inference_mode(
        self, watched: Watched, prompts: list[list[int]]
    ) -> None:
        running = decode(
            watched, prompts, windows=[None, None], ends=lambda ids: False, choose=most_likely,
            max_new_tokens=2, batch_tokens=50,
        )  # fmt: skip
        next(running)
        assert not torch.is_inference_mode_enabled()


class TestCache:
    def test_a_window_keeps_only_what_the_next_token_sees(self) -> None:
        layer = RowLayer(window=4)
        columns = torch.arange(10.0).reshape(1, 1, 10, 1)
        layer.update(columns, columns)
        assert layer.get_mask_sizes(1) == (4, 7)
        keys, _ = layer.update(columns[..., :1, :] + 100, columns[..., :1, :])
        assert keys.flatten().tolist() == [7, 8, 9, 100]
        assert layer.get_seq_length() == 11

    def test_a_shorter_row_gets_zeros_on_its_left(self) -> None:
        cache, joining = RowCache([None]), RowCache([None])
        cache.update(torch.ones(3, 1, 2, 1), torch.ones(3, 1, 2, 1), 0)
        joining.update(torch.full((1, 1, 4, 1), 2.0), torch.ones(1, 1, 4, 1), 0)
        cache.regroup(torch.tensor([2]), 1, [joining])
        keys, _ = cache.update(torch.full((2, 1, 1, 1), 9.0), torch.ones(2, 1, 1, 1), 0)
        assert keys[:, 0, :, 0].tolist() == [[0, 0, 0, 1, 9], [2, 2, 2, 2, 9]]
        assert cache.get_seq_length() == 5

    def test_windows_are_those_of_the_layers_that_cache(self) -> None:
        assert attention_windows(gemma(shared=2, window=6).config) == [6, None]
        assert attention_windows(llama().config) == [None, None]

    def test_states_other_than_keys_and_values_have_no_windows(self) -> None:
        assert attention_windows(T5Config()) is None
        assert attention_windows(lfm2().config) is None


def bare(found: list[Response]) -> list[Response]:
    return [answer._replace(prompt_tokens=0) for answer in found]


def lfm2() -> Any:
    config = Lfm2Config(
        vocab_size=600, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, layer_types=["conv", "full_attention"],
        pad_token_id=0,
    )  # fmt: skip
    return Lfm2ForCausalLM(config)


class TestOtherModels:
    @pytest.fixture
    def other(self, shared_tiny: Loaded) -> Loaded:
        torch.manual_seed(3)
        model = lfm2().eval()
        for weight in model.parameters():
            torch.nn.init.normal_(weight.data, std=0.25)
        return shared_tiny._replace(model=model)

    def test_they_answer_through_transformers_own_loop(self, other: Loaded) -> None:
        questions = ["1 + 1 = ?", "Một hình vuông có cạnh 5 cm. Tính chu vi.", "2 + 3 = ?"]
        found = ask(other, questions, max_new_tokens=12, batch_tokens=200)
        one_by_one = [ask(other, [q], max_new_tokens=12, batch_tokens=200)[0] for q in questions]
        assert found == one_by_one
        assert all(answer.tokens == 12 or answer.finished for answer in found)

    def test_what_follows_a_stop_is_not_part_of_the_answer(
        self, other: Loaded, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a, b = other.tokenizer.convert_tokens_to_ids(["a", "b"])

        def generate(*, input_ids: Any, generation_config: Any, **rest: Any) -> Any:
            assert generation_config.eos_token_id == [1, 5]
            return torch.cat([input_ids, torch.tensor([[a, 1, b], [a, b, 5]])], dim=1)

        monkeypatch.setattr(other.model, "generate", generate)
        found = ask(other, ["1", "2"], max_new_tokens=3, batch_tokens=10_000)
        assert bare(found) == [Response("a", 2, True), Response("ab", 3, True)]


class TestRespond:
    def test_both_ends_of_a_turn_stop(
        self, shared_tiny: Loaded, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a, b = shared_tiny.tokenizer.convert_tokens_to_ids(["a", "b"])
        asked: list[list[int]] = []

        def answers(
            model: Any, prompts: list[list[int]], *, ends: Any, **rest: Any
        ) -> Iterator[tuple[int, list[int]]]:
            assert [token for token in range(1536) if ends([token])] == [1, 5]
            asked.extend(prompts)
            yield from [(1, [a, b, 5]), (2, [a, b, b]), (0, [a, 1])]

        monkeypatch.setattr(decoding, "decode", answers)
        found = ask(shared_tiny, ["1", "2", "3"], max_new_tokens=3, batch_tokens=99)
        assert bare(found) == [
            Response("a", 2, True), Response("ab", 3, True), Response("abb", 3, False)
        ]  # fmt: skip
        texts = [shared_tiny.tokenizer.decode(ids) for ids in asked]
        assert texts == [prompt_text(shared_tiny.tokenizer, question) for question in "123"]
