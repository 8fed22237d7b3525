"""Tables of the power-factor adjustment: what counts, who has checked it, and entering another."""

from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from analytics.place.meter_cost import NOW
from api.body import Body
from api.page import Page
from api.problem import refuse
from api.provenance import CheckedOut, Document
from api.scope import Scope, only_administrators
from api.withdrawn import WithdrawalIn, WithdrawnOut, withdrawn_out
from domain.errors import InputError
from domain.power_factor import PowerFactorTable
from domain.power_factor_file import read_power_factor_tables
from domain.sentence import Sentence
from store.money.power_factor import (
    check_table,
    enter_table,
    hands_of,
    tables_in_force,
    withdraw_check,
)
from store.people.session import audit

router = APIRouter(prefix="/power-factor-tables", tags=["money"])


class PowerFactorStepOut(BaseModel):
    """What each 0.01 of power factor changes, from the step before to `until`."""

    until: Decimal = Field(description="Power factor up or down to which it holds. [1]")
    percent: Decimal = Field(description="For each 0.01. [%]")


class PowerFactorTableOut(CheckedOut):
    """The table that counts for users held to a standard."""

    standard: str = Field(description="Power factor at which nothing changes. [1]")
    applies_to: str = Field(description="Class of user.")
    applies_to_zh: str = Field(description="The same in Chinese.")
    evidence: str
    note: str
    note_zh: str
    reduction: list[PowerFactorStepOut] = Field(description="Above the standard: taken off.")
    surcharge: list[PowerFactorStepOut] = Field(description="Below the standard: added.")
    sha256: str = Field(description="Of the numbers; a check is of these.")
    entered_by: str | None = Field(
        description="Null where it came along, or from the command line."
    )
    own: bool = Field(description="You entered these numbers, so that somebody else checks them.")
    withdrawn: WithdrawnOut | None = Field(
        description="The last check of these numbers that was taken back, while none stands."
    )


class NewTables(Body):
    """A file of tables."""

    text: Annotated[str, StringConstraints(max_length=50_000)] = Field(description="TOML.")


class TableCheck(Document):
    """Which numbers were compared, and with what."""

    sha256: str = Field(description="Of the numbers that were seen.")


class TableDoubt(WithdrawalIn):
    """Which numbers' check is taken back, and why."""

    sha256: str = Field(description="Of the numbers that were seen.")


@router.get("")
def list_tables(scope: Scope) -> Page[PowerFactorTableOut]:
    """The tables that count, by their standard."""
    return Page(items=[_told(scope, table) for _, table in _tables(scope)])


@router.post("", status_code=HTTPStatus.CREATED)
def enter_tables(new: NewTables, scope: Scope) -> Page[PowerFactorTableOut]:
    """Enter tables from a file; costs from now on take them, and they count as unchecked."""
    only_administrators(scope)
    try:
        tables = read_power_factor_tables(new.text, place="tables")
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    for table in tables:
        enter_table(scope.conn, table)
        audit(scope.conn, "power_factor_entered", str(table.standard), {"sha256": table.sha256})
    return list_tables(scope)


@router.post("/{standard}/check")
def check_numbers(standard: str, what: TableCheck, scope: Scope) -> PowerFactorTableOut:
    """Note that you compared a table with the printed rule. It is signed with your name.

    Who entered these numbers cannot check them.
    """
    only_administrators(scope)
    table = _seen(scope, standard, what.sha256)
    if hands_of(scope.conn, table).own:
        template = "you entered the table of {standard} yourself: a second person checks it"
        raise refuse(HTTPStatus.CONFLICT, Sentence("power_factor_own", template, standard=standard))
    if not check_table(scope.conn, table, by=scope.person.name, document=what.document):
        template = "the table of {standard} is checked already"
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence("power_factor_checked", template, standard=standard),
        )
    audit(scope.conn, "power_factor_checked", standard, what.model_dump())
    return _told(scope, _one(scope, standard))


@router.post("/{standard}/check/withdraw")
def withdraw_numbers(standard: str, what: TableDoubt, scope: Scope) -> PowerFactorTableOut:
    """Take the check of a table back. Closed months keep theirs."""
    only_administrators(scope)
    table = _seen(scope, standard, what.sha256)
    if not withdraw_check(scope.conn, table, reason=what.reason):
        template = "no check of the table of {standard} stands"
        raise refuse(
            HTTPStatus.CONFLICT, Sentence("power_factor_not_checked", template, standard=standard)
        )
    audit(scope.conn, "power_factor_check_withdrawn", standard, what.model_dump())
    return _told(scope, _one(scope, standard))


def _tables(scope: Scope) -> list[tuple[str, PowerFactorTable]]:
    return sorted(tables_in_force(scope.conn, as_of=NOW).items(), reverse=True)


def _one(scope: Scope, standard: str) -> PowerFactorTable:
    known = dict(_tables(scope))
    if standard not in known:
        template = "there is no power-factor table of {standard}, want {known}"
        why = Sentence(
            "no_power_factor_table", template, standard=repr(standard), known=", ".join(known)
        )
        raise refuse(HTTPStatus.NOT_FOUND, why)
    return known[standard]


def _seen(scope: Scope, standard: str, sha256: str) -> PowerFactorTable:
    """Find the table that counts; refuse where it is not the one that was looked at."""
    table = _one(scope, standard)
    if table.sha256 != sha256:
        template = "the table of {standard} has other numbers by now: look at it again"
        raise refuse(
            HTTPStatus.CONFLICT, Sentence("other_power_factor_table", template, standard=standard)
        )
    return table


def _told(scope: Scope, table: PowerFactorTable) -> PowerFactorTableOut:
    seen, hands = table.provenance, hands_of(scope.conn, table)
    return PowerFactorTableOut(
        standard=str(table.standard),
        applies_to=table.applies_to,
        applies_to_zh=table.applies_to_zh,
        evidence=seen.evidence,
        note=seen.note,
        note_zh=seen.note_zh,
        reduction=[
            PowerFactorStepOut(until=until, percent=each) for until, each in table.reduction
        ],
        surcharge=[
            PowerFactorStepOut(until=until, percent=each) for until, each in table.surcharge
        ],
        sha256=table.sha256,
        entered_by=hands.entered_by,
        own=hands.own,
        withdrawn=None if table.checked else withdrawn_out(hands),
        **CheckedOut.model_validate(seen).model_dump(),
    )
