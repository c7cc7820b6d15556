"""Ask a model plain questions, as tests do."""

from collections.abc import Sequence
from typing import Any

from mathpal.generation.records import Decoding, Question, Response
from mathpal.generation.responses import respond
from mathpal.models.loaded import Loaded
from mathpal.tokens.chat import messages


def ask(loaded: Loaded, questions: Sequence[Any], **decoding: Any) -> list[Response]:
    """Answer texts or turns; their ids are their places."""
    asked = [
        Question(str(place), messages(each) if isinstance(each, str) else each)
        for place, each in enumerate(questions)
    ]
    return respond(loaded, asked, Decoding(**decoding))
