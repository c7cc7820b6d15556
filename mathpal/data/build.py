"""Build a data set from any source, in the Hub's layout, with a data card and an audit.

Knows the files of a finished folder. The rows come from `gathering`, the folder from `folders`,
the card's text from `card`.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.data.audit import Audit, text_table, write_audit
from mathpal.data.card import File, card, default_name
from mathpal.data.division import OWN, QUESTION, Stratum, divide_anew, groups_of, strata_of
from mathpal.data.fields import fields_of
from mathpal.data.folders import MANIFEST, appearing, require_free
from mathpal.data.gathering import Gathered, extract, gather
from mathpal.data.layout import Format, columns_of, write_split
from mathpal.data.limits import nested_setting
from mathpal.data.sieve import SPLITS, Divided
from mathpal.errors import ConfigError
from mathpal.problems import Problem
from mathpal.record import environment, files

SCHEMA = 1
PACKAGES = ("mathpal", "pyarrow")
Page = Callable[[Audit, Path, str], object]


class Built(NamedTuple):
    """A finished data set.

    Attributes:
        folder: its folder.
        name: its name.
        rows: number of rows by split.
        left_out: rows left out because `checkable_only` was set and the audit spoiled them.
        leaks: training rows dropped because they give a held-out row away.
    """

    folder: Path
    name: str
    rows: dict[str, int]
    left_out: int
    leaks: int


def build_dataset(
    source: partial[Any],
    *,
    out: Path | None,
    page: Page,
    command: str,
    name: str | None = None,
    form: Format = "parquet",
    checkable_only: bool = False,
    validation_share: float | None = None,
    test_share: float | None = None,
    stratify: Stratum | None = None,
    group: str = QUESTION,
    seed: int = 42,
    license: str = "unknown",
    overwrite: bool = False,
) -> Built:
    """Build a data set and write it with its card, its audit and its manifest.

    Args:
        source: the bound callable of a `data` group.
        out: the folder; None for the data set's name, in the working directory.
        page: writes the audit's page, given the audit, a folder and a title.
        command: the command line, for the card.
        name: of the data set; None for `default_name`.
        form: format of the files.
        checkable_only: whether to leave out rows that the audit spoils.
        validation_share: share of the rows, 0 to 1. If one of the shares is given, the rows
            are divided anew. If neither is, the source's own splits stay.
        test_share: share of the rows, 0 to 1.
        stratify: property whose values have the same share in every split.
        group: property whose rows stay together in one split, see `groups_of`.
        seed: of the division.
        license: the license of the texts, as the Hub names it.
        overwrite: whether to replace a data set that was built there before.

    Raises:
        ConfigError: the folder is taken, or settings contradict each other.
        DataError: an error of the source, no row left to train on, or an empty split.
    """
    shares = {"validation_share": validation_share or 0.0, "test_share": test_share or 0.0}
    anew = validation_share is not None or test_share is not None
    _require_consistent(shares, stratify, group, anew=anew)
    if out is not None or name is not None:
        require_free(out or Path(str(name)), overwrite=overwrite)
    given = extract(source, divide=anew)
    fields: dict[str, str] = {}
    if group not in (QUESTION, *OWN):
        fields = fields_of(given.raw, group, source=source.func.__name__)
    division: dict[str, Any] = {**shares, "stratify": stratify, "group": group, "seed": seed}
    divide = partial(_divided, fields=fields, **division) if anew else None
    rows = gather(given, divide, checkable_only=checkable_only)
    name = name or default_name(source.func.__name__, rows.splits)
    folder = out or Path(name)
    require_free(folder, overwrite=overwrite)
    facts: dict[str, Any] = {
        "name": name,
        "command": command,
        "division": division if anew else None,
        "checkable_only": checkable_only,
        "license": license,
        **_facts(source, rows),
    }
    with appearing(folder) as draft:
        _write(draft, rows, facts, fields, group, form, page)
    return Built(folder, name, facts["rows"], rows.left_out, rows.leaks)


def _facts(source: partial[Any], rows: Gathered) -> dict[str, Any]:
    """The manifest's facts about the source, the rows and the program."""
    commit, diff = environment.git_state()
    return {
        "schema": SCHEMA,
        "source": {
            "function": source.func.__name__,
            "settings": _settings(source),
            "fingerprint": rows.fingerprint,
            "notes": rows.splits.notes,
        },
        "left_out": rows.left_out,
        "leaks_dropped": rows.leaks,
        "rows": {split: len(getattr(rows.splits, split)) for split in SPLITS},
        "git": {"commit": commit, "dirty": bool(diff)},
        "packages": {package: environment.version_of(package) for package in PACKAGES},
    }


def _require_consistent(
    shares: Mapping[str, float], stratify: Stratum | None, group: str, *, anew: bool
) -> None:
    if not anew and (stratify is not None or group != QUESTION):
        asked = f"group={group}" if stratify is None else f"stratify={stratify}"
        raise ConfigError(
            f"{asked} without a share: the source's own splits stay as they are; add "
            "test_share=0.1 to divide the rows anew"
        )
    if sum(shares.values()) >= 1:
        given = " and ".join(f"{name}={value:g}" for name, value in shares.items())
        raise ConfigError(f"{given} leave nothing to train on; their sum must stay below 1")


def _divided(
    problems: list[Problem],
    *,
    fields: Mapping[str, str],
    stratify: Stratum | None,
    group: str,
    **settings: Any,
) -> Divided:
    groups = groups_of(problems, group, fields)
    return divide_anew(problems, groups, strata_of(problems, stratify), **settings)


def _write(
    draft: Path,
    rows: Gathered,
    facts: Mapping[str, Any],
    fields: Mapping[str, str],
    group: str,
    form: Format,
    page: Page,
) -> None:
    """Write every file of the folder, the manifest last."""
    write_audit(rows.audit, draft / "audit")
    files.write_text(draft / "audit" / "audit.txt", text_table(rows.audit) + "\n")
    page(rows.audit, draft / "audit", facts["name"])
    problems = [problem for part in rows.splits[:3] for problem in part]
    columns = columns_of(problems, group if fields else None)
    written = {
        split: _file(draft, write_split(draft, split, part, columns, fields, form))
        for split in SPLITS
        if (part := getattr(rows.splits, split))
    }
    text = card(
        facts["name"],
        files=written,
        splits=rows.splits,
        columns=columns,
        made=_made(facts),
        audit=rows.audit,
        license=facts["license"],
    )
    files.write_text(draft / "README.md", text)
    paths = sorted(str(path.relative_to(draft)) for path in draft.rglob("*") if path.is_file())
    sums = {path: _file(draft, path).sha256 for path in paths}
    names = [column.name for column in columns]
    files.write_json(draft / MANIFEST, {**facts, "columns": names, "files": sums})


def _file(folder: Path, path: str) -> File:
    with (folder / path).open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return File(path, (folder / path).stat().st_size, sha256)


def _made(facts: Mapping[str, Any]) -> list[str]:
    """The card's lines on how the data set was made."""
    source, division = facts["source"], facts["division"]
    lines = [
        f"`{facts['command']}`, mathpal {facts['packages']['mathpal']}",
        f"source {source['function']}, sha256 of its rows {source['fingerprint']}",
    ]
    described = str(source["notes"].get("description", "")).splitlines()
    if division is None:
        lines += [*described, "The splits are the source's own."]
    else:
        # The source held nothing out, so its own line on splits does not apply.
        lines += [line for line in described if not line.lstrip().startswith("train ")]
        together = (
            "question (numbers masked)" if division["group"] == QUESTION else division["group"]
        )
        strata = f", the same in every {division['stratify']}" if division["stratify"] else ""
        lines.append(
            f"All rows were divided anew: validation {division['validation_share']:g}, test "
            f"{division['test_share']:g}{strata}; rows of one {together} stay together; "
            f"seed {division['seed']}. {facts['leaks_dropped']} training rows were dropped because "
            "they give a held-out question away."
        )
    if facts["checkable_only"]:
        lines.append(f"{facts['left_out']} rows were left out because the audit spoils them.")
    return lines


def _settings(source: partial[Any]) -> dict[str, Any]:
    """The source's settings as JSON values."""
    nested = nested_setting(source)
    return {
        name: {key: {"function": part.func.__name__, "settings": _settings(part)}
               for key, part in value.items()}
        if name == nested
        else without_password(str(value)) if isinstance(value, (str, Path))
        else value
        for name, value in source.keywords.items()
    }  # fmt: skip


def without_password(text: str) -> str:
    """Remove user and password from the addresses in a text."""
    return re.sub(r"://[^/@\s]+@", "://", text)
