"""Numbers that devices give their messages, and the gaps among them.

Collectors only append what they heard, a row a batch: to look up every device of every batch would
cost as much as the readings do. A worker unites it with what is known (`unite`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from store.queries import sql

Runs: TypeAlias = NDArray[np.int64]
"""Columns: device, index of its boot, first number of a run, and the one after its last."""

UNITE_WITHIN = timedelta(minutes=1)
"""So long numbers may wait, when there are many: each device is then looked up once for many."""
_FEW_BYTES = 500_000
"""What waits below this is united at once."""
_BATCHES_AT_ONCE = 2000
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class HeardNumbers:
    """Numbers heard, each with its device and the run of the device's program it belongs to.

    Attributes
    ----------
    devices : list of int
    boots : list of str
    numbers : list of int
    """

    devices: list[int] = field(default_factory=list)
    boots: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def add(self, devices: Sequence[int], boots: Sequence[str], numbers: Sequence[int]) -> None:
        """Add numbers, one of each device and boot."""
        self.devices += devices
        self.boots += boots
        self.numbers += numbers

    def runs(self) -> tuple[list[str], Runs]:
        """Boots, and the numbers as runs without a hole."""
        boots = list(dict.fromkeys(self.boots))
        index = {boot: at for at, boot in enumerate(boots)}
        boot = [index[boot] for boot in self.boots] if len(boots) > 1 else [0] * len(self.boots)
        runs = np.array((self.devices, boot, self.numbers, self.numbers), np.int64).T
        runs[:, 3] += 1
        return boots, _united(runs)


def log_numbers(conn: Connection, heard: HeardNumbers, *, now: datetime) -> None:
    """Append what a batch heard, inside the caller's transaction."""
    if heard.numbers:
        boots, runs = heard.runs()
        conn.execute(sql("sequence", "log"), {"now": now, "boots": boots, "runs": runs.tobytes()})


def unite(conn: Connection, *, now: datetime) -> int:
    """Unite what collectors have heard with what is known, and note gaps opened, shrunk and closed.

    Where much waits, that is done once it has waited `UNITE_WITHIN`.

    Parameters
    ----------
    conn : Connection
        In autocommit mode.

    Returns
    -------
    int
        Batches united.
    """
    waiting, since = conn.execute(sql("sequence", "waiting")).fetchone() or (0, None)
    if since is None or (waiting >= _FEW_BYTES and now - since < UNITE_WITHIN):
        return 0
    with conn.transaction():
        rows = conn.execute(sql("sequence", "take"), {"at_most": _BATCHES_AT_ONCE}).fetchall()
        if rows:
            _write(conn, rows, now)
    return len(rows)


def _write(conn: Connection, rows: Sequence[tuple[list[str], bytes]], now: datetime) -> None:
    boots = list(dict.fromkeys(boot for named, _ in rows for boot in named))
    index = {boot: at for at, boot in enumerate(boots)}
    parts = []
    for named, packed in rows:
        part = np.frombuffer(packed, np.int64).reshape(-1, 4).copy()
        part[:, 1] = np.array([index[boot] for boot in named])[part[:, 1]]
        parts.append(part)
    runs = [
        {"device_id": device, "boot": boots[boot], "first": first, "after": after}
        for device, boot, first, after in _united(np.concatenate(parts)).tolist()
    ]
    lacking = conn.execute(sql("sequence", "hear"), {"runs": _encode(runs).decode()}).fetchall()
    if lacking:
        devices, of = map(list, zip(*lacking, strict=True))
        conn.execute(sql("sequence", "note_gaps"), {"device_ids": devices, "boots": of, "now": now})


def _united(runs: Runs) -> Runs:
    """Runs in order, those that follow each other as one. One inside another may stay by itself."""
    runs = runs[np.lexsort(runs.T[2::-1])]
    if not len(runs):
        return runs
    another = (runs[1:, :2] != runs[:-1, :2]).any(axis=1) | (runs[1:, 2] > runs[:-1, 3])
    starts = np.flatnonzero(np.append(True, another))
    united = runs[starts]
    united[:, 3] = np.maximum.reduceat(runs[:, 3], starts)
    return united
