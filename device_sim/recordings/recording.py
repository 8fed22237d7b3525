"""A recorded file as the readings its devices sent, in order of the file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain, islice
from zoneinfo import ZoneInfo

from device_sim.recordings.cumulative import CumulativeRegister
from device_sim.recordings.profile import (
    MappedColumn,
    RecordingProfile,
    native_profile,
    plain,
    shipped_profile,
)
from device_sim.recordings.stamps import EpochSeconds, Stamps, WrittenStamps
from device_sim.recordings.table import Table
from domain.errors import InputError
from domain.reading import Value

_Row = tuple[datetime, list[str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one device said about one instant."""

    at: datetime
    device: str
    values: dict[str, Value]


@dataclass(frozen=True)
class Recording:
    """How a file, or several of one kind in a row, is to be read.

    Attributes
    ----------
    profile : str
        A name of `PROFILES`.
    device : str or None
        The device whose file it is; None if every column is a device of its own.
    column_prefix : str
        Put before a column's name to name its device.
    value_column : str or None
        The one column to read, as `quantity`; None takes all that the profile knows.
    as_register : bool
        The values are amounts of intervals; give readings of the register they lead to.
    interval : timedelta or None
        Length of those intervals; None takes the distance of the first two rows.
    """

    zone: ZoneInfo
    profile: str = "native"
    device: str | None = None
    column_prefix: str = ""
    time_column: str | None = None
    value_column: str | None = None
    quantity: str = "active_energy_import_kwh"
    as_register: bool = False
    interval: timedelta | None = None
    registers: dict[str, CumulativeRegister] = field(default_factory=dict)
    """By device; carried on from file to file."""

    def readings(self, table: Table) -> Iterator[Reading]:
        """Readings of a file, in its order; a row without any value gives none.

        Raises
        ------
        InputError
            With file, line and column of the first cell that cannot be read.
        """
        profile = self._profile_of(table)
        time_index = table.column(profile.time_column)
        columns = [(table.column(column.column), column) for column in profile.value]
        rows = _stamped(table, time_index, self._stamps(profile))
        if not self.as_register:
            for at, row in rows:
                yield from self._as_sent(table, profile, columns, at, row)
            return
        begin = list(islice(rows, 2))
        interval = self.interval or _distance(begin, table)
        for at, row in chain(begin, rows):
            yield from self._counted(table, profile, columns, at, row, interval)

    def _profile_of(self, table: Table) -> RecordingProfile:
        if self.profile != "native":
            return shipped_profile(self.profile)
        time_column = self.time_column or "ts"
        if self.device is None:
            names = [name for name in table.header if name != time_column]
        elif self.value_column is not None:
            names = [self.value_column]
        elif self.as_register:
            names = [name for name in table.header if name != time_column]
            if len(names) != 1:
                raise InputError(
                    f"{len(names)} columns of values: say which one is meant (--value-column)",
                    place=str(table.path),
                )
        else:
            return _some(native_profile(table.header, time_column), table)
        mapped = tuple(MappedColumn(self.quantity, name) for name in names)
        return _some(RecordingProfile(mapped, time_column), table)

    def _stamps(self, profile: RecordingProfile) -> Stamps:
        return EpochSeconds() if profile.time_form == "epoch_seconds" else WrittenStamps(self.zone)

    def _device_of(self, column: MappedColumn) -> str:
        return self.device or f"{self.column_prefix}{column.column}"

    def _as_sent(
        self,
        table: Table,
        profile: RecordingProfile,
        columns: list[tuple[int, MappedColumn]],
        at: datetime,
        row: list[str],
    ) -> Iterator[Reading]:
        values = _values(table, profile, columns, row)
        if self.device is None:
            for column, value in values:
                yield Reading(at, self._device_of(column), {column.quantity: plain(value)})
        elif named := {column.quantity: plain(value) for column, value in values}:
            yield Reading(at, self.device, named)

    def _counted(
        self,
        table: Table,
        profile: RecordingProfile,
        columns: list[tuple[int, MappedColumn]],
        at: datetime,
        row: list[str],
        interval: timedelta,
    ) -> Iterator[Reading]:
        for column, value in _values(table, profile, columns, row):
            device = self._device_of(column)
            register = self.registers.setdefault(device, CumulativeRegister())
            try:
                for instant, shown in register.count(at, Decimal(value), interval):
                    yield Reading(instant, device, {column.quantity: float(shown)})
            except ValueError as error:
                raise table.refusal(table.column(column.column), str(error)) from None


def _values(
    table: Table,
    profile: RecordingProfile,
    columns: list[tuple[int, MappedColumn]],
    row: list[str],
) -> Iterator[tuple[MappedColumn, Decimal | str]]:
    for index, column in columns:
        text = row[index].strip()
        if text.lower() in profile.absent:
            continue  # not measured is not zero: nothing is sent
        try:
            value = column.value(text)
        except ValueError as error:
            raise table.refusal(index, str(error)) from None
        if value is not None:
            yield column, value


def _stamped(table: Table, time_index: int, stamps: Stamps) -> Iterator[_Row]:
    for row in table.rows():
        try:
            at = stamps.read(row[time_index])
        except ValueError as error:
            raise table.refusal(time_index, str(error)) from None
        yield at, row


def _distance(rows: list[_Row], table: Table) -> timedelta:
    distance = rows[1][0] - rows[0][0] if len(rows) > 1 else timedelta()
    if distance <= timedelta():
        raise InputError(
            "the first two rows do not tell how long an interval lasts (--minutes)",
            place=f"{table.path}:2",
        )
    return distance


def _some(profile: RecordingProfile, table: Table) -> RecordingProfile:
    if not profile.value:
        raise InputError(
            f"no column is a quantity; columns are {', '.join(table.header[:20])}",
            place=f"{table.path}:1",
        )
    return profile
