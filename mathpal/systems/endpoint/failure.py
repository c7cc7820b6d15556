"""Why a request brought no answer, and when the whole series is given up. Standard library only."""

from collections.abc import Sequence
from typing import NamedTuple

IN_A_ROW = 20  # questions that fail for one of these reasons, one after another, end the series
HOPELESS = {
    "401": "Set {key} to a valid key of this endpoint.",
    "403": "Ask the endpoint's owner for access, or set {key} to a key that has it.",
    "404": "Check url={url} and model={model}; GET {url}/models lists the models of most servers.",
    "429 insufficient_quota": "Add credit to the account of {key}.",
    "redirect": "Write the final address as url=…: redirects are not followed.",
    "an HTML page instead of JSON": "Check that url={url} is the API's address, and that no "
    "proxy or login page stands before it.",
    "connection refused": "Start the server of url={url}, or correct its port.",
    "unknown host": "Correct the host of url={url}, or connect this machine to its network.",
    "no connection": "Check the network and the firewall between this machine and url={url}.",
    "no secure connection": "Check the certificate of url={url}: SSL_CERT_FILE names one of your "
    "own authority. A server without TLS has url=http://…",
}


class Failure(NamedTuple):
    """Why one request brought no answer.

    Attributes:
        kind: a label: "429", "connection refused".
        detail: what the endpoint said about it, without secrets; "" if nothing.
        again: whether another try may bring an answer.
        wait: shortest time before the next try, in seconds.
    """

    kind: str
    detail: str = ""
    again: bool = False
    wait: float = 0.0


STOPPED = Failure("stopped before there was an answer")


def reason(failure: Failure, tries: int = 1) -> str:
    """Return a failure as it stands in `Response.error`: "429 after 5 tries: slow down"."""
    after = f" after {tries} tries" if tries > 1 else ""
    detail = f": {failure.detail}" if failure.detail else ""
    return f"{failure.kind}{after}{detail}"


def is_hopeless(kinds: Sequence[str]) -> bool:
    """Return whether the last questions all failed for one reason that lies in no question.

    Args:
        kinds: of the failures of the last questions, in the order in which they ended; "" for an
            answer.
    """
    last = kinds[-IN_A_ROW:]
    return len(last) == IN_A_ROW and len(set(last)) == 1 and last[0] in HOPELESS
