"""The systems that run here: the model of a run, and its base, the same model with its LoRA off."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mathpal.errors import ConfigError
from mathpal.generation.records import Decoding, Question, Response
from mathpal.models.loaded import Loaded
from mathpal.retrieval.examples import Example
from mathpal.systems.prompting import prompted

# A question and the tokens left for examples -> the examples to show before it.
Examples = Callable[[Question, int], Sequence[Example]]

PROBE = "Một cửa hàng có 125 kg gạo, đã bán 48 kg. Hỏi còn lại bao nhiêu ki-lô-gam gạo?"


class LocalModel:
    """A model that answers on this machine; implements `mathpal.systems.system.System`.

    Args:
        name: among the systems of a comparison.
        loaded: model and tokenizer.
        adapted: whether the LoRA weights are on; a model without LoRA is always itself.
        instruction: text before each question; None for bare questions.
        examples: chooses the solved examples before each question; None for none.
        changed: fields of `Decoding` that this system sets itself, e.g. {"temperature": 1.0}.
        record: further settings, for results.
    """

    def __init__(
        self,
        name: str,
        loaded: Loaded,
        *,
        adapted: bool = True,
        instruction: str | None = None,
        examples: Examples | None = None,
        changed: Mapping[str, Any] | None = None,
        record: Mapping[str, Any] | None = None,
    ) -> None:
        self.name, self.loaded, self.adapted = name, loaded, adapted
        self.separate = False
        self.instruction, self.examples = instruction, examples
        self.changed = dict(changed or {})
        self.record: Mapping[str, Any] = {
            "adapted": adapted,
            "model": loaded.name,
            "fingerprint": loaded.fingerprint,
            "instruction": instruction,
            **self.changed,
            **(record or {}),
        }

    def answer(
        self,
        questions: Sequence[Question],
        decoding: Decoding,
        finished: Callable[[int, Response], None] | None = None,
        streamed: Callable[[int, str], None] | None = None,
    ) -> list[Response]:
        """Answer every question; see `System.answer`."""
        from mathpal.generation.responses import respond

        own = decoding._replace(**self.changed)
        shown = [self._examples(question, own) for question in questions]
        sources = [tuple(example.id for example in chosen) for chosen in shown]
        asked = [
            question._replace(turns=prompted(question.turns, self.instruction, chosen))
            for question, chosen in zip(questions, shown, strict=True)
        ]

        def told(place: int, response: Response) -> None:
            if finished:
                finished(place, response._replace(sources=sources[place]))

        with self.active():
            found = respond(self.loaded, asked, own, finished=told, streamed=streamed)
        return [
            response._replace(sources=ids) for response, ids in zip(found, sources, strict=True)
        ]

    @property
    def prompting(self) -> tuple[Any, ...]:
        """How the model is asked: two systems with equal values and weights give equal answers."""
        return (self.instruction, self.record.get("examples"), self.record.get("retrieval"),
                sorted(self.changed.items()))  # fmt: skip

    def active(self) -> contextlib.AbstractContextManager[Any]:
        """Context in which the loaded model is this system's: LoRA on, or off for a base."""
        return contextlib.nullcontext() if self.adapted else switched_off(self.loaded.model)

    def _examples(self, question: Question, decoding: Decoding) -> Sequence[Example]:
        if self.examples is None:
            return ()
        room = self.loaded.max_length - decoding.max_new_tokens
        bare = count_tokens(self.loaded, prompted(question.turns, self.instruction))
        chosen = self.examples(question, room - bare)
        used = count_tokens(self.loaded, prompted(question.turns, self.instruction, chosen))
        if chosen and used > room:
            raise ConfigError(
                f"system.{self.name}: a prompt with its {len(chosen)} examples has {used} tokens, "
                f"and answers may have {decoding.max_new_tokens}; expected at most "
                f"{self.loaded.max_length} together: fewer or shorter examples, or a larger "
                "model.max_length"
            )
        return chosen


def count_tokens(loaded: Loaded, turns: Sequence[Mapping[str, str]]) -> int:
    """Return the length of a prompt."""
    from mathpal.generation.responses import prompt_ids

    return len(prompt_ids(loaded.tokenizer, turns))


def switched_off(model: Any) -> contextlib.AbstractContextManager[None]:
    """Context in which the LoRA weights have no effect."""
    assert hasattr(model, "disable_adapter"), "preflight refuses base without LoRA"
    return model.disable_adapter()


def is_same_model(first: LocalModel, second: LocalModel) -> bool:
    """Return whether two systems are one model: the same logits on a fixed question.

    A base that is answered by the tuned model would turn every comparison into a tie.
    """
    one, other = _logits(first), _logits(second)
    return one.shape == other.shape and bool((one == other).all())


def _logits(system: LocalModel) -> Any:
    """Logits (T, V) of the probe."""
    import torch

    from mathpal.tokens.chat import prompt_text

    loaded = system.loaded
    text = prompt_text(loaded.tokenizer, PROBE)
    ids = loaded.tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids
    with system.active(), torch.inference_mode():
        return loaded.model(input_ids=ids.to(loaded.model.device)).logits[0].float()
