"""Compare pairs of runs on the same test problems: accuracies, discordant problems, McNemar's p.

python experiments/answer_weight/compare.py RUN_A RUN_B [RUN_A RUN_B …]
"""

import json
import sys
from collections.abc import Iterator, Sequence
from math import comb
from pathlib import Path

from mathpal.statistics.proportions import wilson

Verdicts = dict[str, dict[str, bool]]  # cohort, problem


def verdicts(run: Path) -> Verdicts:
    """Read which problems the tuned model of a run answered correctly, by cohort."""
    found: Verdicts = {"new": {}, "old": {}}
    for line in (run / "evaluation" / "samples.jsonl").read_text(encoding="utf-8").splitlines():
        sample = json.loads(line)
        if sample["system"] == "tuned":
            found[sample["cohort"]][sample["id"]] = sample["verdict"] == "correct"
    return found


def mcnemar(only_a: int, only_b: int) -> float:
    """Two-sided p value of McNemar's exact test, from the counts that only one side solved."""
    n, fewer = only_a + only_b, min(only_a, only_b)
    return min(1.0, 2 * sum(comb(n, k) for k in range(fewer + 1)) / 2.0**n)


def validation_loss(run: Path) -> float:
    """Validation loss at the run's last step."""
    metrics = json.loads((run / "outcome.json").read_text(encoding="utf-8"))["metrics"]
    return float(metrics["validation/loss"])


def table(runs: Sequence[Path]) -> Iterator[str]:
    """Yield the lines of each pair; both runs must have the same problems in a cohort."""
    for a, b in zip(runs[::2], runs[1::2], strict=True):
        marks_a, marks_b = verdicts(a), verdicts(b)
        yield f"{a.parent.name} against {b.parent.name}: validation loss " + " and ".join(
            f"{validation_loss(run):.4f}" for run in (a, b)
        )
        for cohort, left in marks_a.items():
            right = marks_b[cohort]
            assert left.keys() == right.keys(), f"{a} and {b} were tested on different problems"
            shares = [wilson(sum(marks.values()), len(marks)) for marks in (left, right)]
            only_a = sum(left[k] and not right[k] for k in left)
            only_b = sum(right[k] and not left[k] for k in left)
            rates = [
                f"{s.correct} = {100 * s.accuracy:.1f} [{100 * s.low:.1f}–{100 * s.high:.1f}]"
                for s in shares
            ]
            p = mcnemar(only_a, only_b)
            yield (
                f"  {cohort} (n {len(left)}): {rates[0]} and {rates[1]}; solved by the first alone "
                f"{only_a}, by the second alone {only_b}, p {p:.3f}"
            )


if __name__ == "__main__":
    print("\n".join(table([Path(name) for name in sys.argv[1:]])))
