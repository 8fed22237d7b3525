"""What every kind of table offers: its form, its rows checked against the store, its export."""

from collections.abc import Sequence
from typing import Protocol

from psycopg import Connection

from ingest.sheet.fault import SheetFault
from ingest.sheet.form import Form, FormRow


class Sheet(Protocol):
    """One kind of table that can be taken over and given out."""

    form: Form

    def check(self, conn: Connection, rows: Sequence[FormRow]) -> list[SheetFault]:
        """Every fault that shows only beside other rows or what is stored."""

    def write(self, conn: Connection, rows: Sequence[FormRow]) -> None:
        """Take rows over that have passed `check`, inside the caller's transaction."""

    def export(self, conn: Connection) -> list[list[str]]:
        """What is stored and the person may see, in the columns of the form."""
