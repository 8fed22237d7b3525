"""Tariffs: versions, the periods of a day, prices by month, and who has checked them.

Money and prices are decimal numbers as text, so that nothing rounds them on the way.
"""

from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.ledger.timetable import next_month
from analytics.place.meter_cost import NOW
from api.body import Body
from api.page import Page
from api.problem import refuse
from api.scope import Caller, Scope, only_administrators
from api.withdrawn import WithdrawnOut, withdrawn_out
from domain.calendar import DayKind
from domain.errors import InputError, MissingInputError
from domain.price_book import PriceBook
from domain.sentence import Sentence
from domain.tariff import Component, TariffVersion
from domain.tariff_file import read_tariff
from domain.time_of_use import Period, day_spans
from store.money.tariff import (
    PriceRow,
    TariffRow,
    VersionRow,
    add_tariff,
    prices,
    refuse_check,
    tariffs,
    versions,
)
from store.money.tariff_prices import fixed_prices
from store.people.session import audit

router = APIRouter(prefix="/tariffs", tags=["money"])


class TariffVersionOut(BaseModel):
    """A version and where it is from. Unchecked ones are refused by official figures."""

    id: int
    first_day: date = Field(description="First local day it is in force.")
    end_day: date | None = Field(description="Local day after the last one; null for no end.")
    source: str
    evidence: str
    note: str
    note_zh: str = Field(description="The note in Chinese; empty where it has none.")
    checked: bool
    checked_by: str | None
    checked_on: date | None
    document: str
    entered_by: str | None = Field(description="Null where it came from the command line.")
    own: bool = Field(description="You entered it, so that somebody else checks it.")
    withdrawn: WithdrawnOut | None = Field(
        description="The last check that was taken back, while none stands."
    )


class TariffOut(BaseModel):
    """A tariff with its versions, in order of time."""

    id: int
    code: str
    medium: str
    name_zh: str
    name_en: str
    versions: list[TariffVersionOut]


class TariffSpanOut(BaseModel):
    """Part of a local day in one period."""

    first_minute: int = Field(description="From local midnight. [min]")
    end_minute: int = Field(description="[min]")
    period: Period


class ComponentOut(BaseModel):
    """Part of the price per unit, as the version has it."""

    name: str
    floats: bool = Field(description="Whether it differs by period.")
    fund: bool = Field(description="A government fund, outside the power-factor adjustment.")
    inside: str = Field(description="Component whose price contains it; then not billed again.")
    tiered: bool


class PriceOut(BaseModel):
    """Price of a component in a month and period."""

    component: str
    period: Period | None = Field(description="Null where it is the same in every period.")
    price: Decimal = Field(description="[CNY/unit]")
    basis: str = Field(description="fixed, published, or forecast: flat price x ratio.")
    checked: bool


class AnnouncementOut(BaseModel):
    """Where a month's prices are from."""

    id: int
    month: date
    source: str
    entered_at: datetime
    checked: bool
    checked_by: str | None
    checked_on: date | None
    document: str
    entered_by: str | None = Field(description="Null where it came from the command line.")
    own: bool = Field(description="You entered them, so that somebody else checks them.")
    withdrawn: WithdrawnOut | None = Field(
        description="The last check that was taken back, while none stands."
    )


class FixedPriceOut(BaseModel):
    """A price that the version itself says, until a version follows it."""

    model_config = ConfigDict(from_attributes=True)

    component: str
    period: Period | None = Field(description="Null where it is the same in every period.")
    price: Decimal = Field(description="[CNY/unit]")


class TariffTermsOut(BaseModel):
    """A version on one kind of day in one month."""

    tariff: TariffOut
    version: TariffVersionOut
    day: date
    spans: list[TariffSpanOut]
    periods: list[Period]
    ratios: dict[Period, Decimal] = Field(description="Multiples of the flat price. [1]")
    components: list[ComponentOut]
    prices: list[PriceOut]
    missing: list[str] = Field(description="Prices of the month that nobody has entered.")
    announcement: AnnouncementOut | None
    power_factor: str | None = Field(description="Standard the user is held to. [1]")
    basic_by: str | None = Field(description="capacity or maximum; null: no basic charge.")
    fixed: list[FixedPriceOut] = Field(description="Prices that the version itself says.")


class NewTariff(Body):
    """A tariff file."""

    text: Annotated[str, StringConstraints(max_length=200_000)] = Field(description="TOML.")


@router.get("")
def list_tariffs(scope: Scope) -> Page[TariffOut]:
    """All tariffs, by code."""
    every = versions(scope.conn)
    return Page(items=[tariff_out(row, every) for row in tariffs(scope.conn)])


@router.get("/{tariff_id}")
def one_tariff(
    tariff_id: int,
    scope: Scope,
    day: Annotated[date, Query(description="Local day whose version and prices are meant.")],
    kind: Annotated[DayKind, Query(description="Kind of day.")] = DayKind.WORKDAY,
    highest_c: Annotated[Decimal, Query(description="Highest temperature of it. [degC]")] = Decimal(
        20
    ),
) -> TariffTermsOut:
    """Terms in force on a day: periods of a day of that kind, and prices of its month."""
    row = tariff_named(scope, tariff_id)
    rows = versions(scope.conn, tariff_id)
    found = next((each for each in rows if each.version().holds(day)), None)
    if found is None:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence(
                "no_tariff_on_day",
                "no version of {tariff} is in force on {day}",
                tariff=row.code,
                day=day,
            ),
        )
    version, month = found.version(), day.replace(day=1)
    announced = prices(scope.conn, tariff_id, month, next_month(month), as_of=NOW)
    table, missing = _prices(version, announced, month)
    spans = day_spans(
        version.windows, day, calendar=lambda _day: kind, weather=lambda _day: highest_c
    )
    return TariffTermsOut(
        tariff=tariff_out(row, rows),
        version=_version(found),
        day=day,
        spans=[TariffSpanOut(**{name: getattr(span, name) for name in _SPAN}) for span in spans],
        periods=version.periods(),
        ratios=dict(version.ratios),
        components=[_component(each) for each in version.components],
        prices=table,
        missing=missing,
        announcement=announcement_out(announced),
        power_factor=version.power_factor,
        basic_by=version.basic.by if version.basic else None,
        fixed=[FixedPriceOut.model_validate(each) for each in fixed_prices(found)],
    )


@router.post("", status_code=HTTPStatus.CREATED)
def new_tariff(new: NewTariff, scope: Scope) -> TariffOut:
    """Add a tariff from its file. What is known already is not changed."""
    only_administrators(scope)
    try:
        for version in read_tariff(new.text, place="tariff").versions:
            refuse_check(version, place=f"tariff, version from {version.first_day}")
        tariff_id = add_tariff(scope.conn, new.text, place="tariff")
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    if tariff_id is None:
        raise refuse(
            HTTPStatus.CONFLICT, Sentence("tariff_exists", "there is a tariff of this code")
        )
    row = tariff_named(scope, tariff_id)
    audit(scope.conn, "tariff_added", row.code, {})
    return tariff_out(row, versions(scope.conn, tariff_id))


_SPAN = ("first_minute", "end_minute", "period")


def tariff_named(scope: Caller, tariff_id: int) -> TariffRow:
    """Find a tariff by its id, or refuse with "not found"."""
    row = next((row for row in tariffs(scope.conn) if row.id == tariff_id), None)
    if row is None:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence("no_tariff", "there is no tariff {tariff}", tariff=tariff_id),
        )
    return row


def tariff_out(row: TariffRow, every: list[VersionRow]) -> TariffOut:
    """A tariff as it is answered, with those of the versions that are its."""
    of_it = [_version(each) for each in every if each.tariff_id == row.id]
    return TariffOut(**{name: getattr(row, name) for name in TariffRow.__slots__}, versions=of_it)


def _version(row: VersionRow) -> TariffVersionOut:
    kept = {n: getattr(row, n) for n in VersionRow.__slots__ if n in TariffVersionOut.model_fields}
    note_zh = row.version().provenance.note_zh
    return TariffVersionOut(
        **kept,
        note_zh=note_zh,
        checked=row.checked_by is not None,
        withdrawn=withdrawn_out(row),
    )


def _component(component: Component) -> ComponentOut:
    return ComponentOut(
        name=component.name,
        floats=component.floats,
        fund=component.fund,
        inside=component.inside,
        tiered=component.tiers is not None,
    )


def _prices(
    version: TariffVersion, announced: list[PriceRow], month: date
) -> tuple[list[PriceOut], list[str]]:
    book, table, missing = PriceBook(row.price_of_month() for row in announced), [], []
    for component in version.components:
        for period in [] if component.tiers else version.periods_of(component):
            try:
                price = book.find(version, component, month, period)
            except MissingInputError as error:
                missing.append(str(error))
                continue
            table.append(
                PriceOut(
                    component=component.name,
                    period=period,
                    price=price.value,
                    basis=price.basis,
                    checked=price.checked and version.provenance.checked,
                )
            )
    return table, missing


def announcement_out(rows: list[PriceRow]) -> AnnouncementOut | None:
    """Where the prices of a month are from; None where there are none."""
    if not rows:
        return None
    first = rows[0]
    return AnnouncementOut(
        id=first.price_month_id,
        month=first.month,
        source=first.source,
        entered_at=first.entered_at,
        checked=first.checked_on is not None,
        checked_by=first.checked_by,
        checked_on=first.checked_on,
        document=first.document,
        entered_by=first.entered_by,
        own=first.own,
        withdrawn=withdrawn_out(first),
    )
