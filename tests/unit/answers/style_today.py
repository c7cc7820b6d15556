"""What the checker does not yet pass of the styles and of docs/answers.md; to be emptied."""

RIGHT: dict[str, float] = {}
WRONG: dict[str, float] = {}
WRONG_LENIENT: dict[str, float] = {}
FAULTS: dict[str, str] = {}
PAGE: tuple[str, ...] = ()
