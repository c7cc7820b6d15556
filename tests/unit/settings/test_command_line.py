"""The command line: what Hydra would stop at one by one is told in one message."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mathpal.errors import ConfigError
from mathpal.settings.command_line import check
from mathpal.settings.composition import CONF
from mathpal.settings.foreign import SETTINGS
from mathpal.settings.run_settings import RunSettings
from tests.unit.settings.command_lines import settings


def ok(*arguments: str) -> None:
    check("train", arguments, CONF, RunSettings)


def message(
    *arguments: str, config: str = "train", schema: Callable[..., Any] = RunSettings
) -> str:
    with pytest.raises(ConfigError) as error:
        check(config, arguments, CONF, schema)
    return str(error.value)


def givens(*arguments: str) -> list[str]:
    """What the message names as given, in order."""
    lines = message(*arguments).splitlines()
    return [line.strip() for line, below in pairwise(lines) if below.startswith("      expected: ")]


class TestWhatPasses:
    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["lora=r32", "trainer.lr=1e-4"],
            ["+experiment=grade6_e2b"],
            ["+experiment=tiny_base", "trainer.max_steps=5"],
            ["lora='r32'", "name='a-b'", 'name="a.b"'],
            ["data.grades=[4, 5]", "trainer.betas=[0.9,0.99]", "evaluation.systems=[tuned]"],
            ["~trainer.seed"],
            ["~trainer.weight_decay"],
            ["++trainer.lr=1e-4"],
            ["+model.quantization=none"],
            ["hydra.run.dir=/tmp/somewhere", "hydra.job.chdir=false"],
            ["hydra/job_logging=default"],
            ["trainer.seed=${seed}", "data.seed=${trainer.seed}"],
            ["data.grades=null"],
            ["data.replay_grades=[]", "data.replay=0"],
        ],
    )
    def test_what_hydra_and_the_functions_accept(self, arguments: list[str]) -> None:
        ok(*arguments)

    def test_a_quoted_value_keeps_its_signs(self, tmp_path: Path) -> None:
        path = tmp_path / "my file, with (signs) = ấ.json"
        path.write_text("[]")
        ok("data=file", f"data.path='{path}'")
        assert "a file that exists" in message("data=file", f"data.path='{path}.gone'")

    @pytest.mark.parametrize("flags", [["--help"], ["-h"], ["--hydra-help"], ["--info", "all"]])
    def test_what_only_shows_something_is_left_to_hydra(self, flags: list[str]) -> None:
        ok(*flags, "lora=r99", "nonsense")

    def test_the_composed_configuration_is_shown_only_when_it_is_sound(self) -> None:
        ok("--cfg", "job")
        assert "lora=r99" in message("--cfg", "job", "lora=r99")


class TestOneFault:
    @pytest.mark.parametrize(
        ("argument", "expected"),
        [
            ("lora=r99", "an option of conf/lora: dora, none, r16, r32, r4, r64, r8, rslora"),
            ("lora='r 16'", "an option of conf/lora"),
            ("model=null", "an option of conf/model"),
            ("lora=", "an option of conf/lora"),
            ("+experiment=grade7", "an option of conf/experiment: grade6_e2b, grade6_e4b"),
            ("trainer.lrr=1", "did you mean trainer.lr=…?"),
            ("+trainer.lrr=1", "did you mean trainer.lr=…?"),
            ("++trainer.lrr=1", "did you mean trainer.lr=…?"),
            ("trainr.lr=1", "did you mean trainer=…?"),
            ("modell=gemma3n_tiny", "did you mean model=…?"),
            ("hydrate=1", "a setting that exists"),
            ("lora.r=0", "greater than or equal to 1"),
            ("name=''", "letters, digits"),
            ("trainer.betas=[0.9,2]", "less than 1"),
            ("data=file", "add data.path=…"),
        ],
    )
    def test_is_named_with_what_would_be_right(self, argument: str, expected: str) -> None:
        text = message(argument)
        assert text.startswith("1 fault in this composition; nothing was started.")
        assert expected in text

    def test_an_experiment_without_its_plus(self) -> None:
        text = message("experiment=grade6_e2b")
        assert "a plus: this group is not part of the defaults" in text
        assert "fix:      +experiment=grade6_e2b" in text

    @pytest.mark.parametrize(
        "text", ["lr", "=3", "trainer.lr==", "trainer.lr=[1", "a b=c", "lora.r=1)"]
    )
    def test_what_cannot_be_read_at_all(self, text: str) -> None:
        assert givens(text) == [text]

    @pytest.mark.parametrize(
        "words",
        [
            ["a" * 300],
            ["a" * 300 + "=1"],
            ["data=file", "data.path=" + "a" * 300],
            ["--config-dir", "a" * 300],
            ["seed=" + "9" * 5000],
            ["~data=-1"],
            ["+experiment@trainer.evaluate_every=-0.0"],
            ["+study@trainer.betas=1_000"],
            ["++hydra.run.dir=${oc.env:NOPE_X}"],
            ["hydra.callbacks=${now:%Q}"],
            ["hydra.run=${now:%Q}"],
            ["hydra.job.env_set=${seed}"],
            ["name=\ud800"],
            ["-m", "trainer.order=range(3),range(3)"],
            ["-m", "lora=range(3),range(3)"],
            ["-m", "seed=choice(range(2),interval(0,1))"],
        ],
    )
    def test_what_hydra_or_the_system_stumbles_over(self, words: list[str]) -> None:
        assert "in this composition; nothing was started" in message(*words)

    @pytest.mark.parametrize("value", ["${nothing}", "${trainer.nothing}"])
    def test_an_interpolation_of_nothing(self, value: str) -> None:
        assert "interpolations that name existing settings" in message(f"trainer.seed={value}")

    def test_a_setting_that_a_yaml_leaves_out_needs_hydras_plus(self) -> None:
        """`model.quantization` exists, but gemma3n_tiny.yaml does not write it."""
        text = message("model.quantization=none")
        assert "model.quantization" in text
        assert "+model.quantization=none" in text

    def test_a_plus_too_many(self) -> None:
        assert "trainer.lr" in message("+trainer.lr=1e-3")
        assert "model" in message("+model=gemma3n_tiny")

    def test_deleting_what_is_needed(self) -> None:
        assert givens("~trainer.lr") == ["trainer.lr is not given"]
        assert givens("~data") == ["data=null"]

    def test_deleting_what_is_not_there(self) -> None:
        assert "trainer.lrr" in message("~trainer.lrr")

    def test_a_group_that_another_verb_does_not_have(self) -> None:
        def verb(calls: Any, *, run: str) -> None: ...

        assert "model" in message("run=x", "model=gemma3n_tiny", config="evaluate", schema=verb)

    @pytest.mark.parametrize(
        ("argument", "advice"),
        [
            ("learning_rate=1e-4", "trainer.lr=…"),
            ("+learning_rate=1e-4", "trainer.lr=…"),
            ("trainer.learning_rate=1e-4", "trainer.lr=…"),
            ("num_train_epochs=2", "trainer.epochs=… trainer.max_steps=null"),
            ("per_device_train_batch_size=4", "trainer.batch_tokens (tokens of a batch"),
            ("lora.lora_alpha=32", "lora.alpha=…"),
            ("lora.target_modules=[q_proj]", "lora.targets=…"),
            ("max_seq_length=512", "model.max_length=…"),
            ("trainer.warmupp=3", "trainer.warmup=…"),
        ],
    )
    def test_the_name_of_another_trainer_is_translated(self, argument: str, advice: str) -> None:
        assert f"did you mean {advice}" in message(argument)

    @pytest.mark.parametrize(
        ("option", "advice"),
        [
            ("unsloth/gemma-3n-E2B-it", "model=gemma3n_e2b, or exactly this one: model=causal_lm "
             "model.path=unsloth/gemma-3n-E2B-it"),
            ("google/gemma-3n-E4B-it", "model=gemma3n_e4b, or"),
            ("Qwen/Qwen3-0.6B", "fix:      model=causal_lm model.path=Qwen/Qwen3-0.6B"),
            ("gemma3n_e2", "did you mean model=gemma3n_e2b?"),
        ],
    )  # fmt: skip
    def test_a_name_of_the_hub_is_no_option_but_a_path(self, option: str, advice: str) -> None:
        assert advice in message(f"model={option}")

    def test_epochs_are_what_was_asked_for(self) -> None:
        assert "fix:      trainer.epochs=2 trainer.max_steps=null, or" in message(
            "trainer.epochs=2"
        )
        assert "trainer.epochs=1" in message("trainer.max_steps=null")


@pytest.mark.parametrize("name", sorted(set(SETTINGS.values())))
def test_a_translation_names_settings_that_exist(name: str) -> None:
    known = {*settings(), "resume", "tracker", "hydra.run.dir", "model.quantization"}
    words = re.sub(r"\(.*|,.*", "", name).split()
    assert {word.partition("=")[0] for word in words} - {"data.path", "model.path"} <= known


class TestAStudyWithoutItsFlag:
    @pytest.mark.parametrize(
        "words",
        [["+study=lora"], ["seed=3", "+study=schedule"], ["+study=full", "name=x"],
         ["hydra/sweeper=optuna"], ["+study.question=x"]],
    )  # fmt: skip
    def test_is_refused_with_the_command_that_starts_it(self, words: list[str]) -> None:
        text = message(*words)
        assert "without -m only one of them would take place" in text
        assert f"fix:      -m {' '.join(words)}" in text

    @pytest.mark.parametrize(
        "words",
        [["-m", "+study=lora"], ["+study=lora", "-m"], ["+study=lora", "hydra.mode=MULTIRUN"],
         ["--cfg", "job", "+study=lora"], ["seed=1"], ["hydra/sweeper=grid"]],
    )  # fmt: skip
    def test_passes_with_it_or_where_it_is_only_shown(self, words: list[str]) -> None:
        ok(*words)


class TestTogether:
    def test_every_kind_of_fault_in_one_message(self) -> None:
        found = givens(
            "lora=r99", "trainer.lrr=1", "data.train=0", "trainer.betas=[0.9,2]", "broken",
            "experiment=tiny_base", "name=a/b", "evaluation=quickly", "trianer=1",
        )  # fmt: skip
        assert set(found) == {
            "lora=r99", "trainer.lrr=1", "data.train=0", "trainer.betas[1]=2", "broken",
            "experiment=tiny_base", "name=a/b", "evaluation=quickly", "trianer=1",
        }  # fmt: skip

    def test_the_count_is_right(self) -> None:
        assert message("lora=r99", "trainer.lr=0", "seed=-1").startswith("3 faults in this")

    def test_rules_between_groups_are_checked_too(self) -> None:
        assert len(givens("lora=none")) == 2

    def test_a_missing_plus_is_told_beside_other_faults(self) -> None:
        text = message("model.quantization=none", "lora.r=0")
        assert "lora.r=0" in text
        assert "+model.quantization=none" in text

    def test_checking_leaves_hydra_as_it_was(self) -> None:
        from hydra.core.global_hydra import GlobalHydra

        message("lora=r99")
        ok()
        assert not GlobalHydra.instance().is_initialized()


class TestSweeps:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["lora=r8,r16", "seed=1,2,3"],
            ["lora=choice(r8,r16)"],
            ["trainer.lr=1e-4,2e-4"],
            ["seed=range(1,4)"],
            ["data.grades=[5],[4,5]"],
            ["name='a','b'"],
            ["lora=glob(r*)"],
            ["trainer.lr=interval(1e-4,1e-3)"],
            ["+experiment=grade6_e2b,tiny_base"],
        ],
    )
    def test_a_sound_sweep_passes_and_needs_its_flag(self, arguments: list[str]) -> None:
        ok("-m", *arguments)
        ok("--multirun", *arguments)
        for argument in arguments:
            text = message(argument)
            assert f"  {argument}\n" in text
            assert f"fix:      -m {argument}" in text

    @pytest.mark.parametrize(
        ("argument", "faulty"),
        [
            ("lora=r8,r99", ["lora=r99"]),
            ("lora=r98,r99", ["lora=r98", "lora=r99"]),
            ("lora=r98,r8,r99", ["lora=r98", "lora=r99"]),
            ("lora.r=8,0", ["lora.r=0"]),
            ("lora.r=0,8,-1", ["lora.r=0", "lora.r=-1"]),
            ("trainer.lrr=1,2", ["trainer.lrr=1", "trainer.lrr=2"]),
            ("name=ok,a/b", ["name=a/b"]),
            ("+experiment=tiny_base,gone", ["experiment=gone"]),
        ],
    )
    def test_every_value_of_a_sweep_is_checked(self, argument: str, faulty: list[str]) -> None:
        assert givens("-m", argument) == faulty

    def test_rules_are_checked_for_every_value(self) -> None:
        found = givens("-m", "lora=r8,none", "trainer.batch_tokens=2048,64")
        assert any("batch_tokens=64" in given for given in found)
        assert any("lora=none" in given for given in found)

    def test_a_fault_that_all_values_share_is_told_once(self) -> None:
        assert givens("-m", "lora=r8,r16,r32", "trainer.lr=0") == ["trainer.lr=0"]

    def test_hydras_own_sweep_settings_pass(self) -> None:
        ok("-m", "seed=1,2", "hydra.sweep.dir=/tmp/somewhere", "hydra/launcher=basic")
