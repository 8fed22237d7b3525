"""Rows of a file in which some cannot be read."""

from collections.abc import Iterator
from dataclasses import dataclass

from device_sim.recordings.table import Table
from domain.errors import InputError


@dataclass
class ReadableRows:
    """Gives the rows; one that cannot be read is refused, or counted.

    Attributes
    ----------
    skip_bad : bool
        Whether unreadable rows are counted instead of refused.
    skipped : int
        Rows left out.
    """

    skip_bad: bool
    skipped: int = 0

    def of(self, table: Table) -> Iterator[list[str]]:
        """Rows of a table, but for those that cannot be taken apart."""
        last = ""
        while True:
            try:
                yield from table.rows()
            except InputError as error:
                if not self.skip_bad or str(error) == last:
                    raise
                last, self.skipped = str(error), self.skipped + 1
            else:
                return

    def leave_out(self, table: Table, column: int, error: ValueError) -> None:
        """Count the row that was given last.

        Raises
        ------
        InputError
            With the place, where bad rows are not to be skipped.
        """
        if not self.skip_bad:
            raise table.refusal(table.line, column, str(error)) from None
        self.skipped += 1
