"""What was done to a meter's register: declared by a person, never guessed."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from domain.errors import InputError
from domain.sentence import Sentence

EventKind: TypeAlias = Literal["ratio", "swap", "reset", "register_size", "error"]
KINDS: tuple[EventKind, ...] = get_args(EventKind)
"""``ratio`` and ``register_size`` hold until the next of their kind, ``error`` holds over a span of
its own, the others for a moment."""

_OF_A_JUMP = ("swap", "reset")
GREATEST_ERROR = 100.0
"""Of what was used a meter may show twice as much, or nothing at all, and no more. [%]"""


@dataclass(frozen=True, slots=True)
class RegisterEvent:
    """One thing done to the register of a meter.

    Attributes
    ----------
    at : datetime
        When it was done; aware.
    value : float
        ``ratio``: factor CT x PT by which the register is multiplied from then on [1];
        ``swap`` and ``reset``: first reading of the new register, in its own unit;
        ``register_size``: reading at which the register starts again at zero, in its own unit;
        ``error``: how much more than what was used the meter shows, below zero for less [%].
    previous : float or None
        ``swap`` and ``reset``: last reading of the old register; None where nobody wrote it down.
    note : str
        Why, in the words of whoever declared it.
    until : datetime or None
        ``error``: end of the span [at, until) over which the meter was wrong; else None.
    """

    at: datetime
    kind: EventKind
    value: float
    previous: float | None = None
    note: str = ""
    until: datetime | None = None


def check(event: RegisterEvent, *, place: str) -> None:
    """Refuse what cannot have happened to a register.

    Raises
    ------
    InputError
        If a ratio or a register size is not above zero, a reading is below zero, an error has no
        span or is none, or `previous` or `until` is given where it means nothing; `place` says
        where the event comes from.
    """
    if event.kind not in KINDS:
        raise InputError(
            Sentence(
                "event_kind",
                "kind is {kind}, want one of {kinds}",
                kind=repr(event.kind),
                kinds=", ".join(KINDS),
            ),
            place=place,
        )
    if event.at.tzinfo is None:
        raise InputError(
            Sentence("want_offset", "at is {at}, want an offset with it", at=event.at.isoformat()),
            place=place,
        )
    if event.kind == "error":
        _check_error(event, place)
        return
    if event.until is not None:
        raise InputError(
            Sentence("until_means_nothing", "until means nothing for a {kind}", kind=event.kind),
            place=place,
        )
    jump = event.kind in _OF_A_JUMP
    if not math.isfinite(event.value) or event.value < 0 or (event.value == 0 and not jump):
        least = "a reading of 0 or more" if jump else "a number above 0"
        raise InputError(
            Sentence(
                "event_value",
                "value of a {kind} is {value}, want {least}",
                kind=event.kind,
                value=f"{event.value:g}",
                least=least,
            ),
            place=place,
        )
    if event.previous is not None:
        _check_previous(event, event.previous, place, jump=jump)


def said_before(event: RegisterEvent, known: Iterable[RegisterEvent]) -> RegisterEvent | None:
    """Which of some events says for the same instant what this one does: one of its kind.

    A swap and a reset are one kind: each says what the register read before and after.
    """
    alike = _OF_A_JUMP if event.kind in _OF_A_JUMP else (event.kind,)
    return next((each for each in known if each.at == event.at and each.kind in alike), None)


def _check_previous(event: RegisterEvent, previous: float, place: str, *, jump: bool) -> None:
    if not jump:
        raise InputError(
            Sentence(
                "previous_means_nothing", "previous means nothing for a {kind}", kind=event.kind
            ),
            place=place,
        )
    if not math.isfinite(previous) or previous < 0:
        want = "want a reading of 0 or more"
        raise InputError(
            Sentence(
                "previous_wrong",
                "previous is {previous}, {want}",
                previous=f"{previous:g}",
                want=want,
            ),
            place=place,
        )


def _check_error(event: RegisterEvent, place: str) -> None:
    if event.previous is not None:
        raise InputError(
            Sentence("previous_means_nothing_for_error", "previous means nothing for an error"),
            place=place,
        )
    if event.until is None or event.until.tzinfo is None or event.until <= event.at:
        seen = "not given" if event.until is None else event.until.isoformat()
        want = f"want an instant with an offset after {event.at.isoformat()}"
        raise InputError(
            Sentence("until_wrong", "until is {seen}, {want}", seen=seen, want=want), place=place
        )
    if not -GREATEST_ERROR < event.value <= GREATEST_ERROR or event.value == 0:
        want = f"want more than -{GREATEST_ERROR:g} and at most {GREATEST_ERROR:g}, not 0"
        raise InputError(
            Sentence(
                "error_value",
                "value of an error is {value} %, {want}",
                value=f"{event.value:g}",
                want=want,
            ),
            place=place,
        )
