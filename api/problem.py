"""Errors as problem details (RFC 9457).

Beside its English `detail` a problem has a stable `code` with `parameters`, so that a client can
word it in the language of its user. A code never changes its meaning; a problem without one has
its detail alone.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import DataError, OperationalError
from psycopg.errors import InsufficientPrivilege, QueryCanceled
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.request_id import request_id
from domain.errors import CivicwattError
from domain.sentence import Sentence

log = logging.getLogger(__name__)


class Words(BaseModel):
    """What a sentence says, to be worded in any language."""

    code: str = Field(default="", description="Stable name of what it says; empty: English only.")
    parameters: dict[str, str] = Field(default={}, description="What was seen and wanted.")


class Misfit(Words):
    """One value of a request that is not what is wanted there."""

    place: str = Field(description="Where in the request, such as body.value.")
    detail: str


class Problem(Words):
    """A refusal, for people and for machines."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    place: str = Field(
        default="", description="Where it is, such as bills.csv:17; already in detail."
    )
    request: str = Field(default="", description="Name of the request, as in X-Request-ID.")
    misfits: list[Misfit] = Field(
        default=[], description="Of a request that does not fit the schema."
    )


def words(text: str) -> Words:
    """Code and parameters of a text; empty where nobody can word it but in English."""
    if isinstance(text, Sentence):
        return Words(code=text.code, parameters=dict(text.parameters))
    return Words()


class Refused(HTTPException):
    """A request that a route refuses.

    Attributes
    ----------
    why : str or CivicwattError
        What is said; its code and its place go along.
    """

    def __init__(
        self, status: HTTPStatus, why: str | CivicwattError, headers: Mapping[str, str] | None
    ) -> None:
        super().__init__(status, str(why), headers)
        self.why = why


def refuse(
    status: HTTPStatus, why: str | CivicwattError, headers: Mapping[str, str] | None = None
) -> HTTPException:
    """Make the exception that a route raises to refuse a request."""
    return Refused(status, why, headers)


def add_handlers(app: FastAPI) -> None:
    """Answer every error as ``application/problem+json``."""
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_validation)
    app.exception_handler(DataError)(_senseless)
    app.exception_handler(OverflowError)(_senseless)
    app.exception_handler(QueryCanceled)(_too_long)
    app.exception_handler(InsufficientPrivilege)(_not_theirs)
    app.exception_handler(OperationalError)(_unavailable)
    app.exception_handler(PoolTimeout)(_unavailable)


def _answer(status: int, detail: object, *, misfits: list[Misfit] | None = None) -> JSONResponse:
    reason = detail.reason if isinstance(detail, CivicwattError) else detail
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=str(detail),
        place=detail.place if isinstance(detail, CivicwattError) else "",
        request=request_id(),
        misfits=misfits or [],
        **words(reason if isinstance(reason, str) else "").model_dump(),
    )
    return JSONResponse(problem.model_dump(), status, media_type="application/problem+json")


def answer_of(error: HTTPException) -> JSONResponse:
    """The answer to a request that is refused."""
    why = error.why if isinstance(error, Refused) else error.detail
    answer = _answer(error.status_code, why)
    answer.headers.update(error.headers or {})
    return answer


async def _http(_request: Request, error: HTTPException) -> JSONResponse:
    return answer_of(error)


async def _validation(_request: Request, error: RequestValidationError) -> JSONResponse:
    misfits = [_misfit(each) for each in error.errors()]
    detail = "; ".join(f"{each.place}: {each.detail}" for each in misfits)
    return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, detail, misfits=misfits)


def _misfit(found: Mapping[str, Any]) -> Misfit:
    wanted = {name: str(value) for name, value in (found.get("ctx") or {}).items()}
    place = ".".join(str(part) for part in found["loc"])
    return Misfit(place=place, code=found["type"], parameters=wanted, detail=found["msg"])


async def _senseless(_request: Request, _error: Exception) -> JSONResponse:
    detail = Sentence("senseless", "a number or an instant of the request is out of range")
    return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


async def _not_theirs(_request: Request, error: Exception) -> JSONResponse:
    # What a route lets through and row security does not; a right that a migration forgot looks
    # the same to the person, so it is logged.
    log.warning("the database refused: %s", error)
    detail = Sentence("database_refused", "this is not yours to change")
    return _answer(HTTPStatus.FORBIDDEN, detail)


async def _too_long(_request: Request, _error: QueryCanceled) -> JSONResponse:
    detail = Sentence("took_too_long", "the question took too long: ask for less")
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, detail)


async def _unavailable(_request: Request, _error: Exception) -> JSONResponse:
    detail = Sentence("database_unavailable", "the database is not available")
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, detail)
