"""The terminal and the interpreter that a verb finds, before it starts. Standard library only."""

import io
import sys

from mathpal.errors import ConfigError


def prepare() -> None:
    """Let every text be printed, and require an interpreter that keeps docstrings.

    A console that is not UTF-8 shows a question mark for each letter that it lacks.

    Raises:
        ConfigError: under `python -OO`.
    """
    if isinstance(sys.stdin, io.TextIOWrapper) and sys.stdin.errors == "strict":
        sys.stdin.reconfigure(errors="surrogateescape")  # as in sys.argv: its reader can say why
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")
    if sys.flags.optimize >= 2:
        raise ConfigError(
            "python -OO (PYTHONOPTIMIZE=2) removes docstrings, which MathPal and Transformers "
            "read. Use python -O, or no such option"
        )
