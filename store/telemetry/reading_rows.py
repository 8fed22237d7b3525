"""Rows of a reading table on their way into it, in PostgreSQL's binary COPY format.

A message names few of a table's columns. Rows that name the same ones are packed together, and only
those columns are sent: with twelve of twenty-five that is a third of the work of writing row after
row. Source of the format: PostgreSQL manual, COPY, "Binary Format".
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from struct import Struct
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from domain.epoch import to_us
from domain.reading import Value

Key: TypeAlias = tuple[int, int] | tuple[int, int, str]
"""Device, instant [us since 1970], and in `other_reading` the name."""

_FIELDS = (("device_id", ">i8"), ("ts", ">i8"), ("received_at", ">i8"), ("quality", ">i4"))

_START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_Y2000_US = to_us(datetime(2000, 1, 1, tzinfo=UTC))
"""From here PostgreSQL counts. [us since 1970]"""
_LENGTH = Struct(">i").pack
_NULL = _LENGTH(-1)
_PACK_HEAD = Struct(">hiqiqiqii").pack
_PACK = {
    "float8": (8, Struct(">id").pack),
    "int8": (8, Struct(">iq").pack),
    "int2": (2, Struct(">ih").pack),
}
_NUMBER = np.dtype([("size", ">i4"), ("is", ">f8")])
_ALIKE = 8
"""From so many rows a name on it pays to pack those of one name together."""
_HEAD = 4  # columns before the values: device_id, ts, received_at, quality


def copied(*rows: bytes) -> bytes:
    """Packed rows as one COPY stream."""
    return b"".join((_START, *rows, _END))


@dataclass(slots=True)
class Rows:
    """Rows of one table that have the same columns, column by column.

    Attributes
    ----------
    names : tuple of str
        Columns that hold measurements; first the name, in `other_reading`.
    types : tuple of str
        PostgreSQL types of `names`.
    devices : list of int
        Device of each row.
    instants_us, received_us : list of int
        When it measured, and when that arrived. [us since 1970]
    qualities : list of int
        Flags of `Quality`.
    samples : list of int
        Number of the sample of the batch that a row comes from.
    values : list
        Values of `names`, row after row; None for what was not measured.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    devices: list[int] = field(default_factory=list)
    instants_us: list[int] = field(default_factory=list)
    received_us: list[int] = field(default_factory=list)
    qualities: list[int] = field(default_factory=list)
    samples: list[int] = field(default_factory=list)
    values: list[Value | None] = field(default_factory=list)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.devices)

    def primary_keys(self) -> list[Key]:
        """Primary key of each row."""
        if self.names[:1] == ("name",):
            names = map(str, self.values[:: len(self.names)])
            return list(zip(self.devices, self.instants_us, names, strict=True))
        return list(zip(self.devices, self.instants_us, strict=True))

    def values_of(self, row: int) -> list[Value | None]:
        """Values of one row, in the order of `names`."""
        width = len(self.names)
        return self.values[row * width : (row + 1) * width]

    def only(self, rows: Sequence[int]) -> "Rows":
        """Some of the rows."""
        chosen = Rows(self.names, self.types)
        for row in rows:
            chosen.devices.append(self.devices[row])
            chosen.instants_us.append(self.instants_us[row])
            chosen.received_us.append(self.received_us[row])
            chosen.qualities.append(self.qualities[row])
            chosen.samples.append(self.samples[row])
            chosen.values += self.values_of(row)
        return chosen

    def packed(self) -> bytes:
        """The rows as one COPY stream; rows alike in kind in the order of device and instant.

        In order, so that two collectors never wait for each other in a ring.
        """
        devices, instants = np.array(self.devices), np.array(self.instants_us) - _Y2000_US
        received, qualities = np.array(self.received_us) - _Y2000_US, np.array(self.qualities)
        order = np.lexsort((instants, devices))
        heads = devices[order], instants[order], received[order], qualities[order]
        if all(kind == "float8" for kind in self.types):
            # What was not measured is NaN here, and must be null in the table.
            numbers = np.array(self.values, float).reshape(len(order), -1)[order]
            return copied(_numbers(heads, b"", numbers))
        if self.types == ("text", "float8") and None not in self.values:
            rows_of: dict[str, list[int]] = defaultdict(list)
            for row in order.tolist():
                rows_of[str(self.values[2 * row])].append(row)
            if _ALIKE * len(rows_of) <= len(order):
                columns = devices, instants, received, qualities, np.array(self.values[1::2], float)
                return copied(*(_named(columns, name, rows_of[name]) for name in sorted(rows_of)))
        each = zip(devices, instants, received, self.qualities, strict=True)
        packed = [self._row(row, *head) for row, head in enumerate(each)]
        return copied(*(packed[row] for row in order))

    def _row(self, row: int, device: int, instant: int, received: int, quality: int) -> bytes:
        columns = _HEAD + len(self.names)
        parts = [_PACK_HEAD(columns, 8, device, 8, instant, 8, received, 4, quality)]
        for kind, value in zip(self.types, self.values_of(row), strict=True):
            if value is None:
                parts.append(_NULL)
            elif kind == "text":
                parts.append(_packed_text(str(value)))
            else:
                size, pack = _PACK[kind]
                parts.append(pack(size, value))
        return b"".join(parts)


@lru_cache(maxsize=10_000)  # names of odd values, codes of states: the same few, row after row
def _packed_text(text: str) -> bytes:
    encoded = text.encode()
    return _LENGTH(len(encoded)) + encoded


def _named(columns: tuple[NDArray[Any], ...], name: str, rows: list[int]) -> bytes:
    """Rows of `other_reading` that have one name; the last of `columns` has their numbers."""
    *heads, numbers = (column[rows] for column in columns)
    return _numbers(heads, _packed_text(name), numbers.reshape(-1, 1))


@lru_cache(maxsize=1000)
def _row_of_numbers(text: int, width: int) -> np.dtype[np.void]:
    """A row with `text` bytes of text and `width` numbers: before each field stands its size."""
    heads = ((name, np.dtype([("size", ">i4"), ("is", kind)])) for name, kind in _FIELDS)
    texts = [("text", f"V{text}")] if text else []
    return np.dtype([("columns", ">i2"), *heads, *texts, ("values", _NUMBER, (width,))])


def _numbers(heads: Sequence[NDArray[Any]], text: bytes, values: NDArray[np.float64]) -> bytes:
    """Rows of numbers, each after the same packed text if there is one.

    Parameters
    ----------
    heads : sequence of arrays, each of shape (n_rows,)
        What `_FIELDS` names.
    values : array of shape (n_rows, n_values)
        NaN for what was not measured.
    """
    rows = np.empty(len(values), _row_of_numbers(len(text), values.shape[1]))
    rows["columns"] = _HEAD + bool(text) + values.shape[1]
    for (name, kind), column in zip(_FIELDS, heads, strict=True):
        rows[name]["size"] = np.dtype(kind).itemsize
        rows[name]["is"] = column
    if text:
        rows["text"] = np.void(text)
    rows["values"]["size"] = 8
    rows["values"]["is"] = values
    return _without_nulls(rows, np.isnan(values))


def _without_nulls(rows: NDArray[np.void], missing: NDArray[np.bool_]) -> bytes:
    """The rows' bytes; of a `missing` number its size alone, which is -1.

    Parameters
    ----------
    missing : array of bool, shape (n_rows, n_values)
    """
    if not missing.any():
        return rows.tobytes()
    rows["values"]["size"][missing] = -1
    fields = np.ones((*missing.shape, _NUMBER.itemsize), bool)
    fields[missing, _NUMBER["size"].itemsize :] = False
    values = fields.reshape(len(rows), -1)
    head = np.ones((len(rows), rows.itemsize - values.shape[1]), bool)
    kept = np.hstack((head, values))
    octets: NDArray[np.uint8] = rows.view(np.uint8).reshape(kept.shape)[kept]
    return octets.tobytes()
