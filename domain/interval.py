"""Interval data of a meter column by column: a year of quarter hours is 35,000 of them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from domain.consumption_flag import ConsumptionFlag
from domain.epoch import from_us, to_us

Choice: TypeAlias = NDArray[np.bool_] | NDArray[np.intp]


class Grading(NamedTuple):
    """Grades of a figure's quantity and of its shape in time, and how it came about."""

    quantity: str
    shape: str
    method: str


class Interval(NamedTuple):
    """Use in [start, end), with its grades."""

    start: datetime
    end: datetime
    value: float
    grading: Grading
    flags: int


@dataclass(frozen=True, slots=True)
class Intervals:
    """Use in intervals, in order of time.

    Attributes
    ----------
    start, end : ndarray of int, shape (n,)
        Half-open, none twice. [us since 1970]
    value : ndarray of float, shape (n,)
        In the unit of the quantity.
    flags : ndarray of int, shape (n,)
        Sets of `ConsumptionFlag`.
    grading : ndarray of int, shape (n,)
        Index into `gradings`.
    gradings : tuple of Grading
        Those that occur; a few.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    value: NDArray[np.float64]
    flags: NDArray[np.int32]
    grading: NDArray[np.intp]
    gradings: tuple[Grading, ...]

    def __len__(self) -> int:
        """Number of intervals."""
        return len(self.start)

    def only(self, chosen: Choice) -> "Intervals":
        """Some of them; by a mask, or by indexes in order."""
        return replace(
            self,
            start=self.start[chosen],
            end=self.end[chosen],
            value=self.value[chosen],
            flags=self.flags[chosen],
            grading=self.grading[chosen],
        )

    def graded(
        self, chosen: NDArray[np.bool_], quantity: str, flag: ConsumptionFlag
    ) -> "Intervals":
        """The same with another grade of quantity, and one more flag, for those chosen."""
        other = tuple(grading._replace(quantity=quantity) for grading in self.gradings)
        return replace(
            self,
            flags=np.where(chosen, self.flags | np.int32(flag), self.flags),
            grading=np.where(chosen, self.grading + len(self.gradings), self.grading),
            gradings=(*self.gradings, *other),
        )

    def rows(self) -> Iterator[Interval]:
        """One after the other."""
        columns = (self.start, self.end, self.value, self.grading, self.flags)
        for start, end, value, grading, flags in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            yield Interval(from_us(start), from_us(end), value, self.gradings[grading], flags)

    def columns_of(self, part: str) -> list[str]:
        """``quantity``, ``shape`` or ``method`` of each of `gradings`."""
        return [str(getattr(grading, part)) for grading in self.gradings]

    @classmethod
    def of(cls, rows: Iterable[Interval]) -> "Intervals":
        """Columns of single intervals, in any order."""
        each = sorted(rows)
        known = list(dict.fromkeys(row.grading for row in each))
        return cls(
            np.array([to_us(row.start) for row in each], np.int64),
            np.array([to_us(row.end) for row in each], np.int64),
            np.array([row.value for row in each], np.float64),
            np.array([row.flags for row in each], np.int32),
            np.array([known.index(row.grading) for row in each], np.intp),
            tuple(known),
        )

    @classmethod
    def joined(cls, parts: Iterable["Intervals"]) -> "Intervals":
        """Several that do not overlap, in order of time."""
        every = [part for part in parts if len(part)]
        if not every:
            return cls.of(())
        begins = np.cumsum([0, *(len(part.gradings) for part in every)])
        order = np.argsort(np.concatenate([part.start for part in every]), kind="stable")
        grading = [part.grading + begin for part, begin in zip(every, begins, strict=False)]
        return cls(
            np.concatenate([part.start for part in every])[order],
            np.concatenate([part.end for part in every])[order],
            np.concatenate([part.value for part in every])[order],
            np.concatenate([part.flags for part in every])[order],
            np.concatenate(grading)[order],
            tuple(grading for part in every for grading in part.gradings),
        )
