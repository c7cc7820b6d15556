"""A run's model and its base: what they are asked, and that they are two models."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch

from mathpal.errors import ConfigError, MathPalError
from mathpal.generation.records import Decoding, Question
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora
from mathpal.problems import Problem
from mathpal.retrieval.examples import Example
from mathpal.systems.bench import Bench
from mathpal.systems.build import base, majority, shown_first, tuned
from mathpal.systems.local import LocalModel, count_tokens, is_same_model
from mathpal.systems.prompting import INSTRUCTION
from mathpal.tokens.chat import messages
from tests.asking import ask

QUESTION = Question("q", messages("Tính: 12 + 3"))
SHORT = Decoding(max_new_tokens=8)
SOLVED = [Problem(f"s{n}", f"{n} + {n} = ?", f"Đáp số: {2 * n}") for n in range(10)]


@pytest.fixture(scope="module")
def trained(shared_tiny: Loaded) -> Loaded:
    """The tiny model with LoRA weights that change its answers."""
    torch.manual_seed(2)
    model = attach_lora(copy.deepcopy(shared_tiny.model), r=4, alpha=8)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight.data, std=0.3)
    return shared_tiny._replace(model=model.eval())


def bench(loaded: Loaded) -> Bench:
    return Bench(lambda run, step: loaded, Path("run"), SOLVED)


def test_base_and_tuned_answer_with_different_weights(trained: Loaded, shared_tiny: Loaded) -> None:
    one, other = base(bench(trained), "base"), tuned(bench(trained), "tuned")
    (of_base,), (of_tuned,) = (s.answer([QUESTION], SHORT) for s in (one, other))
    assert of_base.text == ask(shared_tiny, ["Tính: 12 + 3"], max_new_tokens=8)[0].text
    assert of_tuned.text == ask(trained, ["Tính: 12 + 3"], max_new_tokens=8)[0].text
    assert of_base.text != of_tuned.text
    assert (one.record["adapted"], other.record["adapted"]) == (False, True)


def test_one_model_twice_is_seen(trained: Loaded, shared_tiny: Loaded) -> None:
    on, off = LocalModel("a", trained), LocalModel("b", trained, adapted=False)
    assert is_same_model(on, on) and is_same_model(off, off)
    assert not is_same_model(on, off)
    fresh = attach_lora(copy.deepcopy(shared_tiny.model), r=4, alpha=8).eval()
    untrained = shared_tiny._replace(model=fresh)
    pair = LocalModel("a", untrained), LocalModel("b", untrained, adapted=False)
    assert is_same_model(*pair), "LoRA begins as its base"


def test_a_run_without_lora_has_no_base(shared_tiny: Loaded) -> None:
    with pytest.raises(ConfigError, match="trained without LoRA, so its base is gone"):
        base(bench(shared_tiny), "base")


def test_auto_instructs_a_base_that_mathpal_did_not_train(trained: Loaded) -> None:
    assert base(bench(trained), "base").record["instruction"] is None
    stranger = trained._replace(model=copy.deepcopy(trained.model))
    stranger.model.config.trained_by_mathpal = False
    assert base(bench(stranger), "base").record["instruction"] == INSTRUCTION
    assert tuned(bench(stranger), "tuned").record["instruction"] is None


class TestExamples:
    def test_a_number_takes_them_evenly_and_ids_name_them(self) -> None:
        assert [e.id for e in shown_first(SOLVED, 3)(QUESTION, 0)] == ["s0", "s3", "s6"]
        assert [e.id for e in shown_first(SOLVED, ["s4", "s1"])(QUESTION, 0)] == ["s4", "s1"]

    @pytest.mark.parametrize(
        ("chosen", "said"), [(11, "there are 10"), (["s1", "x"], "examples x: expected ids")]
    )
    def test_what_is_not_there_is_refused(self, chosen: Any, said: str) -> None:
        with pytest.raises(MathPalError, match=said):
            shown_first(SOLVED, chosen)

    def test_they_are_in_the_prompt_and_in_the_record(self, trained: Loaded) -> None:
        system = tuned(bench(trained), "tuned", examples=2)
        seen: list[Any] = []
        (answer,) = system.answer([QUESTION], SHORT, lambda place, found: seen.append(found))
        assert answer.sources == ("s0", "s5") and seen == [answer]
        bare = count_tokens(trained, QUESTION.turns)
        assert answer.prompt_tokens > bare + 20
        assert system.record["examples"] == 2

    def test_the_room_is_what_question_and_answer_leave(self, trained: Loaded) -> None:
        rooms: list[int] = []

        def none(question: Question, room: int) -> list[Example]:
            rooms.append(room)
            return []

        LocalModel("a", trained, examples=none).answer([QUESTION], SHORT)
        assert rooms == [trained.max_length - 8 - count_tokens(trained, QUESTION.turns)]

    def test_too_long_ones_are_refused_with_the_numbers(self, trained: Loaded) -> None:
        system = tuned(bench(trained), "tuned", examples=10)
        with pytest.raises(ConfigError, match=r"with its 10 examples has \d+ tokens"):
            system.answer([QUESTION], SHORT)


def test_a_preset_and_stop_texts_are_the_systems_own(trained: Loaded) -> None:
    system = tuned(bench(trained), "tuned", preset="gemma", stop=["\n\n"])
    changed = {"temperature": 1.0, "top_k": 64, "top_p": 0.95, "stop": ("\n\n",)}
    assert {key: system.record[key] for key in changed} == changed
    assert tuned(bench(trained), "t", preset="greedy").record["temperature"] == 0.0


def test_a_vote_needs_its_system_before_it(trained: Loaded) -> None:
    one = tuned(bench(trained), "tuned")
    built = bench(trained)._replace(built={"tuned": one})
    assert majority(built, "vote", of="tuned", samples=2).record["of"] == "tuned"
    with pytest.raises(ConfigError, match=r"system.vote.of=base: expected .*one of tuned"):
        majority(built, "vote", of="base")
