"""Hydra calls, imports and sets only what documented lists name, however it is asked to."""

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from mathpal.errors import ConfigError
from mathpal.settings import allowed
from mathpal.settings.command_line import check
from mathpal.settings.composition import CONF
from mathpal.settings.run_settings import RunSettings
from tests.e2e.verbs import called

SLURM = "hydra/launcher=submitit_slurm"
OPTUNA = "hydra/sweeper=optuna"


def ok(*arguments: str) -> list[str]:
    return check("train", arguments, CONF, RunSettings)


def message(*arguments: str) -> str:
    with pytest.raises(ConfigError) as error:
        ok(*arguments)
    return str(error.value)


@pytest.fixture
def friend(tmp_path: Path) -> Any:
    """A colleague's folder with an experiment; returns its flags and the word that composes it."""

    def given(text: str, group: str = "experiment") -> tuple[str, ...]:
        path = tmp_path / "conf" / group / "friend.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# @package _global_\n{text}\n", encoding="utf-8")
        return "--config-dir", str(tmp_path / "conf"), "+experiment=friend"

    return given


class TestCalls:
    @pytest.mark.parametrize(
        "words",
        [
            ["+hydra.callbacks.p={_target_: os.mkdir, path: x}"],
            ["+hydra.callbacks.p={_target_: os.system, command: id}"],
            ["+hydra.callbacks.p=3"],
            ["+hydra.callbacks.p=null"],
            ["+hydra.callbacks.p._target_=hydra.experimental.callbacks.PickleJobInfoCallback"],
            ["+hydra.callbacks.p={_target_: [os.mkdir], path: x}"],
            ["+hydra.callbacks.p={_target_: hydra.experimental.callbacks.LogJobReturnCallback, "
             "x: {_target_: os.mkdir, path: x}}"],
            ["+hydra.callbacks.p={_target_: hydra.experimental.callbacks.LogJobReturnCallback, "
             "_args_: [1]}"],
            ["hydra.launcher._target_=os.mkdir"],
            ["hydra.launcher._target_=hydra_plugins.mathpal_sweeps.sweepers.GridSweeper"],
            ["+hydra.launcher.x={_target_: os.mkdir, path: x}"],
            ["hydra.launcher.preload=[{_target_: os.mkdir, path: x}]"],
            ["hydra.launcher.preload=[antigravity]"],
            ["hydra.launcher=null"],
            ["hydra.sweeper._target_=os.mkdir"],
            ["hydra.sweeper=3"],
            ["hydra.sweeper._recursive_=true", "+hydra.sweeper.sampler._target_=os.mkdir"],
            ["+hydra.sweeper.x={_target_: os.mkdir, path: x}"],
            ["+hydra.sweeper._partial_=true"],
            [OPTUNA, "hydra.sweeper.params={x: {_target_: os.mkdir, path: x}}"],
            [OPTUNA, "hydra.sweeper.custom_search_space=os.system"],
            [SLURM, "hydra.launcher.setup=[rm -rf x]"],
            [SLURM, "hydra.launcher.comment='x\nrm -rf y'"],
            [SLURM, "+hydra.launcher.additional_parameters.comment='x\nrm -rf y'"],
            ["hydra/launcher=ray", "+hydra.launcher.ray.init.runtime_env={py_modules: [x]}"],
            ["+hydra.job.env_set.PATH=/somewhere"],
            ["+hydra.job.env_set.LD_PRELOAD=x.so"],
            ["+hydra.job.env_set.HF_ENDPOINT=http://x"],
            ["hydra.output_subdir=.hydra"],
            ["--experimental-rerun=job.pickle"],
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("shows", [False, True], ids=["run", "help"])
    def test_what_no_list_names_is_refused(self, words: list[str], shows: bool) -> None:
        text = message(*(["--help"] if shows else []), *words)
        assert "fault" in text.splitlines()[0]

    @pytest.mark.parametrize(
        "handler",
        [
            "{class: subprocess.Popen, args: [id]}",
            "{(): os.mkdir, path: x}",
            "{'()': os.mkdir, path: x}",
            "{class: logging.FileHandler, filename: /tmp/x.log}",
            "{class: logging.FileHandler, filename: '${hydra.runtime.output_dir}/../x.log'}",
            "{class: logging.FileHandler, filename: '${hydra.runtime.output_dir}/README.md'}",
            "{class: logging.FileHandler, filename: '${hydra.runtime.output_dir}/x.log', mode: w}",
            "{class: logging.handlers.QueueHandler, queue: os.getcwd}",
            "{class: logging.StreamHandler, stream: ext://os.environ}",
            "{class: logging.StreamHandler, stream: cfg://root}",
            "{class: logging.StreamHandler, formatter: nowhere}",
            "{class: logging.StreamHandler, level: LOUD}",
            "{class: logging.StreamHandler, .: {terminator: x}}",
            "{class: [logging.StreamHandler]}",
            "{}", "3", "null", "[]",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("node", ["job_logging", "hydra_logging"])
    def test_what_logging_would_call(self, friend: Any, handler: str, node: str) -> None:
        text = f"hydra: {{{node}: {{version: 1, root: null, handlers: {{extra: {handler}}}}}}}"
        assert f"hydra.{node}" in message(*friend(text))

    @pytest.mark.parametrize(
        "words",
        [
            ["~hydra.job_logging.root"],
            ["~hydra.job_logging.version"],
            ["hydra.job_logging.root.handlers=[nowhere]"],
            ["hydra.job_logging.root.level=3.5"],
            ["hydra.job_logging.formatters.plain.format='%(message'"],
            ["+hydra.job_logging.formatters.plain.style='{'"],
            ["+hydra.job_logging.filters.x={(): os.mkdir}"],
            ["+hydra.job_logging.loggers.a={level: 1, handlers: 3}"],
            ["hydra.verbose=3.5"],
        ],
    )
    def test_what_logging_could_not_build(self, words: list[str]) -> None:
        assert "hydra." in message(*words)

    @pytest.mark.parametrize(
        "words",
        [
            ["hydra/job_logging=default"],
            ["hydra/job_logging=stdout"],
            ["hydra/job_logging=disabled"],
            ["hydra/job_logging=none", "hydra/hydra_logging=default"],
            ["hydra.job_logging.handlers.console.stream=ext://sys.stdout"],
            ["+hydra.job_logging.loggers.urllib3={level: ERROR, handlers: [console]}"],
            ["hydra.verbose=true"],
            ["hydra.verbose=[hydra, mathpal]"],
            ["+hydra.callbacks.p._target_=hydra.experimental.callbacks.LogJobReturnCallback"],
            ["+hydra.job.env_set.OMP_NUM_THREADS='2'"],
            ["hydra.run.dir=runs/${now:%Y}/${hydra.job.name}"],
            ["hydra.launcher.preload=[scipy.stats]", "hydra.launcher.gpus=[0, 1]"],
            ["-m", "seed=1,2", "hydra/sweeper=basic"],
            ["-m", "seed=1,2", "hydra/sweeper=optuna", "hydra/sweeper/pruner=patience"],
            [SLURM, "+hydra.launcher.additional_parameters={mail-type: FAIL}"],
        ],
    )  # fmt: skip
    def test_what_the_lists_name_passes(self, words: list[str]) -> None:
        ok(*words)

    def test_colours_and_a_log_file_of_the_run_pass(self, friend: Any) -> None:
        ok(
            *friend(
                "hydra: {job_logging: {formatters: {c: {(): colorlog.ColoredFormatter, "
                "format: '%(message)s', log_colors: {INFO: green}}}, handlers: {f: {formatter: c, "
                "class: logging.FileHandler, filename: '${hydra.runtime.output_dir}/a.log'}}}}"
            )
        )


class TestTheLists:
    @pytest.mark.parametrize(
        ("words", "name"),
        [
            (["+hydra.callbacks.p={_target_: my.Callback, x: 1}"], "my.Callback"),
            (["+hydra.job_logging.handlers.h={class: my.Handler, x: 1}"], "my.Handler"),
            (["+hydra.job.env_set.MY_FLAG='1'"], "MY_FLAG"),
            (["hydra.launcher.preload=[my.module]"], "my.module"),
            ([SLURM, "hydra.launcher.setup=[module load cuda]"], "hydra.launcher.setup"),
            (["-m", "seed=1,2", OPTUNA, "hydra.sweeper.custom_search_space=my.more"], "my.more"),
        ],
    )
    def test_the_environment_adds_a_name(
        self, words: list[str], name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert f"MATHPAL_ALLOW={name}" in message(*words)
        monkeypatch.setenv("MATHPAL_ALLOW", f"other, {name}")
        ok(*words)

    def test_an_installed_package_adds_a_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        entry = EntryPoint("mine", "my.module:Callback", allowed.ENTRY_POINTS)
        monkeypatch.setattr(allowed, "entry_points", lambda group: [entry])
        ok("+hydra.callbacks.p._target_=my.module.Callback")
        message("+hydra.callbacks.p._target_=my.module.Other")

    def test_a_configuration_adds_none(self, friend: Any) -> None:
        text = (
            "hydra: {job: {env_set: {MATHPAL_ALLOW: os.mkdir}}, "
            "callbacks: {p: {_target_: os.mkdir, path: x}}}"
        )
        assert "MATHPAL_ALLOW" in message(*friend(text))


class TestAColleaguesExperiment:
    def test_makes_no_directory(self, friend: Any, tmp_path: Path) -> None:
        made = tmp_path / "made"
        words = friend(f"hydra: {{callbacks: {{p: {{_target_: os.mkdir, path: {made}}}}}}}")
        for flags in ([], ["--help"], ["--cfg", "all"], ["--info", "config"], ["-m"]):
            done = called("train", *flags, *words, "dry_run=true", cwd=tmp_path)
            assert (done.returncode, "os.mkdir" in done.stderr) == (2, True), flags
        assert not made.exists()

    def test_nor_as_one_value_of_a_sweep(self, friend: Any) -> None:
        words = friend("hydra: {job_logging: {formatters: {x: {(): os.mkdir, path: x}}}}")
        assert "os.mkdir" in message("-m", *words[:2], "+experiment=tiny_base,friend")

    def test_is_composed_where_it_is_sound_and_checked_as_any_other(self, friend: Any) -> None:
        ok(*friend("trainer: {max_steps: 5}"))
        assert "trainer.lrr=1" in message(*friend("trainer: {lrr: 1}"))
        assert "friend" in message(*friend("")[:2], "+experiment=foe")

    def test_a_folder_that_is_not_there(self) -> None:
        assert "a folder that exists" in message("--config-dir", "nowhere")


@pytest.mark.parametrize(
    "words",
    [
        ["dry_run=true", "--config-dir", "DIR", "+experiment=friend"],
        ["+experiment=friend", "-cd", "DIR", "dry_run=true"],
        ["+experiment=friend", "dry_run=true", "--config-dir=DIR"],
        ["+experiment=friend", "dry_run=true", "--config-dir=DIR", "--cfg", "job"],
    ],
)
def test_flags_and_overrides_stand_in_any_order(friend: Any, words: list[str]) -> None:
    _, folder, _ = friend("seed: 7")
    arranged = ok(*(word.replace("DIR", folder) for word in words))
    flags = [word for word in arranged if word.startswith("--")]
    assert arranged[: len(flags)] == flags and f"--config-dir={folder}" in flags
    assert set(arranged[len(flags) :]) == {"dry_run=true", "+experiment=friend"}
