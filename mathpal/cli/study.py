"""The verbs of `mathpal study`: one function per verb.

The keyword-only parameters of a function are the verb's settings.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge
from pydantic import DirectoryPath

from mathpal.errors import ConfigError, DataError
from mathpal.settings.checked import Composition
from mathpal.settings.run_settings import Name

_WIDTH = 160  # columns of the table if standard output is not a terminal


def status(
    composition: Composition,
    *,
    study: DirectoryPath,
    rows: Annotated[int, Ge(0)] = 30,
    storage: str | None = None,
) -> None:
    """Show a study's newest trials, its best trial and how many trials are left.

    Args:
        study: the study's directory, e.g. multirun/lora.
        rows: most trials in the table, newest last.
        storage: URL of the study's storage, if study.json has it without the password.
    """
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from mathpal.studies.findings import find
    from mathpal.studies.history import read
    from mathpal.studies.standing import summary
    from mathpal.studies.tables import trials

    found = find(read(study, storage))
    newest = found.history.trials[-rows:] if rows else []
    told = trials(found.history, newest)
    if newest:
        table = Table(*(Column(Text(head)) for head in told.heads), box=None, pad_edge=False)
        for column, right in zip(table.columns, told.right, strict=True):
            column.justify = "right" if right else "left"
            column.no_wrap = column is not table.columns[-1]
        best = found.best_trial
        for trial, cells in zip(newest, told.rows, strict=True):
            # Text: an error message may contain rich's markup.
            table.add_row(*map(Text, cells), style="bold" if trial is best else "")
        Console(width=None if sys.stdout.isatty() else _WIDTH).print(table)
        print()
    left_out = len(found.history.trials) - len(newest)
    if left_out and rows:
        print(
            f"{left_out} earlier trials are not shown; rows={len(found.history.trials)} shows all"
        )
    for line in summary(found):
        print(line)


def best(
    composition: Composition,
    *,
    study: DirectoryPath,
    trial: Annotated[int, Ge(0)] | None = None,
    save: Name | None = None,
    force: bool = False,
    storage: str | None = None,
) -> None:
    """Show a study's best trial as an experiment, and optionally save it to conf/experiment/.

    Args:
        study: the study's directory, e.g. multirun/lora.
        trial: number of another trial to show instead.
        save: name of the experiment to write: conf/experiment/NAME.yaml.
        force: overwrite an existing experiment of that name.
        storage: URL of the study's storage, if study.json has it without the password.

    Raises:
        ConfigError: if the trial does not exist, or the experiment exists already.
        DataError: if the study has no best trial, or the trial cannot be composed again.
    """
    from mathpal.record.files import short, write_text
    from mathpal.settings.composition import CONF
    from mathpal.studies.findings import find
    from mathpal.studies.history import read
    from mathpal.studies.page import best_yaml
    from mathpal.studies.standing import of_trial

    path = CONF / "experiment" / f"{save}.yaml"
    if save is not None and path.exists() and not force:
        raise ConfigError(
            f"{short(path)} is there already; choose another name with save=NAME, or overwrite it "
            "with force=true"
        )
    found = find(read(study, storage))
    chosen = found.best_trial if trial is None else _numbered(found.history.trials, trial, study)
    again = best_yaml(found, chosen, save)
    if again.value is None or chosen is None:
        raise DataError(f"{study}: {again.absent}")
    for line in of_trial(found, chosen):
        print(line)
    print()
    print(again.value, end="")
    if save is not None:
        write_text(path, again.value)
        print()
        print(short(path))


def _numbered(trials: list[Any], number: int, study: Path) -> Any:
    for trial in trials:
        if trial.number == number:
            return trial
    known = f"0 to {trials[-1].number}" if trials else "none yet"
    raise ConfigError(f"trial={number}: {study} has no such trial; it has {known}")
