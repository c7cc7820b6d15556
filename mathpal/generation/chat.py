"""Stream one answer to the terminal, and run an interactive chat.

Knows a model's `generate`; knows no gold answers and no batches.
"""

from collections.abc import Callable

from mathpal.generation.responses import decoding, within_positions
from mathpal.models.loaded import Loaded

Turns = list[dict[str, str]]


def reply(
    loaded: Loaded,
    turns: Turns,
    *,
    max_new_tokens: int,
    temperature: float = 0.0,
    top_k: int = 64,
    top_p: float = 0.95,
) -> str:
    """Answer the last turn, printing each word as it is generated.

    Args:
        loaded: model and tokenizer.
        turns: the conversation so far, the user's turn last.
        max_new_tokens: most tokens of the answer.
        temperature: 0 for greedy decoding.
        top_k: used if the temperature is above 0, like `top_p`; see `mathpal generate --help`.
    """
    import torch
    from transformers import TextStreamer

    tokenizer = loaded.tokenizer
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    inputs = tokenizer(text, add_special_tokens=False, return_tensors="pt").to(loaded.model.device)
    drawing = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
    room = within_positions(loaded.model, inputs.input_ids.shape[1], max_new_tokens)
    settings = decoding(tokenizer, room, **(drawing if temperature > 0 else {}))
    with torch.inference_mode():
        out = loaded.model.generate(
            input_ids=inputs.input_ids,
            attention_mask=inputs.attention_mask,
            generation_config=settings,
            streamer=TextStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True),
        )
    return tokenizer.decode(out[0, inputs.input_ids.shape[1] :], skip_special_tokens=True)


def chat(answer: Callable[[Turns], str], ask: Callable[[str], str] = input) -> None:
    """Chat until the user quits: `/new` starts a new conversation, `/quit` or Ctrl-D ends.

    Args:
        answer: returns the model's answer to the turns so far, and prints it.
        ask: shows a prompt and reads a line.
    """
    print("Hỏi một bài toán. /new: cuộc trò chuyện mới · /quit: thoát")
    turns: Turns = []
    while True:
        try:
            line = ask("» ").strip()
        except EOFError:
            print()
            return
        if line == "/quit":
            return
        if line == "/new":
            turns = []
        elif line:
            turns = [*turns, {"role": "user", "content": line}]
            turns = [*turns, {"role": "assistant", "content": answer(turns)}]
