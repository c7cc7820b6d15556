"""A model behind an OpenAI-compatible chat endpoint: what `system=remote` names.

Knows the settings, the order of answers and what is recorded. How one question is asked is in
`endpoint`.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, MinLen

from mathpal.errors import ConfigError
from mathpal.generation.records import Decoding, Question, Response, draw_seed
from mathpal.systems.bench import Bench
from mathpal.systems.endpoint.address import Endpoint, endpoint, read_key
from mathpal.systems.endpoint.connection import Connection
from mathpal.systems.endpoint.failure import HOPELESS, IN_A_ROW, Failure, is_hopeless, reason
from mathpal.systems.endpoint.reply import Reply, read_reply
from mathpal.systems.endpoint.request import Form, LimitName, request_body
from mathpal.systems.endpoint.threads import in_threads
from mathpal.systems.endpoint.tries import CLOCKS, Limits, Pace, Timing, Tried, with_tries
from mathpal.systems.system import System

log = logging.getLogger(__name__)

Text = Annotated[str, MinLen(1)]
Seconds = Annotated[float, Gt(0), Le(86400)]
Price = Annotated[float, Ge(0)]
_MOST_NAMES = 20  # of models and fingerprints in the record


def remote(
    bench: Bench,
    name: str,
    *,
    url: Text,
    model: Text,
    key_variable: Text | None = "OPENAI_API_KEY",
    instruction: Text | None = None,
    concurrency: Annotated[int, Ge(1), Le(256)] = 4,
    requests_per_minute: Annotated[int, Ge(1)] | None = None,
    timeout: Seconds = 60.0,
    question_timeout: Seconds = 300.0,
    retries: Annotated[int, Ge(0), Le(100)] = 4,
    price_in: Price | None = None,
    price_out: Price | None = None,
    send_seed: bool = True,
    send_temperature: bool = True,
    send_top_k: bool = False,
    limit_name: LimitName = "max_tokens",
) -> System:
    """Ask a model behind an OpenAI-compatible chat endpoint: OpenAI, vLLM, llama.cpp, Ollama.

    A question that fails gets an answer with `error`; the others are asked all the same. An
    answer's token counts are 0 if the endpoint does not tell them. Proxy variables and redirects
    are not followed, so that the key reaches no other host.

    Args:
        url: the address before "/chat/completions", e.g. http://localhost:8000/v1. One without a
            path gets "/v1"; a slash at the end is dropped.
        model: its name at the endpoint.
        key_variable: environment variable that holds the key; null sends none. A server on this
            machine is asked without a key if the variable is not set.
        instruction: text before the last question; null for the bare question.
        concurrency: requests under way at once, 1 to 256.
        requests_per_minute: most requests in a minute, tries included; null for no limit.
        timeout: seconds until a request is given up, up to a day.
        question_timeout: seconds until a question is given up, tries and waits included.
        retries: further tries after a time-out, a broken connection or a status 408, 429 or 5xx,
            0 to 100. The waits grow from 1 to 60 s; Retry-After is obeyed up to 120 s.
        price_in: of a million tokens of prompts, in any currency; see `cost`.
        price_out: of a million tokens of answers.
        send_seed: send a seed, `mathpal.systems.system.draw_seed`; few endpoints obey it.
        send_temperature: send temperature and top_p; reasoning models refuse them.
        send_top_k: send top_k; OpenAI refuses it.
        limit_name: field of the token limit; reasoning models of OpenAI want
            max_completion_tokens.

    Raises:
        ConfigError: an address that cannot be asked; no key in the environment.
    """
    given = locals()
    settings = {key: given[key] for key in given.keys() - {"bench", "name", "url"}}
    where = endpoint(url, key_variable)
    read_key(where)  # a missing key is reported before anything else is done
    return Remote(
        where,
        Form(model, instruction, limit_name, send_seed, send_temperature, send_top_k),
        Limits(retries + 1, timeout, question_timeout),
        concurrency=concurrency,
        requests_per_minute=requests_per_minute,
        name=name,
        record={"url": where.base, **settings},
    )


def cost(
    answers: Sequence[Response], price_in: float | None, price_out: float | None
) -> float | None:
    """Return what the answers cost; None without both prices.

    Too little if the endpoint did not tell its token counts (0), or if tries failed on the way.

    Args:
        answers: failed ones included.
        price_in: of a million tokens of prompts.
        price_out: of a million tokens of answers.
    """
    if price_in is None or price_out is None:
        return None
    prompts, texts = (
        sum(getattr(a, name) for a in answers) for name in ("prompt_tokens", "tokens")
    )
    return (prompts * price_in + texts * price_out) / 1e6


class Remote:
    """A system that asks an endpoint; `remote` says what its settings mean.

    Attributes:
        name: among the systems of a comparison.
        separate: True: no answer depends on another question.
        record: the settings; after answers also "answered_by", the names of the models that
            answered, and "fingerprints", as the endpoint told them.
    """

    def __init__(
        self,
        where: Endpoint,
        form: Form,
        limits: Limits,
        *,
        concurrency: int,
        requests_per_minute: int | None = None,
        name: str = "remote",
        record: Mapping[str, Any],
        timing: Timing = CLOCKS,
    ) -> None:
        self.name, self.separate = name, True
        self.record: Mapping[str, Any] = {**record, "answered_by": [], "fingerprints": []}
        self._where, self._form, self._limits = where, form, limits
        self._concurrency, self._timing = concurrency, timing
        self._pace = Pace(requests_per_minute, timing)

    def answer(
        self,
        questions: Sequence[Question],
        decoding: Decoding,
        finished: Callable[[int, Response], None] | None = None,
        streamed: Callable[[int, str], None] | None = None,
    ) -> list[Response]:
        """Answer every question; see `System.answer`. The callbacks run in the calling thread.

        Raises:
            ConfigError: no key; or 20 questions in a row, in the order in which they ended, failed
                for one reason that lies in no question, such as a refused key or a server that is
                gone. `finished` has been called for all that ended before.
        """
        key = read_key(self._where)
        stop = threading.Event()
        answers: dict[int, Response] = {}
        kinds: deque[str] = deque(maxlen=IN_A_ROW)
        told: set[str] = set()

        def work(place: int, connection: Connection) -> Tried:
            return self._ask(questions[place], decoding, connection, key, stop, told)

        def collect(place: int, tried: Tried) -> None:
            answers[place] = self._noted(tried)
            if streamed and answers[place].text:
                streamed(place, answers[place].text)
            if finished:
                finished(place, answers[place])
            kinds.append(tried.result.kind if isinstance(tried.result, Failure) else "")
            if is_hopeless(list(kinds)):
                self._give_up(tried)

        connections = [
            Connection(self._where.base, key, self._timing.now)
            for _ in range(min(self._concurrency, len(questions)))
        ]
        in_threads(len(questions), connections, work, collect, stop)
        return [answers[place] for place in range(len(questions))]

    def _ask(
        self,
        question: Question,
        decoding: Decoding,
        connection: Connection,
        key: str | None,
        stop: threading.Event,
        told: set[str],
    ) -> Tried:
        body = request_body(question, decoding, self._form)

        def attempt(seconds: float) -> Reply | Failure:
            received = connection.post(body, seconds)
            if isinstance(received, Failure):
                return received
            return read_reply(received, key, self._timing.today())

        def note(failure: Failure, seconds: float) -> None:
            if failure.kind not in told:
                told.add(failure.kind)
                log.info(
                    "%s: %s; trying again after %.1f s (further ones are not logged)",
                    self.name, reason(failure), seconds,
                )  # fmt: skip

        def share(tries: int) -> float:
            return draw_seed(tries, question.id, question.sample) / 2**31

        return with_tries(
            attempt, self._limits, self._pace, self._timing, stop, share=share, note=note
        )

    def _noted(self, tried: Tried) -> Response:
        """Return the answer to one question, and record who gave it."""
        if isinstance(tried.result, Failure):
            return Response("", 0, finished=True, error=reason(*tried))
        reply: Reply = tried.result
        for name, value in (("answered_by", reply.model), ("fingerprints", reply.fingerprint)):
            known = self.record[name]
            if value and value not in known and len(known) < _MOST_NAMES:
                self.record = {**self.record, name: sorted([*known, value])}
        return reply.response

    def _give_up(self, tried: Tried) -> None:
        name = self._where.key_variable or "the variable that key_variable=NAME names"
        advice = HOPELESS[tried.result.kind].format(
            key=name, url=self._where.base, model=self._form.model
        )
        raise ConfigError(
            f"{self.name}: {IN_A_ROW} questions in a row failed with {reason(*tried)}. {advice}"
        )
