"""Writes everything that a study is read from, and tells the terminal what was found."""

from pathlib import Path

from mathpal.record.files import short
from mathpal.studies.findings import find
from mathpal.studies.history import read
from mathpal.studies.notebook import write_notebook
from mathpal.studies.page import PAGE, best_yaml, draw, write_study
from mathpal.studies.verdict import verdict


def publish(folder: Path, *, notebook: Path | None = None, storage: str | None = None) -> list[str]:
    """Write the page of a study, its tables, figures and best trial.

    Args:
        folder: the study's directory.
        notebook: folder of the lab notebook to write the study into as well; None for none.
        storage: url of the study's storage, where study.json has it without its password.

    Returns:
        Lines for the terminal: the verdict, then the files; the last one is the page.

    Raises:
        ConfigError: when the storage's password is needed and not given, or a README.md of
            somebody else lies in the notebook's folder.
        DataError: when there is no study, or its files cannot be read.
    """
    found = find(read(folder, storage))
    drawn, again = draw(found), best_yaml(found)
    written = [
        *(write_notebook(found, drawn, again, notebook) if notebook else []),
        *write_notebook(found, drawn, again, folder),
        *write_study(found, drawn, again),
    ]
    lines = verdict(found)
    if again.absent:
        lines.append(f"no best.yaml: {again.absent}")
    shown = [path for path in written if path.name != PAGE and path.suffix != ".svg"]
    return [*lines, *(str(short(path)) for path in [*shown, folder / PAGE])]
