"""What a person enters of a meter is refused in the same words, whatever it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import psycopg

from api.problem import refuse
from api.routes.edits import NOT_YOURS
from domain.errors import InputError


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
