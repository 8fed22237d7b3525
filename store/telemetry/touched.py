"""Local days that have new readings, on their way to the list of those to be computed anew.

Collectors only append what a batch touched, in one row: a row for each device and day of every
batch would cost as much as the readings do. A worker spreads it over the list (`spread`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from store.queries import sql
from store.telemetry.reading_rows import copied

_Y2000 = date(2000, 1, 1).toordinal()
_DAYS = date.max.toordinal() + 1
_ARRAY = np.dtype([
    ("size", ">i4"), ("dimensions", ">i4"), ("has_null", ">i4"), ("type", ">i4"),
    ("length", ">i4"), ("first", ">i4"),
])  # fmt: skip
"""What stands before the elements of an array (PostgreSQL's source, array_send)."""
_INT8, _DATE = 20, 1082
"""Types as PostgreSQL numbers them (pg_type.dat)."""
_BATCHES_AT_ONCE = 1000


@dataclass(slots=True)
class TouchedDays:
    """Devices and days, a device and a day perhaps several times.

    Attributes
    ----------
    devices : list of int
    ordinals : list of int
        Days since the first of the year 1, as `date.toordinal` counts.
    """

    devices: list[int] = field(default_factory=list)
    ordinals: list[int] = field(default_factory=list)

    def add(self, devices: Sequence[int], ordinals: Sequence[int]) -> None:
        """Add days, one of each device."""
        self.devices += devices
        self.ordinals += ordinals

    def write(self, conn: Connection) -> None:
        """Append them as one row, inside the caller's transaction."""
        if not self.devices:
            return
        pairs = np.unique(np.array(self.devices) * _DAYS + np.array(self.ordinals))
        devices = _array(pairs // _DAYS, _INT8, ">i8")
        days = _array(pairs % _DAYS - _Y2000, _DATE, ">i4")
        with conn.cursor().copy(sql("touched", "append")) as copy:
            copy.write(copied(b"\0\2" + devices + days))


def spread(conn: Connection) -> None:
    """Put what collectors have appended on the work list, each day of a device once.

    Parameters
    ----------
    conn : Connection
        In autocommit mode. Another worker spreads other batches.
    """
    taken = _BATCHES_AT_ONCE
    while taken == _BATCHES_AT_ONCE:
        row = conn.execute(sql("touched", "spread"), {"at_most": _BATCHES_AT_ONCE}).fetchone()
        taken = row[0] if row else 0


def _array(values: NDArray[np.int64], type_number: int, item: str) -> bytes:
    """One field of a binary COPY that is an array of numbers."""
    items = np.empty(len(values), [("size", ">i4"), ("is", item)])
    items["size"], items["is"] = np.dtype(item).itemsize, values
    size = _ARRAY.itemsize - 4 + items.nbytes  # its own length it does not count
    return np.array((size, 1, 0, type_number, len(values), 1), _ARRAY).tobytes() + items.tobytes()
