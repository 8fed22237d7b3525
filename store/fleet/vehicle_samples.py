"""What the terminals of a vehicle told, as columns. For the worker; not for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.sql import SQL, Composable, Identifier, Literal

from domain.epoch import to_us
from store.queries import sql

_Y2000_US = 946_684_800_000_000
_AT_ONCE = timedelta(days=10)
"""Read at once: 130 MB of a vehicle that tells of every second; a value holds 1 GB at most."""


@dataclass(frozen=True, slots=True)
class SampleColumns:
    """Samples in any order; of two terminals at once an instant may come twice.

    Attributes
    ----------
    ts : ndarray of int, shape (n,)
        [us since 1970]
    value : mapping of str to ndarray of float
        In the unit of the quantity; NaN where not told.
    code : mapping of str to ndarray of int8
        Place of the state among those that were asked for; -1 for any other.
    """

    ts: NDArray[np.int64]
    value: Mapping[str, NDArray[np.float64]]
    code: Mapping[str, NDArray[np.int8]]


def vehicle_samples(
    conn: Connection,
    vehicle_id: int,
    first: datetime | None,
    last: datetime | None,
    *,
    quantities: Sequence[str],
    states: Mapping[str, Sequence[str]],
) -> SampleColumns:
    """Read samples of [first, last]; None: from the first, to the last there is.

    Parameters
    ----------
    quantities : sequence of str
        Columns of numbers that are wanted.
    states : mapping of str to sequence of str
        Columns of states, each with the words that count.
    """
    fields = [("ts", ">i8"), *((name, ">f8") for name in quantities)]
    layout = np.dtype([*fields, *((name, ">i2") for name in states)])
    row = _row(quantities, states)
    parts = [
        np.frombuffer(_packed(conn, row, vehicle_id, *span), layout)
        for span in _spans(conn, vehicle_id, first, last)
    ]
    rows = np.concatenate([np.empty(0, layout), *parts])
    return SampleColumns(
        rows["ts"].astype(np.int64) + _Y2000_US,
        {name: rows[name].astype(np.float64) for name in quantities},
        {name: rows[name].astype(np.int8) for name in states},
    )


def _row(quantities: Sequence[str], states: Mapping[str, Sequence[str]]) -> Composable:
    """Octets of a row; no column is ever null, so that every row has the same length."""
    number = SQL("float8send(coalesce(r.{name}, 'NaN'))")
    state = SQL("int2send((coalesce(array_position({words}, r.{name}::text), 0) - 1)::smallint)")
    return SQL(" || ").join([
        SQL("timestamptz_send(r.ts)"),
        *(number.format(name=Identifier(name)) for name in quantities),
        *(
            state.format(name=Identifier(name), words=Literal(list(words)))
            for name, words in states.items()
        ),
    ])  # fmt: skip


def _spans(
    conn: Connection, vehicle_id: int, first: datetime | None, last: datetime | None
) -> list[tuple[datetime, datetime]]:
    """Half-open parts of [first, last] in which there are samples at all."""
    arguments = {"vehicle_id": vehicle_id, "first": first, "last": last}
    found = conn.execute(sql("vehicle_samples", "extent"), arguments).fetchone()
    if found is None or found[0] is None:
        return []
    begin, end = found[0], found[1] + timedelta(microseconds=1)
    count = -(-(to_us(end) - to_us(begin)) // (_AT_ONCE // timedelta(microseconds=1)))
    edges = [begin + _AT_ONCE * number for number in range(count)] + [end]
    return list(pairwise(edges))


def _packed(
    conn: Connection, row: Composable, vehicle_id: int, first: datetime, end: datetime
) -> bytes:
    """Rows of a span in one value: fetched one by one they cost more than to cut them."""
    query = SQL(sql("vehicle_samples", "packed")).format(row=row)
    arguments = {"vehicle_id": vehicle_id, "first": first, "end": end}
    with conn.cursor(binary=True) as cursor:
        found = cursor.execute(query, arguments).fetchone()
    return b"" if found is None or found[0] is None else bytes(found[0])
