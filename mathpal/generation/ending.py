"""Where an answer ends: at a stop token or a stop text; and its text while it is generated."""

from collections.abc import Callable, Collection, Sequence
from typing import Any


class Ending:
    """Knows the stop tokens and stop texts of an answer.

    Args:
        tokenizer: a Hugging Face tokenizer.
        stops: ids that end an answer.
        texts: texts that end an answer, none empty; they are left out of it.
    """

    def __init__(self, tokenizer: Any, stops: Collection[int], texts: Sequence[str] = ()) -> None:
        self.tokenizer = tokenizer
        self.stops = frozenset(stops)
        self.texts = tuple(texts)
        # A token is at least one byte; four bytes are the most of a character.
        self._reach = 4 * max(map(len, self.texts), default=0) + 4
        named = tokenizer.convert_tokens_to_ids([f"<0x{byte:02X}>" for byte in range(256)])
        self._bytes = frozenset(named) - {None, tokenizer.unk_token_id}

    def __call__(self, ids: Sequence[int]) -> bool:
        """Return whether the newest token ends the answer."""
        if ids[-1] in self.stops:
            return True
        if not self.texts:
            return False
        newest = self.tokenizer.decode(ids[-self._reach :], skip_special_tokens=True)
        return any(text in newest for text in self.texts)

    def text(self, ids: Sequence[int]) -> tuple[str, bool]:
        """Return the answer's text and whether it ended by itself."""
        stopped = ids[-1] in self.stops
        text = self.tokenizer.decode(ids[:-1] if stopped else ids, skip_special_tokens=True)
        ends = [place for stop in self.texts if (place := text.find(stop)) >= 0]
        return (text[: min(ends)], True) if ends else (text, stopped)

    def certain(self, ids: Sequence[int]) -> str:
        """Return the part of the text so far that no later token changes.

        A character may need several tokens, and the text's end may be the begin of a stop text.
        """
        whole = [*ids]
        while whole and whole[-1] in self._bytes:
            whole.pop()  # the bytes of a run are decoded together
        if not whole:
            return ""
        text, ended = self.text(whole)
        if ended:
            return text
        held = max((n for stop in self.texts for n in range(len(stop)) if text.endswith(stop[:n])),
                   default=0)  # fmt: skip
        return text[: len(text) - held].rstrip("\ufffd")


class Stream:
    """Turns the tokens of growing answers into new pieces of text.

    Args:
        ending: of the answers.
        streamed: called with the number of an answer and its new text, never "".
    """

    def __init__(self, ending: Ending, streamed: Callable[[int, str], None]) -> None:
        self.ending, self.streamed = ending, streamed
        self._shown: dict[int, int] = {}

    def grow(self, number: int, ids: Sequence[int]) -> None:
        """Show what is certain of an answer's tokens so far."""
        self.end(number, self.ending.certain(ids))

    def end(self, number: int, text: str) -> None:
        """Show the rest of a text."""
        begin = self._shown.get(number, 0)
        if len(text) > begin:
            self._shown[number] = len(text)
            self.streamed(number, text[begin:])
