"""A dataclass is the schema of a file: what is told is read back, what is strange is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import canonical
from domain.errors import InputError
from domain.record import read, told, wanted


class Colour(StrEnum):
    """Keys."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Part:
    """A row."""

    code: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Whole:
    """A document."""

    on: date
    colour: Colour
    parts: tuple[Part, ...]
    by_colour: Mapping[Colour, Decimal]
    count: int = 1
    flag: bool = False

    def __post_init__(self) -> None:
        wanted(self.count > 0, f"count {self.count}, want more than 0")


GOOD = {
    "on": date(2026, 7, 1), "colour": "red", "parts": [{"code": "a", "amount": Decimal("0.10")}],
    "by_colour": {"blue": 2, "red": 1},
}  # fmt: skip
numbers = st.decimals(
    min_value=-(10**11), max_value=10**11, places=9, allow_nan=False, allow_infinity=False
)


def test_a_document_is_read_with_its_defaults_and_its_keys_in_one_order() -> None:
    whole = read(Whole, GOOD, "f")
    assert whole.parts == (Part("a", Decimal("0.1")),)
    assert list(whole.by_colour) == [Colour.RED, Colour.BLUE]
    assert (whole.count, whole.flag) == (1, False)
    assert read(Whole, {**GOOD, "on": "2026-07-01", "parts": [{"code": "b"}]}, "f").parts == (
        Part("b", None),
    )


@given(numbers, st.one_of(st.none(), numbers), st.booleans())
def test_what_is_told_is_read_back(first: Decimal, second: Decimal | None, flag: bool) -> None:
    whole = Whole(date(2026, 7, 1), Colour.BLUE, (Part("a", second),), {Colour.RED: first}, 3, flag)
    told_once = told(whole)
    again = read(Whole, told_once, "f")
    assert again == whole
    assert canonical(told(again)) == canonical(told_once)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"size": 1}, "^f: nobody knows size$"),
        ({"parts": [{"amount": 1}]}, r"^f\.parts\[1\]: code missing$"),
        (
            {"parts": [{"code": "a", "amount": "x"}]},
            r"^f\.parts\[1\] \(a\)\.amount: 'x': want",
        ),
        ({"parts": {"code": "a"}}, r"^f\.parts: .*, want a list$"),
        ({"by_colour": {"green": 1}}, r"^f\.by_colour: 'green': want red or blue$"),
        ({"by_colour": {"red": True}}, r"^f\.by_colour\.red: True: want a number$"),
        ({"by_colour": []}, r"^f\.by_colour: \[\], want a table$"),
        ({"by_colour": {"red": "1e99"}}, "want a number below"),
        ({"by_colour": {"red": "1e-99999"}}, "at most 28 digits"),
        ({"by_colour": {"red": Decimal("Infinity")}}, "want a number below"),
        ({"colour": 7}, r"^f\.colour: 7: want red or blue$"),
        ({"on": datetime(2026, 7, 1)}, r"^f\.on: .*: want a date$"),  # noqa: DTZ001 - as TOML gives it
        ({"on": "yesterday"}, r"^f\.on: 'yesterday': "),
        ({"count": True}, r"^f\.count: True: want a whole number$"),
        ({"count": 0}, "^f: count 0, want more than 0$"),
        ({"flag": 1}, r"^f\.flag: 1: want true or false$"),
    ],
)
def test_what_is_strange_is_refused_with_its_place(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read(Whole, {**GOOD, **changes}, "f")
