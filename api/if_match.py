"""``If-Match``: a change names the ETag of what was seen; refused where something else stands.

A change without it overwrites what is there, as a program may want that was told to.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import Header
from pydantic import BaseModel

from api.etag import etag_of, names
from api.problem import refuse
from api.scope import Caller
from domain.sentence import Sentence
from store.people.session import hold

IfMatch = Annotated[str | None, Header(description="ETag of what was seen, as its GET told it.")]


def want_unchanged(
    scope: Caller, if_match: str | None, what: str, read: Callable[[], BaseModel]
) -> None:
    """Let a change through where what was seen still stands; others wait until it is done.

    Parameters
    ----------
    what : str
        Names it among all that can be changed.
    read : callable
        What the GET answers now, under whose ETag it was seen.

    Raises
    ------
    HTTPException
        412.
    """
    if if_match is None:
        return
    hold(scope.conn, what)
    if not names(if_match, etag_of(read().model_dump_json(by_alias=True).encode())):
        told = Sentence("changed_meanwhile", "somebody has changed it since; load it again")
        raise refuse(HTTPStatus.PRECONDITION_FAILED, told)
