"""Places, meters and devices that a request names."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query

from api.problem import refuse
from api.scope import Caller, Scope
from domain.sentence import Sentence
from store.meters.register_event import meter_of
from store.places.place import MeterRow, OrganisationRow, meters, organisations

Organisation = Annotated[
    int | None, Query(description="That organisation and everything below it; none for all.")
]
Device = Annotated[int | None, Query(description="That device only; none for all.")]


def place_of(scope: Scope, code: str) -> OrganisationRow:
    """Find a place the person may see.

    Raises
    ------
    HTTPException
        404.
    """
    found = next((row for row in organisations(scope.conn) if row.code == code), None)
    if found is None:
        raise refuse(
            HTTPStatus.NOT_FOUND,
            Sentence(
                "no_organisation",
                "there is no organisation {organisation}",
                organisation=repr(code),
            ),
        )
    return found


def meter_named(scope: Caller, code: str) -> MeterRow:
    """Find a meter the person may see, or refuse with "not found"."""
    meter_id = meter_of(scope.conn, code)
    if meter_id is None:
        raise refuse(
            HTTPStatus.NOT_FOUND, Sentence("no_meter", "there is no meter {meter}", meter=code)
        )
    return meters(scope.conn, meter_ids=[meter_id])[0]
