"""A finished run is trained further: on its weights, or from its last step on."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from mathpal.cli import resuming
from mathpal.errors import ConfigError, DataError
from mathpal.record import directories
from mathpal.run import load_run, resume, train
from mathpal.run.ancestry import extend
from mathpal.settings.composition import compose
from mathpal.training import checkpoints
from tests.e2e.test_run import UNMEASURED

ADAPTER = "adapter/adapter_model.safetensors"


def words(*more: str) -> list[str]:
    short = [w for w in UNMEASURED if not w.startswith("trainer.max_steps")]
    return [
        *short,
        "lora.r=2",
        "lora.alpha=4",
        "trainer.scheduler=constant",
        "trainer.warmup=0",
        *more,
    ]


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of four steps; only to be read."""
    return train(compose(words("trainer.max_steps=4")), tmp_path_factory.mktemp("four")).run_dir


def record(run: Path, name: str = "run.json") -> Any:
    return json.loads((run / name).read_text(encoding="utf-8"))


class TestStart:
    def test_a_run_begins_with_the_weights_of_another(self, four: Path, tmp_path: Path) -> None:
        asked = words("trainer.max_steps=1", "trainer.lr=1e-12", f"lora.start={four}", "seed=7")
        run = train(compose(asked), tmp_path / "run").run_dir
        before, after = load_file(four / ADAPTER), load_file(run / ADAPTER)
        assert all(after[n].allclose(w, atol=1e-6) for n, w in before.items())
        assert record(run)["parent"] == {"run": str(four), "trial": None}
        assert record(run)["start"]["run"] == str(four)
        assert record(run)["begins_at_step"] == 0

    def test_an_adapter_alone_is_enough(self, four: Path, tmp_path: Path) -> None:
        alone = shutil.copytree(four / "adapter", tmp_path / "alone")
        asked = words("trainer.max_steps=1", f"lora.start={alone}")
        run = train(compose(asked), tmp_path / "run").run_dir
        shutil.rmtree(alone)
        assert load_run(run)[0].model is not None  # its weights are its own

    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            (["lora.r=4"], r"lora\.r=4(.|\n)*fix: +lora\.r=2"),
            (["lora.alpha=8"], r"lora\.alpha=8(.|\n)*fix: +lora\.alpha=4"),
            (["lora.variant=dora"], r"variant=dora(.|\n)*fix: +lora\.variant=lora"),
            (["lora.targets=[q_proj]"], "do not fit this model.*same lora.targets"),
        ],
    )
    def test_other_settings_are_refused(
        self, four: Path, tmp_path: Path, settings: list[str], said: str
    ) -> None:
        asked = words("trainer.max_steps=1", f"lora.start={four}", *settings)
        with pytest.raises(ConfigError, match=said):
            train(compose(asked), tmp_path / "run")

    @pytest.mark.parametrize("spoilt", ["", "[]", "null", "{", '{"peft_type": "IA3"}'])
    def test_what_is_no_adapter_is_refused(self, tmp_path: Path, spoilt: str) -> None:
        (tmp_path / "adapter_config.json").write_text(spoilt)
        with pytest.raises(ConfigError, match="a finished run with LoRA, or a folder with"):
            train(compose(words(f"lora.start={tmp_path}")), tmp_path / "run")

    def test_the_run_of_another_base_is_refused(self, four: Path, tmp_path: Path) -> None:
        other = Path(shutil.copytree(four, tmp_path / "other", symlinks=True))
        changed = record(other)
        changed["fingerprints"]["model"] = "0" * 64
        (other / "run.json").write_text(json.dumps(changed))
        with pytest.raises(DataError, match="was trained with other inputs: model"):
            train(compose(words("trainer.max_steps=1", f"lora.start={other}")), tmp_path / "run")

    def test_a_resumed_run_refuses_other_first_weights(self, four: Path, tmp_path: Path) -> None:
        other = Path(shutil.copytree(four, tmp_path / "other", symlinks=True))
        asked = words("trainer.max_steps=1", f"lora.start={other}")
        run = train(compose(asked), tmp_path / "run").run_dir
        (run / "outcome.json").unlink()
        weights = load_file(other / ADAPTER)
        save_file({n: w + 1 for n, w in weights.items()}, other / ADAPTER)
        with pytest.raises(DataError, match="other inputs: start differs"):
            resume(run)


class TestFurther:
    def test_it_ends_where_one_long_run_ends(
        self, four: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        again = extend(four, tmp_path / "six", length="max_steps", value=6)
        monkeypatch.setenv("MATHPAL_PARENT", json.dumps({"run": str(four), "trial": None}))
        result = resume(again)
        assert record(again)["begins_at_step"] == 4
        assert record(again)["parent"]["run"] == str(four)
        assert record(again)["config"]["trainer"]["max_steps"] == 6
        whole = train(compose(words("trainer.max_steps=6")), tmp_path / "whole")
        one, other = load_file(again / ADAPTER), load_file(whole.run_dir / ADAPTER)
        assert all(one[n].equal(w) for n, w in other.items())
        assert result.metrics["validation/loss"] == whole.metrics["validation/loss"]
        assert checkpoints.newest_sound(four / "checkpoints") == 4

    def test_other_data_is_refused(
        self, four: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        again = extend(four, tmp_path / "six", length="max_steps", value=6)
        config = again / ".hydra/config.yaml"
        config.write_text(config.read_text().replace("train: 120", "train: 119"))
        monkeypatch.setenv("MATHPAL_PARENT", json.dumps({"run": str(four), "trial": None}))
        with pytest.raises(DataError, match="other inputs: data"):
            resume(again)

    @pytest.mark.parametrize(
        ("length", "value"), [("max_steps", 4), ("max_steps", 1), ("epochs", 3)]
    )
    def test_a_length_that_is_not_longer(
        self, four: Path, tmp_path: Path, length: str, value: int
    ) -> None:
        with pytest.raises(ConfigError, match="expected more"):
            extend(four, tmp_path / "new", length=length, value=value)
        assert not (tmp_path / "new").exists()

    def test_an_unfinished_run_is_finished_first(self, four: Path, tmp_path: Path) -> None:
        run = Path(shutil.copytree(four, tmp_path / "run", symlinks=True))
        (run / "outcome.json").unlink()
        with pytest.raises(DataError, match="finish it first with resume="):
            extend(run, tmp_path / "new", length="max_steps", value=9)

    def test_the_command_line(
        self, four: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[Any] = []
        monkeypatch.setattr(resuming.os, "execve", lambda *given: started.append(given))
        monkeypatch.chdir(tmp_path)
        resuming.resume([f"resume={four}", "trainer.max_steps=6", "hydra.run.dir=new"])
        ((_, command, environment),) = started
        assert command[-1] == "new" and Path("new/checkpoints/step-00000004").is_dir()
        assert json.loads(environment["MATHPAL_PARENT"])["run"] == str(four)

    def test_two_of_one_second_get_directories_of_their_own(
        self, four: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[str] = []
        monkeypatch.setattr(resuming.os, "execve", lambda *given: started.append(given[1][-1]))
        monkeypatch.setattr(directories, "stamped", lambda folder: folder / "now")
        monkeypatch.chdir(tmp_path)
        for _ in range(2):
            resuming.resume([f"resume={four}", "trainer.max_steps=6"])
        assert [Path(one).name for one in started] == ["now", "now-2"]
        with pytest.raises(ConfigError, match="expected more"):
            resuming.resume([f"resume={four}", "trainer.max_steps=4"])
        assert not Path(started[0]).with_name("now-3").exists()

    def test_what_a_killed_attempt_left_is_replaced(self, four: Path, tmp_path: Path) -> None:
        left = tmp_path / "six/checkpoints/step-00000004"
        left.mkdir(parents=True)
        (left / "half").touch()
        extend(four, tmp_path / "six", length="max_steps", value=6)
        assert checkpoints.newest_sound(tmp_path / "six/checkpoints") == 4
        assert not (left / "half").exists()

    @pytest.mark.parametrize(
        "more", [["trainer.lr=1"], ["trainer.max_steps=6", "seed=3"], ["hydra.run.dir=x"]]
    )
    def test_other_settings_stay_forbidden(self, four: Path, more: list[str]) -> None:
        with pytest.raises(ConfigError, match="must stand alone"):
            resuming.resume([f"resume={four}", *more])
