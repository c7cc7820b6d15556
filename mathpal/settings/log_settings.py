"""Check Hydra's logging settings: Python's logging would call whatever they name.

The functions below are only schemas: formatters, streams, and log files of the run directory.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Literal

from mathpal.settings.allowed import FORMATTERS, added, how_to_allow
from mathpal.settings.faults import Fault, shown
from mathpal.settings.preflight import keywords
from mathpal.settings.values import check_value

Level = (
    Literal["CRITICAL", "FATAL", "ERROR", "WARNING", "WARN", "INFO", "DEBUG", "NOTSET"]
    | Literal[0, 10, 20, 30, 40, 50]
)
_Mapping = dict[str, Any]


def _formatter(
    *,
    format: str | None = None,
    datefmt: str | None = None,
    style: Literal["%", "$"] = "%",
    validate: bool = True,
) -> None: ...


def _colored(
    *, format: str | None = None, datefmt: str | None = None, log_colors: dict[str, str]
) -> None: ...


def _stream(
    *,
    formatter: str | None = None,
    level: Level = "NOTSET",
    stream: Literal["ext://sys.stdout", "ext://sys.stderr"] = "ext://sys.stderr",
) -> None: ...


def _file(
    *,
    filename: str,
    formatter: str | None = None,
    level: Level = "NOTSET",
    mode: Literal["a"] = "a",
    delay: bool = False,
    encoding: Literal["utf-8"] | None = None,
) -> None: ...


def _null(*, formatter: str | None = None, level: Level = "NOTSET") -> None: ...


def _logger(
    *, level: Level = "NOTSET", handlers: tuple[str, ...] = (), propagate: bool = True
) -> None: ...


def _whole(
    *,
    version: Literal[1],
    root: _Mapping | None,
    formatters: _Mapping | None = None,
    handlers: _Mapping | None = None,
    loggers: _Mapping | None = None,
    disable_existing_loggers: bool = True,
) -> None: ...


_HANDLERS: Mapping[str, Callable[..., None]] = {
    "logging.StreamHandler": _stream,
    "logging.FileHandler": _file,
    "logging.NullHandler": _null,
}


def check_logging(where: str, node: Any, run_dir: str, faults: list[Fault]) -> None:
    """Append the faults of `hydra.job_logging` or `hydra.hydra_logging`.

    Args:
        where: the setting's name.
        node: its resolved value.
        run_dir: what `${hydra.runtime.output_dir}` was resolved to.
        faults: the list to append to.
    """
    found: list[Fault] = []
    given = check_value(where, node, _Mapping, found)
    parts = {} if found else keywords(where, given, _whole, found)
    faults += found
    if found:
        return
    formatters, handlers = parts.get("formatters") or {}, parts.get("handlers") or {}
    for name, formatter in formatters.items():
        _check_formatter(f"{where}.formatters.{name}", formatter, faults)
    for name, handler in handlers.items():
        _check_handler(f"{where}.handlers.{name}", handler, formatters, run_dir, faults)
    loggers = {f"loggers.{name}": each for name, each in (parts.get("loggers") or {}).items()}
    for place, logger in {"root": parts["root"] or {}, **loggers}.items():
        found = []
        given = check_value(f"{where}.{place}", logger, _Mapping, found)
        chosen = {} if found else keywords(f"{where}.{place}", given, _logger, found)
        faults += found
        for name in () if found else chosen.get("handlers", ()):
            _require_one_of(f"{where}.{place}.handlers", name, handlers, faults)


def _check_formatter(where: str, node: Any, faults: list[Fault]) -> None:
    known: dict[str, Callable[..., None]] = dict.fromkeys(FORMATTERS, _colored)
    known["logging.Formatter"] = _formatter
    given = _called(where, node, known, faults, default="logging.Formatter")
    if given is None or given[0] is not _formatter:
        return
    settings = given[1]
    try:
        logging.Formatter(
            settings.get("format"),
            settings.get("datefmt"),
            settings.get("style", "%"),
            settings.get("validate", True),
        )
    except ValueError as error:
        faults.append(Fault(f"{where}.format={shown(settings['format'])}", f"a format ({error})"))


def _check_handler(
    where: str, node: Any, formatters: Mapping[str, Any], run_dir: str, faults: list[Fault]
) -> None:
    given = _called(where, node, _HANDLERS, faults)
    if given is None:
        return
    kind, settings = given
    if settings.get("formatter") is not None:
        _require_one_of(f"{where}.formatter", settings["formatter"], formatters, faults)
    name = settings.get("filename", "")
    inside = name.startswith(f"{run_dir}/") and name.endswith(".log") and "/.." not in name
    if kind is _file and not (inside and name.isprintable()):
        expected = "a .log file of the run directory: ${hydra.runtime.output_dir}/NAME.log"
        faults.append(Fault(f"{where}.filename={shown(name).replace(run_dir, 'RUN')}", expected))


def _called(
    where: str,
    node: Any,
    known: Mapping[str, Callable[..., None]],
    faults: list[Fault],
    default: str = "",
) -> tuple[Callable[..., None], dict[str, Any]] | None:
    """Return the schema of what a node has called, and its settings; None if there is no more."""
    if not isinstance(node, dict):
        faults.append(Fault(f"{where}={shown(node)}", "a mapping of settings"))
        return None
    key = "()" if "()" in node else "class"
    target = node.get(key, default)
    if isinstance(target, str) and target in added():
        return None
    if not isinstance(target, str) or target not in known:
        expected = f"one of {', '.join(known)}; nothing else is ever called"
        faults.append(Fault(f"{where}.{key}={shown(target)}", expected, how_to_allow(str(target))))
        return None
    found: list[Fault] = []
    rest = {str(name): value for name, value in node.items() if name != key}
    settings = keywords(where, rest, known[target], found)
    faults += found
    return None if found else (known[target], settings)


def _require_one_of(where: str, name: str, known: Mapping[str, Any], faults: list[Fault]) -> None:
    if name not in known:
        faults.append(Fault(f"{where}={name}", f"one of {', '.join(known) or 'none'}"))
