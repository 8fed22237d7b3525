"""Recorded samples of a vehicle in a CSV file."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import nan
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from analytics.fleet.samples import CODES, LIMITS, VehicleSamples, coded, in_order
from analytics.models.series import us
from civicwatt.readable_rows import ReadableRows
from device_sim.recordings.profile import RecordingProfile, native_profile, shipped_profile
from device_sim.recordings.stamps import EpochSeconds, Stamps, WrittenStamps
from device_sim.recordings.table import Table
from domain.errors import InputError


@dataclass(frozen=True)
class VehicleFile:
    """A file of one vehicle; read once.

    Attributes
    ----------
    profile : str
        A name of `device_sim.recordings.profile.PROFILES`.
    time_column : str
        Of a native file; other profiles know theirs.
    rows : ReadableRows
        Counts what is left out.
    """

    path: Path
    zone: ZoneInfo
    profile: str
    time_column: str
    rows: ReadableRows

    def read(self) -> VehicleSamples:
        """Read the rows, in any order; an empty cell is not measured.

        Raises
        ------
        InputError
            With the place of what cannot be read.
        """
        with Table(self.path) as table:
            profile = self._profile_of(table)
            columns = _columns(profile, table)
            stamps: Stamps = WrittenStamps(self.zone)
            if profile.time_form == "epoch_seconds":
                stamps = EpochSeconds()
            at = table.column(profile.time_column)
            instants: list[int] = []
            for row in self.rows.of(table):
                index = at
                try:
                    instant = us(stamps.read(row[at]))
                    cells = []
                    for column in columns:
                        index = column.index
                        cells.append(column.value(row[index].strip(), profile.absent))
                except ValueError as error:
                    self.rows.leave_out(table, index, error)
                    continue
                instants.append(instant)
                for column, cell in zip(columns, cells, strict=True):
                    column.cells.append(cell)
        return _samples(instants, columns)

    def _profile_of(self, table: Table) -> RecordingProfile:
        if self.profile != "native":
            return shipped_profile(self.profile)
        return native_profile(table.header, self.time_column)


@dataclass(frozen=True)
class _Column:
    """One column that tells of motion or energy, and its cells so far."""

    quantity: str
    index: int
    read: Callable[[str], Decimal | str | None]
    cells: list[float | str | None]

    def value(self, text: str, absent: tuple[str, ...]) -> float | str | None:
        read = None if text.lower() in absent else self.read(text)
        if self.quantity in CODES:
            return None if read is None else str(read)
        return nan if read is None else float(read)


def _columns(profile: RecordingProfile, table: Table) -> list[_Column]:
    chosen = [
        _Column(each.quantity, table.column(each.column), each.reader(), [])
        for each in (*profile.value, *profile.beside)
        if each.quantity in LIMITS or each.quantity in CODES
    ]
    if not chosen:
        raise InputError(
            f"no column tells of a vehicle; columns are {', '.join(table.header[:20])}",
            place=f"{table.path}:1",
        )
    return chosen


def _samples(instants: list[int], columns: list[_Column]) -> VehicleSamples:
    return in_order(
        np.array(instants, np.int64),
        {
            column.quantity: np.array(column.cells, np.float64)
            for column in columns
            if column.quantity in LIMITS
        },
        {
            column.quantity: coded(
                column.quantity, (None if cell is None else str(cell) for cell in column.cells)
            )
            for column in columns
            if column.quantity in CODES
        },
    )
