"""Readings of one meter around the days to be computed, fetched with few questions."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.ledger.meter_days import MeterReadings
from analytics.ledger.segments import BOUNDARY
from domain.counting import CountsBy
from domain.epoch import from_us, to_us
from domain.local_day import day_start, local_day
from domain.register_event import RegisterEvent
from store.meters.consumption import WAYS, RegisterOf, elsewhere, neighbours, readings

_MICROSECOND = timedelta(microseconds=1)
_NEAR = timedelta(days=1)
"""The nearest readings outside are seldom further away."""
_SPARE = timedelta(days=2)
"""So much more is fetched on either side, as the days asked for next are a little wider."""
_NOTHING = MeterReadings(
    *(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0, np.int32)),
    first=True,
    last=True,
)


@dataclass(slots=True)
class MeterWindow:
    """Readings of one meter, as people corrected them if they did.

    Attributes
    ----------
    events : list of RegisterEvent
        What was declared of its register.
    """

    conn: Connection
    register: RegisterOf
    events: list[RegisterEvent]
    edited: bool
    _held: MeterReadings = field(default=_NOTHING, init=False)
    _span: tuple[datetime, datetime] | None = field(default=None, init=False)

    @property
    def zone(self) -> ZoneInfo:
        """Zone in which the meter's days begin."""
        return ZoneInfo(self.register.zone)

    def whole(self, first: date, end: date, *, stands: bool) -> tuple[date, date]:
        """Extend the days [first, end) by those that share a pause with them.

        Parameters
        ----------
        stands : bool
            Also by those that share a long stand of the register with them.
        """
        lo, hi = day_start(first, self.zone), day_start(end, self.zone)
        # Strictly before: a reading at midnight itself ends the last interval of the day before.
        before, after = self._neighbours(lo - _MICROSECOND, hi)
        if stands:
            before, after = self._beyond_stand(before, after)
        declared = [event.at for event in self.events if event.kind in BOUNDARY]
        earlier = [at for at in (before, *declared) if at is not None and at < lo]
        later = [at for at in (after, *declared) if at is not None and at >= hi]
        if earlier:
            first = min(first, local_day(max(earlier), self.zone))
        if later:
            end = max(end, local_day(min(later), self.zone) + timedelta(days=1))
        return first, end

    def read(self, first: date, end: date) -> MeterReadings:
        """Readings of the local days [first, end) and the nearest one on either side."""
        lo, hi = day_start(first, self.zone), day_start(end, self.zone)
        before, after = self._neighbours(lo, hi)
        self._hold(before or lo, after or hi)
        held = self._held
        here = slice(
            int(np.searchsorted(held.ts, to_us(before or lo), side="left")),
            int(np.searchsorted(held.ts, to_us(after or hi), side="right")),
        )
        return MeterReadings(
            held.ts[here],
            held.device[here],
            held.register[here],
            held.way[here],
            first=before is None,
            last=after is None,
        )

    def _neighbours(self, lo: datetime, hi: datetime) -> tuple[datetime | None, datetime | None]:
        """Instants of the last reading at or before `lo`, and of the first one at or after `hi`."""
        self._hold(lo - _NEAR, hi + _NEAR)
        ts = self._held.ts
        at = int(np.searchsorted(ts, to_us(lo), side="right"))
        to = int(np.searchsorted(ts, to_us(hi), side="left"))
        if at > 0 and to < len(ts):
            return from_us(int(ts[at - 1])), from_us(int(ts[to]))
        return neighbours(self.conn, self.register, lo, hi, edited=self.edited)

    def _beyond_stand(
        self, before: datetime | None, after: datetime | None
    ) -> tuple[datetime | None, datetime | None]:
        """Readings beyond the stand of a register in which these lie, where it lasts for days.

        Whether a register is stuck is told by how it moved before and after, however long ago.
        """
        if before is not None:
            self._hold(before - _SPARE, before)
            upto = slice(0, int(np.searchsorted(self._held.ts, to_us(before), side="right")))
            if (level := self._level(upto, -1)) is not None:
                moved, _, begin, _ = self._elsewhere(before, level)
                before = moved or begin
        if after is not None:
            self._hold(after, after + _SPARE)
            since = slice(int(np.searchsorted(self._held.ts, to_us(after))), None)
            if (level := self._level(since, 0)) is not None:
                _, moved, _, end = self._elsewhere(after, level)
                after = moved or end
        return before, after

    def _level(self, here: slice, at: int) -> float | None:
        """What the device tells in all readings at hand, by whichever way; None if it moves."""
        rate = self._held.way[here] == WAYS.index(CountsBy.RATE)
        told = self._held.register[here]
        told = np.where(rate, np.maximum(told, 0.0), told)  # feeding in is no use
        return float(told[at]) if bool((told == told[at]).all()) else None

    def _elsewhere(self, at: datetime, level: float) -> tuple[datetime | None, ...]:
        return elsewhere(self.conn, self.register, at, level, edited=self.edited)

    def _hold(self, first: datetime, last: datetime) -> None:
        """Have at hand all readings in [first, last]."""
        if self._span is not None and self._span[0] <= first and last <= self._span[1]:
            return
        first, last = first - _SPARE, last + _SPARE
        columns = readings(self.conn, self.register, first, last, edited=self.edited)
        self._held = MeterReadings(*columns, first=False, last=False)
        self._span = first, last
