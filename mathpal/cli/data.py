"""What the verbs of `mathpal data` do, from checked settings to the terminal.

The keyword-only parameters of a verb's function are its settings.
"""

import logging
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from annotated_types import Ge, Lt

from mathpal.curriculum import Regime
from mathpal.data.vimath import Count, Grades, Share, Weight
from mathpal.errors import ConfigError
from mathpal.settings.preflight import Name

log = logging.getLogger(__name__)

Calls = dict[str, partial[Any]]
Seed = Annotated[int, Ge(0)]
Part = Annotated[float, Ge(0), Lt(1)]
Split = Literal["train", "validation", "test"]


def preview(
    calls: Calls,
    *,
    rows: Count = 3,
    split: Split = "train",
    seed: Seed = 42,
) -> None:
    """Show rows of a data set as the model sees them, with the loss mask.

    Args:
        rows: how many.
        split: of which part.
        seed: of a model made from nothing; the data has its own.
    """
    from mathpal.data.quarantine import count_malformed
    from mathpal.models.loading import load_tokenizer
    from mathpal.tokens.preview import rendered, statistics

    splits = calls["data"](None)
    if malformed := count_malformed(splits.rejected):
        log.warning("%d malformed rows left out", malformed)
    model = calls["model"]
    path = model.keywords.get("path")
    tokenizer = load_tokenizer(path) if path else model().tokenizer
    problems = getattr(splits, split)
    limit = model.keywords["max_length"]
    for problem in problems[:rows]:
        print(rendered(problem, tokenizer, max_length=limit, colour=sys.stdout.isatty()))
    print(statistics(splits, split, tokenizer, max_length=limit))


def audit(
    calls: Calls,
    *,
    out: Path = Path("audit"),
    fail_on: Mapping[str, Share | None] = MappingProxyType({}),
    seed: Seed = 42,
) -> None:
    """Look for what is wrong with a data set; exit with 1 where it passes a threshold.

    Args:
        out: folder of audit.html, audit.json, checkable.jsonl and quarantine.jsonl.
        fail_on: group of findings to the largest share of the rows put up with, 0 to 1; None
            for any.
        seed: of a model made from nothing; the data has its own.
    """
    from mathpal.data import audit as auditing
    from mathpal.models.loading import load_tokenizer
    from mathpal.reporting.audit_page import write_page

    if unknown := sorted(set(fail_on) - set(auditing.GROUPS)):
        raise ConfigError(
            f"fail_on: there is no group {', '.join(unknown)}; "
            f"there are {', '.join(auditing.GROUPS)}"
        )
    if out.exists() and not out.is_dir():
        raise ConfigError(f"out={out} is a file; name a folder")
    model = calls["model"]
    path = model.keywords.get("path")
    tokenizer = load_tokenizer(path) if path else model().tokenizer
    limit = model.keywords["max_length"]
    found = auditing.audit(auditing.material(calls["data"]), tokenizer, max_length=limit)
    auditing.write_audit(found, out)
    passed = auditing.over(found, fail_on)
    source = calls["data"]
    page = write_page(found, out, title=_titled(source), passed=passed)
    print(auditing.text_table(found))
    print(*(f"FAIL {line}" for line in passed), page, sep="\n")
    if passed:
        sys.exit(1)


def _titled(source: partial[Any]) -> str:
    """The source's name, with its file where it reads one."""
    path = source.keywords.get("path")
    return (
        f"{source.func.__name__}: {path.name}" if isinstance(path, Path) else (source.func.__name__)
    )


def build(
    calls: Calls,
    *,
    out: Path | None = None,
    name: Name | None = None,
    format: Literal["parquet", "json"] = "parquet",
    checkable_only: bool = False,
    validation_share: Part | None = None,
    test_share: Part | None = None,
    stratify: Literal["grade", "kind", "family", "topic", "stratum"] | None = None,
    group: str = "question",
    license: Name = "unknown",
    push: str | None = None,
    private: bool = True,
    artifact: Literal["comet", "wandb"] | None = None,
    overwrite: bool = False,
    seed: Seed = 42,
) -> None:
    """Make a data set of any source: cleaned, audited, divided, with a data card.

    Args:
        out: its folder; None for one of its name, here.
        name: None for {data_type}-{grade_name}-instruct-dataset.
        format: of the files.
        checkable_only: leave out the rows that the audit spoils.
        validation_share: with one of the shares the rows are divided anew.
        test_share: with neither the source's own splits stay.
        stratify: what has the same shares in every split.
        group: what is never divided: question (numbers masked), family, topic, template,
            grade, or a field of the source's rows, e.g. link.
        license: of the texts, as the Hub calls it.
        push: owner, or owner/name, of the Hub to upload to; needs HF_TOKEN.
        private: whether only the owner's team sees what is pushed.
        artifact: where it is recorded as an artifact; needs COMET_API_KEY or WANDB_API_KEY.
        overwrite: replace a data set that was built there before.
        seed: of the division; the source has its own.
    """
    from mathpal.data import publishing
    from mathpal.data.build import build_dataset, without_password
    from mathpal.reporting.audit_page import write_page

    publishing.require_access(push, artifact)
    built = build_dataset(
        calls["data"],
        out=out,
        page=partial(_page, write_page),
        command=without_password(_command("build", sys.argv[1:])),
        name=name,
        form=format,
        checkable_only=checkable_only,
        validation_share=validation_share,
        test_share=test_share,
        stratify=stratify,
        group=group,
        seed=seed,
        license=license,
        overwrite=overwrite,
    )
    counts = ", ".join(f"{split} {count:,}" for split, count in built.rows.items())
    print(f"{built.name}: {counts}")
    if built.left_out:
        print(f"{built.left_out:,} rows left out: {built.folder}/audit/quarantine.jsonl")
    if built.leaks:
        print(f"{built.leaks:,} training rows dropped: they give a held-out question away")
    if push is not None:
        print(publishing.push_folder(built.folder, push, name=built.name, private=private))
    if artifact is not None:
        print(publishing.log_artifact(built.folder, artifact, built.name))
    print(built.folder)


def _page(write_page: Any, found: Any, folder: Path, title: str) -> None:
    write_page(found, folder, title=title, passed=[])


def _command(verb: str, words: Sequence[str]) -> str:
    """The command without the settings that do not change what is made."""
    elsewhere = ("out=", "overwrite=", "push=", "private=", "artifact=")
    kept = [word for word in words if not word.lstrip("+").startswith(elsewhere)]
    return shlex.join(["mathpal", "data", verb, *kept])


def generate(
    calls: Calls,
    *,
    out: Path = Path("problems.parquet"),
    count: Count = 10_000,
    part: Split = "train",
    split: Regime = "iid",
    grades: Grades | None = None,
    topics: Sequence[str] | None = None,
    strata: Sequence[str] | None = None,
    families: Sequence[str] | None = None,
    weights: Mapping[str, Weight] | None = None,
    multiple_choice: Share = 0.0,
    seed: Seed = 42,
    workers: Count = 1,
    overwrite: bool = False,
) -> None:
    """Write generated problems to one file, any number of them in flat memory.

    Args:
        out: the file, .parquet or .arrow.
        count: problems.
        part: of which split; no two parts share a problem of one family.
        split: what is unseen in the test part: iid values, template, range or family.
        grades: school grades; None for all.
        topics: None for all.
        strata: standard, advanced or both; None for both.
        families: names; None for all that meet the rest.
        weights: of families or topics, 0 or more; 1 where not named.
        multiple_choice: share of the problems given with four options.
        seed: names the draw.
        workers: processes; the file does not depend on it.
        overwrite: replace a file that is there.
    """
    from mathpal.data.stream import write_problems

    if out.exists() and (out.is_dir() or not overwrite):
        mend = "name a file" if out.is_dir() else "overwrite=true replaces it"
        raise ConfigError(f"out={out} is there already; {mend}")
    began = time.perf_counter()
    size = write_problems(
        out,
        count=count,
        part=part,
        split=split,
        grades=grades,
        topics=topics,
        strata=strata,
        families=families,
        weights=weights,
        multiple_choice=multiple_choice,
        seed=seed,
        workers=workers,
    )
    rate = count / (time.perf_counter() - began)
    print(f"{count:,} problems, {size:,} bytes, {rate:,.0f} problems a second")
    print(out)
