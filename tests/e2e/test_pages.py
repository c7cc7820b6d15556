"""Every page: its commands pass the check before a run, its code runs, its links lead somewhere."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from mathpal.cli import main as cli
from mathpal.cli import resuming
from mathpal.cli.verbs import VERBS
from mathpal.run import train
from mathpal.settings.command_line import check
from mathpal.settings.composition import CONF, compose
from tests.e2e.test_run import UNMEASURED

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    "README.md", "README.vi.md", "CONTRIBUTING.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
]  # fmt: skip
PROGRAMS = r"(?:\.venv/bin/)?(?:python train\.py|mathpal|python -m mathpal)(?= |$)"
# What the pages' commands name, beside data, runs and studies.
FOLDERS = ("DIR", "FOLDER", "outputs/latest", "multirun/lora", "multirun/default/DATE_TIME")
REFUSED = ("model=nope",)  # the README shows how faults are reported


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text_of(page), re.DOTALL)


def commands(page: str) -> list[str]:
    """The commands of code blocks, indented lines and inline code; none with a gap (…, VERB)."""
    text = text_of(page).replace("\\\n", " ")
    fenced = [line for block in re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
              for line in block.splitlines()]  # fmt: skip
    indented = re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)
    inline = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    found = [line for line in (*fenced, *indented) if re.match(PROGRAMS, line)]
    found += [line for line in inline if re.match(PROGRAMS, line) and "=" in line]
    return [
        line for line in found if not re.search(r"…|\bVERB\b|[A-Z]+=[A-Z]|\bRUN_DIR\b|=N", line)
    ]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with the files and folders that the pages name."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")  # some commands name ../shared
    monkeypatch.setenv("STUDIES", "sqlite:///x")
    for name in FOLDERS:
        Path(name).mkdir(parents=True)
    return tmp_path


class Replaced(Exception):
    """The process would be the worker of a run now."""


def replaced(*_: object) -> None:
    raise Replaced


def adapter(folder: Path) -> None:
    """Put an adapter with the default settings there, as far as the check looks at it."""
    lora = compose([]).lora
    config = {"peft_type": "LORA", "r": lora.r, "lora_alpha": lora.alpha}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text(json.dumps(config))
    (folder / "adapter_model.safetensors").touch()


def checked(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check a command line as its program does before it starts anything."""
    words = shlex.split(line, comments=True)
    words = words[2:] if words[1:2] == ["train.py"] else words[1:]
    if "train.py" in line:
        words = ["train", *words]
    name = next(name for name in VERBS if words[: len(name.split())] == name.split())
    verb, words = VERBS[name], words[len(name.split()) :]
    if any(word.startswith("resume=") for word in words):
        monkeypatch.setattr(resuming, "_extended", lambda run, *_: (str(run), {}))
        monkeypatch.setattr("os.execve", replaced)
        with pytest.raises(Replaced):
            resuming.resume(words)
        return
    monkeypatch.setattr(sys, "argv", ["mathpal", *words])
    own = cli._own_words(verb, CONF)
    check(verb.config, sys.argv[1:], CONF, cli._resolve(verb.schema), own)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_passes_the_check_before_a_run(
    page: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for line in commands(page):
        for name in re.findall(r"(?:run|resume)=(\S+)|study=(multirun\S+)|like=(\S+)", line):
            Path("".join(name).strip("'\"")).mkdir(parents=True, exist_ok=True)
        for name in re.findall(r"lora\.start=(\S+)", line):
            adapter(Path(name))
        for name in map(Path, re.findall(r"path=([\w./-]+)", line)):
            (name.parent if name.suffix else name).mkdir(parents=True, exist_ok=True)
            if name.suffix:
                name.write_text("[]")
        if not any(word in line for word in REFUSED) and "+experiment=my_lora" not in line:
            print(line)  # names the one that fails
            checked(line, monkeypatch)


def test_commands_are_found_wherever_they_stand() -> None:
    found = {page: len(commands(page)) for page in PAGES}
    assert found["README.md"] == found["README.vi.md"] >= 20
    for page in ("audit", "data", "gpu", "plan", "reliability", "studies", "sweeps", "tracking"):
        assert found[f"docs/{page}.md"] >= 1, page


@pytest.mark.parametrize("page", PAGES)
def test_links_and_paths_lead_somewhere(page: str) -> None:
    text, folder = text_of(page), (ROOT / page).parent
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = folder / path if path else ROOT / page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            lost.append(target)
    for path in re.findall(r"`((?:mathpal|tests|conf|docs|benchmarks|experiments)/[^`\s]*)`", text):
        if not re.search(r"[<>{}…$(]|[A-Z]{3}|times_table|my_lora", path):
            lost += [] if any(ROOT.glob(path.rstrip("/"))) else [path]
    assert lost == []


def anchors(file: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES)
def test_every_python_block_passes_the_linter(page: str, tmp_path: Path) -> None:
    for number, block in enumerate(blocks(page, "python")):
        path = tmp_path / f"block_{number}.py"
        path.write_text(block, encoding="utf-8")
        names = ["--ignore", "F821"] if page == "docs/sweeps.md" else []  # step and value are yours
        for words, known in ((["check"], names), (["format", "--check"], [])):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *words, "--no-cache", *known,
                 "--config", str(ROOT / "pyproject.toml"), str(path)],
                capture_output=True, text=True, timeout=60,
            )  # fmt: skip
            assert done.returncode == 0, f"{page}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", ["README.md", "README.vi.md"])
def test_the_data_set_of_the_readme_passes_the_gates(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = (b for b in blocks(page, "python") if "times_table" in b)
    (settings,) = (b for b in blocks(page, "yaml") if "times_table" in b)
    module: Any = SimpleNamespace(__name__="mathpal.data.times_table")
    exec(compile(code, page, "exec"), vars(module))
    module.times_table.__module__ = module.__name__
    monkeypatch.setitem(sys.modules, module.__name__, module)
    (tmp_path / "conf" / "data").mkdir(parents=True)
    (tmp_path / "conf" / "data" / "times_table.yaml").write_text(settings)
    own = [word for word in UNMEASURED if not word.startswith("data.")]
    words = ["data=times_table", f"hydra.searchpath=[file://{tmp_path}/conf]", "dry_run=true"]
    result = train(compose([*own, *words]), tmp_path / "run")
    assert not (result.run_dir / "data" / "leakage.jsonl").exists()
    summary = json.loads((result.run_dir / "data" / "summary.json").read_text())
    assert summary["notes"]["source"] == "times_table"


@pytest.mark.parametrize("page", PAGES)
def test_every_yaml_block_is_yaml(page: str) -> None:
    for block in blocks(page, "yaml"):
        assert isinstance(yaml.safe_load(block), dict)


def test_a_task_reports_as_the_page_of_sweeps_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hydra.core.hydra_config import HydraConfig

    runtime = SimpleNamespace(runtime=SimpleNamespace(output_dir=str(tmp_path)))
    monkeypatch.setattr(HydraConfig, "get", staticmethod(lambda: runtime))
    (code,) = (b for b in blocks("docs/sweeps.md", "python") if "trials.report" in b)
    exec(compile(code, "docs/sweeps.md", "exec"), {"step": 3, "value": 0.5})
    (line,) = (tmp_path / "metrics.jsonl").read_text().splitlines()
    assert json.loads(line)["objective"] == 0.5


def test_the_comparison_of_the_gpu_page_prints_both_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ours", "trl"):
        run = Path("outputs", name, "2026-01-01_00-00-00")
        run.mkdir(parents=True)
        (run / "metrics.jsonl").write_text('{"step": 1, "train/loss": 2.5}\n')
        metrics = {"train/tokens_per_second": 7.0, "train/peak_memory_gb": 1.5}
        (run / "outcome.json").write_text(json.dumps({"metrics": metrics}))
    (code,) = re.findall(r"python - <<'END'\n(.*?)\nEND", text_of("docs/gpu.md"), re.DOTALL)
    exec(compile(code, "docs/gpu.md", "exec"), {})
    first, *runs = capsys.readouterr().out.splitlines()
    assert first == "1 2.5 2.5"
    assert [line.split()[1:] for line in runs] == [["7.0", "1.5"]] * 2


ROWS = [
    {"question": asked, "problem": asked, "solution": "Đáp số: 3 cái"}
    for n in range(9, 29)
    for who, how in (("Lan", "Hỏi còn mấy cái?"), ("Minh", "Tính số kẹo còn lại."))
    for asked in [f"{who} có {n} cái kẹo, cho bạn {n - 3} cái. {how}"]
]
NOT_HERE = (
    "experiment=|launcher|study|optuna|tracker|resume|model=nope|storage|like=|path=(?!exams.json)"
)
SHORT = [*UNMEASURED, "trainer.max_steps=1"]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_commands_for_this_machine_are_executed(page: str, tmp_path: Path) -> None:
    """Those without a GPU, a hub, a cluster or a finished study, as short as they can be."""
    (tmp_path / "exams.json").write_text(json.dumps(ROWS))
    run = [sys.executable, str(ROOT / "train.py")]
    for line in commands(page):
        words = shlex.split(line, comments=True)
        mine = words[1:2] == ["train.py"]
        reads = re.match(r"mathpal (plan|data (audit|preview|generate)) ", line)
        if not (mine or reads) or re.search(NOT_HERE, line):
            continue
        if mine:
            vimath = not re.search(r"\bdata=(?!vimath)", line)
            own = [w for w in SHORT if vimath or not w.startswith("data.")]
            dry = [] if "-m" in words else ["dry_run=true"]
            command = [*run, *words[2:], *(w for w in own if w.split("=")[0] not in line), *dry]
        else:
            small = [re.sub(r"count=\d+", "count=50", word) for word in words[1:]]
            command = [sys.executable, "-m", "mathpal", *small]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=600, env=os.environ
        )
        # An audit ends with 1 where the rows fail it.
        assert done.returncode in ((0, 1) if "audit" in line else (0,)), f"{line}\n{done.stderr}"
