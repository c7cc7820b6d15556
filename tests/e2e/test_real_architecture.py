"""The recipe for the real Gemma-3n, on its architecture at a width that a CPU can carry."""

import json

from mathpal.run import compose, load_run, train
from tests.unit.test_loading import miniature, saved, with_towers

SHORT = [
    "+experiment=grade6_e2b",
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


def test_grade6_e2b_runs_on_the_checkpoint_layout_of_the_hub(shared_tiny, tmp_path):
    folder = saved(
        miniature(30, 10, shared_tiny.tokenizer), shared_tiny.tokenizer, tmp_path / "e2b"
    )
    with_towers(folder)
    run = train(compose([*SHORT, f"model.path={folder}"]), tmp_path / "run")
    outcome = json.loads((run.run_dir / "outcome.json").read_text())
    assert outcome["status"] == "completed"
    manifest = json.loads((run.run_dir / "run.json").read_text())
    assert manifest["config"]["trainer"]["gradient_checkpointing"] is True
    assert manifest["config"]["trainer"]["accumulate"] == 4
    loaded, _ = load_run(run.run_dir)
    assert loaded.model.get_base_model().config.num_kv_shared_layers == 10
