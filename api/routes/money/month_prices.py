"""Prices of a tariff announced by the month: entering, checking by a second person, taking back."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import Field

from analytics.ledger.timetable import next_month
from analytics.place.meter_cost import NOW
from api.body import Body
from api.problem import refuse
from api.provenance import Document, Text
from api.routes.money.tariffs import AnnouncementOut, announcement_out, tariff_named
from api.scope import Scope, only_administrators
from api.withdrawn import WithdrawalIn
from domain.errors import InputError
from domain.price_book import MonthPrice, PriceBook
from domain.sentence import Sentence
from domain.time_of_use import Period
from store.money.announced_part import announced_parts
from store.money.tariff import (
    announce_prices,
    check_prices,
    prices,
    versions,
    withdraw_price_check,
)
from store.people.session import audit

router = APIRouter(prefix="/tariffs/{tariff_id}/prices", tags=["money"])

_LARGEST_PRICE = Decimal(1000)


class NewPrice(Body):
    """An announced price."""

    component: Text
    period: Period | None = None
    price: Decimal = Field(gt=-_LARGEST_PRICE, lt=_LARGEST_PRICE, description="[CNY/unit]")


class NewPrices(Body):
    """Prices announced for a month."""

    month: date = Field(description="First day of the month.")
    source: Text
    prices: list[NewPrice] = Field(min_length=1, max_length=200)


class PricesCheck(Document):
    """Which prices were compared, and with what."""

    id: int | None = Field(
        default=None,
        description="Announcement that was seen; refused where another one counts by now.",
    )


@router.post("", status_code=HTTPStatus.CREATED)
def announce(tariff_id: int, new: NewPrices, scope: Scope) -> AnnouncementOut:
    """Enter the prices announced for a month; they replace what was entered before."""
    only_administrators(scope)
    row = tariff_named(scope, tariff_id)
    known = announced_parts(versions(scope.conn, tariff_id), new.month.replace(day=1))
    strange = [each for each in new.prices if (each.component, each.period) not in known]
    if strange:
        told = ", ".join(_told(each.component, each.period) for each in strange)
        wanted = ", ".join(_told(*each) for each in known)
        detail = Sentence(
            "no_such_price",
            "{tariff} has no price of {told}; it has {wanted}",
            tariff=row.code,
            told=told,
            wanted=wanted,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    entered = [
        MonthPrice(new.month, each.component, each.period, each.price, checked=False)
        for each in new.prices
    ]
    try:
        PriceBook(entered)
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    announce_prices(scope.conn, tariff_id, new.month, entered, source=new.source)
    audit(scope.conn, "prices_entered", row.code, new.model_dump(mode="json"))
    return _newest(scope, tariff_id, new.month)


@router.post("/{month}/check")
def check_announced(
    tariff_id: int, month: date, what: PricesCheck, scope: Scope
) -> AnnouncementOut:
    """Note that you compared a month's prices with the announcement.

    Who entered them cannot check them.
    """
    only_administrators(scope)
    row = tariff_named(scope, tariff_id)
    newest = _newest(scope, tariff_id, month)
    if what.id not in (None, newest.id):
        template = "other prices of {month} count by now: look at them again"
        changed = Sentence("other_prices", template, month=f"{month:%Y-%m}")
        raise refuse(HTTPStatus.CONFLICT, changed)
    if newest.own:
        template = "you entered the prices of {month} yourself: a second person checks them"
        why = Sentence("prices_own", template, month=f"{month:%Y-%m}")
        raise refuse(HTTPStatus.CONFLICT, why)
    if not check_prices(scope.conn, newest.id, document=what.document):
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence(
                "prices_checked", "prices of {month} are checked already", month=f"{month:%Y-%m}"
            ),
        )
    audit(scope.conn, "prices_checked", row.code, {"month": str(month), **what.model_dump()})
    return _newest(scope, tariff_id, month)


@router.post("/{month}/check/withdraw")
def withdraw_announced(
    tariff_id: int, month: date, why: WithdrawalIn, scope: Scope
) -> AnnouncementOut:
    """Take the check of a month's prices back. Closed months keep theirs."""
    only_administrators(scope)
    row = tariff_named(scope, tariff_id)
    newest = _newest(scope, tariff_id, month)
    if not withdraw_price_check(scope.conn, newest.id, reason=why.reason):
        template = "no check of the prices of {month} stands"
        told = Sentence("prices_not_checked", template, month=f"{month:%Y-%m}")
        raise refuse(HTTPStatus.CONFLICT, told)
    audit(scope.conn, "prices_check_withdrawn", row.code, {"month": str(month), **why.model_dump()})
    return _newest(scope, tariff_id, month)


def _newest(scope: Scope, tariff_id: int, month: date) -> AnnouncementOut:
    found = announcement_out(prices(scope.conn, tariff_id, month, next_month(month), as_of=NOW))
    if found is None:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_prices", "no prices are entered for {month}", month=f"{month:%Y-%m}"),
        )
    return found


def _told(component: str, period: Period | None) -> str:
    return f"{component} ({period or 'all periods'})"
