"""Bills of the utility as CSV, one row per line of a bill. Read strictly, refused row by row.

Columns ``meter,number,first_day,end_day,item,period,quantity,price,amount``; days are local and
half-open, money is CNY. `period`, `quantity` and `price` may be empty where the bill does not say.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from domain.errors import InputError
from domain.sentence import Sentence
from domain.time_of_use import Period

COLUMNS = (
    "meter",
    "number",
    "first_day",
    "end_day",
    "item",
    "period",
    "quantity",
    "price",
    "amount",
)
_ITEM = re.compile(r"[a-z0-9_]{1,60}")
_MOST_ROWS = 10_000
_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class BillRow:
    """One line of a bill of a meter, for local days [first_day, end_day)."""

    meter: str
    number: str
    first_day: date
    end_day: date
    item: str
    period: Period | None
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal


def read_bills(text: str, *, place: str) -> dict[tuple[str, str], list[BillRow]]:
    """Read bills from CSV, by meter and number.

    Raises
    ------
    InputError
        With file and line: a column missing, a value that is none, days that do not fit, a line
        given twice, also as a whole and by period, or two rows of one bill with different days.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        return _bills(reader, place)
    except csv.Error as error:  # also of the first line, which is read when it is asked for
        raise InputError(
            Sentence("no_csv", "no CSV: {error}", error=error), place=f"{place}:{reader.line_num}"
        ) from error


def _bills(reader: "csv.DictReader[str]", place: str) -> dict[tuple[str, str], list[BillRow]]:
    if tuple(reader.fieldnames or ()) != COLUMNS:
        seen = ",".join(reader.fieldnames or ())
        raise InputError(
            Sentence(
                "bill_columns",
                "columns {seen}, want {columns}",
                seen=repr(seen),
                columns=repr(",".join(COLUMNS)),
            ),
            place=f"{place}:1",
        )
    found: dict[tuple[str, str], list[BillRow]] = {}
    for raw in reader:
        where = f"{place}:{reader.line_num}"
        row = _row(raw, where)
        bill = found.setdefault((row.meter, row.number), [])
        _refuse_contradiction(bill, row, where)
        bill.append(row)
        if sum(map(len, found.values())) > _MOST_ROWS:
            raise InputError(
                Sentence("too_many_rows", "more than {most} rows", most=_MOST_ROWS), place=where
            )
    return found


def _row(raw: Mapping[str | None, str | None], where: str) -> BillRow:
    if None in raw or None in raw.values():
        raise InputError(
            Sentence("bill_values", "want {columns} values", columns=len(COLUMNS)), place=where
        )
    text = {str(name): (value or "").strip() for name, value in raw.items()}
    for name in ("meter", "number", "item", "amount"):
        if not text[name]:
            raise InputError(Sentence("is_empty", "{name} is empty", name=name), place=where)
    if not _ITEM.fullmatch(text["item"]):
        raise InputError(
            Sentence(
                "bill_item", "item {item}, want a slug such as energy", item=repr(text["item"])
            ),
            place=where,
        )
    row = BillRow(
        meter=text["meter"],
        number=text["number"],
        first_day=_day(text, "first_day", where),
        end_day=_day(text, "end_day", where),
        item=text["item"],
        period=_period(text["period"], where),
        quantity=_number(text, "quantity", where) if text["quantity"] else None,
        price=_number(text, "price", where) if text["price"] else None,
        amount=_number(text, "amount", where),
    )
    if row.end_day <= row.first_day:
        raise InputError(
            Sentence(
                "days_backwards",
                "end_day {end_day} is not after {first_day}",
                end_day=row.end_day,
                first_day=row.first_day,
            ),
            place=where,
        )
    return row


def _refuse_contradiction(bill: list[BillRow], row: BillRow, where: str) -> None:
    if any((row.item, row.period) == (other.item, other.period) for other in bill):
        told = f"{row.item} {row.period or ''}".strip()
        raise InputError(
            Sentence("bill_twice", "bill {number} has {told} twice", number=row.number, told=told),
            place=where,
        )
    beside = [each for each in (*bill, row) if each.item == row.item]
    if any(each.period is None and each.quantity for each in beside) and any(
        each.period for each in beside
    ):
        raise InputError(
            Sentence(
                "bill_whole_and_periods",
                "bill {number} has {item} as a whole and by period: the same use would count twice",
                number=row.number,
                item=row.item,
            ),
            place=where,
        )
    if bill and (row.first_day, row.end_day) != (bill[0].first_day, bill[0].end_day):
        raise InputError(
            Sentence(
                "bill_other_days",
                "bill {number} is for other days in an earlier row",
                number=row.number,
            ),
            place=where,
        )


def _day(text: Mapping[str, str], name: str, where: str) -> date:
    try:
        return date.fromisoformat(text[name])
    except ValueError as error:
        raise InputError(
            Sentence(
                "want_day", "{name} {text}, want YYYY-MM-DD", name=name, text=repr(text[name])
            ),
            place=where,
        ) from error


def _period(text: str, where: str) -> Period | None:
    try:
        return Period(text) if text else None
    except ValueError as error:
        raise InputError(
            Sentence(
                "want_period",
                "period {text}, want {periods}",
                text=repr(text),
                periods=" or ".join(Period),
            ),
            place=where,
        ) from error


def _number(text: Mapping[str, str], name: str, where: str) -> Decimal:
    try:
        number = Decimal(text[name])
    except InvalidOperation as error:
        raise InputError(
            Sentence(
                "want_number", "{name} {text}, want a number", name=name, text=repr(text[name])
            ),
            place=where,
        ) from error
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise InputError(
            Sentence(
                "out_of_range", "{name} {text} is out of range", name=name, text=repr(text[name])
            ),
            place=where,
        )
    return number
