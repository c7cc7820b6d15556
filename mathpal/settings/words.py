"""The words of a command line, arranged and quoted so that Hydra can read them.

Hydra's grammar reads neither `đề.json` nor `x (1).json`, and Hydra reads no override behind a flag.
Knows no settings: a value that is quoted here is a string, and preflight judges it.
"""

import os
import re
import shlex
from collections.abc import Sequence
from typing import Any

from mathpal.settings.interpolations import literal

_QUESTION = "question"  # free text, often with LaTeX; never an interpolation
_SETTING = re.compile(r"\+{0,2}[\w./@:-]+", re.ASCII)


def flags_of(words: Sequence[str]) -> Any:
    """Return Hydra's flags; the overrides, before and behind them, are in `overrides`."""
    from hydra._internal.utils import get_args_parser

    return get_args_parser().parse_intermixed_args(list(words))


def arranged(flags: Any) -> list[str]:
    """Return flags and overrides as words: flags first."""
    from hydra._internal.utils import get_args_parser

    words = []
    for action in get_args_parser()._actions:
        value = getattr(flags, action.dest, None)
        if action.option_strings and value is not None and value is not False:
            long = next(name for name in action.option_strings if name.startswith("--"))
            words.append(long if value is True else f"{long}={value}")
    return [*words, *flags.overrides]


def readable(text: str, *, swept: bool = False, one_value: bool = False) -> str:
    """Return an override whose value Hydra's grammar can read: any other value is quoted.

    Args:
        text: the override as the user wrote it.
        swept: in a sweep, where commas separate values.
        one_value: nothing is swept, so `a, b` and `range(3)` are texts.

    Example:
        >>> readable("data.path=đề (1).json")
        "data.path='đề (1).json'"
    """
    setting, equals, value = text.partition("=")
    if not equals or not _SETTING.fullmatch(setting):
        return text
    if setting == _QUESTION and re.search(r"\\|\$\{", value) and not _is_quoted(text):
        return f"{setting}={_literal(value)}"
    override = parsed(text)
    unreadable = isinstance(override, str)
    if not unreadable and not (one_value and override.is_sweep_override()):
        return text
    if swept and unreadable:
        parts = [
            quoted(part) if isinstance(parsed(f"{setting}={part}"), str) else part
            for part in value.split(",")
        ]
        return f"{setting}={','.join(parts)}"
    return f"{setting}={quoted(value)}"


def quoted(value: str) -> str:
    """Return a value quoted as Hydra's grammar wants it; `~/` is the home folder.

    A `${` that begins no interpolation, as in LaTeX's `${3 \\over 4}$`, stays as it is.
    """
    from hydra.core.override_parser.types import Quote, QuotedString
    from omegaconf.errors import GrammarParseError
    from omegaconf.grammar_parser import parse

    if "${" in value:
        try:
            parse(value)
        except GrammarParseError:
            return _literal(value)
    return QuotedString(text=os.path.expanduser(value), quote=Quote.single).with_quotes()


def _literal(value: str) -> str:
    """Return a text quoted so that Hydra takes no `\\,` and OmegaConf no `${` out of it."""
    from hydra.core.override_parser.types import Quote, QuotedString

    return QuotedString(text=literal(value), quote=Quote.single).with_quotes()


def _is_quoted(text: str) -> bool:
    """Whether the user quoted the value for Hydra."""
    from hydra.core.override_parser.types import QuotedString

    override = parsed(text)
    return not isinstance(override, str) and isinstance(override.value(), QuotedString)


def to_copy(setting: str, value: str) -> str:
    """Return the word for a shell that gives a setting this text as one value."""
    from hydra.core.override_parser.types import Quote, QuotedString

    return shlex.quote(f"{setting}={QuotedString(text=value, quote=Quote.double).with_quotes()}")


def parsed(text: str) -> Any:
    """Return Hydra's reading of an override; the reason as a string if it cannot be read."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        return OverridesParser.create().parse_override(text)
    except (HydraException, ValueError) as error:  # ValueError: an integer of thousands of digits
        return str(error).strip().splitlines()[0]
