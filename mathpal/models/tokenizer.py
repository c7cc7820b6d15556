"""The small tokenizer of the shipped model, built like Gemma's own.

Byte-pair encoding with byte fallback, spaces as "▁", one token for each digit, Gemma's turn tokens
and chat template. Decoding gives back any text unchanged, except "▁", which becomes a space (as
with Gemma).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

SPECIAL = ("<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>")
BYTES = tuple(f"<0x{value:02X}>" for value in range(256))
LETTERS = (
    "abcdefghijklmnopqrstuvwxyzàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
)
ALPHABET = sorted(set(LETTERS + LETTERS.upper() + "0123456789▁\n.,:;?!()%/+-=<>×²³°\"'"))

# Gemma's turns: the system text is prepended to the first user turn; contents are trimmed.
CHAT_TEMPLATE = """\
{{ bos_token }}
{%- set first = namespace(system="") -%}
{%- for message in messages -%}
{%- if message["role"] == "system" -%}
{%- set first.system = message["content"] | trim + "\n\n" -%}
{%- else -%}
{{ "<start_of_turn>" + ("model" if message["role"] == "assistant" else "user") + "\n" }}
{{- first.system + message["content"] | trim + "<end_of_turn>\n" }}
{%- set first.system = "" -%}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ "<start_of_turn>model\n" }}{%- endif -%}
"""


def train_tokenizer(texts: Iterable[str], *, vocab_size: int) -> "PreTrainedTokenizerFast":
    """Train the tokenizer on the given texts.

    Args:
        texts: the training texts; the result depends on them and their order only.
        vocab_size: most entries: 6 special tokens, 256 bytes, the letters, then merges.

    Example:
        >>> tokenizer = train_tokenizer(["Tính: 12 + 3"], vocab_size=600)
        >>> tokenizer.decode(tokenizer("Số 123 🙂", add_special_tokens=False).input_ids)
        'Số 123 🙂'
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models
    from tokenizers.trainers import BpeTrainer
    from transformers import PreTrainedTokenizerFast

    learner = _pipeline(Tokenizer(models.BPE()))
    trainer = BpeTrainer(
        vocab_size=vocab_size - len(SPECIAL) - len(BYTES),
        initial_alphabet=ALPHABET,
        limit_alphabet=len(ALPHABET),
        show_progress=False,
    )
    learner.train_from_iterator(texts, trainer)
    learned = _model_of(learner)
    words = sorted(learned["vocab"], key=learned["vocab"].__getitem__)
    vocab = {token: index for index, token in enumerate((*SPECIAL, *BYTES, *words))}
    merges = [tuple(pair) for pair in learned["merges"]]
    backend = _pipeline(
        Tokenizer(
            models.BPE(
                vocab=vocab, merges=merges, byte_fallback=True, unk_token="<unk>", fuse_unk=True
            )
        )
    )
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    backend.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in SPECIAL])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",
        eos_token="<eos>",
        bos_token="<bos>",
        unk_token="<unk>",
        clean_up_tokenization_spaces=False,
        padding_side="left",
        extra_special_tokens={"sot_token": "<start_of_turn>", "eot_token": "<end_of_turn>"},
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def _pipeline(backend):  # type: ignore[no-untyped-def]
    """Set Gemma's normaliser, and a pre-tokenizer that separates digits, signs and words."""
    from tokenizers import Regex, normalizers, pre_tokenizers

    backend.normalizer = normalizers.Replace(" ", "▁")
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[\d\n.,:;?!()%/+\-=<>×²³]"), "isolated"),
            pre_tokenizers.Split("▁", "merged_with_next"),
        ]
    )
    return backend


def _model_of(backend) -> dict:  # type: ignore[no-untyped-def, type-arg]
    """Vocabulary and merges of a trained tokenizer."""
    import json

    return json.loads(backend.to_str())["model"]
