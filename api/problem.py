"""Errors as problem details (RFC 9457)."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import DataError, OperationalError
from psycopg.errors import QueryCanceled
from psycopg_pool import PoolTimeout
from pydantic import BaseModel
from starlette.exceptions import HTTPException


class Problem(BaseModel):
    """A refusal, for people and for machines."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def refuse(status: HTTPStatus, detail: str) -> HTTPException:
    """Make the exception that a route raises to refuse a request."""
    return HTTPException(status, detail)


def add_handlers(app: FastAPI) -> None:
    """Answer every error as ``application/problem+json``."""
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_validation)
    app.exception_handler(DataError)(_senseless)
    app.exception_handler(OverflowError)(_senseless)
    app.exception_handler(QueryCanceled)(_too_long)
    app.exception_handler(OperationalError)(_unavailable)
    app.exception_handler(PoolTimeout)(_unavailable)


def _answer(status: int, detail: str) -> JSONResponse:
    title = HTTPStatus(status).phrase
    problem = Problem(title=title, status=status, detail=detail)
    return JSONResponse(problem.model_dump(), status, media_type="application/problem+json")


async def _http(_request: Request, error: HTTPException) -> JSONResponse:
    answer = _answer(error.status_code, str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _validation(_request: Request, error: RequestValidationError) -> JSONResponse:
    lines = (f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
    return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(lines))


async def _senseless(_request: Request, _error: Exception) -> JSONResponse:
    detail = "a number or an instant of the request is out of range"
    return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


async def _too_long(_request: Request, _error: QueryCanceled) -> JSONResponse:
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "the question took too long: ask for less")


async def _unavailable(_request: Request, _error: Exception) -> JSONResponse:
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "the database is not available")
