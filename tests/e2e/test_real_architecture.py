"""The recipe for the real Gemma-3n, on its architecture at a width that fits a CPU."""

import json

import pytest

from mathpal.run import load_run, train
from mathpal.settings.composition import compose
from tests.unit.models.test_loading import miniature, saved, with_towers

SHORT = [
    "model.max_length=256",
    "trainer.max_steps=2",
    "trainer.batch_tokens=256",
    "trainer.record_every=1",
    "data.train=40",
    "data.validation_per_family=1",
    "data.test_per_family=1",
    "data.replay_test_per_family=1",
    "evaluation.limit=2",
    "evaluation.max_new_tokens=4",
]


@pytest.mark.slow  # the suite loads such checkpoints in tests/unit/models
@pytest.mark.parametrize(
    ("recipe", "layers", "shared"),
    [
        ("grade6_e2b", 30, 10),
        pytest.param("grade6_e4b", 35, 15, marks=pytest.mark.slow),
    ],
)
def test_a_recipe_runs_on_the_checkpoint_layout_of_the_hub(
    shared_tiny, tmp_path, recipe, layers, shared
):
    folder = saved(
        miniature(layers, shared, shared_tiny.tokenizer), shared_tiny.tokenizer, tmp_path / "model"
    )
    with_towers(folder)
    words = [f"+experiment={recipe}", f"model.path={folder}", "model.backend=transformers"]
    run = train(compose([*words, *SHORT]), tmp_path / "run")
    outcome = json.loads((run.run_dir / "outcome.json").read_text())
    assert outcome["status"] == "completed"
    manifest = json.loads((run.run_dir / "run.json").read_text())
    assert manifest["config"]["trainer"]["gradient_checkpointing"] is True
    assert manifest["config"]["trainer"]["accumulate"] == 4
    loaded, _ = load_run(run.run_dir)
    assert loaded.model.get_base_model().config.num_kv_shared_layers == shared
