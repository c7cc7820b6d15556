"""The results of one script: a JSON file, rewritten atomically after every cell, and its table.

Knows the machine, the versions and the command; knows nothing of the measurements.
"""

import argparse
import json
import os
import platform
import shlex
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

PACKAGES = (
    "torch", "triton", "transformers", "peft", "lightning", "accelerate", "trl", "unsloth",
    "unsloth_zoo", "cut-cross-entropy", "liger-kernel", "bitsandbytes", "flash-attn",
)  # fmt: skip

Values = dict[str, Any]


class Column(NamedTuple):
    """A column of the table: the value's key in a cell, the heading, the format."""

    key: str
    title: str
    form: str = ""


class Store:
    """The JSON file and the table of one script's results."""

    def __init__(
        self, asked: argparse.Namespace, question: str, columns: Sequence[Column], notes: str
    ) -> None:
        prefix = "toy_gpu_" if asked.toy else "gpu_"
        self.path = asked.out / f"{prefix}{question}.json"
        self.columns, self.notes = columns, notes
        self.commit, self.machine = commit(), machine()
        self.command = shlex.join(asked.argv)
        self.data: dict[str, Any] = {"schema": 1, "question": question, "cells": {}}
        if self.path.exists():
            self.data = json.loads(self.path.read_text(encoding="utf-8"))

    def has(self, name: str) -> bool:
        return f"{name}@{self.commit}" in self.data["cells"]

    def put(self, name: str, values: Values) -> None:
        own = {"cell": name, "commit": self.commit, "command": self.command, **values}
        self.data["cells"][f"{name}@{self.commit}"] = own | {"machine": self.machine}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _replace(self.path, json.dumps(self.data, indent=1, default=str) + "\n")
        _replace(self.path.with_suffix(".md"), self.table() + "\n")

    def mine(self) -> dict[str, Values]:
        """The cells of this commit, by name."""
        cells = self.data["cells"].values()
        return {own["cell"]: own for own in cells if own["commit"] == self.commit}

    def table(self) -> str:
        """The cells of this commit as Markdown."""
        mine = self.mine()
        shown = [c for c in self.columns if any(c.key in values for values in mine.values())]
        lines = ["| cell | " + " | ".join(column.title for column in shown) + " |"]
        lines.append("|---|" + "---:|" * len(shown))
        for name, values in mine.items():
            lines.append(f"| {name} | {_row(values, shown)} |")
        facts = self.machine
        where = (
            f"{facts['gpu']}, {facts['gpu_memory_gb']} GB, driver {facts['driver']}"
            if facts["gpu"]
            else f"{facts['cpu']} (no GPU)"
        )
        versions = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
        lines += ["", f"{where}; Python {facts['python']}; {versions}."]
        lines += [f"Commit {self.commit}; `{self.command}`.", *([self.notes] if self.notes else [])]
        return "\n".join(lines)


def _row(values: Values, shown: Sequence[Column]) -> str:
    fault = values.get("missing") or values.get("error")
    if fault:
        line = " ".join(str(fault).split()).replace("|", "/")[:160]
        return line + " |" * max(0, len(shown) - 1)
    return " | ".join(_shown(values.get(column.key), column.form) for column in shown)


def _shown(value: Any, form: str) -> str:
    if value is None:
        return ""
    return format(value, form) if form and isinstance(value, int | float) else str(value)


def brief(values: Values, columns: Sequence[Column]) -> str:
    """A cell in one line."""
    fault = values.get("missing") or values.get("error")
    if fault:
        return " ".join(str(fault).split())[:300]
    pairs = [(c.title, _shown(values[c.key], c.form)) for c in columns if c.key in values]
    return ", ".join(f"{title} {value}" for title, value in pairs)


def commit() -> str:
    """The commit of this code; set MATHPAL_COMMIT if there is no repository."""
    from mathpal.record import environment

    return (os.environ.get("MATHPAL_COMMIT") or environment.git_state()[0] or "unknown")[:12]


def machine() -> Values:
    """The machine, and the versions of the packages."""
    import torch

    from mathpal.record import environment

    gpu = torch.cuda.get_device_properties(0) if torch.cuda.is_available() else None
    installed = {name: environment.version_of(name) for name in PACKAGES}
    return {
        "gpu": gpu.name if gpu else None,
        "gpu_memory_gb": round(gpu.total_memory / 2**30, 1) if gpu else None,
        "driver": environment.driver(),
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version() if gpu else None,
        "python": platform.python_version(),
        "packages": {name: version for name, version in installed.items() if version},
        "date": time.strftime("%Y-%m-%d"),
        **environment.hardware(),
    }


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
