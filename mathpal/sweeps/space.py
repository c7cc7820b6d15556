"""What a sweep varies: from Hydra's override syntax to Optuna's distributions and back.

The syntax is that of the official Optuna plug-in: `choice(a, b)` or `a,b`, `range(start, stop)`
without its end, `interval(low, high)`, `int(interval(low, high))` for integers, and `tag(log, …)`
around one of them. In addition, `when` has parameters that exist only at certain values of others.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override, RangeSweep
from hydra.errors import HydraException
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from mathpal.errors import ConfigError
from mathpal.settings.faults import Fault, report_faults

Value = str | int | float | bool | None


class Dimension(NamedTuple):
    """A parameter that varies.

    Attributes:
        key: as in an override, with its `+`; its name in Optuna has none.
        values: the distribution that it is drawn from.
        text: the values as they were written.
        when: parameter -> its values at which this one exists; empty for always.
    """

    key: str
    values: BaseDistribution
    text: str
    when: Mapping[str, Sequence[Value]]

    @property
    def name(self) -> str:
        """Its name in Optuna."""
        return self.key.lstrip("+")

    def exists(self, chosen: Mapping[str, Value]) -> bool:
        """Return whether it exists, given the parameters drawn before it."""
        return all(chosen.get(name, ...) in values for name, values in self.when.items())


class Space(NamedTuple):
    """The parameters of a sweep, and the overrides that do not vary.

    Attributes:
        dimensions: the parameters, in the order in which they are drawn.
        fixed: overrides that all trials share.
    """

    dimensions: tuple[Dimension, ...]
    fixed: tuple[str, ...]

    def described(self) -> dict[str, str]:
        """Return parameter -> its values as text, conditions included."""
        return {d.name: d.text + _condition(d.when) for d in self.dimensions}


def parse(
    arguments: Sequence[str],
    params: Mapping[str, Any] | None = None,
    when: Sequence[Mapping[str, Any]] = (),
) -> Space:
    """Read what a sweep varies; the command line takes precedence.

    Args:
        arguments: overrides of the command line, swept and plain ones.
        params: key -> sweep, as `hydra.sweeper.params` has them; a plain value is fixed.
        when: `[{if: {lora: [r8, r16]}, params: {lora.dropout: "interval(0, 0.2)"}}]`: parameters
            that vary only at these values of others, and keep their default elsewhere.

    Raises:
        ConfigError: naming every fault.
    """
    faults: list[Fault] = []
    dimensions: dict[str, Dimension] = {}
    fixed: dict[str, str] = {}
    # Keys are compared without their plus: params and the command line may differ in it.
    texts = [f"{key}={_text(value)}" for key, value in (params or {}).items()]
    for override in _parsed([*texts, *arguments], faults):
        key = override.get_key_element()
        name = key.lstrip("+")
        dimensions.pop(name, None)
        fixed.pop(name, None)
        if override.is_sweep_override():
            dimension = _dimension(override, {}, faults)
            if dimension is not None:
                dimensions[name] = dimension
        elif override.is_delete():
            fixed[name] = str(override.input_line)
        else:
            fixed[name] = f"{key}={override.get_value_element_as_str()}"
    given = {str(a).split("=", 1)[0].lstrip("+") for a in arguments}
    for entry in when:
        for dimension in _conditional(entry, dimensions, faults):
            if dimension.name not in given:
                dimensions[dimension.name] = dimension
    if faults:
        raise ConfigError(report_faults(faults))
    return Space(tuple(dimensions.values()), tuple(fixed.values()))


def _parsed(texts: Sequence[str], faults: list[Fault]) -> Iterator[Override]:
    parser = OverridesParser.create()
    for text in texts:
        try:
            yield parser.parse_override(text)
        except HydraException as error:
            reason = str(error).strip().splitlines()[0]
            faults.append(Fault(text, f"key=choice(…), key=interval(…), … ({reason})"))


def _text(value: Any) -> str:
    """Return a value of YAML as an override writes it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, (list, tuple)):
        listed = ",".join(_text(item) for item in value)
        return listed if len(value) > 1 else f"choice({listed})"  # choice() takes no null
    return str(value)


def _dimension(
    override: Override, when: Mapping[str, Sequence[Value]], faults: list[Fault]
) -> Dimension | None:
    key, line = override.get_key_element(), str(override.input_line)
    sweep: Any = override.value()
    text = line.split("=", 1)[1].strip()
    log = "log" in sweep.tags
    try:
        if isinstance(sweep, IntervalSweep):
            return Dimension(key, _interval(sweep, log), text, when)
        if isinstance(sweep, RangeSweep) and not sweep.shuffle:
            return Dimension(key, _range(sweep, log), text, when)
        values = [_native(item) for item in override.sweep_string_iterator()]
        return Dimension(key, CategoricalDistribution(values), text, when)
    except (ValueError, TypeError) as error:
        faults.append(Fault(line, f"values that can be drawn from ({error})"))
        return None


def _interval(sweep: IntervalSweep, log: bool) -> BaseDistribution:
    low, high = sweep.start, sweep.end
    assert low is not None and high is not None
    if isinstance(low, int) and isinstance(high, int):
        return IntDistribution(low, high, log=log)
    return FloatDistribution(float(low), float(high), log=log)


def _range(sweep: RangeSweep, log: bool) -> BaseDistribution:
    values = list(sweep.range())
    if not values:
        raise ValueError("the range is empty")
    if any(isinstance(value, float) for value in values):
        if log:
            raise ValueError("steps and a logarithmic scale exclude each other; use interval")
        return FloatDistribution(min(values), max(values), step=abs(float(sweep.step)))
    step = 1 if log else abs(int(sweep.step))
    return IntDistribution(min(values), max(values), log=log, step=step)


def _native(text: str) -> Value:
    """Return a value as Optuna stores it: a number, a boolean, null, or else its text."""
    known: dict[str, Value] = {"true": True, "false": False, "null": None}
    if text.lower() in known:
        return known[text.lower()]
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        return value if rendered(value) == text or kind is float else text
    return text


def _conditional(
    entry: Mapping[str, Any], known: Mapping[str, Dimension], faults: list[Fault]
) -> Iterator[Dimension]:
    shown = f"hydra.sweeper.when: {dict(entry)}"
    if set(entry) != {"if", "params"}:
        faults.append(Fault(shown, "if: {parameter: [values]} and params: {key: sweep}"))
        return
    when = {}
    for name, values in entry["if"].items():
        listed = list(values) if isinstance(values, (list, tuple)) else [values]
        if name not in known:
            faults.append(Fault(shown, f"a parameter that varies, one of {', '.join(known)}"))
        when[str(name)] = listed
    for override in _parsed([f"{k}={_text(v)}" for k, v in entry["params"].items()], faults):
        if not override.is_sweep_override():
            faults.append(Fault(str(override.input_line), "a sweep: choice(…), interval(…), …"))
        elif dimension := _dimension(override, when, faults):
            yield dimension


def _condition(when: Mapping[str, Sequence[Value]]) -> str:
    parts = [f"{name} in {', '.join(map(rendered, values))}" for name, values in when.items()]
    return f" when {' and '.join(parts)}" if parts else ""


def rendered(value: Value) -> str:
    """Return a drawn value as an override writes it, to the last digit."""
    known = {True: "true", False: "false", None: "null"}
    return known[value] if isinstance(value, bool) or value is None else str(value)
