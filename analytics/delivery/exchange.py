"""A request to a server outside, and what its answer means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP POST, complete to the byte, so that a signature over it holds."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended.

    Attributes
    ----------
    taken : bool
        The receiver has it.
    lasting : bool
        It will never take it as it is: another attempt would be refused as well.
    told : str
        What the receiver said, for people.
    """

    taken: bool
    lasting: bool = False
    told: str = ""


TAKEN = Outcome(taken=True)
_SHOWN = 300


def refused(told: str, *, lasting: bool) -> Outcome:
    """An attempt that failed, with at most some hundred characters of why."""
    return Outcome(taken=False, lasting=lasting, told=told[:_SHOWN])


def by_status(answer: Answer) -> Outcome | None:
    """What the HTTP status alone says; None where the body decides.

    A server that is out of order, or told too much at once, is asked again; every other refusal
    lasts. A redirect is not followed: the administrator named this address and no other.
    """
    status = answer.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    again = status in {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
    passing = again or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    shown = answer.body[:_SHOWN].decode(errors="replace")
    return refused(f"HTTP status {status}: {shown}", lasting=not passing)
