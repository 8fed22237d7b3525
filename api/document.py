"""The OpenAPI document: what FastAPI reads off the routes, and what holds of every one of them."""

import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.credential import COOKIE
from api.once import HEADER
from api.problem import Problem
from api.unit_of_number import add_units

_API = "/api/v1/"
_PROBLEM = "application/problem+json"
_READS = {
    HTTPStatus.UNAUTHORIZED: "Nobody has signed in, or the session or key has ended.",
    HTTPStatus.FORBIDDEN: "The caller may not do this.",
    HTTPStatus.NOT_FOUND: "It is not there, or not the caller's to see.",
    HTTPStatus.CONFLICT: "What there is does not let it be done or worked out.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A value is not what is wanted there: `misfits` says where.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests, or too many wrong passwords.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database is away, or the question took too long.",
}
_WRITES = {
    HTTPStatus.BAD_REQUEST: "The body cannot be read.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than is taken here.",
}
_IF_MATCH = {
    HTTPStatus.PRECONDITION_FAILED: "It has changed since the revision named in If-Match.",
    HTTPStatus.PRECONDITION_REQUIRED: "The header If-Match is wanted.",
}
_UNCHANGED = {"304": {"description": "It is what If-None-Match names."}}
_IF_NONE_MATCH = {
    "name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "ETag of what is known already.",
}  # fmt: skip
_ONCE = {
    "name": HEADER, "in": "header", "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "Of the caller's choosing: asked again within a day, it is not done again.",
}  # fmt: skip
_SCHEMES = {
    "session": {
        "type": "apiKey", "in": "cookie", "name": COOKIE,
        "description": "Of a person, by `POST /session`; writes want X-CSRF-Token beside it.",
    },
    "key": {
        "type": "http", "scheme": "bearer",
        "description": "Of a machine, by `POST /keys`; it reads its scope and writes what it may.",
    },
}  # fmt: skip


def operation_name(route: APIRoute) -> str:
    """Name of an operation, by its method and address alone: ``get_buildings_building_id_today``.

    Programs that make clients call their functions by it; how ours are called is not their affair.
    """
    method = "_".join(sorted(route.methods or ())).lower()
    words = route.path_format.removeprefix(_API)
    return re.sub(r"\W+", "_", f"{method}_{words}").strip("_")


def add_document(app: FastAPI) -> None:
    """Let the application describe itself by this document, made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, routes=app.routes)
    components = made["components"]
    schemas = components["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)  # ours are problems
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    add_units(schemas)
    components["securitySchemes"] = _SCHEMES
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            responses.pop("422", None)
            if path.startswith(_API):
                _add_header(operation, _IF_NONE_MATCH if method == "get" else _ONCE)
                responses.update(_refusals(method, operation))
                operation.setdefault("security", [{name: []} for name in _SCHEMES])
    return made


def _refusals(method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """What an operation answers beside what its route says."""
    wanted = _READS if method == "get" else _READS | _WRITES
    headers = {each["name"].lower() for each in operation.get("parameters", [])}
    if "if-match" in headers:
        wanted = wanted | _IF_MATCH
    told = {str(status.value): _told(text) for status, text in wanted.items()}
    return told | (_UNCHANGED if "if-none-match" in headers else {})


def _add_header(operation: dict[str, Any], header: dict[str, Any]) -> None:
    there = operation.setdefault("parameters", [])
    if all(each["name"].lower() != str(header["name"]).lower() for each in there):
        there.append(header)


def _told(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "content": {_PROBLEM: {"schema": schema}}}
