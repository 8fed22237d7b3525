"""Instants and local days in requests."""

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

from api.problem import refuse
from domain.sentence import Sentence

From = Annotated[AwareDatetime, Query(alias="from", description="First instant, with offset.")]
To = Annotated[AwareDatetime, Query(alias="to", description="Instant after the last one.")]
FirstDay = Annotated[date, Query(description="First local day.")]
EndDay = Annotated[date, Query(description="Local day after the last one.")]
_LONGEST = timedelta(days=1100)


def span(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """Check the half-open range of a request.

    Raises
    ------
    HTTPException
        422 when it is empty.
    """
    if first >= last:
        detail = Sentence(
            "span_backwards",
            "from {first} is not before to {last}",
            first=first.isoformat(),
            last=last.isoformat(),
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    return first, last


def refuse_long(first_day: date, end_day: date) -> None:
    """Refuse days out of order, and more of them than are worked out at once."""
    if not timedelta(0) < end_day - first_day <= _LONGEST:
        detail = Sentence(
            "days_out_of_bounds",
            "{first_day} to {end_day}: want 1 to {most} days",
            first_day=first_day,
            end_day=end_day,
            most=_LONGEST.days,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
