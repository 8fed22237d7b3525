"""A recorded file as the readings its devices sent, in order of the file."""

from collections.abc import Callable, Iterator, Sequence
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
    shipped_profile,
)
from device_sim.recordings.stamps import EpochSeconds, Stamps, WrittenStamps
from device_sim.recordings.table import Table
from domain.errors import InputError
from domain.reading import Value

_NO_NAME = frozenset("/+#")
"""What has a meaning of its own in MQTT topics."""


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
        fields = [
            _Field(
                table.column(column.column),
                self._device_of(column, table),
                column.quantity,
                column.reader(),
            )
            for column in profile.value
        ]
        rows = _rows(table, fields, profile, self._stamps(profile))
        return self._counted(table, rows) if self.as_register else self._as_sent(rows)

    def _as_sent(self, rows: Iterator["_Row"]) -> Iterator[Reading]:
        for row in rows:
            if self.device is None:
                for field_, value in row.values:
                    yield Reading(row.at, field_.device, {field_.quantity: _plain(value)})
            elif row.values:
                named = {field_.quantity: _plain(value) for field_, value in row.values}
                yield Reading(row.at, self.device, named)

    def _counted(self, table: Table, rows: Iterator["_Row"]) -> Iterator[Reading]:
        begin = list(islice(rows, 2))
        interval = self.interval or _distance([row.at for row in begin], table)
        for row in chain(begin, rows):
            for field_, value in row.values:
                register = self.registers.setdefault(field_.device, CumulativeRegister())
                try:
                    for instant, shown in register.count(row.at, Decimal(value), interval):
                        yield Reading(instant, field_.device, {field_.quantity: float(shown)})
                except ValueError as error:
                    raise table.refusal(row.line, field_.index, str(error)) from None

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
        return _some(RecordingProfile(mapped, time_column=time_column), table)

    def _device_of(self, column: MappedColumn, table: Table) -> str:
        name = self.device or f"{self.column_prefix}{column.column}"
        if not name.isprintable() or not _NO_NAME.isdisjoint(name):
            raise InputError(
                f"{name!r} cannot be a device: want a name without / + #", place=f"{table.path}:1"
            )
        return name

    def _stamps(self, profile: RecordingProfile) -> Stamps:
        return EpochSeconds() if profile.time_form == "epoch_seconds" else WrittenStamps(self.zone)


@dataclass(frozen=True, slots=True)
class _Field:
    """One column that is read."""

    index: int
    device: str
    quantity: str
    read: Callable[[str], Decimal | str | None]


@dataclass(frozen=True, slots=True)
class _Row:
    """What was measured at an instant: a cell that says nothing is not in it."""

    line: int
    at: datetime
    values: list[tuple[_Field, Decimal | str]]


def _rows(
    table: Table, fields: Sequence[_Field], profile: RecordingProfile, stamps: Stamps
) -> Iterator[_Row]:
    time_index = table.column(profile.time_column)
    for row in table.rows():
        index = time_index
        values = []
        try:
            at = stamps.read(row[index])
            for field_ in fields:
                index = field_.index
                text = row[index].strip()
                if text.lower() in profile.absent:
                    continue  # not measured is not zero: nothing is sent
                value = field_.read(text)
                if value is not None:
                    values.append((field_, value))
        except ValueError as error:
            raise table.refusal(table.line, index, str(error)) from None
        yield _Row(table.line, at, values)


def _plain(value: Decimal | str) -> Value:
    return value if isinstance(value, str) else float(value)


def _distance(starts: list[datetime], table: Table) -> timedelta:
    distance = starts[1] - starts[0] if len(starts) > 1 else timedelta()
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
