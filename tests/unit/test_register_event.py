"""What cannot have happened to a register is refused, with the place it was said."""

from datetime import UTC, datetime
from math import inf, nan

import pytest

from domain.errors import InputError
from domain.register_event import EventKind, RegisterEvent, check

AT = datetime(2026, 7, 1, tzinfo=UTC)
LATER = datetime(2026, 8, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "previous"),
    [
        ("ratio", 40.0, None),
        ("swap", 0.0, 812.5),
        ("reset", 0.0, None),
        ("register_size", 1e6, None),
    ],
)
def test_what_can_happen_is_taken(kind: EventKind, value: float, previous: float | None) -> None:
    check(RegisterEvent(AT, kind, value, previous), place="events.csv:2")


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (RegisterEvent(AT, "error", -3.0), "until is not given, want an instant"),
        (RegisterEvent(AT, "error", -3.0, until=AT), "until is 2026-07-01T00:00:00+00:00, want"),
        (RegisterEvent(AT, "error", 0.0, until=LATER), "value of an error is 0 %, want more than"),
        (RegisterEvent(AT, "error", -100.0, until=LATER), "value of an error is -100 %, want more"),
        (RegisterEvent(AT, "error", nan, until=LATER), "value of an error is nan %, want more"),
        (RegisterEvent(AT, "error", 2.0, 1.0, until=LATER), "previous means nothing for an error"),
        (RegisterEvent(AT, "ratio", 40.0, until=LATER), "until means nothing for a ratio"),
        (RegisterEvent(AT, "ratio", 0.0), "value of a ratio is 0, want a number above 0"),
        (RegisterEvent(AT, "ratio", nan), "value of a ratio is nan, want a number above 0"),
        (RegisterEvent(AT, "register_size", inf), "is inf, want a number above 0"),
        (RegisterEvent(AT, "swap", -1.0), "value of a swap is -1, want a reading of 0 or more"),
        (RegisterEvent(AT, "reset", 0.0, -2.0), "previous is -2, want a reading of 0 or more"),
        (RegisterEvent(AT, "ratio", 40.0, 30.0), "previous means nothing for a ratio"),
        (RegisterEvent(AT.replace(tzinfo=None), "swap", 1.0), "want an offset with it"),
        (RegisterEvent(AT, "glow", 1.0), "kind is 'glow', want one of ratio, swap"),  # type: ignore[arg-type]  # as a file may say
    ],
)
def test_what_cannot_happen_is_refused_with_the_place(event: RegisterEvent, reason: str) -> None:
    with pytest.raises(InputError, match=r"^events\.csv:2: ") as refused:
        check(event, place="events.csv:2")
    assert reason in str(refused.value)


@pytest.mark.parametrize("value", [-99.9, -0.01, 100.0])
def test_an_error_holds_over_a_span(value: float) -> None:
    check(RegisterEvent(AT, "error", value, until=LATER), place="events.csv:2")
