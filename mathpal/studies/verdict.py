"""The verdict on a study: sentences that its numbers support."""

import math
from collections.abc import Iterator, Sequence

from mathpal.drawing.formatting import duration, percent
from mathpal.statistics.means import PAIRS_FOR_RANKS, mean_interval
from mathpal.studies.comparing import Comparison
from mathpal.studies.costs import Time, counts, failures
from mathpal.studies.findings import Findings
from mathpal.studies.history import FINISHED, History
from mathpal.studies.layouts import split
from mathpal.studies.ranking import Configuration
from mathpal.studies.wording import (
    between,
    listed,
    measured,
    numbers,
    probability,
    seeds_of,
    setting,
    settings,
)

_EDGE = 0.05  # share of a range: within it of an end, the best value may lie beyond that end


def verdict(found: Findings) -> list[str]:
    """Return sentences about a study, facts first, estimates last.

    Args:
        found: the results of the study.
    """
    said = [_course(found)]
    if not found.ranking.complete:
        return [*said, *_nothing(found)]
    if found.several:
        said += _front(found)
    else:
        best, (metric,) = found.ranking.complete[0], found.history.study.metrics
        said += [_best(found), *split(metric, best), *_told_apart(found), *_edges(found)]
    return [*said, *_importance(found), *_time(found.time)]


def _course(found: Findings) -> str:
    states = counts(found.history.trials)
    total = found.history.study.n_trials
    of = f" of {total}" if total and total != len(found.history.trials) else ""
    began = f"{len(found.history.trials)}{of} trials were begun"
    if not states:
        return "No trial was begun yet."
    words = listed(f"{count} {state}" for state, count in states.items())
    unfinished = any(state not in FINISHED for state in states)
    going = " The study is still running, or was stopped." if unfinished or of else ""
    return f"{began}: {words}.{going}"


def _nothing(found: Findings) -> Iterator[str]:
    trials = found.history.trials
    if any(trial.state == "completed" for trial in trials):
        yield "No completed trial keeps every constraint, so none can be called the best."
    elif trials:
        yield "No trial was completed, so nothing can be said about the parameters."
    for failed in failures(trials)[:1]:
        yield f"Most failures: {failed.kind} (trials {numbers(failed.numbers)})."


def _best(found: Findings) -> str:
    study, best = found.history.study, found.ranking.complete[0]
    extreme = "highest" if study.directions[0] == "maximize" else "lowest"
    mean = mean_interval(best.values(0))
    value = measured(mean.mean)
    if mean.n > 1:
        value += f" as the mean of {mean.n} seeds"
        value += f" (95% t interval {between(mean)})" if between(mean) else ""
    trials = [trial.number for trial in best.trials]
    which = f"trial{'s' if len(trials) > 1 else ''} {numbers(trials)}"
    tied = sum(each.means[0] == best.means[0] for each in found.ranking.complete) - 1
    tie = f" {tied} other configuration{'s have' if tied > 1 else ' has'} the same value."
    said = f"The {extreme} {study.metrics[0]}, {value}, has {settings(best.params)} ({which})."
    return said + (tie if tied else "")


def _told_apart(found: Findings) -> Iterator[str]:
    complete, tests = found.ranking.complete, found.comparisons
    if len(complete) == 1:
        yield "No other configuration has as many seeds: there is nothing to compare it with."
    elif not any(each.test for each in tests):
        gap = abs(complete[1].means[0] - complete[0].means[0])
        yield (
            "Every configuration was run with one seed, so it is unknown how much these values "
            "depend on the seed, and the best cannot be told apart from the next one "
            f"({settings(complete[1].params)}, {measured(gap)} behind). To tell them apart, run "
            "both with six seeds: -m … seed=1,2,3,4,5,6."
        )
    else:
        yield from _tested(tests)
    if found.ranking.partial:
        count = len(found.ranking.partial)
        yield (
            f"{count} configuration{'s' if count > 1 else ''} with fewer seeds "
            f"{'were' if count > 1 else 'was'} left out: a mean over fewer seeds depends more on "
            "luck."
        )


def _tested(tests: Sequence[Comparison]) -> Iterator[str]:
    better = [each for each in tests if each.differs]
    alike = [each for each in tests if each.t is not None and not each.differs]
    for each in alike:
        yield f"It cannot be told apart from {settings(each.rival.params)} ({_figures(each)})."
    for each in better:
        yield f"It is better than {settings(each.rival.params)} ({_figures(each)})."
    for each in tests:
        if each.test and each.t is None:
            yield (
                f"The difference from {settings(each.rival.params)} is the same with every seed "
                f"({measured(abs(each.test.difference.mean))}), so no spread to test it against."
            )
        elif each.test is None:
            yield f"It shares fewer than two seeds with {settings(each.rival.params)}: no test."
    fewest = min(each.test.n for each in tests if each.test)
    ranks = (
        " The t test assumes normal differences; tests of ranks and signs, which do not, "
        f"need {PAIRS_FOR_RANKS} shared seeds, and there are {fewest}."
    )
    yield (
        "The best was chosen by the same values that are tested, so the p values tend to be too "
        f"small.{ranks if fewest < PAIRS_FOR_RANKS else ''}"
    )


def _figures(each: Comparison) -> str:
    assert each.test is not None
    away = measured(abs(each.test.difference.mean))
    p = f"p = {probability(each.t)}".replace("= <", "<")
    return f"{away} apart, paired t over {each.test.n} seeds, Holm: {p}"


def _front(found: Findings) -> Iterator[str]:
    metrics, front = found.history.study.metrics, found.ranking.front
    one = len(front) == 1
    yield (
        f"{len(front)} configuration{' is' if one else 's are'} on the Pareto front of "
        f"{listed(metrics)}: no other is better in one of them without being worse in another."
    )
    for place, metric in enumerate(metrics):
        way = found.history.study.directions[place]
        pick = max if way == "maximize" else min
        best = pick(front, key=lambda each: each.means[place])
        others = ", ".join(
            f"{metrics[i]} {measured(best.means[i])}" for i in range(len(metrics)) if i != place
        )
        value = measured(best.means[place])
        yield f"The best {metric}, {value}, has {settings(best.params)} (with {others})."
        yield from split(metric, best)
    if not any(len(seeds_of(each)) > 1 for each in front):
        yield "Each was run with one seed: close points of the front may change places."


def _importance(found: Findings) -> Iterator[str]:
    for metric, each in zip(found.history.study.metrics, found.importances, strict=True):
        if each.shares:
            first, share = next(iter(each.shares.items()))
            of = f" of {metric}" if len(found.importances) > 1 else ""
            yield (
                f"The best quarter{of} is set apart most by {first} ({percent(share)} by "
                "PED-ANOVA)."
            )


def _edges(found: Findings) -> Iterator[str]:
    best = found.ranking.complete[0]
    for name, end in edges(found.history, best):
        value = setting(best.params[name])
        yield (
            f"The best {name}, {value}, lies at the {end} end of what was tried: better values "
            "may lie beyond it."
        )


def edges(history: History, best: Configuration) -> Iterator[tuple[str, str]]:
    """Yield (parameter, "lower" or "upper") where the best value lies at an end of its range.

    Args:
        history: the study.
        best: its best configuration.
    """
    for name, value in best.params.items():
        axis = history.axes[name]
        if axis.choices is None:
            place = math.log if axis.log else float
            low, high, at = place(axis.low), place(axis.high), place(value)
            share = (at - low) / (high - low) if high > low else 0.5
        elif len(axis.choices) > 2 and _are_numbers(axis.choices):
            share = axis.choices.index(value) / (len(axis.choices) - 1)
        else:
            continue
        if share <= _EDGE and value == 0:
            continue  # e.g. a dropout of 0: nothing lies below it
        if share <= _EDGE or share >= 1 - _EDGE:
            yield name, "lower" if share < 0.5 else "upper"


def _are_numbers(choices: Sequence[object]) -> bool:
    try:
        return all(math.isfinite(float(str(choice))) for choice in choices)
    except ValueError:
        return False


def _time(time: Time) -> Iterator[str]:
    if time.pruned and time.saved is not None:
        total = time.spent + time.saved
        share = f", {percent(time.saved / total)} of what all would have taken" if total else ""
        yield f"Pruning saved about {duration(time.saved)} of trials{share} (an estimate)."
