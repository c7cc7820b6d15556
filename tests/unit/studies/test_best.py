"""best.yaml composes exactly what its trial ran; the verbs around it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf
from optuna.trial import TrialState

from mathpal.cli import main
from mathpal.cli import study as verbs
from mathpal.cli.report import report
from mathpal.errors import ConfigError, DataError
from mathpal.settings import composition
from mathpal.settings.checked import Composition
from mathpal.settings.composition import CONF, compose
from mathpal.studies.best import experiment, run_directory
from mathpal.studies.findings import find
from mathpal.studies.history import read
from mathpal.studies.page import best_yaml
from tests.unit.studies.studies import build, told


def lay(run_dir: Path, overrides: list[str]) -> dict[str, Any]:
    """What a run leaves in .hydra/; gives its configuration."""
    composed = composition.split(compose(overrides))
    composition.write(run_dir, composed)
    return plain(OmegaConf.load(run_dir / ".hydra/config.yaml"))


def plain(config: Any) -> dict[str, Any]:
    found = OmegaConf.to_container(config, resolve=False)
    assert isinstance(found, dict)
    return {str(key): value for key, value in found.items()}


def composed_again(folder: Path, text: str) -> dict[str, Any]:
    """What Hydra makes of the text as +experiment=again."""
    path = folder / "more/experiment/again.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    found = compose(["+experiment=again", f"hydra.searchpath=['file://{folder}/more']"])
    return plain(composition.split(found).config)


@pytest.mark.parametrize(
    "overrides",
    [
        [],
        ["lora=none"],
        ["lora=r32", "trainer=quick", "evaluation=none", "export=none"],
        ["data=file", "data.path='bài tập.json'", "data.question='đề'"],
        ["data=mixture", "+data@data.sources.own=file", "data.sources.own.path=x.json",
         "data.weights={vimath: 0.7, own: 0.3}"],
        ["trainer.betas=[0.8,0.95]", "lora.targets=[q_proj]", "data.families=[van_toc]"],
        ["data.families=null", "trainer.lr=1e-05", "seed=7"],
        ["trainer.lr=1e-3", "trainer.warmup=0", "trainer.weight_decay=0"],
        ["+study={question: 'Hạng: nào?', seeds: [1, 2, 3]}"],
        ["+experiment=grade6_e2b", "lora=dora", "trainer.lr=2e-4"],
        ["tracker=many", "+tracker@tracker.trackers.wandb=wandb"],
        ["data.seed=${oc.env:MATHPAL_NO_SUCH_SEED}"],
    ],
    ids=lambda overrides: "+".join(overrides)[:40] or "defaults",
)  # fmt: skip
def test_the_experiment_composes_what_the_trial_ran(tmp_path: Path, overrides: list[str]) -> None:
    wanted = lay(tmp_path / "7", overrides)
    text = experiment(tmp_path / "7", "again", ["Trial 7 of a study"])
    found = composed_again(tmp_path, text)
    assert found.pop("name") == "again"
    wanted.pop("name")
    assert found == wanted
    assert repr(sorted(found.items())) == repr(sorted(wanted.items())), "1, 1.0 and true differ"


def test_only_what_differs_from_the_defaults_is_written(tmp_path: Path) -> None:
    lay(tmp_path, ["lora=r32", "trainer.lr=0.00125", "lora.dropout=0.05"])
    text = experiment(tmp_path, "again", ["Trial 7"])
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == ["defaults:", "  - override /lora: r32", "name: again", "lora:",
                     "  dropout: 0.05", "trainer:", "  lr: 0.00125"]  # fmt: skip
    assert text.startswith("# @package _global_\n# Trial 7\n")


def test_the_threads_of_a_run_are_told(tmp_path: Path) -> None:
    lay(tmp_path, [])
    (tmp_path / "run.json").write_text('{"determinism": {"threads": 3}}')
    assert "last bit with OMP_NUM_THREADS=3" in experiment(tmp_path, "again", ["Trial 7"])


def test_a_remark_cannot_end_the_comment(tmp_path: Path) -> None:
    lay(tmp_path, [])
    text = experiment(tmp_path, "again", ["study\nseed: 666\n# @package evil"])
    assert OmegaConf.create(text) == {"name": "again"}


def test_what_an_experiment_cannot_do_is_said(tmp_path: Path) -> None:
    lay(tmp_path, ["~data.families"])
    with pytest.raises(DataError, match=r"no data\.families, which the defaults have"):
        experiment(tmp_path, "again", [])


def test_an_option_that_is_gone_is_said(tmp_path: Path) -> None:
    lay(tmp_path, ["lora=r32"])
    path = tmp_path / ".hydra/hydra.yaml"
    path.write_text(path.read_text().replace("lora: r32", "lora: r33"))
    with pytest.raises(DataError, match="no longer compose:"):
        experiment(tmp_path, "again", [])


def test_a_secret_is_not_made_up(tmp_path: Path) -> None:
    lay(tmp_path, ["data=qdrant", "data.url=http://me:secret@host"])
    with pytest.raises(ConfigError, match="held a secret"):
        experiment(tmp_path, "again", [])


def test_of_a_trial_over_seeds_the_first_seed_is_taken(tmp_path: Path) -> None:
    trial = told({"lora.r": 8}, 0.25, values_by_seed={"2": [0.2], "10": [0.3]})
    study = build(tmp_path, [trial], seeds=[2, 10])
    for seed in (2, 10):
        lay(tmp_path / f"0/seed-{seed}", ["lora.r=8", f"seed={seed}"])
    assert run_directory(tmp_path / "0").name == "seed-2"
    text = best_yaml(find(read(study))).value or ""
    assert "mean of the seeds 2, 10; here is seed 2: 0.2." in text and "\nseed: 2\n" in text


def test_a_trial_without_its_files_gives_a_reason(tmp_path: Path) -> None:
    found = best_yaml(find(read(build(tmp_path, [told({"lora.r": 8}, 0.25)]))))
    assert found.value is None and "was moved or deleted" in found.absent


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    pruned = told({"lora.r": 4}, state=TrialState.PRUNED, intermediate={5: 0.4})
    failed = told({"lora.r": 4}, state=TrialState.FAIL, error="[red]Lỗi: bộ nhớ[/red]")
    build(folder, [told({"lora.r": 8}, 0.3), told({"lora.r": 16}, 0.2), pruned, failed],
          n_trials=10, name="my study")  # fmt: skip
    for number, rank in ((0, 8), (1, 16), (2, 4)):
        lay(folder / str(number), [f"lora.r={rank}"])
    return folder


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place to save experiments that is not the real conf/."""
    folder = tmp_path / "conf"
    (folder / "experiment").mkdir(parents=True)
    monkeypatch.setattr(composition, "CONF", folder)
    monkeypatch.setattr("mathpal.studies.best.compose", compose_of(CONF))
    return folder


def compose_of(conf: Path) -> Any:
    import hydra

    def composed(overrides: list[str]) -> Any:
        with hydra.initialize_config_dir(str(conf), version_base="1.3"):
            return hydra.compose("train", overrides, return_hydra_config=True)

    return composed


def test_best_shows_and_saves_and_does_not_overwrite(study: Path, conf: Path, capsys: Any) -> None:
    verbs.best(Composition(), study=study, save="mine")
    out = capsys.readouterr().out
    assert out.startswith("trial 1 of my study: validation/loss 0.2\n  lora.r=16\n")
    saved = (conf / "experiment/mine.yaml").read_text(encoding="utf-8")
    assert saved in out and "\nname: mine\n" in saved
    with pytest.raises(ConfigError, match=r"there already.*force=true"):
        verbs.best(Composition(), study=study, trial=0, save="mine")
    assert (conf / "experiment/mine.yaml").read_text(encoding="utf-8") == saved
    verbs.best(Composition(), study=study, trial=0, save="mine", force=True)
    assert "Trial 0 of the study" in (conf / "experiment/mine.yaml").read_text(encoding="utf-8")


def test_a_name_of_the_study_that_no_experiment_may_have_is_changed(study: Path) -> None:
    assert "\nname: my_study_best\n" in (best_yaml(find(read(study))).value or "")


def test_a_trial_that_is_not_there_is_named(study: Path) -> None:
    with pytest.raises(ConfigError, match=r"trial=9: .* it has 0 to 3"):
        verbs.best(Composition(), study=study, trial=9)


def test_best_of_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No trial can be called the best"):
        verbs.best(Composition(), study=build(tmp_path, []))


def test_status_says_where_the_study_stands(study: Path, capsys: Any) -> None:
    (study / ".drivers").mkdir()
    (study / ".drivers/host-123.json").write_text("{}")
    verbs.status(Composition(), study=study)
    out = capsys.readouterr().out
    assert "[red]Lỗi: bộ nhớ[/red]" in out, "an error is no markup"
    assert "my study: 2 completed, 1 pruned, 1 failed" in out
    assert "best: validation/loss 0.2: lora.r=16 (trial 1)" in out
    assert "budget: 4 of 10 trials are over, 6 left" in out
    assert "drivers at work: host-123" in out


def test_status_shows_the_newest_rows_and_says_what_it_left_out(study: Path, capsys: Any) -> None:
    os.utime(study)
    verbs.status(Composition(), study=study, rows=1)
    out = capsys.readouterr().out
    assert "3 earlier trials are not shown" in out and "pruned" not in out.splitlines()[1]
    verbs.status(Composition(), study=study, rows=0)
    assert capsys.readouterr().out.startswith("my study:")


def test_status_of_a_study_that_stopped_says_how_to_go_on(tmp_path: Path, capsys: Any) -> None:
    running = told({"lora.r": 8}, state=TrialState.RUNNING)
    verbs.status(Composition(), study=build(tmp_path, [running]))
    assert "no driver is at work; run the same command again" in capsys.readouterr().out


@pytest.mark.parametrize("names", [[], ["study", "replay"], ["study", "multirun", "replay"]])
def test_report_takes_exactly_one(study: Path, names: list[str]) -> None:
    with pytest.raises(ConfigError, match="exactly one of study=DIR, multirun=DIR and replay=DIR"):
        report(Composition(), **dict.fromkeys(names, study))


def test_a_notebook_is_not_of_a_replay(study: Path) -> None:
    with pytest.raises(ConfigError, match="notebook and storage belong to study=DIR"):
        report(Composition(), replay=study, notebook=study)


def test_multirun_is_the_same(study: Path, capsys: Any) -> None:
    report(Composition(), multirun=study)
    assert capsys.readouterr().out.splitlines()[-1].endswith("report.html")
    assert {"report.html", "trials.csv", "best.yaml", "README.md"} <= {
        path.name for path in study.iterdir()
    }


def test_best_yaml_outlives_the_files_of_its_trial_but_not_a_better_trial(
    study: Path, capsys: Any
) -> None:
    report(Composition(), study=study)
    text = (study / "best.yaml").read_text(encoding="utf-8")
    (study / "1/.hydra/config.yaml").unlink()
    report(Composition(), study=study)
    assert (study / "best.yaml").read_text(encoding="utf-8") == text
    (study / "best.yaml").write_text(text.replace("Trial 1 of", "Trial 0 of"), encoding="utf-8")
    report(Composition(), study=study)
    assert not (study / "best.yaml").exists()
    assert "no best.yaml: " in capsys.readouterr().out


def test_study_is_a_directory_though_a_group_has_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "study").mkdir()
    monkeypatch.setattr(sys, "argv", ["mathpal report", "study='multirun/a=b'", "notebook=x"])
    assert main._own_words(main.VERBS["report"], tmp_path) == {"study": "multirun/a=b"}
    assert sys.argv == ["mathpal report", "notebook=x"]
    monkeypatch.setattr(sys, "argv", ["train.py", "+study=lora"])
    assert main._own_words(main.VERBS["train"], tmp_path) == {}
    assert sys.argv == ["train.py", "+study=lora"]


def test_the_verbs_answer_on_the_command_line(study: Path, tmp_path: Path) -> None:
    def ask(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mathpal", *words]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    done = ask("report", f"study={study}")
    assert done.returncode == 0, done.stderr
    assert (study / "report.html").is_file()
    assert ask("study", "status", f"study={study}").stdout.count("budget: 4 of 10") == 1
    shown = ask("study", "best", f"study={study}")
    assert (study / "best.yaml").read_text(encoding="utf-8") in shown.stdout
    wrong = ask("report", "study=nowhere")
    assert wrong.returncode == 2 and "study=nowhere" in wrong.stderr
    assert "a folder that exists" in wrong.stderr
    neither = ask("report")
    assert neither.returncode == 2 and neither.stderr.count("\n") == 1
    assert "exactly one of study=DIR" in neither.stderr
