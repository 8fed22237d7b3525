"""Readings column by column: no object is made of each, notes are taken of all at once. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from zoneinfo import ZoneInfo

from domain.coordinates import CoordinateSystem
from domain.reading import Sample, Value
from ingest.codecs.shifted import taken_for_gcj02
from ingest.layout import layout
from ingest.surroundings import Surroundings
from store.telemetry.device import KnownDevice
from store.telemetry.reading import Batch
from store.telemetry.reading_table import OTHER

Line: TypeAlias = tuple[int, int, int, int, int | None, str, tuple[Value, ...]]
"""A reading on its way into the columns, in the order of the columns of `Readings`."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings with the same names, in the order in which they came.

    Attributes
    ----------
    names : tuple of str
        In the order of each reading's values.
    devices : tuple of int
    instants_us, received_us : tuple of int
        When each was measured, and when it arrived. [us since 1970]
    qualities : tuple of int
        Flags of `Quality`.
    numbers : tuple of (int or None)
        The device's own number of its message.
    boots : tuple of str
        Which run of the device's program `numbers` count.
    values : tuple of tuple
    zones : mapping of int to ZoneInfo
        Where each device stands.
    """

    names: tuple[str, ...]
    devices: tuple[int, ...]
    instants_us: tuple[int, ...]
    received_us: tuple[int, ...]
    qualities: tuple[int, ...]
    numbers: tuple[int | None, ...]
    boots: tuple[str, ...]
    values: tuple[tuple[Value, ...], ...]
    zones: Mapping[int, ZoneInfo]

    def add_to(self, batch: Batch) -> None:
        """Make the rows of every table that has a column for one of the names, and of the rest."""
        heads = self.devices, self.instants_us, self.received_us, self.qualities
        samples = range(batch.samples, batch.samples + len(self.devices))
        where = layout(self.names)
        for table, columns, pick in where.wide:
            batch.add_rows(table, columns, list(map(pick, self.values)), *heads, samples)
        for position, name in where.odd:
            rows_of: dict[str, list[int]] = {"text_value": [], "value": []}
            for row, values in enumerate(self.values):
                rows_of["text_value" if isinstance(values[position], str) else "value"].append(row)
            for column, rows in rows_of.items():
                self._add_odd(batch, name, position, column, rows)
        batch.samples += len(samples)

    def _add_odd(
        self, batch: Batch, name: str, position: int, column: str, rows: Sequence[int]
    ) -> None:
        if rows:
            batch.add_rows(
                OTHER,
                ("name", column),
                [(name, self.values[row][position]) for row in rows],
                [self.devices[row] for row in rows],
                [self.instants_us[row] for row in rows],
                [self.received_us[row] for row in rows],
                [self.qualities[row] for row in rows],
                [batch.samples + row for row in rows],
            )


def in_columns(
    names: tuple[str, ...], lines: Iterable[Line], zones: Mapping[int, ZoneInfo]
) -> Readings:
    """Turn lines into columns; there must be one at least."""
    devices, instants, received, qualities, numbers, boots, values = zip(*lines, strict=True)
    return Readings(names, devices, instants, received, qualities, numbers, boots, values, zones)


@dataclass(slots=True)
class Gathered:
    """Samples that codecs have read, on their way into columns.

    Attributes
    ----------
    world : Surroundings
        Where their devices stand.
    """

    world: Surroundings
    _lines: dict[tuple[str, ...], list[Line]] = field(default_factory=dict)
    _zones: dict[int, ZoneInfo] = field(default_factory=dict)

    def add(self, sample: Sample, instant_us: int, device: KnownDevice, received_us: int) -> None:
        """Take a sample of a device that is registered; instants in us since 1970."""
        values = sample.values
        if device.coordinate_system == CoordinateSystem.GCJ02:
            values = taken_for_gcj02(values)
        device_id = device.device_id
        if device_id not in self._zones:
            self._zones[device_id] = self.world.zone_of(device.code)
        self._lines.setdefault(tuple(values), []).append((
            device_id, instant_us, received_us, int(sample.quality), sample.seq, sample.boot,
            tuple(values.values()),
        ))  # fmt: skip

    def readings(self) -> Iterator[Readings]:
        """All of them, those with the same names together."""
        for names, lines in self._lines.items():
            yield in_columns(names, lines, self._zones)
