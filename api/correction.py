"""What people correct: with a reason, and only what is theirs."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated

import psycopg
from pydantic import StringConstraints

from api.body import Body
from api.problem import refuse
from domain.errors import InputError
from domain.sentence import Sentence

Reason = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
NOT_YOURS = Sentence("not_yours", "only an administrator of the institution may correct this")


class Undo(Body):
    """Why something is taken back."""

    reason: Reason


@contextmanager
def of_an_administrator() -> Iterator[None]:
    """Tell why it is refused: it cannot be, or it is not theirs to say.

    Raises
    ------
    HTTPException
        422 with the place, or 403.
    """
    try:
        yield
    except InputError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS) from error
