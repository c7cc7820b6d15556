"""A data set of the Hugging Face Hub, or a folder laid out like one: what `data=hub` names.

Knows how such a data set is loaded and how loading fails. Usable rows are in `sieve`.
"""

import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from mathpal.data.columns import require_columns
from mathpal.data.finish import (
    EVERY_ROW,
    ONE_SPLIT,
    Characters,
    Count,
    Share,
    Tolerance,
    finish,
)
from mathpal.data.numbers import shortest, with_decimal_commas
from mathpal.data.sieve import sieve
from mathpal.errors import ConfigError, DataError
from mathpal.problems import RawRows, Row, Splits
from mathpal.record.hub_cache import unwritable_cache
from mathpal.settings.capabilities import Limits, declares


@declares(limits=Limits(audited=EVERY_ROW, undivided=ONE_SPLIT))
def hub(
    run_dir: Path | None,
    *,
    path: str,
    subset: str | None = None,
    revision: str | None = None,
    train_split: str = "train",
    validation_split: str | None = None,
    test_split: str | None = "test",
    question: str = "question",
    solution: str = "solution",
    answer: str | None = None,
    validation_share: Share = 0.05,
    test_share: Share = 0.1,
    max_test: Count = 200,
    max_quarantine: Tolerance = 0.2,
    max_characters: Characters = 20_000,
    seed: int = 42,
) -> Splits:
    """Load questions and solutions from the Hub, with the data set's own splits if it has them.

    Training rows that give a test question away (see `mathpal.data.leakage`) are dropped and
    counted, so the test set stays comparable.

    The arguments that are not explained here are those of `finish`.

    Args:
        run_dir: where `data/quarantine.jsonl` is written.
        path: "owner/name" on the Hub, or a folder with data/train-*.parquet and README.md.
        subset: the data set's configuration, if it has several.
        revision: branch, tag or commit; None for the newest. A folder has none.
        train_split: split to train on.
        validation_split: split of the validation loss; None takes `validation_share` of train.
        test_split: split to test on; None takes `test_share` of train.
        question: column of the question.
        solution: column of the worked solution.
        answer: column of the gold answer; None takes the answer that the solution declares.
        max_characters: longest question and solution together.

    Raises:
        ConfigError: the package datasets is not installed; a revision of a folder.
        DataError: no such data set, no access, no network, wrong splits or columns, too many
            malformed rows, nothing to train on.
    """
    columns = {"question": question, "solution": solution}
    if answer is not None:
        columns["answer"] = answer
    found = load(path, subset, revision)
    wanted = {"train": train_split, "validation": validation_split, "test": test_split}
    chosen = {keyword: name for keyword, name in wanted.items() if name is not None}
    _require_splits(path, chosen, {name: len(rows) for name, rows in found.items()})
    given = {
        keyword: sieve(
            _rows(path, found[name], columns), columns=columns, max_characters=max_characters
        )
        for keyword, name in chosen.items()
    }
    facts = {"title": path, "subset": subset, "revision": revision, "hub_splits": chosen}
    return finish(
        given,
        run_dir,
        source=f"data.path={path}",
        facts=facts,
        raw=[RawRows(partial(_reread, path, subset, revision, question), columns)],
        validation_share=validation_share,
        test_share=0.0 if "test" in given else test_share,
        max_test=max_test,
        max_quarantine=max_quarantine,
        seed=seed,
    )


def load(path: str, subset: str | None, revision: str | None) -> Any:
    """Load all splits of a data set with `datasets`.

    Args:
        path: "owner/name" on the Hub, or a folder.
        subset: the data set's configuration, if it has several.
        revision: branch, tag or commit of the Hub; None for the newest.

    Raises:
        ConfigError: the package datasets is not installed; a revision of a folder.
        DataError: no such data set, no access, no network.
    """
    folder = Path(path).expanduser()
    if revision is not None and folder.is_dir():
        raise ConfigError(
            f"data.revision={revision}: data.path={path} is a folder, which has no "
            "revisions; leave data.revision out, or name the data set on the Hub"
        )
    try:
        import datasets
    except ModuleNotFoundError as error:
        if error.name != "datasets":
            raise
        raise ConfigError(
            f"data.path={path} needs the package datasets: pip install 'mathpal[data]'"
        ) from error
    if not sys.stderr.isatty():
        datasets.disable_progress_bars()
    try:
        if folder.is_dir():
            return datasets.load_dataset(str(folder), subset)
        return datasets.load_dataset(path, subset, revision=revision)
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        reason = unwritable_cache(error)
        if reason is None:
            reason = f"{' '.join(str(error).split())[:300]}. {_advice(error)}"
        raise DataError(f"data.path={path} cannot be loaded: {reason}") from error


def _advice(error: Exception) -> str:
    """The advice for an error of the libraries."""
    names = {kind.__name__ for kind in type(error).__mro__} | {str(error)}
    said = " ".join(names)
    if "gated" in said or "401" in said or "403" in said:
        return "Ask for access on the data set's page and set HF_TOKEN to a token of yours"
    if "ConnectionError" in names or "OfflineModeIsEnabled" in said:
        return (
            "The Hub could not be reached: connect to the network (and unset HF_HUB_OFFLINE), or "
            "copy the data set's folder here and give it as data.path=FOLDER"
        )
    if "BuilderConfig" in said or "Config name is missing" in said:
        return "Choose one of these with data.subset="
    return (
        "Check the name (owner/name; private ones need HF_TOKEN), or give a folder that holds "
        "data/train-*.parquet as data.path=FOLDER"
    )


def _require_splits(path: str, chosen: Mapping[str, str], sizes: Mapping[str, int]) -> None:
    missing = {keyword: name for keyword, name in chosen.items() if name not in sizes}
    if not missing:
        return
    there = ", ".join(f"{name} ({size} rows)" for name, size in sizes.items())
    advice = " ".join(
        f"data.{keyword}_split={'null' if keyword != 'train' else next(iter(sizes))}"
        for keyword in missing
    )
    raise DataError(
        f"data.path={path} has no split {', '.join(map(repr, missing.values()))}; it has {there}. "
        f"Write {advice}"
    )


def _rows(path: str, found: Any, columns: Mapping[str, str]) -> list[Row]:
    require_columns(f"data.path={path}", columns, found.column_names)
    wanted = found.select_columns(list(dict.fromkeys(columns.values())))
    narrow = [
        name
        for name in wanted.column_names
        if getattr(wanted.features[name], "dtype", "") in ("float16", "float32")
    ]
    rows = []
    for number, given in enumerate(wanted, 1):
        fields = dict(given)
        for name in narrow:
            if fields[name] is not None:
                fields[name] = shortest(fields[name], narrow=True)
        rows.append(Row(number, fields))
    return with_decimal_commas(rows, columns.get("answer"))


def _reread(
    path: str, subset: str | None, revision: str | None, question: str, further: str | None
) -> Iterator[Row]:
    """The question of every row of all splits, with a further column where there is one."""
    wanted = list(dict.fromkeys([question] if further is None else [question, further]))
    for rows in load(path, subset, revision).values():
        if set(wanted) <= set(rows.column_names):
            for number, fields in enumerate(rows.select_columns(wanted), 1):
                yield Row(number, dict(fields))
