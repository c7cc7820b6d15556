"""An instruction stands before the questions of the named systems only, and is recorded."""

import copy
import itertools
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mathpal.evaluation.evaluate import evaluate
from mathpal.evaluation.instructions import instructions
from mathpal.evaluation.tables import text_table, write_report
from mathpal.export.exports import export_merged_16bit
from mathpal.generation.records import Response
from mathpal.models.loaded import Loaded
from mathpal.models.loading import load_causal_lm, load_gemma3n
from mathpal.models.lora import attach_lora
from mathpal.models.origin import is_marked, mark, text_part
from mathpal.problems import Problem
from mathpal.run.weights import save_trained
from mathpal.systems.prompting import INSTRUCTION
from mathpal.tokens.chat import prompt_text
from tests.records import read_json

SUM = Problem("s", "1 + 1 = ?", "Đáp số: 2", answer="2", kind="integer", cohort="new")
TALK = replace(
    SUM,
    messages=(("system", "Ngắn gọn."), ("user", "Chào!"), ("assistant", "Chào bạn!"),
              ("user", "1 + 1 = ?"), ("assistant", "Đáp số: 2")),
)  # fmt: skip
WORDS = "Kết thúc bằng «Đáp số: …»."


def model(trained_by_mathpal: bool) -> Loaded:
    config = SimpleNamespace()
    if trained_by_mathpal:
        mark(config)
    return Loaded(SimpleNamespace(config=config), None, "any/name", 512, "")


@pytest.fixture
def prompts(shared_tiny: Loaded, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Rendered prompts by system, as a model is asked them; every answer is "2"."""
    found: dict[str, list[str]] = {}
    systems = itertools.cycle(("base", "tuned"))

    def respond(loaded: Loaded, asked: Any, *settings: Any, **more: Any) -> list[Response]:
        found[next(systems)] = [
            prompt_text(shared_tiny.tokenizer, question.turns) for question in asked
        ]
        return [Response("2", 1, True) for _ in asked]

    monkeypatch.setattr("mathpal.generation.responses.respond", respond)
    return found


@pytest.fixture(scope="module")
def with_lora(shared_tiny: Loaded) -> Loaded:
    return shared_tiny._replace(model=attach_lora(copy.deepcopy(shared_tiny.model), r=1, alpha=1))


class TestWhoIsInstructed:
    def test_auto_is_a_base_that_mathpal_did_not_train(self) -> None:
        both = ("base", "tuned")
        assert instructions(model(False), both, WORDS, "auto") == {"base": WORDS, "tuned": None}
        assert instructions(model(True), both, WORDS, "auto") == {"base": None, "tuned": None}
        assert instructions(model(False), ("tuned",), WORDS, "auto") == {"tuned": None}

    def test_named_systems_are_instructed_whoever_trained_them(self) -> None:
        both = ("base", "tuned")
        assert instructions(model(True), both, WORDS, ["base"]) == {"base": WORDS, "tuned": None}
        assert instructions(model(False), both, WORDS, ["tuned"]) == {"base": None, "tuned": WORDS}
        assert instructions(model(False), both, WORDS, []) == {"base": None, "tuned": None}

    def test_a_name_decides_nothing(self) -> None:
        named = model(False)._replace(name="shipped:gemma3n_tiny")
        assert instructions(named, ("base",), WORDS, "auto") == {"base": WORDS}


class TestEvaluation:
    def test_only_the_named_system_gets_it_and_the_other_prompt_stays_to_the_byte(
        self, with_lora: Loaded, prompts: dict[str, list[str]]
    ) -> None:
        evaluate(with_lora, [SUM, TALK])
        bare = dict(prompts)
        assert bare["base"] == bare["tuned"]
        evaluate(with_lora, [SUM, TALK], instruction=WORDS, instructed=["base"])
        assert prompts["tuned"] == bare["tuned"]
        assert prompts["base"] == [
            text.replace("1 + 1 = ?", f"{WORDS}\n\n1 + 1 = ?") for text in bare["base"]
        ]

    def test_it_is_part_of_every_record(
        self, with_lora: Loaded, prompts: dict[str, list[str]], tmp_path: Path
    ) -> None:
        report = evaluate(with_lora, [SUM], instructed=["base"])
        write_report(report, tmp_path)
        told = {"base": INSTRUCTION, "tuned": None}
        assert read_json(tmp_path / "results.json")["settings"]["instruction"] == told
        rows = map(json.loads, (tmp_path / "samples.jsonl").read_text("utf-8").splitlines())
        assert {row["system"]: row["instruction"] for row in rows} == told
        assert {row["question"] for row in report.samples} == {SUM.question}
        assert f"base was asked with: {INSTRUCTION}" in text_table(report).splitlines()

    def test_a_base_that_mathpal_trained_is_asked_bare(
        self, with_lora: Loaded, prompts: dict[str, list[str]]
    ) -> None:
        report = evaluate(with_lora, [SUM], instructed="auto")
        assert report.settings["instruction"] == {"base": None, "tuned": None}
        assert "asked with" not in text_table(report)
        assert prompts["base"] == prompts["tuned"]


class TestWhoTrainedIt:
    def test_the_shipped_model_says_so_with_and_without_lora(self) -> None:
        shipped = load_gemma3n(path="shipped:gemma3n_tiny", dtype="float32")
        assert shipped.trained_by_mathpal
        assert shipped._replace(model=attach_lora(shipped.model, r=1, alpha=1)).trained_by_mathpal

    def test_random_weights_say_so(self, shared_tiny: Loaded) -> None:
        assert shared_tiny.trained_by_mathpal

    def test_an_export_says_so_to_every_loader(self, shared_tiny: Loaded, tmp_path: Path) -> None:
        stranger = shared_tiny._replace(model=copy.deepcopy(shared_tiny.model))
        del stranger.model.config.trained_by_mathpal
        assert not stranger.trained_by_mathpal
        stranger.model.save_pretrained(tmp_path / "before")
        stranger.tokenizer.save_pretrained(tmp_path / "before")
        exported = export_merged_16bit(stranger, tmp_path)
        assert not stranger.trained_by_mathpal, "the run goes on with what it had"
        save_trained(stranger, tmp_path)
        for load in (load_gemma3n, load_causal_lm):
            assert not load(path=str(tmp_path / "before")).trained_by_mathpal
            assert load(path=str(exported)).trained_by_mathpal
            assert load(path=str(tmp_path / "model")).trained_by_mathpal

    def test_the_language_model_of_a_marked_whole_is_marked(self) -> None:
        whole = SimpleNamespace(text_config=SimpleNamespace())
        assert not is_marked(text_part(whole))
        mark(whole)
        assert is_marked(text_part(whole))
