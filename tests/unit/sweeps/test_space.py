"""From overrides to distributions and back."""

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from mathpal.errors import ConfigError
from mathpal.sweeps.drawing import draw, points
from mathpal.sweeps.space import parse, rendered


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=interval(0, 1)", FloatDistribution(0.0, 1.0)),
        ("a=int(interval(1, 4))", IntDistribution(1, 4)),
        ("a=tag(log, interval(1e-5, 1e-2))", FloatDistribution(1e-5, 1e-2, log=True)),
        ("a=tag(log, int(interval(1, 64)))", IntDistribution(1, 64, log=True)),
        ("a=range(1, 10, 3)", IntDistribution(1, 7, step=3)),
        ("a=range(3)", IntDistribution(0, 2)),
        ("a=range(0, 1, 0.25)", FloatDistribution(0.0, 0.75, step=0.25)),
        ("a=range(0.0, 0.81, 0.1)", FloatDistribution(0.0, 0.8, step=0.1)),
        ("a=choice(r8, r16)", CategoricalDistribution(("r8", "r16"))),
        ("a=r8,r16", CategoricalDistribution(("r8", "r16"))),
        ("a=null,1,2.5,true", CategoricalDistribution((None, 1, 2.5, True))),
        ("+a=1,2", CategoricalDistribution((1, 2))),
        ("a=[1,2],{b:3}", CategoricalDistribution(("[1,2]", "{b:3}"))),
        ("a='x y',z", CategoricalDistribution(("'x y'", "z"))),
    ],
)
def test_sweeps_are_read_as_the_official_plug_in_reads_them(text: str, expected: object) -> None:
    (dimension,) = parse([text]).dimensions
    assert dimension.name == "a"
    assert dimension.values == expected


@pytest.mark.parametrize(
    "text",
    ["a=interval(2, 1)", "a=range(3, 1)", "a=tag(log, interval(0, 1))", "a=choice()", "a==,",
     "a=tag(log, range(0.1, 1, 0.1))"],
)  # fmt: skip
def test_what_cannot_be_drawn_from_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match="1 fault"):
        parse([text])


def test_all_faults_come_at_once() -> None:
    with pytest.raises(ConfigError, match="3 faults"):
        parse(["a=interval(2, 1)", "b=range(3, 1)"], {"c": "interval(1, 0)"})


def test_the_command_line_has_the_last_word() -> None:
    space = parse(["a=7", "b=1,2", "+new=3"], {"a": "choice(1, 2)", "b": "interval(0, 1)", "c": 5})
    assert [d.name for d in space.dimensions] == ["b"]
    assert space.dimensions[0].values == CategoricalDistribution((1, 2))
    assert space.fixed == ("c=5", "a=7", "+new=3")


def test_conditions_are_kept_and_obeyed() -> None:
    when = [{"if": {"a": ["x"]}, "params": {"b": "interval(0.0, 1.0)"}},
            {"if": {"a": "y", "c": [1, 2]}, "params": {"d": "choice(7, 8)"}}]  # fmt: skip
    space = parse(["a=x,y,z", "c=range(0, 4)"], when=when)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    seen = set()
    for _ in range(60):
        trial = study.ask()
        draw(space, trial)
        p = trial.params
        assert ("b" in p) == (p["a"] == "x")
        assert ("d" in p) == (p["a"] == "y" and p["c"] in (1, 2))
        seen.add(frozenset(p))
    assert len(seen) == 3
    assert space.described()["d"] == "choice(7, 8) when a in y and c in 1, 2"
    assert parse(["a=x", "b=1"], {"a": "choice(x, y)"}, []).fixed == ("a=x", "b=1")


def test_a_condition_can_be_settled_by_the_command_line() -> None:
    when = [{"if": {"a": ["x"]}, "params": {"b": "interval(0.0, 1.0)"}}]
    space = parse(["a=x,y", "b=0.5"], when=when)
    assert [d.name for d in space.dimensions] == ["a"]
    assert space.fixed == ("b=0.5",)


def test_drawn_overrides_compose_to_what_was_drawn() -> None:
    from hydra.core.override_parser.overrides_parser import OverridesParser

    space = parse(["a=tag(log, interval(1e-7, 1e-2))", "+b=null,true,'x y',[1,2],{q:1},1.5,r8"])
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=3))
    for _ in range(40):
        trial = study.ask()
        words = draw(space, trial)
        a, b = OverridesParser.create().parse_overrides(words)
        assert a.value() == trial.params["a"]
        assert b.get_key_element() == "+b"
        drawn = trial.params["b"]
        assert b.value() == {"'x y'": "x y", "[1,2]": [1, 2], "{q:1}": {"q": 1}}.get(drawn, drawn)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_to_its_last_digit(value: float) -> None:
    assert float(rendered(value)) == value


def test_points_are_all_combinations_in_order() -> None:
    space = parse(["a=x,y", "b=range(0, 3, 2)", "c=range(0, 0.5, 0.25)"])
    expected = [(a, b, c) for a in "xy" for b in (0, 2) for c in (0.0, 0.25)]
    assert [tuple(point.values()) for point in points(space)] == expected
    assert points(parse(["a=1"])) == [{}]
    with pytest.raises(ConfigError, match="can be counted"):
        points(parse(["a=interval(0, 1)"]))
