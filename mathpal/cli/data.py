"""The verbs of `mathpal data`: one function per verb.

The keyword-only parameters of a function are the verb's settings.
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
from mathpal.settings.checked import Composition
from mathpal.settings.run_settings import Name, Seed

log = logging.getLogger(__name__)

Part = Annotated[float, Ge(0), Lt(1)]
Split = Literal["train", "validation", "test"]


def preview(
    composition: Composition,
    *,
    rows: Count = 3,
    split: Split = "train",
    seed: Seed = 42,
) -> None:
    """Show rows of a data set as the model sees them, with the loss mask.

    Args:
        rows: number of rows.
        split: the split to show.
        seed: seed of a model with random weights; the data has its own.
    """
    from mathpal.data.quarantine import count_malformed
    from mathpal.models.loading import load_tokenizer
    from mathpal.tokens.preview import rendered, statistics

    splits = composition.data(None)
    if malformed := count_malformed(splits.rejected):
        log.warning("%d malformed rows left out", malformed)
    model = composition.model
    path = model.keywords.get("path")
    tokenizer = load_tokenizer(path) if path else model().tokenizer
    problems = getattr(splits, split)
    limit = model.keywords["max_length"]
    for problem in problems[:rows]:
        print(rendered(problem, tokenizer, max_length=limit, colour=sys.stdout.isatty()))
    print(statistics(splits, split, tokenizer, max_length=limit))


def audit(
    composition: Composition,
    *,
    out: Path = Path("audit"),
    fail_on: Mapping[str, Share | None] = MappingProxyType({}),
    seed: Seed = 42,
) -> None:
    """Check a data set row by row; exit with 1 if a threshold is exceeded.

    Args:
        out: folder of audit.html, audit.json, checkable.jsonl and quarantine.jsonl.
        fail_on: group of findings -> largest accepted share of the rows, 0 to 1; None accepts
            any share.
        seed: seed of a model with random weights; the data has its own.
    """
    from mathpal.data import audit as auditing
    from mathpal.models.loading import load_tokenizer
    from mathpal.reporting.audit_page import write_page

    if unknown := sorted(set(fail_on) - set(auditing.GROUPS)):
        raise ConfigError(
            f"fail_on: there is no group {', '.join(unknown)}; "
            f"expected one of {', '.join(auditing.GROUPS)}"
        )
    if out.exists() and not out.is_dir():
        raise ConfigError(f"out={out} is a file; expected a folder")
    model = composition.model
    path = model.keywords.get("path")
    tokenizer = load_tokenizer(path) if path else model().tokenizer
    limit = model.keywords["max_length"]
    found = auditing.audit(auditing.material(composition.data), tokenizer, max_length=limit)
    auditing.write_audit(found, out)
    passed = auditing.over(found, fail_on)
    source = composition.data
    page = write_page(found, out, title=_titled(source), passed=passed)
    print(auditing.text_table(found))
    print(*(f"FAIL {line}" for line in passed), page, sep="\n")
    if passed:
        sys.exit(1)


def _titled(source: partial[Any]) -> str:
    """Return the source's name, and that of its file if it reads one."""
    path = source.keywords.get("path")
    return (
        f"{source.func.__name__}: {path.name}" if isinstance(path, Path) else (source.func.__name__)
    )


def build(
    composition: Composition,
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
    """Build a data set from any source: cleaned, audited, split, with a data card.

    Args:
        out: its folder; None for a folder of its name in the working directory.
        name: its name; None for {data_type}-{grade_name}-instruct-dataset.
        format: format of the files.
        checkable_only: keep only the rows that the audit finds checkable.
        validation_share: share of the validation split, 0 to below 1. If one of the two shares is
            set, all rows are split anew.
        test_share: share of the test split, 0 to below 1. If neither share is set, the source's
            own splits are kept.
        stratify: the field whose values get equal shares in every split.
        group: the field whose equal values stay in one split: question (numbers masked), family,
            topic, template, grade, or a field of the source's rows, e.g. link.
        license: license of the texts, by its name on the Hub.
        push: owner or owner/name on the Hub to upload to; needs HF_TOKEN.
        private: whether only the owner's team can see the upload.
        artifact: the tracker that stores it as an artifact; needs COMET_API_KEY or WANDB_API_KEY.
        overwrite: replace a data set that was built there before.
        seed: seed of the split; the source has its own.
    """
    from mathpal.data import publishing
    from mathpal.data.build import build_dataset, without_password
    from mathpal.reporting.audit_page import write_page

    publishing.require_access(push, artifact)
    built = build_dataset(
        composition.data,
        out=out,
        page=lambda found, folder, title: write_page(found, folder, title=title, passed=[]),
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
        print(f"{built.leaks:,} training rows dropped: they give away a held-out question")
    if push is not None:
        print(publishing.push_folder(built.folder, push, name=built.name, private=private))
    if artifact is not None:
        print(publishing.log_artifact(built.folder, artifact, built.name))
    print(built.folder)


def _command(verb: str, words: Sequence[str]) -> str:
    """Return the command without the settings that do not change the data set."""
    elsewhere = ("out=", "overwrite=", "push=", "private=", "artifact=")
    kept = [word for word in words if not word.lstrip("+").startswith(elsewhere)]
    return shlex.join(["mathpal", "data", verb, *kept])


def generate(
    composition: Composition,
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
    """Write any number of generated problems to one file, in constant memory.

    Args:
        out: the file, .parquet or .arrow.
        count: number of problems.
        part: the split to generate; two parts never share a problem of one family.
        split: what is new in the test part: iid (values), template (wordings), range or family.
        grades: school grades; None for all.
        topics: names of topics; None for all.
        strata: standard, advanced or both; None for both.
        families: names of families; None for all that match the settings above.
        weights: family or topic -> weight, 0 or more; 1 if not named.
        multiple_choice: share of the problems given with four options, 0 to 1.
        seed: the same seed draws the same problems.
        workers: number of processes; the file is the same with any number.
        overwrite: replace an existing file.
    """
    from mathpal.data.stream import write_problems

    if out.exists() and (out.is_dir() or not overwrite):
        if out.is_dir():
            raise ConfigError(f"out={out} is a folder; expected a file")
        raise ConfigError(f"out={out} exists already; overwrite=true replaces it")
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
