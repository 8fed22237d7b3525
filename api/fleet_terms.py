"""Stated parameters of fleets at a place, as requests enter and list them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

import psycopg
from pydantic import StringConstraints

from analytics.fleet.displacement_terms import DisplacementTerms
from analytics.fleet.replacement_terms import ReplacementTerms
from api.body import Body
from api.correction import NOT_YOURS
from api.displacement_schema import DisplacementTermsOut
from api.fleet_months import place_named
from api.problem import refuse
from api.scope import Scope
from domain.errors import InputError
from domain.record import told
from store.fleet.fleet_terms import Terms, add_terms, all_terms
from store.people.session import audit

_LONGEST = 100_000


class FleetTermsIn(Body):
    """Parameters of a place as TOML."""

    place: int
    text: Annotated[str, StringConstraints(max_length=_LONGEST, pattern=r"^[^\x00]*$")]


def entered_terms(scope: Scope, of: Terms) -> list[DisplacementTermsOut]:
    """Parameters entered at places of the scope, newest first."""
    return [DisplacementTermsOut.model_validate(row) for row in all_terms(scope.conn, of)]


def enter_fleet_terms(
    scope: Scope,
    of: Terms,
    new: FleetTermsIn,
    read: Callable[[str], DisplacementTerms | ReplacementTerms],
) -> DisplacementTermsOut:
    """Enter parameters of a place as `read` understands their text.

    Raises
    ------
    HTTPException
        404 where there is no such place, 422 with what is wrong in the text, 403 for who may not.
    """
    place = place_named(scope, new.place)
    try:
        terms = read(new.text)
        terms_id = add_terms(scope.conn, of, place.id, terms.holds_from, terms.name, told(terms))
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS) from error
    audit(scope.conn, f"{of}_terms_entered", place.code, {"terms": terms_id})
    return next(each for each in entered_terms(scope, of) if each.terms_id == terms_id)
