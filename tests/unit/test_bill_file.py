"""A bill's lines are read exactly, or the file is refused with the row."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.bill_file import COLUMNS, read_bills
from domain.errors import InputError

OF_JUNE = "main,1,2026-06-01,2026-07-01"


def bills(*lines: str) -> str:
    return "\n".join([",".join(COLUMNS), *(f"{OF_JUNE},{line}" for line in lines)])


def test_a_line_as_a_whole_beside_its_periods_is_refused_for_it_would_count_twice() -> None:
    periods = ("energy,peak,600,1,600", "energy,flat,400,1,400")
    whole = "energy,,1000,1,1000"
    for lines in ((*periods, whole), (whole, *periods)):
        with pytest.raises(InputError, match="bill 1 has energy as a whole and by period"):
            read_bills(bills(*lines), place="june.csv")
    refunded = read_bills(
        bills(*periods, "energy,,,,-12.50", "basic,,100,30,3000"), place="june.csv"
    )
    assert sum(row.amount for row in refunded["main", "1"]) == Decimal("3987.50")


@given(st.text(max_size=60))
@example('"')
@example("\ra")
@example('"a"b')
def test_any_text_is_bills_or_refused_with_its_place(text: str) -> None:
    try:
        assert read_bills(text, place="june.csv") is not None
    except InputError as error:
        assert str(error).startswith("june.csv:")  # noqa: PT017 - most texts are none, some are
