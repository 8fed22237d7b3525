"""Series in CSV files: amounts or temperatures, stamped with the start of what they stand for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isnan, nan
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models.series import Series, us
from civicwatt.readable_rows import ReadableRows
from device_sim.recordings.cell import number
from device_sim.recordings.stamps import WrittenStamps
from device_sim.recordings.table import Table

_MEASURED = "measured"
_MOST = 1e12
"""Beyond any meter. [unit of the file]"""


@dataclass
class SeriesFile:
    """A file with one series; read once.

    Attributes
    ----------
    time_column, value_column : str
        Names in the header.
    end_column : str
        Where the file has it, the end of what each row stands for.
    grade_column : str
        Where the file has it, how sure each value is; any but ``measured`` is an estimate.
    rows : ReadableRows
        Counts what is left out.
    ends : dict of int to int
        End of each row that says one, by its start. [us]
    estimated : dict of int to float
        1 for an estimate, 0 for what was measured, by start. [us]
    """

    path: Path
    zone: ZoneInfo
    time_column: str
    value_column: str
    rows: ReadableRows
    end_column: str = "end"
    grade_column: str = "quantity_grade"
    ends: dict[int, int] = field(default_factory=dict)
    estimated: dict[int, float] = field(default_factory=dict)

    def read(self) -> Series:
        """Read the rows, in any order; an empty value is not measured.

        Raises
        ------
        InputError
            With the place of what cannot be read, or of a second, different value of one time.
        """
        found: dict[int, float] = {}
        with Table(self.path) as table:
            for row in self._rows(table):
                self._take(table, row, found)
        ts = np.array(sorted(found), np.int64)
        return Series(ts, np.array([found[int(at)] for at in ts], np.float64))

    def _take(self, table: Table, row: list[str], found: dict[int, float]) -> None:
        column = self._at
        try:
            start = us(self._stamps.read(row[column]))
            column = self._of
            value = _value(row[column].strip(), found.get(start, nan))
            if self._end is not None and row[self._end].strip():
                column = self._end
                self.ends[start] = self._end_of(row[column], start)
        except ValueError as error:
            self.rows.leave_out(table, column, error)
            return
        found[start] = value
        if self._grade is not None:
            self.estimated[start] = float(row[self._grade].strip() != _MEASURED)

    def _end_of(self, text: str, start: int) -> int:
        end = us(self._end_stamps.read(text))
        if end <= start:
            raise ValueError(f"{text} is not after the row's start")
        return end

    def _rows(self, table: Table) -> Iterator[list[str]]:
        self._at, self._of = table.column(self.time_column), table.column(self.value_column)
        self._end = table.column(self.end_column) if self.end_column in table.header else None
        grade = self.grade_column in table.header
        self._grade = table.column(self.grade_column) if grade else None
        self._stamps, self._end_stamps = WrittenStamps(self.zone), WrittenStamps(self.zone)
        return self.rows.of(table)


def _value(text: str, before: float) -> float:
    """Value of a cell; of two rows of one time the one that has a value."""
    if not text:
        return before
    value = float(number(text))
    if abs(value) > _MOST:
        raise ValueError(f"{text} is too large: want at most {_MOST:g}")
    if not isnan(before) and before != value:
        raise ValueError(f"{text} where another row of that time has {before:g}")
    return value
