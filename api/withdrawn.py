"""A check that is taken back: why, and how it is answered afterwards."""

from datetime import datetime
from typing import Annotated, Protocol

from pydantic import BaseModel, Field, StringConstraints

from api.body import Body


class WithdrawalIn(Body):
    """Why a check, or what was checked, is taken back."""

    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)
    ] = Field(description="Kept with it for everybody to read.")


class WithdrawnOut(BaseModel):
    """Who took the last check back, when and why."""

    by: str | None = Field(description="Null where it was done on the command line.")
    at: datetime
    reason: str


class Withdrawn(Protocol):
    """What may have had a check that was taken back."""

    @property
    def withdrawn_by(self) -> str | None:
        """Name of whoever took it back."""

    @property
    def withdrawn_at(self) -> datetime | None:
        """When; None where none was taken back."""

    @property
    def withdrawn_because(self) -> str | None:
        """Why."""


def withdrawn_out(row: Withdrawn) -> WithdrawnOut | None:
    """The check that was taken back, or None."""
    if row.withdrawn_at is None or row.withdrawn_because is None:
        return None
    return WithdrawnOut(by=row.withdrawn_by, at=row.withdrawn_at, reason=row.withdrawn_because)
