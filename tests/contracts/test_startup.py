"""What is answered before anything is loaded: help, the composed configuration, mistakes."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from mathpal.settings.composition import CONF

TRAIN = CONF.parent / "train.py"
HEAVY = ("torch", "transformers", "lightning", "peft", "numpy", "tokenizers", "pyarrow")
LIMIT_SECONDS = 5.0  # DESIGN asks for one; continuous integration is a noisy neighbour


class Answer(NamedTuple):
    """A finished process; its seconds are those of the processor, however busy the machine is."""

    code: int
    out: str
    err: str
    seconds: float
    loaded: list[str]


Ask = Callable[..., Answer]


def processor_seconds() -> float:
    """Return the processor time of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Run train.py as a user would, in an empty folder, and see which modules it loaded."""

    def run(*arguments: str) -> Answer:
        before = processor_seconds()
        done = subprocess.run(
            [sys.executable, "-X", "importtime", str(TRAIN), *arguments],
            cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        seconds = processor_seconds() - before
        lines = done.stderr.splitlines()
        imported = {line.rpartition("|")[2].strip() for line in lines
                    if line.startswith("import time:")}  # fmt: skip
        err = "\n".join(line for line in lines if not line.startswith("import time:"))
        print(f"{' '.join(arguments)}: {seconds:.2f} s")
        return Answer(done.returncode, done.stdout, err, seconds,
                      [name for name in HEAVY if name in imported])  # fmt: skip

    return run


def is_quick(answer: Answer, folder: Path) -> None:
    assert answer.loaded == []
    assert answer.seconds < LIMIT_SECONDS
    assert list(folder.iterdir()) == [], "nothing may be left where nothing was run"
    assert "Traceback" not in answer.err + answer.out


def test_help_shows_groups_and_settings(ask: Ask, tmp_path: Path) -> None:
    answer = ask("--help")
    is_quick(answer, tmp_path)
    assert answer.code == 0
    for part in ("gemma3n_tiny", "lora: dora", "batch_tokens: 2048", "+experiment=grade6_e2b"):
        assert part in answer.out


def test_the_composed_configuration_is_shown(ask: Ask, tmp_path: Path) -> None:
    answer = ask("--cfg", "job", "lora=r32", "trainer.lr=0.5")
    is_quick(answer, tmp_path)
    assert answer.code == 0
    assert "r: 32" in answer.out
    assert "lr: 0.5" in answer.out


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["lora=r99"], ["1 fault in", "lora=r99", "an option of conf/lora: dora"]),
        (["trainer.lrr=1", "lora.r=0"], ["2 faults", "did you mean trainer.lr=…?", "lora.r=0"]),
        (["trainer.lr=nan"], ["trainer.lr", "finite number"]),
        (["experiment=tiny_base"], ["+experiment=tiny_base"]),
        (["data._target_=os.system"], ["data._target_=os.system", "nothing else is ever called"]),
        (
            ["data=mixture", "+data@data.sources.own=file", "data.sources.own.pth=x", "lora.r=0"],
            [
                "data.sources.own.path is not given",
                "did you mean data.sources.own.path=…?",
                "lora.r=0",
            ],
        ),
        (["data.seed=${nothing}"], ["interpolations that name existing settings"]),
        (["seed=1,2"], ["one value, or -m", "-m seed=1,2"]),
        (["-m", "lora=r8,r99"], ["lora=r99"]),
        (["model.quantization=none"], ["+model.quantization=none"]),
        (["--cfg", "job", "lora=r99"], ["lora=r99"]),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) and len(value) < 3 else None,
)
def test_a_mistake_is_answered_with_a_message_and_leaves_nothing(
    ask: Ask, tmp_path: Path, arguments: list[str], parts: list[str]
) -> None:
    answer = ask(*arguments)
    is_quick(answer, tmp_path)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.startswith("train.py: ")
    assert all(part in answer.err for part in parts), answer.err


def test_a_flag_that_does_not_exist_is_a_mistake_too(ask: Ask, tmp_path: Path) -> None:
    answer = ask("--gpu")
    is_quick(answer, tmp_path)
    assert answer.code == 2
    assert "--gpu" in answer.err


def test_the_stages_between_the_groups_load_the_large_libraries_only_when_called() -> None:
    """`import mathpal.run.preparing` comes before the model's loader decides what must be first."""
    code = (
        "import sys, mathpal.run.preparing, mathpal.run.finishing\n"
        "import mathpal.training.fit, mathpal.models.loading\n"
        f"print([name for name in {HEAVY[:4] + ('safetensors', 'onnx', 'torchmetrics')!r} "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"
