"""Every kind of reply is an answer or the reason of one failure, and can be written as UTF-8."""

import gzip
import json
from typing import Any

import pytest

from mathpal.generation.records import Response
from tests.unit.systems.endpoint_server import GREEDY, Clock, chat, questions, says, served, system


def answer_to(body: Any, status: int = 200, **headers: str) -> Response:
    with served(says(body, status, **headers)) as server:
        asking = system(server.url, Clock().timing, retries=0, key_variable=None)
        (answered,) = asking.answer(questions(1), GREEDY)
    json.dumps(answered, ensure_ascii=False).encode("utf-8")
    json.dumps(asking.record, ensure_ascii=False).encode("utf-8")
    assert not (answered.text and answered.error)
    assert answered.error.isprintable() and len(answered.error) < 300
    return answered


def choice(**fields: Any) -> dict[str, Any]:
    return {"message": {"content": "Đáp số: 4"}, "finish_reason": "stop", **fields}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "the reply is not JSON: Expecting value"),
        (b"garbage", "the reply is not JSON: Expecting value"),
        (b"\n <!DOCTYPE html><p>Login</p>", "an HTML page instead of JSON"),
        (b'{"choices": [{"message": {"content": "\xff"}}]}', "the reply is not UTF-8"),
        (b'{"choices": [], "x": NaN}', "the reply is not JSON: NaN is no number"),
        (b"[" * 100_000, "the reply is not JSON: it is nested more than 64 deep"),
        (b'{"x": ' * 100 + b"1" + b"}" * 100, "the reply is not JSON: it is nested"),
        (b'{"x": ' + b"9" * 5000 + b"}", "the reply is not JSON: a number of 5000 digits"),
        (b'{"choices": [{"message"', "the reply is not JSON"),
        ([], "the reply is no JSON object"),
        ("text", "the reply is no JSON object"),
        (None, "the reply is no JSON object"),
        ({}, "the reply has no choices"),
        (chat(choices=None), "the reply has no choices"),
        (chat(choices={"0": choice()}), "the reply has no choices"),
        (chat(choices=[]), "the reply's list of choices is empty"),
        (chat(choices=["a"]), "the reply's choice has no message"),
        (chat(choices=[{"text": "a"}]), "the reply's choice has no message"),
        (chat(choices=[choice(message="a")]), "the reply's choice has no message"),
        (chat(choices=[choice(finish_reason=3)]), "the reply's finish_reason is no text"),
        (chat(None), "the reply has no text"),
        (chat(choices=[choice(message={})]), "the reply has no text"),
        (chat([]), "the reply has no text"),
        (chat([{"type": "thinking", "thinking": "hm"}]), "the reply has no text"),
        (chat(42), "the reply's content is no text"),
        (chat({"text": "a"}), "the reply's content is no text"),
        (chat(["a", 3]), "the reply's content is no text"),
        (chat([{"type": "text", "text": None}]), "the reply's content is no text"),
        ({"error": {"message": "out of\x1b[2J memory"}}, "the endpoint reports an error: out of"),
        ({"error": "busy", "choices": []}, "the endpoint reports an error: busy"),
        ({"error": {"code": 502, "message": "upstream"}}, "502: upstream"),
        (chat(choices=[choice(finish_reason="content_filter")]), "withheld by the endpoint's"),
        (chat(choices=[choice(finish_reason="error")]), "the endpoint broke the answer off"),
        (
            chat(choices=[choice(message={"content": None, "refusal": "I can't"})]),
            "refused: I can't",
        ),
    ],
)
def test_a_reply_without_an_answer(body: Any, error: str) -> None:
    answered = answer_to(body)
    assert answered.error.startswith(error)
    assert (answered.text, answered.finished) == ("", True)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": {"message": "max_tokens is too large"}}, "400: max_tokens is too large"),
        (422, {"detail": [{"msg": "Field required"}]}, "422: [{'msg': 'Field required'}]"),
        (400, {"message": "x" * 5000}, "400: xxx"),
        (400, {"error": {"message": 3}}, "400"),
        (400, {"error": None}, "400"),
        (400, ["no"], "400: ['no']"),
        (400, 3, "400"),
        (418, b"\xff\xfe", "418"),
        (204, b"", "the reply is not JSON"),
        (500, b"<h1>Bad Gateway</h1>", "500"),
    ],
)
def test_a_refusal_has_the_words_of_the_endpoint(status: int, body: Any, error: str) -> None:
    assert answer_to(body, status).error.startswith(error)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", ""),
        ([{"type": "text", "text": "a"}, {"type": "output_text", "text": "b"}], "ab"),
        ([{"type": "thinking", "thinking": []}, {"type": "text", "text": "4"}], "4"),
        (["a", "b"], "ab"),
        ("a \ud800 b \udfff", "a \ufffd b \ufffd"),
        ("\ud83d\ude00 \x00", "😀 \x00"),
    ],
)
def test_texts(content: Any, text: str) -> None:
    assert answer_to(chat(content)) == Response(text, 5, True, 10)


@pytest.mark.parametrize("reason", ["length", "max_tokens"])
def test_an_answer_that_was_cut_off_is_not_finished(reason: str) -> None:
    cut = choice(finish_reason=reason)
    assert answer_to(chat(choices=[cut])) == Response("Đáp số: 4", 5, False, 10)
    # a model that reasons until the limit
    for content in (None, []):
        cut = choice(finish_reason=reason, message={"content": content, "reasoning_content": "a"})
        assert answer_to(chat(choices=[cut])) == Response("", 5, False, 10)


@pytest.mark.parametrize("reason", ["stop", "eos_token", None])
def test_an_answer_that_ended_is_finished(reason: str | None) -> None:
    assert answer_to(chat(choices=[choice(finish_reason=reason)])).finished


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        (None, (0, 0)),
        ("many", (0, 0)),
        ({"completion_tokens": 7}, (7, 0)),
        ({"completion_tokens": "7", "prompt_tokens": True}, (0, 0)),
        ({"completion_tokens": -7, "prompt_tokens": 10**30}, (0, 0)),
        ({"completion_tokens": 7.0, "prompt_tokens": None}, (0, 0)),
    ],
)
def test_counts_that_are_missing_or_none_are_zero(usage: Any, tokens: tuple[int, int]) -> None:
    answered = answer_to(chat(usage=usage))
    assert (answered.tokens, answered.prompt_tokens) == tokens
    assert answered.text == "Đáp số: 4"


def test_a_withheld_answer_is_paid_for() -> None:
    answered = answer_to(chat(choices=[choice(finish_reason="content_filter")]))
    assert (answered.tokens, answered.prompt_tokens) == (5, 10)


@pytest.mark.parametrize("names", [("a\ud800", "b" * 9999), (3, {}), ("\x1b[31m", None)])
def test_names_of_any_kind_in_a_reply(names: tuple[Any, Any]) -> None:
    answered = answer_to(chat(model=names[0], system_fingerprint=names[1]))
    assert answered.text == "Đáp số: 4"


def test_a_byte_order_mark_and_compression() -> None:
    body = json.dumps(chat()).encode("utf-8-sig")
    assert answer_to(body).text == "Đáp số: 4"
    assert answer_to(gzip.compress(body), Content_Encoding="gzip").text == "Đáp số: 4"
    error = "a compressed reply that cannot be read"
    assert answer_to(body, Content_Encoding="gzip").error == error
    bomb = gzip.compress(b" " * 50_000_000)
    assert answer_to(bomb, Content_Encoding="gzip").error == "a reply of more than 4 MB"
