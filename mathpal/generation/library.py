"""Generate with Transformers' own loop, for models with other state than keys and values.

A batch runs until its last answer is finished.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mathpal.generation.ending import Ending
from mathpal.generation.records import Decoding
from mathpal.models.loaded import Loaded
from mathpal.tokens.chat import stop_ids

if TYPE_CHECKING:
    from mathpal.generation.sampling import Choice


def library(
    loaded: Loaded,
    prompts: Sequence[Sequence[int]],
    choose: "Choice",
    decoding: Decoding,
    ends: Ending,
    told: Callable[[int, Sequence[int]], None] | None,
) -> Iterator[tuple[int, list[int]]]:
    """Answer every prompt; yield its number and its new tokens once its batch is finished.

    Args:
        loaded: model and tokenizer.
        prompts: token ids, none empty.
        choose: the next token of each row.
        decoding: the token limits.
        ends: whether an answer's tokens end it.
        told: called with a prompt's number and its answer's tokens so far after each of them.
    """
    import torch

    model, limit = loaded.model, decoding.max_new_tokens
    waiting = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
    while waiting:
        width = len(prompts[waiting[0]])
        rows = max(1, decoding.batch_tokens // (width + limit))
        chosen, waiting = waiting[:rows], waiting[rows:]
        pads = [width - len(prompts[i]) for i in chosen]
        pad = loaded.tokenizer.pad_token_id
        ids = [[pad] * n + [*prompts[i]] for n, i in zip(pads, chosen, strict=True)]
        mask = [[0] * n + [1] * (width - n) for n in pads]
        with torch.inference_mode(), without_defaults(model):
            out = model.generate(
                input_ids=torch.tensor(ids, device=model.device),  # (B, T), left-padded
                attention_mask=torch.tensor(mask, device=model.device),
                generation_config=greedy_settings(loaded.tokenizer, limit),
                logits_processor=[_chooser(choose, chosen)],
                stopping_criteria=[_stopper(ends, chosen, width, told)],
            )
        for number, row in zip(chosen, out[:, width:].tolist(), strict=True):
            end = next((n for n in range(1, len(row)) if ends(row[:n])), len(row))
            yield number, row[:end]


def _chooser(choose: "Choice", numbers: Sequence[int]) -> Any:
    """Return a logits processor that leaves the chosen token of each row alone."""
    import torch
    from transformers import LogitsProcessor

    class Chooser(LogitsProcessor):
        def __call__(self, input_ids: Any, scores: Any) -> Any:
            alone = torch.full_like(scores, -torch.inf)
            return alone.scatter(-1, choose(scores, numbers)[:, None], 0.0)

    return Chooser()


def _stopper(
    ends: Ending,
    numbers: Sequence[int],
    width: int,
    told: Callable[[int, Sequence[int]], None] | None,
) -> Any:
    """Return a stopping criterion: a row stops where its answer ends."""
    import torch
    from transformers import StoppingCriteria

    finished = [False] * len(numbers)

    class Stopper(StoppingCriteria):
        def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
            for row, ids in enumerate(input_ids[:, width:].tolist()):
                if not finished[row]:
                    finished[row] = ends(ids)
                    if told:
                        told(numbers[row], ids)
            return torch.tensor(finished, device=input_ids.device)

    return Stopper()


def greedy_settings(tokenizer: Any, max_new_tokens: int) -> Any:
    """Transformers' settings of greedy generation up to a stop token or the token limit."""
    from transformers import GenerationConfig

    return GenerationConfig(
        do_sample=False,
        max_new_tokens=max_new_tokens,
        eos_token_id=stop_ids(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
    )


@contextmanager
def without_defaults(model: Any) -> Iterator[None]:
    """Within the context, `generate` takes nothing from the base's generation_config.json.

    It fills in what our settings leave unset: a penalty or beams of the base would change answers.
    """
    from transformers import GenerationConfig

    holders = [module for module in model.modules() if "generation_config" in vars(module)]
    before = [module.generation_config for module in holders]
    try:
        for module in holders:
            module.generation_config = GenerationConfig()
        yield
    finally:
        for module, own in zip(holders, before, strict=True):
            module.generation_config = own
