"""What an institution states of itself for a year, as far as it can be right."""

from http import HTTPStatus

from psycopg import Connection

from api.problem import refuse
from api.routes.institution.statistics_schema import RecordIn
from domain.credit_code import checked_credit_code
from domain.sentence import Sentence
from domain.statistics_item import statistics_items
from store.institution.statistics import NewRecord, foundings, records


def checked_record(conn: Connection, number: int, record: RecordIn) -> NewRecord:
    """Bring a record to the form in which it is stored.

    Parameters
    ----------
    conn : Connection
        Within the person's scope.
    number : int
        Which of those that were sent, from 1; refusals name it.

    Raises
    ------
    HTTPException
        If its code is wrong, an item of `unused` is none, or the day of its founding is of another
        year or contradicts what was stated of other years.
    """
    place = f"record {number}, organisation {record.organisation_id}"
    try:
        code = checked_credit_code(record.credit_code)
    except ValueError as error:
        told = "{place}, credit_code: want {error}"
        detail = Sentence("credit_code_wrong", told, place=place, error=error)
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from error
    items = statistics_items()
    strange = [key for key in record.unused if key not in items or not items[key].is_monthly]
    if strange:
        told = "{place}, unused: there is no monthly item {items}"
        detail = Sentence("no_monthly_item", told, place=place, items=", ".join(strange))
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    _check_founding(conn, record, place)
    return NewRecord(**record.model_dump() | {"credit_code": code})


def _check_founding(conn: Connection, record: RecordIn, place: str) -> None:
    """Refuse a day of founding of another year, and statements of years before the founding."""
    founded, year, ids = record.founded_on, record.year, [record.organisation_id]
    if founded is not None and founded.year != year:
        told = "{place}, founded_on: want a day of {year}, seen {day}"
        detail = Sentence("founded_other_year", told, place=place, year=year, day=founded)
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    later = foundings(conn, ids, year + 1).values()
    if later:
        told = "{place}: it was founded on {day}, after {year}"
        detail = Sentence("founded_after", told, place=place, day=min(later), year=year)
        raise refuse(HTTPStatus.CONFLICT, detail)
    earlier = {} if founded is None else records(conn, ids, year - 1)
    for before in earlier.values():
        told = "{place}, founded_on: {day}, but {year} has a statement already"
        detail = Sentence(
            "stated_before_founding", told, place=place, day=founded, year=before.year
        )
        raise refuse(HTTPStatus.CONFLICT, detail)
