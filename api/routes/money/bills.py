"""The utility's bills: imported from CSV, and explained against our cost."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Self
from zoneinfo import ZoneInfo

import psycopg
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.ledger.bill import BillLine, OurSide
from analytics.ledger.reconciliation import Compared, reconcile
from analytics.place.meter_cost import meter_cost
from api.body import Body
from api.correction import NOT_YOURS
from api.named import meter_named
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.routes.money.costs import CostGapOut, gap_out
from api.scope import Scope
from api.withdrawn import WithdrawalIn, WithdrawnOut, withdrawn_out
from domain.bill_file import BillRow as ReadRow
from domain.bill_file import read_bills
from domain.errors import CalendarMissingError, InputError, MissingInputError
from domain.local_day import day_start
from domain.money import cents, exact
from domain.sentence import Sentence
from domain.time_of_use import Period
from store.money.bill import BillLineRow, BillRow, add_bill, bill_lines, bills, withdraw_bill
from store.people.session import audit

router = APIRouter(prefix="/bills", tags=["money"])

_LONGEST = 5_000_000
BillId = Annotated[int, Path(description="Id of the bill.")]


class BillOut(BaseModel):
    """A bill of local days [first_day, end_day) of a meter."""

    id: int
    meter_id: int
    meter_code: str
    number: str
    first_day: date
    end_day: date
    total: Decimal = Field(description="Sum of its lines. [CNY]")
    source: str = Field(description="Name of the file it came in.")
    imported_at: datetime
    same_days: list[str] = Field(
        description="Numbers of other bills of the meter for some of these days: the same use may "
        "be billed twice."
    )
    withdrawn: WithdrawnOut | None = Field(
        default=None, description="Who took it back; such a bill counts nowhere."
    )

    @classmethod
    def told(cls, row: BillRow) -> Self:
        """As it stands."""
        said = {name: getattr(row, name) for name in cls.model_fields if name != "withdrawn"}
        return cls(**said, withdrawn=withdrawn_out(row))


class SideOut(BaseModel):
    """One side of a compared line; null where it does not say."""

    quantity: Decimal | None = Field(description="[unit of the meter]")
    price: Decimal | None = Field(description="[CNY/unit]")
    amount: Decimal = Field(description="[CNY]")


class ComparedOut(BaseModel):
    """A line of the bill beside ours."""

    item: str
    period: Period | None
    bill: SideOut | None = Field(description="Null where the bill has no such line.")
    ours: SideOut | None = Field(description="Null where we have no such line.")
    difference: Decimal = Field(description="Bill - ours. [CNY]")


class ExplainedOut(BaseModel):
    """Part of the difference that one cause explains."""

    model_config = ConfigDict(from_attributes=True)

    item: str
    cause: str = Field(
        description="quantity, missing_data, shape, price, arithmetic, only_bill, only_ours, "
        "unexplained or rounding."
    )
    amount: Decimal = Field(description="Bill - ours. [CNY]")


class ReconciliationOut(BaseModel):
    """A bill beside our cost of the same days; what is explained adds up to the difference."""

    bill: BillOut
    lines: list[ComparedOut]
    explained: list[ExplainedOut]
    our_total: Decimal = Field(description="[CNY]")
    difference: Decimal = Field(description="Bill - ours. [CNY]")
    tariffs: list[str]
    gaps: list[CostGapOut] = Field(description="What our cost lacks.")


class NewBills(Body):
    """A CSV file of bills."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    text: Annotated[str, StringConstraints(max_length=_LONGEST, pattern=r"^[^\x00]*$")]


class Imported(BaseModel):
    """How many bills were added, and which were there already."""

    added: int
    known: list[str] = Field(description="Numbers of bills that were there; they stay as they are.")


@router.get("")
def list_bills(
    scope: Scope,
    meter: Annotated[int | None, Query(description="Of this meter.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[BillOut]:
    """Bills, the newest import first; also those taken back."""
    rows = bills(scope.conn, meter_id=meter, before=before(cursor), at_most=limit + 1)
    items = [BillOut.told(row) for row in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.post("", status_code=HTTPStatus.CREATED)
def import_bills(new: NewBills, scope: Scope) -> Imported:
    """Import bills. One row that cannot be used, and nothing of the file is."""
    try:
        found = read_bills(new.text, place=new.name)
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    known = [
        number
        for (meter, number), rows in found.items()
        if not _add(scope, meter, number, rows, new.name)
    ]
    added = len(found) - len(known)
    audit(scope.conn, "bills_imported", new.name, {"added": added, "known": known})
    return Imported(added=added, known=known)


@router.post("/{bill_id}/withdraw")
def withdraw(bill_id: BillId, what: WithdrawalIn, scope: Scope) -> BillOut:
    """Take back a bill that came in wrong: it counts nowhere, and its number is free again.

    Statements and baselines that counted it are worked out anew. It stays in the list, with who
    took it back, when and why.
    """
    row = _one(scope, bill_id)
    if row.withdrawn_at is not None:
        template = "bill {number} of {meter} is taken back already"
        gone = Sentence("bill_gone", template, number=row.number, meter=row.meter_code)
        raise refuse(HTTPStatus.CONFLICT, gone)
    if not withdraw_bill(scope.conn, bill_id, reason=what.reason):
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS)
    audit(scope.conn, "bill_withdrawn", row.number, {"id": bill_id, **what.model_dump()})
    return BillOut.told(_one(scope, bill_id))


@router.get("/{bill_id}/reconciliation")
def reconciliation(bill_id: int, scope: Scope) -> ReconciliationOut:
    """A bill line by line beside our cost, and the causes of the difference."""
    row = _one(scope, bill_id)
    meter = meter_named(scope, row.meter_code)
    try:
        ours = meter_cost(scope.conn, meter, row.first_day, row.end_day)
    except (MissingInputError, CalendarMissingError) as error:
        raise refuse(HTTPStatus.CONFLICT, error) from error
    found = reconcile(list(map(_line, bill_lines(scope.conn, bill_id))), ours.cost)
    return ReconciliationOut(
        bill=BillOut.told(row),
        lines=[_compared(line) for line in found.lines],
        explained=[ExplainedOut.model_validate(each) for each in found.explained],
        our_total=found.our_total,
        difference=found.difference,
        tariffs=list(ours.tariffs),
        gaps=[gap_out(gap) for gap in ours.cost.gaps],
    )


def _add(scope: Scope, code: str, number: str, rows: Iterable[ReadRow], source: str) -> bool:
    meter, lines = meter_named(scope, code), list(rows)
    zone, days = ZoneInfo(meter.zone), (lines[0].first_day, lines[0].end_day)
    try:
        added = add_bill(
            scope.conn,
            meter.id,
            number,
            days=days,
            instants=(day_start(days[0], zone), day_start(days[1], zone)),
            lines=[
                BillLineRow(row.item, row.period, row.quantity, row.price, row.amount)
                for row in lines
            ],
            source=source,
        )
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS) from error
    return added is not None


def _one(scope: Scope, bill_id: int) -> BillRow:
    rows = bills(scope.conn, bill_id=bill_id, before=before(None), at_most=1)
    if not rows:
        raise refuse(
            HTTPStatus.NOT_FOUND, Sentence("no_bill", "there is no bill {bill}", bill=bill_id)
        )
    return rows[0]


def _line(row: BillLineRow) -> BillLine:
    period = Period(row.period) if row.period else None
    return BillLine(row.item, period, row.quantity, row.price, row.amount)


def _compared(line: Compared) -> ComparedOut:
    return ComparedOut(
        item=line.item,
        period=line.period,
        bill=line.bill and _bill_side(line.bill),
        ours=line.ours and _our_side(line.ours),
        difference=cents(line.difference),
    )


def _bill_side(line: BillLine) -> SideOut:
    return SideOut(quantity=line.quantity, price=line.price, amount=line.amount)


def _our_side(side: OurSide) -> SideOut:
    price = exact(float(side.price))
    return SideOut(quantity=side.quantity, price=price, amount=cents(side.value))
