"""Lists in pages: a cursor is the key after which the next page begins."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from api.problem import refuse

Item = TypeVar("Item")
Row = TypeVar("Row")
LONGEST = 1000
_BEYOND = 2**62

Limit = Annotated[int, Query(ge=1, le=LONGEST, description="Most items in one answer.")]
Cursor = Annotated[str | None, Query(description="`next` of the page before; none for the first.")]


class Page(BaseModel, Generic[Item]):
    """Some items of a list, and where to go on."""

    items: list[Item]
    next: str | None = Field(default=None, description="Cursor of the next page; null at the end.")


def encode(key: int | str | list[int | str]) -> str:
    """Make the cursor that goes on after `key`."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def counted(rows: Sequence[Row], skip: int, limit: int, shown: Callable[[Row], Item]) -> Page[Item]:
    """Page after the first `skip` of a list that has no key to go on after.

    Parameters
    ----------
    rows : sequence
        The list from its beginning to one beyond the page, or to its end.
    """
    end = skip + limit
    items = [shown(row) for row in rows[skip:end]]
    return Page(items=items, next=encode(end) if len(rows) > end else None)


def before_day(cursor: str | None, numbers: int) -> tuple[date, list[int]]:
    """Read the cursor of a list ordered by falling day and numbers; beyond all of them at first.

    Raises
    ------
    HTTPException
        422 when it is no cursor of such a list.
    """
    if cursor is None:
        return date.max, [_BEYOND] * numbers
    try:
        day, *found = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        first = date.fromisoformat(day)
    except (ValueError, TypeError, binascii.Error):
        first, found = date.max, []
    if len(found) != numbers or not all(isinstance(number, int) for number in found):
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"{cursor!r} is no cursor of this list")
    return first, found


def before(cursor: str | None) -> int:
    """Read the cursor of a list ordered by falling id; beyond every id before the first page."""
    return after(cursor) or _BEYOND


def after(cursor: str | None) -> int:
    """Read the cursor of a list ordered by id; 0 before the first page.

    Raises
    ------
    HTTPException
        422 when it is no cursor of such a list.
    """
    if cursor is None:
        return 0
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error):
        key = None
    if not isinstance(key, int) or not 0 <= key <= _BEYOND:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"{cursor!r} is no cursor of this list")
    return key
