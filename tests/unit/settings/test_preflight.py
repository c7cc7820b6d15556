"""Preflight: every kind of fault is found, all of them at once, each with what would be right."""

from typing import Any

import pytest
from omegaconf import DictConfig, OmegaConf

from mathpal.errors import ConfigError
from mathpal.settings.composition import CONF, compose
from mathpal.settings.preflight import GROUPS, RULES, Fault, find_faults, preflight
from mathpal.settings.run_settings import RunSettings


def config(*overrides: str) -> DictConfig:
    cfg = compose(overrides)
    return OmegaConf.masked_copy(cfg, [key for key in cfg if key != "hydra"])


def with_value(path: str, value: Any) -> DictConfig:
    """The default composition with one value that the command line could not write."""
    cfg = config()
    OmegaConf.update(cfg, path, value, force_add=True)
    return cfg


def faults(*overrides: str) -> list[Fault]:
    return find_faults(config(*overrides), RunSettings)


def only(*overrides: str) -> Fault:
    (fault,) = faults(*overrides)
    return fault


class TestWhatPasses:
    def test_the_default_composition_binds_every_group(self) -> None:
        bound = preflight(config())
        assert list(bound.groups) == list(GROUPS)
        assert bound.options == {
            "name": "default",
            "seed": 42,
            "dry_run": False,
            "allow_leakage": False,
            "allow_memory": False,
            "resume": None,
        }
        assert bound.groups["trainer"].func.__name__ == "fit"
        assert bound.groups["trainer"].keywords["lr"] == 1.5e-3

    def test_values_arrive_as_their_annotation_says(self) -> None:
        bound = preflight(config("lora.alpha=16", "trainer.warmup=5", "data.grades=[4,5]"))
        assert bound.groups["lora"].keywords["alpha"] == 16.0
        assert isinstance(bound.groups["lora"].keywords["alpha"], float)
        assert list(bound.groups["data"].keywords["grades"]) == [4, 5]

    @pytest.mark.parametrize(
        "override",
        ["trainer.clip=null", "trainer.lr=1e-4", "seed=0", "name=a.b-c_1", "data.grades=null",
         "trainer.betas=[0,0.5]", "evaluation.limit=1", "data.replay=0"],
    )  # fmt: skip
    def test_values_at_the_edge_pass(self, override: str) -> None:
        assert faults(override) == []

    def test_interpolations_are_resolved(self) -> None:
        assert preflight(config("seed=7")).groups["trainer"].keywords["seed"] == 7

    @pytest.mark.parametrize("option", sorted(p.stem for p in (CONF / "data").glob("*.yaml")))
    def test_another_seed_of_the_run_draws_no_other_problems(self, option: str) -> None:
        one, other = (
            OmegaConf.to_container(config(f"data={option}", f"seed={seed}").data, resolve=True)
            for seed in (1, 2)
        )
        assert one == other and one["seed"] == 42

    def test_a_verb_with_fewer_groups_has_its_own_settings(self) -> None:
        def verb(calls: Any, *, run: str, deep: bool = False) -> None: ...

        bound = preflight(OmegaConf.create({"run": "outputs/x"}), verb)
        assert (bound.groups, bound.options) == ({}, {"run": "outputs/x"})
        with pytest.raises(ConfigError, match=r"run is not given"):
            preflight(OmegaConf.create({"deep": True}), verb)


class TestValues:
    @pytest.mark.parametrize(
        ("override", "given", "expected"),
        [
            ("lora.r=0", "lora.r=0", "greater than or equal to 1"),
            ("lora.r=sixteen", "lora.r=sixteen", "valid integer"),
            ("lora.r=1.5", "lora.r=1.5", "integer"),
            ("lora.r=true", "lora.r=true", "valid integer"),
            ("lora.r='16'", "lora.r=16", "valid integer"),
            ("lora.r=null", "lora.r=null", "valid integer"),
            ("lora.r=[1]", "lora.r=[1]", "valid integer"),
            ("lora.r={a:1}", 'lora.r={"a": 1}', "valid integer"),
            ("lora.dropout=1", "lora.dropout=1", "less than 1"),
            ("lora.variant=qlora", "lora.variant=qlora", "'lora', 'dora' or 'rslora'"),
            ("trainer.lr=-1e-3", "trainer.lr=-0.001", "greater than 0"),
            ("trainer.lr=nan", "trainer.lr=NaN", "finite"),
            ("trainer.lr=inf", "trainer.lr=Infinity", "finite"),
            ("trainer.scheduler=cosin", "trainer.scheduler=cosin", "'cosine', 'linear'"),
            ("trainer.batch_tokens=8", "trainer.batch_tokens=8", "greater than or equal to 16"),
            ("trainer.gradient_checkpointing=1", "trainer.gradient_checkpointing=1", "boolean"),
            ("data.grades=5", "data.grades=5", "valid"),
            ("data.families=van_toc", "data.families=van_toc", "valid"),
            ("seed=-1", "seed=-1", "greater than or equal to 0"),
            ("dry_run=yes please", "dry_run=yes please", "boolean"),
            ("name=5", "name=5", "string"),
            ("name=a/b", "name=a/b", "letters, digits"),
            ("name='two words'", "name=two words", "letters, digits"),
            ("name=''", "name=", "letters, digits"),
        ],
    )
    def test_a_value_that_does_not_fit_is_named_with_what_would(
        self, override: str, given: str, expected: str
    ) -> None:
        fault = only(override)
        assert fault.given == given
        assert expected in fault.expected

    @pytest.mark.parametrize(
        ("override", "given"),
        [
            ("trainer.betas=[0.9,1.5]", "trainer.betas[1]=1.5"),
            ("data.grades=[5,13]", "data.grades[1]=13"),
            ("data.replay_grades=[0]", "data.replay_grades[0]=0"),
            ("evaluation.systems=[tuned,bas]", "evaluation.systems[1]=bas"),
            ("lora.targets=[q_proj,3]", "lora.targets[1]=3"),
        ],
    )
    def test_a_fault_within_a_list_names_its_place(self, override: str, given: str) -> None:
        assert only(override).given == given

    def test_a_faulty_value_is_named_wherever_it_is_taken_over(self) -> None:
        """`trainer.seed: ${seed}` is then at fault, too."""
        assert {fault.given for fault in faults("seed=1.5")} == {
            "seed=1.5", "trainer.seed=1.5"
        }  # fmt: skip

    def test_several_faults_within_a_list_are_all_named(self) -> None:
        found = [fault.given for fault in faults("data.grades=[0,5,13]")]
        assert found == ["data.grades[0]=0", "data.grades[2]=13"]

    @pytest.mark.parametrize("betas", ["[0.9]", "[0.9,0.9,0.9]", "[]"])
    def test_a_list_of_another_length(self, betas: str) -> None:
        fault = only(f"trainer.betas={betas}")
        assert fault.given.startswith("trainer.betas=[")
        assert "2 items" in fault.expected


class TestNames:
    @pytest.mark.parametrize(
        ("override", "hint"),
        [
            ("+trainer.learning_rate=1", "did you mean trainer.lr=…?"),
            ("+trainer.lrr=1", "did you mean trainer.lr=…?"),
            ("+trainer.max_step=1", "did you mean trainer.max_steps=…?"),
            ("+lora.rank=8", "did you mean lora.r=…?"),
            ("+lora.alhpa=8", "did you mean lora.alpha=…?"),
            ("+data.test_per_famly=8", "did you mean data.test_per_family=…?"),
            ("+seeed=1", "did you mean seed=…?"),
            ("+trianer=1", "did you mean trainer=…?"),
            ("+zzz=1", ""),
        ],
    )
    def test_an_unknown_name_is_met_with_the_closest_known_one(
        self, override: str, hint: str
    ) -> None:
        fault = only(override)
        assert fault.given == override[1:]
        assert fault.fix == hint

    def test_the_known_names_are_listed(self) -> None:
        fault = only("+lora.rank=8")
        assert (
            fault.expected
            == "a setting that exists; lora has alpha, dropout, r, start, targets, variant"
        )

    def test_a_function_without_settings_says_so(self) -> None:
        assert "evaluation has none" in only("evaluation=none", "+evaluation.limit=3").expected

    def test_a_mandatory_value_that_is_not_given(self) -> None:
        assert only("data=file") == Fault("data.path is not given", "a value", "add data.path=…")

    @pytest.mark.parametrize("path", ["lora.r", "trainer.lr", "name"])
    def test_a_setting_that_was_deleted(self, path: str) -> None:
        cfg = config()
        parent, _, key = path.rpartition(".")
        del (cfg[parent] if parent else cfg)[key]
        assert find_faults(cfg, RunSettings)[0].given == f"{path} is not given"

    @pytest.mark.parametrize("group", GROUPS)
    def test_a_group_that_was_deleted(self, group: str) -> None:
        cfg = config()
        del cfg[group]
        fault = find_faults(cfg, RunSettings)[0]
        assert fault.given == f"{group}=null"
        assert fault.expected == f"an option of conf/{group}/ with a _target_"

    @pytest.mark.parametrize("node", ["word", 3, None, [1], {}, {"lr": 1}, {"_target_": 3}])
    def test_a_group_that_is_no_option(self, node: Any) -> None:
        cfg = config()
        cfg.trainer = node
        assert "conf/trainer/" in find_faults(cfg, RunSettings)[0].expected


class TestTargets:
    @pytest.mark.parametrize(
        ("group", "target"),
        [
            ("model", "os.system"),
            ("model", "builtins.eval"),
            ("model", "subprocess.run"),
            ("model", "mathpal.cli.main.main"),
            ("model", "mathpal.record.files.write_text"),
            ("model", "mathpal.training.fit.fit"),  # of another group's package
            ("model", "mathpal.models_of_others.load"),
            ("model", "mathpal.models.loading._loaded"),
            ("model", "mathpal.models.loading.source_of"),  # makes no model
            ("model", "mathpal.models.loading.Loaded"),  # a class
            ("model", "mathpal.models.loading.Path"),
            ("model", "mathpal.models.loading.hashlib.sha256"),
            ("model", "mathpal.models.loading.read_model"),  # imported, not its own
            ("model", "mathpal.models.loading.SHIPPED"),
            ("model", "mathpal.models.loading"),
            ("model", "mathpal.models"),
            ("model", "mathpal.models.loading.nothing_of_the_kind"),
            ("model", "mathpal.models.no_such_module.load"),
            ("model", "mathpal.models..loading.load_gemma3n"),
            ("model", "mathpal.models."),
            ("model", ".mathpal.models.loading.load_gemma3n"),
            ("model", "load_gemma3n"),
            ("model", ""),
            ("model", "mathpal.models.lora.no_lora"),  # the group's package, another role
            ("lora", "mathpal.models.loading.load_gemma3n"),
            ("data", "mathpal.data.cleaning.clean"),
            ("data", "mathpal.data.files.log"),
            ("data", "mathpal.data.files.read_table"),
            ("data", "mathpal.data.vimath.problem"),
            ("trainer", "mathpal.training.module.TuningModule"),
            ("export", "mathpal.export.exports.write_json"),
        ],
    )
    def test_what_may_not_be_called_is_refused(self, group: str, target: str) -> None:
        (fault,) = find_faults(with_value(f"{group}._target_", target), RunSettings)
        assert fault.given == f"{group}._target_={target}"
        assert "nothing else is ever called from a config" in fault.expected

    def test_refused_targets_are_not_even_imported(self) -> None:
        import sys

        sys.modules.pop("antigravity", None)
        find_faults(with_value("model._target_", "antigravity.open"), RunSettings)
        assert "antigravity" not in sys.modules


class TestInterpolations:
    @pytest.mark.parametrize(
        "value", ["${nothing}", "${trainer.nothing}", "${nonsense:1}", "${trainer.seed}"]
    )
    def test_a_faulty_interpolation_is_one_clear_fault(self, value: str) -> None:
        (fault,) = find_faults(with_value("trainer.seed", value), RunSettings)
        assert "interpolations that name existing settings" in fault.expected
        assert fault.given

    def test_a_missing_value_behind_an_interpolation(self) -> None:
        cfg = with_value("trainer.seed", "${seed}")
        cfg.seed = "???"
        assert any("seed" in fault.given for fault in find_faults(cfg, RunSettings))


class TestTogether:
    def test_all_faults_come_in_one_message(self) -> None:
        cfg = config("data=file", "trainer.lr=-1", "lora.r=0", "+trainer.lrr=1", "name=a/b")
        OmegaConf.update(cfg, "export._target_", "os.system")
        with pytest.raises(ConfigError) as error:
            preflight(cfg)
        message = str(error.value)
        assert message.startswith("6 faults in this composition; nothing was started.")
        for part in ("data.path is not given", "trainer.lr=-1", "lora.r=0", "trainer.lrr=1",
                     "name=a/b", "export._target_=os.system"):  # fmt: skip
            assert f"\n  {part}\n      expected: " in message
        assert "      fix:      did you mean trainer.lr=…?" in message

    def test_one_fault_is_one_fault(self) -> None:
        with pytest.raises(ConfigError, match=r"^1 fault in this composition"):
            preflight(config("lora.r=0"))

    def test_the_same_fault_is_not_told_twice(self) -> None:
        found = faults("trainer.lr=word")
        assert len(found) == len(set(found)) == 1


class TestRules:
    @pytest.mark.parametrize(
        ("overrides", "given", "fix"),
        [
            (["trainer.epochs=2"], "trainer.max_steps=500 trainer.epochs=2", "trainer.max_steps"),
            (["trainer.max_steps=null"], "trainer.max_steps=null trainer.epochs=null", "="),
            (["trainer.batch_tokens=511"], "max_length=512 trainer.batch_tokens=511", "=512 or "),
            (["lora=none", "export=none"], "lora=none with evaluation.systems", "[tuned]"),
            (["lora=none", "evaluation=none"], "lora=none with export=adapter", "export=none"),
            (
                ["lora=none", "evaluation=none", "export=none", "model.dtype=auto"],
                "lora=none with model.dtype=auto",
                "model.dtype=float32",
            ),
            (
                ["lora=none", "evaluation=none", "export=none", "+model.quantization=4bit"],
                "model.quantization=4bit",
                "model.quantization=none",
            ),
            (["data.order=easy_to_hard"], "trainer.order=shuffled", "trainer.order=given"),
            (["data=text", f"data.path={__file__}"], "data=text", "evaluation=none"),
            (["trainer.strategy=ddp"], "trainer.devices=1", "trainer.devices=2"),
            (
                ["evaluation.systems=[tuned]", "evaluation.instructed=[base]"],
                "evaluation.instructed=[base]",
                "evaluation.instructed=auto",
            ),
            (["trainer=fsdp"], "trainer.strategy=fsdp with LoRA", "lora=none"),
            (
                ["lora=none", "evaluation=none", "export=none", "trainer.lora_plus=4"],
                "trainer.lora_plus with lora=none",
                "trainer.lora_plus=null",
            ),
            (
                [
                    "model=gemma3n_e2b",
                    "lora=none",
                    "evaluation=none",
                    "export=none",
                    "trainer.batch_tokens=2048",
                    "model.dtype=float32",
                ],
                "model.backend=auto with lora=none",
                "model.backend=transformers",
            ),
            (
                ["+model.backend=unsloth", "trainer=ddp"],
                "model.backend=unsloth with trainer.devices=2",
                "model.backend=transformers",
            ),
            (
                ["trainer=trl", "objective.answer_weight=2", "objective.label_smoothing=0.1"],
                "trainer=trl with objective.label_smoothing=0.1 objective.answer_weight=2.0",
                "trainer=default, or objective.label_smoothing=0.0 objective.answer_weight=1.0",
            ),
            (["data.order=easy_to_hard", "trainer=trl"], "order=shuffled", "trainer.order=given"),
            (["data=qdrant"], "data.path=null data.url=null", "data.path=FOLDER"),
            (["data=qdrant", "data.path=a", "data.url=b"], "data.url=b", "data.url=http"),
        ],
    )
    def test_a_broken_rule_names_both_sides(
        self, overrides: list[str], given: str, fix: str
    ) -> None:
        fault = only(*overrides)
        assert given in fault.given
        assert fix in fault.fix

    @pytest.mark.parametrize(
        "overrides",
        [
            ["trainer.epochs=2", "trainer.max_steps=null"],
            ["trainer.batch_tokens=512"],
            ["lora=none", "evaluation.systems=[tuned]", "export=merged_16bit"],
            ["lora=none", "evaluation=none", "export=none"],
            ["lora=none", "evaluation=none", "export=none", "model=gemma3n_scratch"],
            ["data.order=easy_to_hard", "trainer.order=given"],
            ["trainer=ddp"],
            ["trainer=trl"],
            ["trainer=trl", "lora=none", "evaluation=none", "export=none"],
            [
                "model=gemma3n_e2b",
                "trainer=ddp",
                "trainer.batch_tokens=2048",
                "model.backend=transformers",
            ],
            ["trainer=fsdp", "lora=none", "evaluation=none", "export=none"],
            ["data=qdrant", "data.url=http://localhost:6333"],
        ],
    )
    def test_what_obeys_the_rules_passes(self, overrides: list[str]) -> None:
        assert faults(*overrides) == []

    @pytest.mark.parametrize("installed", [True, False])
    def test_a_second_opinion_needs_its_package(
        self, monkeypatch: pytest.MonkeyPatch, installed: bool
    ) -> None:
        monkeypatch.setattr("mathpal.settings.rules.find_spec", lambda name: installed or None)
        found = faults("evaluation.second_opinion=true")
        fixes = [fault.fix.split(",")[0] for fault in found]
        assert fixes == ([] if installed else ['pip install "mathpal[verify]"'])

    def test_following_the_fix_removes_the_fault(self) -> None:
        for fix in only("trainer.epochs=2").fix.split(", or "):
            assert faults("trainer.epochs=2", *fix.split()) == []
        assert faults("lora=none", "export=none", "evaluation.systems=[tuned]") == []

    def test_several_broken_rules_come_together(self) -> None:
        assert len(faults("lora=none", "trainer.epochs=1", "trainer.batch_tokens=99")) == 4
        assert len(RULES) >= 5

    def test_rules_wait_for_sound_values(self) -> None:
        """A rule over a faulty value could only add noise, or fall over."""
        assert [f.given for f in faults("trainer.epochs=-1", "lora=none")] == ["trainer.epochs=-1"]
