"""Columns on their way into a table and out of it, in PostgreSQL's binary formats.

No Python object stands for a row: a column goes out and comes back as one array value.
Source of the format: PostgreSQL, `array_send` and `array_recv`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.pq import Format
from psycopg.sql import Composed

from domain.epoch import to_us

_Y2000_US = to_us(datetime(2000, 1, 1, tzinfo=UTC))
"""From here PostgreSQL counts. [us since 1970]"""
_HEAD = Struct(">5i").pack
"""Of an array: dimensions, whether it has nulls, type of its elements, how many, first number."""
_ARRAY_HEAD = 20
"""Octets before the elements of an array of one dimension."""
_ARRAYS = {
    1185: ">i8",  # timestamptz[]
    1016: ">i8",  # int8[]
    1007: ">i4",  # int4[]
    1022: ">f8",  # float8[]
}
_INSTANTS, _FLOATS = 1185, 1022


@dataclass(frozen=True, slots=True)
class InstantArray:
    """A parameter ``timestamptz[]``.

    Attributes
    ----------
    us : ndarray of int, shape (n,)
        [us since 1970]
    """

    us: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FloatArray:
    """A parameter ``float8[]``."""

    value: NDArray[np.float64]


class _InstantDumper(Dumper):
    """Writes instants as one array value."""

    format = Format.BINARY
    oid = _INSTANTS

    def dump(self, obj: InstantArray) -> bytes:
        return _array(obj.us - _Y2000_US, _INSTANTS, element=1184)


class _FloatDumper(Dumper):
    """Writes numbers as one array value."""

    format = Format.BINARY
    oid = _FLOATS

    def dump(self, obj: FloatArray) -> bytes:
        return _array(obj.value, _FLOATS, element=701)


def _array(numbers: NDArray[Any], oid: int, *, element: int) -> bytes:
    """An array value of one dimension, without nulls."""
    fields = np.empty(len(numbers), np.dtype([("size", ">i4"), ("is", _ARRAYS[oid])]))
    fields["size"], fields["is"] = numbers.dtype.itemsize, numbers
    return _HEAD(1, 0, element, len(numbers), 1) + fields.tobytes()


def execute(conn: Connection, query: bytes | str, arguments: Mapping[str, object]) -> None:
    """Execute a statement, with whole columns among its arguments."""
    with conn.cursor() as cursor:
        cursor.adapters.register_dumper(InstantArray, _InstantDumper)
        cursor.adapters.register_dumper(FloatArray, _FloatDumper)
        cursor.execute(query, arguments)


class _Raw(Loader):
    """Hands an array value over as it came."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def columns(
    conn: Connection, query: Composed | bytes | str, arguments: Mapping[str, object]
) -> list[NDArray[Any]]:
    """Columns of a query that gives one row of arrays; instants in us since 1970.

    A null stands for an array of nothing; no element may be null.
    """
    with conn.cursor(binary=True) as cursor:
        for oid in _ARRAYS:
            cursor.adapters.register_loader(oid, _Raw)
        cursor.execute(query, arguments)
        row = cursor.fetchone()
        kinds = [column.type_code for column in cursor.description or ()]
    return [_column(*each) for each in zip(row or (), kinds, strict=True)]


def _column(value: bytes | None, oid: int) -> NDArray[Any]:
    kind = np.dtype(_ARRAYS[oid])
    if not value or len(value) < _ARRAY_HEAD:
        return np.empty(0, kind.newbyteorder("="))
    element = np.dtype([("size", ">i4"), ("is", kind)])
    found = np.frombuffer(value, element, offset=_ARRAY_HEAD)["is"].astype(kind.newbyteorder("="))
    return found + _Y2000_US if oid == _INSTANTS else found
