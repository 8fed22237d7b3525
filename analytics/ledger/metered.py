"""What a meter counted, cut along a timetable. Nothing is lost: the parts add up to the whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import fsum
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from analytics.ledger.timetable import Timetable
from domain.time_of_use import Period

Key = TypeVar("Key")


class Amount(NamedTuple):
    """Use in [start, end), in the unit of the register.

    Attributes
    ----------
    measured : bool
        Whether the amount itself is measured.
    shaped : bool
        Whether its place in time is measured too, or only allocated.
    """

    start: datetime
    end: datetime
    value: float
    measured: bool = True
    shaped: bool = True


@dataclass(frozen=True, slots=True)
class Metered:
    """Use of one slice in one period, with how much of it is how good.

    Attributes
    ----------
    value, unmeasured, unshaped : float
        All of it; what of it is not measured; what of it is only allocated to its time, also
        because an interval reaches over the end of a period. In the register's unit.
    covered_s : float
        How much of the time has a figure. [s]
    lasting_s : float
        How long the period lasts in the slice. [s]
    """

    value: float
    unmeasured: float
    unshaped: float
    covered_s: float
    lasting_s: float


def metered(timetable: Timetable, amounts: Iterable[Amount]) -> dict[tuple[int, Period], Metered]:
    """Sum up what was used by slice and period.

    Parameters
    ----------
    amounts : iterable of Amount
        In any order, none overlapping; what lies outside the timetable is left out.
    """
    keys = zip(timetable.slice_of.tolist(), timetable.periods, strict=True)
    return summed(keys, timetable.edges, columns_of(amounts))


def summed(
    keys: Iterable[Key], edges: NDArray[np.float64], columns: NDArray[np.float64]
) -> dict[Key, Metered]:
    """Sum up what was used by the keys of some parts of time.

    Parameters
    ----------
    keys : iterable
        What each part belongs to.
    edges : ndarray of float, shape (n_parts + 1,)
        Where they begin, and where the last one ends. [s since 1970]
    columns : ndarray of float, shape (5, n)
        Start and end [s since 1970], value, and how much of that is unmeasured and unshaped.
    """
    sums = np.vstack((_cut(edges, columns), np.diff(edges))).T.tolist()
    groups: dict[Key, list[int]] = {}
    for part, key in enumerate(keys):
        groups.setdefault(key, []).append(part)
    return {key: Metered(*map(fsum, zip(*(sums[part] for part in at), strict=True)))
            for key, at in groups.items()}  # fmt: skip


def columns_of(amounts: Iterable[Amount]) -> NDArray[np.float64]:
    """Amounts in order of time, as `summed` takes them."""
    return (
        np.array(
            [
                (
                    each.start.timestamp(),
                    each.end.timestamp(),
                    each.value,
                    0.0 if each.measured else each.value,
                    0.0 if each.shaped else each.value,
                )
                for each in sorted(amounts)
            ]
        )
        .reshape(-1, 5)
        .T
    )


def total(found: Iterable[Metered]) -> Metered:
    """Take several together."""
    rows = list(found)
    names = ("value", "unmeasured", "unshaped", "covered_s", "lasting_s")
    return Metered(*(fsum(getattr(row, name) for row in rows) for name in names))


def _cut(edges: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Value, unmeasured and unshaped value, and covered seconds by part; shape (4, n_parts)."""
    parts = len(edges) - 1
    starts, ends, *values = columns
    rows = np.array([*values, ends - starts])
    first = np.searchsorted(edges, starts, "right") - 1
    last = np.searchsorted(edges, ends, "left") - 1
    whole = (first == last) & (first >= 0) & (first < parts)
    sums = np.array([np.bincount(first[whole], row[whole], parts) for row in rows], float)
    for one in np.flatnonzero(~whole):
        for part in range(max(first[one], 0), min(last[one], parts - 1) + 1):
            begin, end = max(starts[one], edges[part]), min(ends[one], edges[part + 1])
            share = (end - begin) / (ends[one] - starts[one])
            sums[:, part] += rows[:, one] * share
            # Only its sum is known: how much fell before the edge is a matter of proportion.
            sums[2, part] += (rows[0, one] - rows[2, one]) * share
    return sums
