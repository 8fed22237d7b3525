"""The ledger of months: what stands, previews, closing, overrides, reversal, and its chain."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request
from psycopg.errors import InsufficientPrivilege

from analytics.institution.closing import (
    Signer,
    ask_override,
    changes,
    close,
    close_overridden,
    reverse,
)
from analytics.institution.month import Asked, preview
from analytics.ledger.exact import amount, difference
from analytics.ledger.timetable import next_month
from api.problem import refuse, words
from api.routes.institution.factors import SetVersion, wanted_set
from api.routes.institution.ledger_schema import (
    EntryWhole,
    LedgerChainOut,
    LedgerChangeOut,
    LedgerEntryOut,
    LedgerMonthOut,
    LedgerTotalOut,
    LedgerYearOut,
    Month,
    MonthIn,
    ObstacleOut,
    OverrideIn,
    OverrideOut,
    PreviewOut,
    ReversalIn,
    SignatureIn,
)
from api.scope import Caller, Scope
from domain.canonical import canonical, plain
from domain.errors import InputError, LedgerError
from domain.ledger_month import LedgerEntry, first_break, standing
from domain.local_day import day_start, local_day
from domain.obstacle import Obstacle
from domain.sentence import Sentence
from store.institution import ledger
from store.institution.portfolio import FED_IN, PV_GENERATED, medium_uses
from store.people.session import audit
from store.places.place import OrganisationRow, organisations

router = APIRouter(prefix="/ledger-months", tags=["ledger"])

Institution = Annotated[int, Query(description="Id of the institution.")]
Year = Annotated[int, Query(ge=2000, le=2099)]
EntryId = Annotated[int, Path(description="Id of the entry.")]
SetCode = Annotated[str, Query(alias="set", max_length=100, description="Code of the factor set.")]
_NOT_YOURS = Sentence(
    "months_not_yours", "only who administers the institution closes and reverses its months"
)
_NOISE = Decimal("0.000002")
"""Difference that the rounding of sums over days may leave. [unit]"""


@router.get("")
def year_of_months(scope: Scope, organisation: Institution, year: Year) -> LedgerYearOut:
    """How things stand with each month of a year."""
    row = institution_named(scope, organisation)
    zone = ZoneInfo(row.zone or "UTC")
    this_month = local_day(datetime.now(UTC), zone).replace(day=1)
    chain = ledger.entries(scope.conn, organisation)
    closed = standing(chain)
    newest = {entry.month: entry for entry in chain}
    months = []
    for number in range(1, 13):
        month = date(year, number, 1)
        entry = closed.get(month)
        if entry is None:
            state = _state(month, this_month, newest)
            last = newest.get(month)
            months.append(_month_out(month, state, last, changed=False))
        else:
            differs = _differs(scope, organisation, zone, entry)
            months.append(_month_out(month, "closed", entry, changed=differs))
    may_close = ledger.may_close(scope.conn, organisation)
    return LedgerYearOut(
        organisation_id=organisation, year=year, may_close=may_close, months=months
    )


@router.get("/preview")
def preview_month(
    request: Request,
    scope: Scope,
    organisation: Institution,
    month: Annotated[Month, Query(description="Local month, such as 2026-06.")],
    set_: SetCode = "statistics",
    version: SetVersion = None,
) -> PreviewOut:
    """What would be closed, and what stands against it. Nothing is written."""
    asked = _asked(
        request,
        scope,
        MonthIn(organisation_id=organisation, month=month, set=set_, version=version),
    )
    found = preview(scope.conn, asked)
    now = canonical(found.told)
    return PreviewOut(
        document=found.document,
        obstacles=[_obstacle(each) for each in found.obstacles],
        overrides=[
            OverrideOut(
                id=each.id,
                person=each.person,
                at=each.at,
                reason=each.reason,
                is_mine=each.person_id == scope.person.person_id,
                fits=each.obstacles == now,
            )
            for each in ledger.overrides(scope.conn, asked.row)
            if not each.used
        ],
        may_close=ledger.may_close(scope.conn, organisation),
    )


@router.get("/chain")
def chain_of_institution(scope: Scope, organisation: Institution) -> LedgerChainOut:
    """Walk the chain as far as it may be seen, and name the first link that does not hold."""
    institution_named(scope, organisation)
    chain = ledger.entries(scope.conn, organisation)
    broken = first_break(chain)
    return LedgerChainOut(
        organisation_id=organisation,
        entries=len(chain),
        from_sequence=chain[0].sequence if chain else None,
        head=chain[-1].sha256 if chain else None,
        holds=broken is None,
        broken_at=None if broken is None else broken.sequence,
        broken_month=None if broken is None else broken.month,
        reason="" if broken is None else broken.reason,
    )


@router.post("", status_code=HTTPStatus.CREATED)
def close_month(request: Request, wanted: MonthIn, scope: Scope) -> LedgerEntryOut:
    """Close a month. Refused (409) with reasons and places while anything stands against it."""
    asked = _asked(request, scope, wanted)
    with _refusals():
        entry_id = close(scope.conn, asked, _signer(scope))
    return _told(scope, entry_id, "ledger_month_closed", asked)


@router.post("/overrides", status_code=HTTPStatus.CREATED)
def ask_for_override(request: Request, wanted: OverrideIn, scope: Scope) -> dict[str, int]:
    """Ask to close in spite of what stands against it. A second person has to sign."""
    asked = _asked(request, scope, wanted)
    with _refusals():
        override_id = ask_override(scope.conn, asked, wanted.reason)
    detail = {"month": wanted.month, "reason": wanted.reason}
    audit(scope.conn, "ledger_override_asked", asked.institution.code, detail)
    return {"id": override_id}


@router.post("/overrides/{override_id}/signature", status_code=HTTPStatus.CREATED)
def sign_and_close(
    request: Request, override_id: int, wanted: SignatureIn, scope: Scope
) -> LedgerEntryOut:
    """Sign as the second person, and close the month with it."""
    found = ledger.override(scope.conn, override_id)
    if found is None:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_override", "there is no override {override}", override=override_id),
        )
    month = MonthIn(
        organisation_id=found.organisation_id,
        month=f"{found.month:%Y-%m}",
        set=wanted.set,
        version=wanted.version,
    )
    asked = _asked(request, scope, month)
    with _refusals():
        entry_id = close_overridden(scope.conn, asked, found, _signer(scope))
    return _told(scope, entry_id, "ledger_month_closed", asked)


@router.get("/{entry_id}")
def entry_whole(request: Request, entry_id: EntryId, scope: Scope) -> EntryWhole:
    """One entry with its document, and what would be different now."""
    entry = _entry(scope, entry_id)
    stands = entry.id in {each.id for each in standing(_chain(scope, entry)).values()}
    found = changes(scope.conn, _asked_as(request, scope, entry), entry) if stands else []
    return EntryWhole(
        entry=LedgerEntryOut.model_validate(entry),
        text=entry.document,
        document=entry.content(),
        standing=stands,
        changes=[
            LedgerChangeOut(
                what=each.what,
                is_total=each.is_total,
                unit=each.unit,
                closed=_text(each.closed),
                now=_text(each.now),
                difference=_text(each.difference),
            )
            for each in found
        ],
    )


@router.post("/{entry_id}/reversal", status_code=HTTPStatus.CREATED)
def reverse_entry(
    request: Request, entry_id: EntryId, wanted: ReversalIn, scope: Scope
) -> LedgerEntryOut:
    """Take a closing back by an entry with the same figures negative. The month is open then."""
    entry = _entry(scope, entry_id)
    asked = _asked_as(request, scope, entry)
    with _refusals():
        made = reverse(scope.conn, asked, entry, wanted.reason, _signer(scope))
    return _told(scope, made, "ledger_month_reversed", asked)


def institution_named(scope: Caller, organisation_id: int) -> OrganisationRow:
    """An institution that the person may see.

    Raises
    ------
    HTTPException
        404 if there is none of this id.
    """
    for row in organisations(scope.conn):
        if row.id == organisation_id and row.kind == "institution":
            return row
    raise refuse(
        HTTPStatus.NOT_FOUND,
        Sentence(
            "no_institution", "there is no institution {organisation}", organisation=organisation_id
        ),
    )


def _asked(request: Request, scope: Caller, wanted: MonthIn) -> Asked:
    return Asked(
        institution_named(scope, wanted.organisation_id),
        date.fromisoformat(f"{wanted.month}-01"),
        wanted_set(scope.conn, wanted.set, wanted.version),
        request.app.state.settings.unmetered_limit,
    )


def _asked_as(request: Request, scope: Caller, entry: LedgerEntry) -> Asked:
    """Ask for the month of an entry by the factors it was closed with."""
    factors = entry.content()["energy"]["factor_set"]
    wanted = MonthIn(
        organisation_id=entry.organisation_id,
        month=f"{entry.month:%Y-%m}",
        set=factors["code"],
        version=factors["version"],
    )
    return _asked(request, scope, wanted)


def _entry(scope: Caller, entry_id: int) -> LedgerEntry:
    found = ledger.entry(scope.conn, entry_id)
    if found is None:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_ledger_entry", "there is no ledger entry {entry}", entry=entry_id),
        )
    return found


def _chain(scope: Caller, entry: LedgerEntry) -> Sequence[LedgerEntry]:
    return ledger.entries(scope.conn, entry.organisation_id)


def _told(scope: Caller, entry_id: int, action: str, asked: Asked) -> LedgerEntryOut:
    entry = _entry(scope, entry_id)
    detail = {"month": f"{asked.month:%Y-%m}", "sequence": entry.sequence, "sha256": entry.sha256}
    audit(scope.conn, action, asked.institution.code, detail)
    return LedgerEntryOut.model_validate(entry)


def _signer(scope: Caller) -> Signer:
    return Signer(scope.person.login, scope.person.name)


def _state(
    month: date, this_month: date, newest: dict[date, LedgerEntry]
) -> Literal["running", "open", "reversed"]:
    if month >= this_month:
        return "running"
    return "reversed" if month in newest else "open"


def _month_out(
    month: date,
    state: Literal["running", "open", "closed", "reversed"],
    entry: LedgerEntry | None,
    *,
    changed: bool,
) -> LedgerMonthOut:
    content = None if entry is None or state != "closed" else entry.content()
    totals = {} if content is None else content["totals"]
    return LedgerMonthOut(
        month=month,
        state=state,
        entry=None if entry is None else LedgerEntryOut.model_validate(entry),
        overridden=bool(content and content["overridden"]),
        changed=changed,
        totals=[
            LedgerTotalOut(what=what, unit=figure["unit"], closed=figure["amount"])
            for what, figure in totals.items()
        ],
    )


def _differs(scope: Caller, organisation: int, zone: ZoneInfo, entry: LedgerEntry) -> bool:
    """Whether the days of the boundary meters now add up to something else than was closed."""
    span = day_start(entry.month, zone), day_start(next_month(entry.month), zone)
    uses = medium_uses(scope.conn, [organisation], *span).get(organisation, {})
    known = {FED_IN}
    for told in entry.content()["media"]:
        now = uses.get(told["medium"])
        closed = Decimal(told["total"]["amount"])
        if now is None or abs(difference(amount(now.amount), closed)) > _NOISE:
            return True
        known.add(told["medium"])
        plant = told.get("plant")
        if plant is not None:
            known.add(PV_GENERATED)
            for name, what in ((PV_GENERATED, "generated"), (FED_IN, "fed_in")):
                of_plant = amount(uses[name].amount) if name in uses else Decimal(0)
                if abs(difference(of_plant, Decimal(plant[what]["amount"]))) > _NOISE:
                    return True
    return bool(uses.keys() - known)


def _obstacle(obstacle: Obstacle) -> ObstacleOut:
    return ObstacleOut(
        **asdict(obstacle),
        words=words(obstacle.detail),
        may_be_overridden=obstacle.kind.may_be_overridden,
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    except LedgerError as error:
        raise refuse(HTTPStatus.CONFLICT, error) from error
    except InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, _NOT_YOURS) from error
