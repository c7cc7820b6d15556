"""Make the directories that Hydra is told to write to, before Hydra does.

Hydra would end in a traceback where one cannot be made, and give the runs of one second the same.
"""

from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import OmegaConf, open_dict, read_write

from mathpal.record import directories


class Directories(Callback):
    """Make `hydra.run.dir` or `hydra.sweep.dir`; one that is named after the second is unique."""

    def on_run_start(self, config: Any, **_: Any) -> None:
        _make(config.hydra, "run")

    def on_multirun_start(self, config: Any, **_: Any) -> None:
        _make(config.hydra, "sweep")


def _make(hydra: Any, kind: str) -> None:
    from mathpal.cli.main import exit_codes

    node = hydra[kind]
    written, path = OmegaConf.to_container(node, resolve=False)["dir"], Path(node.dir)  # type: ignore[index, call-overload]
    with exit_codes():
        if "%S" not in str(written):
            if not path.is_dir() or path.resolve() != Path.cwd():
                directories.make(path)
            return
        made = directories.new(path)
    if made != path:
        with read_write(hydra), open_dict(hydra):
            node.dir = str(made)
            # The configuration of each run of a sweep is composed anew, from these words.
            quoted = str(made).replace("'", "\\'")
            hydra.overrides.hydra.append(f"hydra.{kind}.dir='{quoted}'")
