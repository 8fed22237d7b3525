"""Where something entered is from, and who has compared it with its document."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.body import Body

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Document(Body):
    """What something was compared with."""

    document: Text = Field(description="Name, number and date of the document.")


class CheckedOut(BaseModel):
    """Where something is from, and who has compared it with its document."""

    model_config = ConfigDict(from_attributes=True)

    source: str
    checked: bool = Field(description="Checked against a document by a named person.")
    checked_by: str | None
    checked_on: date | None
    document: str = Field(description="What it was compared with.")
