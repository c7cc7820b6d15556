"""Choose the next token of each row: the most likely one, or one drawn by the prompt's own seed.

Source: top-k, Fan et al. 2018 (ACL); nucleus (top-p) sampling, Holtzman et al. 2020 (ICLR).
"""

import random
from collections.abc import Callable, Sequence
from typing import Final

import torch
from torch import Tensor

# Logits (B, V) and the prompt's number of each row -> next tokens (B,).
Choice = Callable[[Tensor, Sequence[int]], Tensor]

GREEDY: Final = 0.0  # the temperature at which the most likely token is taken


def most_likely(logits: Tensor, numbers: Sequence[int]) -> Tensor:
    """Return the most likely token of each row."""
    return logits.argmax(dim=-1)


def drawing(seeds: Sequence[int], *, temperature: float, top_k: int, top_p: float) -> Choice:
    """Return a choice that draws each token; greedy at temperature 0.

    A prompt's seed alone decides its draws: one uniform number a token, whoever is in the batch.

    Args:
        seeds: of each prompt.
        temperature: divides the logits, 0 or more.
        top_k: most tokens to draw from; 0 for all.
        top_p: draw from the most likely tokens that together have this probability, in 0..1.
    """
    if temperature == GREEDY:
        return most_likely
    draws = [random.Random(seed) for seed in seeds]

    def choose(logits: Tensor, numbers: Sequence[int]) -> Tensor:
        uniform = torch.tensor([draws[number].random() for number in numbers])
        return draw(logits / temperature, uniform.to(logits.device), top_k=top_k, top_p=top_p)

    return choose


def draw(logits: Tensor, uniform: Tensor, *, top_k: int, top_p: float) -> Tensor:
    """Draw a token from each row's distribution by inverting its cumulative sum.

    Args:
        logits: (B, V).
        uniform: (B,), each in [0, 1).
        top_k: most tokens to draw from; 0 for all.
        top_p: probability of the tokens to draw from, in 0..1.

    Returns:
        Token ids (B,).
    """
    size = logits.shape[-1]
    count = min(top_k, size) if top_k else size
    likely, tokens = logits.float().topk(count, dim=-1)  # (B, k), the most likely first
    shares = likely.softmax(dim=-1)
    before = shares.cumsum(dim=-1) - shares
    # The most likely token stays, even if rounding gave it a sum of 1 before the others.
    shares = shares.masked_fill((before >= top_p) & (before > 0), 0.0)
    sums = shares.cumsum(dim=-1)
    place = (sums <= uniform[:, None].to(sums.dtype) * sums[:, -1:]).sum(dim=-1)
    last = (shares > 0).sum(dim=-1) - 1
    return tokens.gather(-1, place.minimum(last)[:, None])[:, 0]
