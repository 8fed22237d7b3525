"""Instants in requests."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

from api.problem import refuse
from domain.sentence import Sentence

From = Annotated[AwareDatetime, Query(alias="from", description="First instant, with offset.")]
To = Annotated[AwareDatetime, Query(alias="to", description="Instant after the last one.")]


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
