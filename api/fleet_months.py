"""Vehicles of a place in whole local months, as requests ask for them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Query

from analytics.fleet_accounts.period import FleetPeriod, months_of
from analytics.ledger.timetable import next_month
from api.problem import refuse
from api.scope import Scope
from domain.errors import MissingInputError
from domain.sentence import Sentence
from store.places.place import OrganisationRow, organisations

_LONGEST = 36
"""Months that may be asked for at once."""
_THOUSANDTH = Decimal("0.001")


def place_named(scope: Scope, place: int) -> OrganisationRow:
    """A place the person may see.

    Raises
    ------
    HTTPException
        404 where there is none.
    """
    row = next((each for each in organisations(scope.conn) if each.id == place), None)
    if row is None:
        detail = Sentence(
            "no_organisation", "there is no organisation {organisation}", organisation=place
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return row


def _period(
    scope: Scope,
    place: Annotated[int, Query(description="Place whose vehicles, and those below it.")],
    first_month: Annotated[date, Query(description="First day of the first month.")],
    last_month: Annotated[date, Query(description="First day of the last month.")],
) -> FleetPeriod:
    row = place_named(scope, place)
    try:
        end = next_month(last_month) if last_month.day == 1 else last_month
        months = months_of(row, first_month, end)
    except MissingInputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    asked = 12 * (end.year - first_month.year) + end.month - first_month.month
    if asked > _LONGEST:
        template = "{months} months: want at most {most}"
        detail = Sentence("months_longer_than", template, months=asked, most=_LONGEST)
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    return FleetPeriod(scope.conn, row, months, now=datetime.now(UTC))


FleetMonths = Annotated[FleetPeriod, Depends(_period)]


def told(value: Decimal) -> Decimal:
    """An amount of km, kWh or L as it is answered: to the thousandth."""
    return value.quantize(_THOUSANDTH)
