"""A finished run is evaluated and asked with what it was trained on, wherever it lies."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf
from safetensors.torch import load_file, save_file

from mathpal.errors import ConfigError, DataError
from mathpal.models.loaded import Loaded
from mathpal.models.loading import load_tokenizer
from mathpal.problems import Problem
from mathpal.record import files
from mathpal.record.files import config_hash
from mathpal.run import load_run, resume, train
from mathpal.run.reopening import reopen, reopen_model
from mathpal.settings.composition import compose, read
from mathpal.settings.paths import absolute
from mathpal.tokens.chat import prompt_text
from mathpal.tokens.day import VARIABLE, fix_day, fixed_day, today
from mathpal.tokens.token_cache import fingerprint
from tests.conftest import write
from tests.e2e.verbs import called
from tests.unit.models.test_loading import rewrite, saved

DATED = "{{- 'Today is ' + strftime_now('%Y-%m-%d') + '.\n' -}}"
NAMES = "An Bình Chi Dung Giang Hà Khoa Lan Minh Nam Oanh Phúc Quân Sơn Tú Vy".split()
THINGS = "kẹo bánh cam táo vở".split()
ROWS = [
    {
        "question": f"{name} có {a} quả {thing}, thêm {b}. Hỏi có mấy?",
        "solution": f"{a} + {b} = {a + b}\nĐáp số: {a + b}",
    }
    for a, name in enumerate(NAMES, 3)
    for b, thing in enumerate(THINGS, 4)
]


@pytest.fixture(scope="module")
def project(made_once: Callable[..., Path], shared_tiny: Loaded) -> Path:
    """A folder with a base whose template names the day, rows, and a run begun on a known day."""

    def fill() -> None:
        base = saved(shared_tiny.model, shared_tiny.tokenizer, Path("base").absolute())
        template = base / "chat_template.jinja"
        text = template.read_text(encoding="utf-8")
        assert "{{ bos_token }}" in text
        dated = text.replace("{{ bos_token }}", "{{ bos_token }}" + DATED, 1)
        template.write_text(dated, encoding="utf-8")
        write(Path("rows.jsonl"), ROWS)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(VARIABLE, "2020-02-03")
            train(compose(words()), Path("outputs/own/one"))

    return made_once("reopened", fill)


def words(*more: str) -> list[str]:
    return [
        "name=own", "model=causal_lm", "model.path=base", "model.max_length=256",
        "model.backend=transformers", "data=file", "data.path=rows.jsonl", "trainer=quick",
        "trainer.max_steps=2", "trainer.batch_tokens=256", "lora.r=2", "lora.alpha=2",
        "evaluation.limit=2", "evaluation.max_new_tokens=4", *more,
    ]  # fmt: skip


def run_json(run_dir: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run_dir / "run.json").read_text(encoding="utf-8"))
    return found


def copied(project: Path, folder: Path, root: str) -> Path:
    """Copy the project and its run, which then seems to have begun in the folder `root`."""
    run = Path(shutil.copytree(project, folder, symlinks=True)) / "outputs/own/one"
    before = run_json(run)["working_directory"]
    for path in (run / "run.json", run / ".hydra/config.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(before, root), encoding="utf-8")
    record = run_json(run)
    files.write_json(run / "run.json", {**record, "config_hash": config_hash(record["config"])})
    return run


@pytest.fixture
def run(project: Path, tmp_path: Path) -> Path:
    """A copy of the run that began where it lies, to be changed."""
    return copied(project, tmp_path / "copy", str(tmp_path / "copy"))


def spoil(run: Path, name: str) -> None:
    """Change one input of the run."""
    project = run.parents[2]
    if name == "model":
        rewrite(project / "base", lambda weights: {n: w + 0.01 for n, w in weights.items()})
    elif name == "base_weights":  # a single value, which no sample would see

        def nudged(weights: dict[str, Any]) -> dict[str, Any]:
            weights["model.layers.1.mlp.up_proj.weight"][3, 5] += 0.25
            return weights

        rewrite(project / "base", nudged)
    elif name == "data":
        write(project / "rows.jsonl", ROWS[:-1])
    elif name == "template":
        with (project / "base/chat_template.jinja").open("a", encoding="utf-8") as stream:
            stream.write(" ")
    else:
        path = project / "base/tokenizer.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        content["model"]["merges"] = content["model"]["merges"][:-1]
        path.write_text(json.dumps(content), encoding="utf-8")


class TestChangedInputs:
    def test_an_unchanged_run_is_opened(self, run: Path) -> None:
        assert reopen(run).changed == ()

    @pytest.mark.parametrize("name", ["base_weights", "data", "template", "tokenizer_rules"])
    def test_a_changed_one_is_refused_by_name(self, run: Path, name: str) -> None:
        spoil(run, name)
        with pytest.raises(DataError, match=rf": {name} differs from run.json.*allow_changed=true"):
            reopen(run)

    def test_several_are_named_together(self, run: Path) -> None:
        spoil(run, "model")
        spoil(run, "data")
        with pytest.raises(DataError, match="data, model, base_weights differ from"):
            load_run(run)

    def test_evaluate_refuses_or_records(self, run: Path) -> None:
        spoil(run, "data")
        asked = ["evaluate", f"run={run}", "evaluation.limit=2", "evaluation.max_new_tokens=4"]
        refused = called(*asked)
        assert refused.returncode == 2 and "data differs" in refused.stderr
        assert not list((run / "evaluation").glob("*/results.json"))
        allowed = called(*asked, "allow_changed=true")
        assert allowed.returncode == 0, allowed.stderr
        (results,) = (run / "evaluation").glob("*/results.json")
        assert json.loads(results.read_text())["settings"]["changed_inputs"] == ["data"]

    def test_generate_refuses_another_base(self, run: Path) -> None:
        spoil(run, "model")
        asked = ["generate", f"run={run}", 'question="Tính: 3 + 4"', "max_new_tokens=2"]
        refused = called(*asked)
        assert refused.returncode == 2 and "model, base_weights differ" in refused.stderr
        assert called(*asked, "allow_changed=true").returncode == 0

    def test_an_adapter_of_another_model_is_refused(self, run: Path) -> None:
        path = run / "adapter/adapter_model.safetensors"
        weights = load_file(path)
        save_file(dict(list(weights.items())[2:]), path)
        with pytest.raises(DataError, match="does not fit"):
            reopen_model(run)


class TestTheDay:
    def test_it_is_recorded_and_in_the_rows(self, run: Path) -> None:
        assert run_json(run)["date"] == "2020-02-03"
        sample = json.loads((run / "data/mask_sample.json").read_text(encoding="utf-8"))
        text = "".join(token["text"] for token in sample["tokens"])
        assert "Today is 2020-02-03." in text

    def test_a_later_evaluation_and_chat_see_it(self, run: Path) -> None:
        for loaded in (reopen(run).loaded, reopen_model(run)):
            assert "Today is 2020-02-03." in prompt_text(loaded.tokenizer, "Tính: 1 + 2")

    def test_a_resumed_run_sees_it(self, run: Path) -> None:
        before = (run / "data/mask_sample.json").read_text(encoding="utf-8")
        (run / "outcome.json").unlink()
        shutil.rmtree(run / "checkpoints")
        resume(run)
        assert (run / "data/mask_sample.json").read_text(encoding="utf-8") == before
        assert run_json(run)["date"] == "2020-02-03"

    def test_a_run_of_an_earlier_version_takes_the_day_on_which_it_began(self, run: Path) -> None:
        record = run_json(run)
        del record["date"]
        files.write_json(run / "run.json", {**record, "started": "2021-05-06T07:08:09+00:00"})
        assert "2021-05-06" in prompt_text(reopen_model(run).tokenizer, "Tính: 1 + 2")

    def test_the_cache_of_tokens_has_an_entry_for_each_day(self, run: Path) -> None:
        tokenizer = load_tokenizer(str(run.parents[2] / "base"))
        problems = [Problem(id="a", question="Tính: 1 + 2", solution="Đáp số: 3")]
        keys = set()
        for day in (date(2020, 2, 3), date(2020, 2, 4), date(2020, 2, 3)):
            fix_day(tokenizer, day)
            keys.add(fingerprint(problems, tokenizer, max_length=64))
        assert len(keys) == 2

    def test_a_template_without_a_date_shares_its_entry(self, shared_tiny: Loaded) -> None:
        tokenizer = shared_tiny.tokenizer
        before = fingerprint([], tokenizer)
        fix_day(tokenizer, date(2020, 2, 3))
        assert fixed_day(tokenizer) is None and fingerprint([], tokenizer) == before

    def test_a_wrong_date_is_explained(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(VARIABLE, "3.2.2020")
        with pytest.raises(ConfigError, match="MATHPAL_DATE=3.2.2020: expected a day"):
            today()


class TestPlaces:
    def test_paths_are_recorded_absolute(self, project: Path) -> None:
        run = project / "outputs/own/one"
        for config in (run_json(run)["config"], read(run).config):
            assert config["data"]["path"] == str(project / "rows.jsonl")
            assert config["model"]["path"] == str(project / "base")

    def test_a_link_to_a_run_is_recorded_as_that_run(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("outputs/one").mkdir(parents=True)
        Path("outputs/latest").symlink_to("one")
        Path("blob").touch()
        Path("outputs/one/rows.json").symlink_to("../../blob")
        asked = {"lora": {"start": "outputs/latest"}, "data": {"path": "outputs/latest/rows.json"}}
        config = absolute(OmegaConf.create(asked))
        assert config.lora.start == str(tmp_path / "outputs/one")
        assert config.data.path == str(tmp_path / "outputs/one/rows.json")

    def test_names_of_the_hub_and_shipped_models_stay(self) -> None:
        asked = compose(["data=hub", "data.path=owner/name"])
        config = absolute(asked)
        assert config.data.path == "owner/name"
        assert config.model.path == "shipped:gemma3n_tiny"

    def test_a_run_works_from_another_directory(
        self, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "far").mkdir()
        monkeypatch.chdir(tmp_path / "far")
        assert reopen(run).changed == ()
        (run / "outcome.json").unlink()
        assert resume(run).objective is not None

    def test_a_moved_project_works(self, project: Path, tmp_path: Path) -> None:
        run = copied(project, tmp_path / "moved", "/gone/project")
        assert reopen(run).changed == ()
        (run / "outcome.json").unlink()
        assert resume(run).objective is not None

    def test_a_run_that_was_taken_out_of_its_project_names_the_lost_file(
        self, project: Path, tmp_path: Path
    ) -> None:
        run = copied(project, tmp_path / "moved", "/gone/project")
        alone = Path(shutil.move(run, tmp_path / "alone"))
        with pytest.raises(ConfigError, match=r"/gone/project/rows\.jsonl"):
            reopen(alone)

    def test_a_question_needs_no_data(self, run: Path) -> None:
        (run.parents[2] / "rows.jsonl").unlink()
        answered = called("generate", f"run={run}", 'question="Tính: 3 + 4"', "max_new_tokens=2")
        assert answered.returncode == 0, answered.stderr
