"""Writes a study's page of the lab notebook: README.md, its figures and best.yaml.

The text between the two marks is a person's; it stays when the page is written again.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mathpal.drawing.formatting import duration, percent
from mathpal.errors import ConfigError, DataError
from mathpal.record import files, manifest, untrusted
from mathpal.reporting.inputs import Section
from mathpal.studies import costs, tables
from mathpal.studies.best import run_directory
from mathpal.studies.findings import Findings
from mathpal.studies.page import BEST, Drawn
from mathpal.studies.pictures import pictures
from mathpal.studies.verdict import verdict
from mathpal.studies.wording import between, numbers, probability, settings, signed

PAGE, FIGURES = "README.md", "figures"
BEGIN = "<!-- verdict: what you write between here and the next mark is kept -->"
END = "<!-- end of the verdict -->"
_UNWRITTEN = "Nobody has written one yet."


def write_notebook(found: Findings, drawn: Drawn, again: Section[str], folder: Path) -> list[Path]:
    """Write the page of the lab notebook.

    Args:
        found: the results of the study.
        drawn: its figures.
        again: best.yaml, or why there is none.
        folder: of the page; created where it does not exist.

    Returns:
        The files written.

    Raises:
        ConfigError: when the folder has a README.md without the marks: somebody else's.
    """
    path = folder / PAGE
    words = _kept(path)
    drawings = pictures(drawn)
    contents = {f"{FIGURES}/{name}.svg": text for name, (_, text) in drawings.items()}
    titles = {f"{FIGURES}/{name}.svg": title for name, (title, _) in drawings.items()}
    if again.value is not None and folder.resolve() != found.history.folder.resolve():
        contents[BEST] = again.value
    text = "\n".join(_page(found, titles, again, words, folder)).rstrip() + "\n"
    for name, content in {**contents, PAGE: text}.items():
        files.write_text(folder / name, content.encode("utf-8", "replace").decode())
    for left_over in {"front", "course", "slices", "across"} - drawings.keys():
        (folder / FIGURES / f"{left_over}.svg").unlink(missing_ok=True)
    return [folder / name for name in [PAGE, *contents]]


def _kept(path: Path) -> str:
    """Return the text between the marks of an earlier page."""
    if not os.path.lexists(path):
        return _UNWRITTEN
    try:
        text = untrusted.read_bytes(path).decode("utf-8", "replace")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {untrusted.reason(error)}") from error
    _, begin, rest = text.partition(BEGIN)
    words, end, _ = rest.partition(END)
    if not begin or not end:
        raise ConfigError(
            f"{path} was not written by `mathpal report`, which would overwrite it. Name another "
            f"folder, or put the two marks around the text to keep: {BEGIN} and {END}"
        )
    return words.strip() or _UNWRITTEN


def _page(
    found: Findings, titles: dict[str, str], again: Section[str], words: str, folder: Path
) -> list[str]:
    study = found.history.study
    place = files.short(found.history.folder)
    lines = [f"# {_text(found.history.title)}", ""]
    lines += [f"**Question.** {_text(study.question or 'Nobody wrote one down.')}", ""]
    into = files.short(folder)
    lines += ["**Commands**", "", "```bash", _code(study.command or "(not recorded)"),
              f"mathpal report study={place} notebook={into}", "```", ""]  # fmt: skip
    lines += _machine(found)
    lines += ["**Space.** " + ("Every combination:" if study.kind == "grid" else "Drawn from:"), ""]
    space = [[f"`{_code(name)}`", f"`{_code(text)}`"] for name, text in study.space.items()]
    lines += _table(["parameter", "from"], space, [False, False], escape=False)
    if study.fixed:
        lines += [f"Shared by all trials: `{_code(' '.join(study.fixed))}`.", ""]
    lines += ["**Verdict.**", "", BEGIN, words, END, ""]
    lines += ["**What the numbers say**, worked out by `mathpal report`:", ""]
    lines += [*(f"- {_text(sentence)}" for sentence in verdict(found)), ""]
    lines += _best(found)
    for name, title in titles.items():
        lines += [f"![{_text(title)}]({name})", ""]
    return [*lines, *_costs(found), *_again(again), *_trials(found)]


def _machine(found: Findings) -> list[str]:
    """Return the machine of the best trial; nothing where its run.json is missing or damaged."""
    trial = found.best_trial
    try:
        assert trial is not None
        run_dir = run_directory(found.history.folder / str(trial.number))
        run = manifest.known(run_dir)
    except (AssertionError, DataError):
        return []
    if run is None:
        return []
    hardware, packages = run.get("hardware", {}), run.get("packages", {})
    git: Mapping[str, Any] = run.get("git", {})
    device = hardware.get("accelerator")
    device = hardware.get("cpu") if device in (None, "none") else device
    changed = " with changes" if git.get("dirty") else ""
    commit = f"commit {str(git['commit'])[:10]}{changed}" if git.get("commit") else ""
    versions = ", ".join(f"{name} {packages[name]}" for name in ("torch", "transformers", "peft")
                         if name in packages)  # fmt: skip
    said = "; ".join(filter(None, [str(device or ""), commit, versions]))
    return [f"Machine of the best trial: {_text(said)}.", ""] if said else []


def _best(found: Findings) -> list[str]:
    table = tables.best_few(found)
    if not table.rows:
        return []
    lines = ["**Pareto front**" if found.several else "**Best configurations**", ""]
    lines += _table(table.heads, table.rows, table.right)
    tested = [each for each in found.comparisons if each.test]
    if tested:
        lines += ["**The best minus the next**, two-sided p, Holm-corrected", ""]
        heads = ["next", "seeds", "difference", "95% interval", "paired t", "Wilcoxon", "sign test"]
        rows = [
            [settings(each.rival.params), str(each.test.n), signed(each.test.difference.mean),
             between(each.test.difference), *map(probability, (each.t, each.wilcoxon, each.sign))]
            for each in tested if each.test
        ]  # fmt: skip
        lines += _table(heads, rows, [False, *[True] * 6])
    for metric, each in zip(found.history.study.metrics, found.importances, strict=True):
        shares = ", ".join(f"{name} {percent(share)}" for name, share in each.shares.items())
        lines += [f"Importance for {_text(metric)} (PED-ANOVA, the best quarter against all): "
                  f"{_text(shares or each.absent)}", ""]  # fmt: skip
    return lines


def _costs(found: Findings) -> list[str]:
    time, trials = found.time, found.history.trials
    said = f"**Time.** {duration(time.spent)} in all trials together"
    said += f", {duration(time.wall)} from the first to the last" if time.wall is not None else ""
    if time.pruned and time.saved is not None:
        said += (
            f". Pruning saved about {duration(time.saved)} in {time.pruned} trials, if each had "
            "lasted as long as the median of the completed ones"
        )
    lines = [f"{said}.", ""]
    for each in costs.failures(trials):
        lines += [
            f"- {len(each.numbers)} failed, {_text(each.kind)}: trials {numbers(each.numbers)}"
        ]
    return [*lines, ""] if lines[-1] else lines


def _again(again: Section[str]) -> list[str]:
    if again.value is None:
        return [f"No `{BEST}`: {_text(again.absent)}", ""]
    return [f"The best trial again: [`{BEST}`]({BEST}), an experiment for `conf/experiment/`.", ""]


def _trials(found: Findings) -> list[str]:
    table = tables.trials(found.history)
    if not table.rows:
        return []
    head = f"<details><summary>All {len(table.rows)} trials</summary>"
    return [head, "", *_table(table.heads, table.rows, table.right), "</details>", ""]


def _table(
    heads: list[str], rows: list[list[str]], right: list[bool], *, escape: bool = True
) -> list[str]:
    def cells(row: list[str]) -> str:
        return "| " + " | ".join(_text(cell) if escape else cell for cell in row) + " |"

    rule = "|" + "|".join("---:" if side else "---" for side in right) + "|"
    return [cells(heads), rule, *map(cells, rows), ""] if rows else []


def _text(text: str) -> str:
    """Escape text for Markdown and HTML, on one line."""
    text = " ".join(str(text).split())
    text = re.sub(r"([\\|*`\[\]])", r"\\\1", text)
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _code(text: str) -> str:
    return " ".join(text.split()).replace("`", "'").replace("|", "¦")
