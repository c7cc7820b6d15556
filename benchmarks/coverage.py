"""How often the intervals of a comparison hold the truth, and how often its tests are wrong.

    python benchmarks/coverage.py [--runs 1000]

Simulates two systems on problems that come in families. In a family both systems have their own
probability of a right answer; over all families the systems are equally good, so the true
difference is 0. Prints, for each design, the share of 95 % intervals that hold 0 and the share of
tests with p < 0.05: of the clustered comparison, and of a test that takes the problems for
independent. The last table is of Wilson's interval of a single accuracy.
"""

import argparse
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mathpal.statistics.differences import difference
from mathpal.statistics.proportions import wilson


class Design(NamedTuple):
    """Families of problems.

    Attributes:
        sizes: draws the number of problems of each family.
        apart: whether families differ in how hard they are and in whom they favour.
    """

    name: str
    sizes: Callable[[np.random.Generator], np.ndarray]
    apart: bool


DESIGNS = [
    Design("6 families of 20", lambda draw: np.full(6, 20), True),
    Design("10 families of 20", lambda draw: np.full(10, 20), True),
    Design("10 families of 20, all alike", lambda draw: np.full(10, 20), False),
    Design("20 families of 1 to 12", lambda draw: draw.integers(1, 13, 20), True),
    Design("110 families of 2", lambda draw: np.full(110, 2), True),
    Design("300 single problems", lambda draw: np.full(300, 1), True),
]


def answers(design: Design, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return both systems' right answers and each problem's family."""
    sizes = design.sizes(draw)
    share = draw.beta(1.5, 1.5, (2, len(sizes))) if design.apart else np.full((2, len(sizes)), 0.6)
    families = np.repeat(np.arange(len(sizes)), sizes)
    first = draw.random(len(families)) < share[0][families]
    second = draw.random(len(families)) < (0.6 * share[0] + 0.4 * share[1])[families]
    return first, second, families


def measured(design: Design, runs: int, draws: int) -> tuple[float, float, float]:
    """Return the coverage, the false positives, and those of a test of single problems."""
    draw = np.random.default_rng(len(design.name))
    covered = positive = naive = 0
    for _ in range(runs):
        first, second, families = answers(design, draw)
        found = difference(list(first), list(second), list(families), draws=draws)
        assert found.low is not None and found.high is not None and found.p is not None
        covered += found.low <= 0 <= found.high
        positive += found.p < 0.05
        apart = second.astype(float) - first
        error = apart.std(ddof=1) / np.sqrt(len(apart))
        naive += bool(error and abs(apart.mean()) > 1.96 * error)
    return covered / runs, positive / runs, naive / runs


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=999, help="of each bootstrap")
    asked = parser.parse_args()
    print("| design | interval holds 0, % | false positives, % | single problems, % |")
    print("|---|---:|---:|---:|")
    for design in DESIGNS:
        shares = measured(design, asked.runs, asked.draws)
        print(f"| {design.name} | " + " | ".join(f"{100 * share:.1f}" for share in shares) + " |")
    print("\n| Wilson's interval | " + " | ".join(map(str, (0.1, 0.5, 0.9))) + " |")
    print("|---|---:|---:|---:|")
    for n in (20, 200, 660):
        cells = []
        for truth in (0.1, 0.5, 0.9):
            counts = np.random.default_rng(n).binomial(n, truth, asked.runs)
            held = [wilson(int(c), n).low <= truth <= wilson(int(c), n).high for c in counts]
            cells.append(f"{100 * float(np.mean(held)):.1f}")
        print(f"| {n} problems | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
