"""LoRA is put on every layer that was named, and a name that matches nothing is a fault."""

from typing import Any

import pytest

from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora, placement
from mathpal.planning.plans import plan
from mathpal.settings.composition import compose, split
from mathpal.settings.preflight import preflight

SIZES = {
    "vocab_size": 64, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
    "max_position_embeddings": 64, "pad_token_id": 0,
}  # fmt: skip


def model_of(kind: str) -> Any:
    import transformers

    more = (
        {"ffn_dim": 32, "word_embed_proj_dim": 16} if kind == "OPT" else {"intermediate_size": 32}
    )
    config = getattr(transformers, f"{kind}Config")(**SIZES, **more)
    return transformers.AutoModelForCausalLM.from_config(config)


def with_lora(model: Any, targets: list[str] | None) -> list[str]:
    """Names of the layers that got LoRA."""
    tuned = attach_lora(model, r=2, alpha=2, targets=targets)
    return sorted(
        {n.split(".lora_A")[0].split(".")[-1] for n, _ in tuned.named_parameters() if "lora_A" in n}
    )


class TestNamedLayers:
    @pytest.mark.parametrize(
        ("targets", "said"),
        [
            (["q_proj", "v_prj"], "v_prj names no linear layer.*did you mean v_proj"),
            (["q_porj", "x", "o_proj"], r"q_porj, x names no.*did you mean \w_proj"),
            (["Q_PROJ"], "Q_PROJ names no"),
            (["qkv"], r"lora\.targets=\[qkv\].*q_proj, k_proj"),
            (["q_proj", "self_attn.v_proj"], "self_attn.v_proj names no"),
            (["q_proj", ".*_proj"], r"\.\*_proj names no"),
            (["q_proj|v_prj"], "names no"),
            (["q_proj", ""], "names no"),
            (["q_proj", "lm_head"], "lm_head names no"),
            (["q_proj", "linear_left"], "linear_left names no"),  # of Laurel
            (["q_proj", "act_fn"], "act_fn names no"),
            ([], "an empty list names no"),
        ],
    )
    def test_each_must_be_the_name_of_a_layer(
        self, tiny: Loaded, targets: list[str], said: str
    ) -> None:
        with pytest.raises(ConfigError, match=said):
            attach_lora(tiny.model, r=2, alpha=2, targets=targets)

    def test_the_usual_name_that_a_model_lacks_is_a_fault_if_it_is_named(self) -> None:
        with pytest.raises(ConfigError, match="q_proj names no.*qkv_proj"):
            attach_lora(model_of("Phi3"), r=2, alpha=2, targets=["q_proj", "o_proj"])

    def test_sound_names_get_lora(self, tiny: Loaded) -> None:
        assert with_lora(tiny.model, ["q_proj", "v_proj", "q_proj"]) == ["q_proj", "v_proj"]

    @pytest.mark.parametrize(
        ("kind", "targets"), [("Phi3", ["qkv_proj", "gate_up_proj"]), ("OPT", ["fc1", "out_proj"])]
    )
    def test_layers_with_names_of_their_own(self, kind: str, targets: list[str]) -> None:
        assert with_lora(model_of(kind), targets) == sorted(targets)

    def test_a_plan_refuses_them_before_the_weights_are_loaded(self) -> None:
        asked = split(compose(["lora.targets=[q_proj,v_prj]"])).config
        with pytest.raises(ConfigError, match="v_prj names no.*did you mean v_proj"):
            plan(preflight(asked))


class TestDefaults:
    def test_a_usual_model_gets_lora_on_every_projection(self, tiny: Loaded) -> None:
        tuned = attach_lora(tiny.model, r=2, alpha=2)
        names = "q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj"
        assert placement(tuned) == [f"{names} in 2 layers"]

    @pytest.mark.parametrize(
        ("kind", "on", "not_on"),
        [
            ("Phi3", "o_proj, down_proj in 2 layers", "qkv_proj, gate_up_proj"),
            ("OPT", "k_proj, v_proj, q_proj in 2 layers", "out_proj, fc1, fc2"),
        ],
    )
    def test_a_model_with_some_of_them_is_told_what_it_got(
        self, kind: str, on: str, not_on: str
    ) -> None:
        found, missing = placement(attach_lora(model_of(kind), r=2, alpha=2))
        assert found == on
        assert missing.startswith(f"not on {not_on}; add one with lora.targets=[")

    def test_layers_that_share_keys_are_counted(self, tiny: Loaded) -> None:
        tuned = attach_lora(tiny.model, r=2, alpha=2, targets=["v_proj"])
        assert placement(tuned) == ["v_proj in 2 layers"]

    def test_a_model_with_none_of_them_is_a_fault(self) -> None:
        from transformers import GPT2Config, GPT2LMHeadModel

        model = GPT2LMHeadModel(GPT2Config(vocab_size=64, n_embd=16, n_layer=1, n_head=2))
        with pytest.raises(ConfigError, match="none of the usual layers q_proj.*lora=none"):
            attach_lora(model, r=2, alpha=2)
