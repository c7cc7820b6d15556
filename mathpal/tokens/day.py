"""The day that a chat template sees as today; a run keeps the one on which it began.

Some templates write the date into every prompt. Without this, a run that is resumed or evaluated
later would see other tokens than it was trained on. Knows a tokenizer's template, not its tokens.
"""

import os
from datetime import date
from functools import partial
from typing import Any

from mathpal.errors import ConfigError

VARIABLE = "MATHPAL_DATE"


def today() -> date:
    """Return the day on which runs begin: MATHPAL_DATE=YYYY-MM-DD in the environment, or today.

    Raises:
        ConfigError: if MATHPAL_DATE is no date.
    """
    given = os.environ.get(VARIABLE)
    try:
        return date.fromisoformat(given) if given else date.today()
    except ValueError as error:
        raise ConfigError(
            f"{VARIABLE}={given}: expected a day as YYYY-MM-DD, e.g. {date.today()}"
        ) from error


def depends_on_day(tokenizer: Any) -> bool:
    """Return whether the tokenizer's chat template asks for the date or the time."""
    return "strftime_now" in str(tokenizer.chat_template)


def fix_day(tokenizer: Any, day: date) -> None:
    """Let the chat template see a day as today, and midnight as the time."""
    if depends_on_day(tokenizer):
        method = partial(type(tokenizer).apply_chat_template, tokenizer)
        tokenizer.apply_chat_template = partial(method, strftime_now=day.strftime)
        tokenizer.fixed_day = day.isoformat()


def fixed_day(tokenizer: Any) -> str | None:
    """Return the fixed day as YYYY-MM-DD; None for a template that does not depend on it."""
    day: str | None = getattr(tokenizer, "fixed_day", None)
    return day
