"""Versions of a tariff: another one from a day on, its check by a second person, taking it back."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import Field

from api.body import Body
from api.problem import refuse
from api.provenance import Document, Text
from api.routes.money.tariffs import NewTariff, TariffOut, tariff_named, tariff_out
from api.scope import Caller, Scope, only_administrators
from api.withdrawn import WithdrawalIn
from domain.errors import InputError
from domain.sentence import Sentence
from domain.time_of_use import Period
from store.money.tariff import (
    TariffRow,
    VersionRow,
    check_version,
    revise_tariff,
    versions,
    withdraw_version_check,
)
from store.money.tariff_prices import FixedPrice, reprice
from store.people.session import audit

router = APIRouter(prefix="/tariffs/{tariff_id}/versions", tags=["money"])


@router.post("", status_code=HTTPStatus.CREATED)
def add_versions(tariff_id: int, new: NewTariff, scope: Scope) -> TariffOut:
    """Add the versions of the tariff's file that are not there yet; they count as unchecked.

    A version in force ends on the day on which a new one begins. Costs of the days from then on
    follow by themselves; earlier days, and costs as of an earlier instant, stay as they are.
    """
    only_administrators(scope)
    row = tariff_named(scope, tariff_id)
    try:
        added = revise_tariff(scope.conn, tariff_id, new.text, place="tariff")
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    if not added:
        template = "the file has no version of {tariff} that is not there"
        raise refuse(HTTPStatus.CONFLICT, Sentence("no_new_version", template, tariff=row.code))
    audit(scope.conn, "tariff_revised", row.code, {"first_days": list(map(str, added))})
    return tariff_out(row, versions(scope.conn, tariff_id))


class NewFixedPrice(Body):
    """A price that the version itself says."""

    component: Text
    period: Period | None = Field(default=None, description="Null: the same in every period.")
    price: Decimal = Field(gt=-1000, lt=1000, description="[CNY/unit]")


class NewFixedPrices(Body):
    """Other prices from a day on; everything else of the version in force stays."""

    first_day: date
    source: Text
    prices: list[NewFixedPrice] = Field(min_length=1, max_length=200)


@router.post("/prices", status_code=HTTPStatus.CREATED)
def change_prices(tariff_id: int, new: NewFixedPrices, scope: Scope) -> TariffOut:
    """Add a version with other fixed prices from a day on; it counts as unchecked.

    The version in force ends on that day. Prices announced by the month are entered by the month.
    """
    only_administrators(scope)
    row = tariff_named(scope, tariff_id)
    prices = [FixedPrice(each.component, each.period, each.price) for each in new.prices]
    try:
        reprice(scope.conn, tariff_id, new.first_day, prices, source=new.source)
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    audit(scope.conn, "tariff_repriced", row.code, new.model_dump(mode="json"))
    return tariff_out(row, versions(scope.conn, tariff_id))


@router.post("/{version_id}/check")
def check_terms(tariff_id: int, version_id: int, what: Document, scope: Scope) -> TariffOut:
    """Note that you compared a version with its document. It is signed with your name.

    Who entered a version cannot check it.
    """
    only_administrators(scope)
    row = tariff_named(scope, tariff_id)
    if _one(scope, row, version_id).own:
        template = "you entered version {version} yourself: a second person checks it"
        raise refuse(HTTPStatus.CONFLICT, Sentence("version_own", template, version=version_id))
    if not check_version(scope.conn, version_id, by=scope.person.name, document=what.document):
        raise refuse(
            HTTPStatus.CONFLICT,
            Sentence("version_checked", "version {version} is checked already", version=version_id),
        )
    audit(scope.conn, "tariff_checked", row.code, {"version": version_id, **what.model_dump()})
    return tariff_out(row, versions(scope.conn, tariff_id))


@router.post("/{version_id}/check/withdraw")
def withdraw_terms(tariff_id: int, version_id: int, why: WithdrawalIn, scope: Scope) -> TariffOut:
    """Take the check of a version back, because it was not right after all.

    Costs by it are official no more; closed months keep theirs.
    """
    only_administrators(scope)
    row = tariff_named(scope, tariff_id)
    _one(scope, row, version_id)
    if not withdraw_version_check(scope.conn, version_id, reason=why.reason):
        template = "no check of version {version} stands"
        told = Sentence("version_not_checked", template, version=version_id)
        raise refuse(HTTPStatus.CONFLICT, told)
    told_of = {"version": version_id, **why.model_dump()}
    audit(scope.conn, "tariff_check_withdrawn", row.code, told_of)
    return tariff_out(row, versions(scope.conn, tariff_id))


def _one(scope: Caller, tariff: TariffRow, version_id: int) -> VersionRow:
    """Find a version of a tariff, or refuse with "not found"."""
    known = {each.id: each for each in versions(scope.conn, tariff.id)}
    if version_id not in known:
        reason = Sentence(
            "no_tariff_version",
            "{tariff} has no version {version}",
            tariff=tariff.code,
            version=version_id,
        )
        raise refuse(HTTPStatus.NOT_FOUND, reason)
    return known[version_id]
