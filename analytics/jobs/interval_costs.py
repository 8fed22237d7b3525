"""Costs of intervals, kept by local day and period, whenever something they follow from changes.

The list of days is written by the database, in the transaction that announces figures, puts a meter
on a tariff, or enters or checks prices. Running this twice changes nothing. What a month costs,
with its basic charge, adjustment and tiers, is computed whole by `meter_cost`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.jobs.waiting_meters import compute_each
from analytics.ledger.day_cost import DayCost, day_costs
from analytics.ledger.timetable import Timetable, lay_out, next_month
from analytics.place.meter_cost import NOW
from analytics.place.weather import PlaceWeather
from domain.calendar import Calendar, DayKind
from domain.errors import CalendarMissingError, MissingInputError
from domain.local_day import day_start, ranges
from domain.money import exact
from domain.price_book import PriceBook
from domain.sentence import Sentence
from domain.tariff import Tariff
from store.money.interval_cost import (
    CostPoint,
    CostRow,
    MissingCost,
    amount_columns,
    cost_point,
    replace_costs,
    take_work,
    waiting,
)
from store.money.tariff import MeterTariffRow, prices, tariff, tariffs_of_meter
from store.places.calendar import calendar_of_place

_DAY = timedelta(days=1)
_STEPPED = "a price goes by steps: what a day cost depends on all before it in the month or year"


def update_costs(conn: Connection, *, now: datetime) -> int:
    """Compute what waits; the costs are known from `now` on. Returns meters done."""
    update = partial(_update, conn, tables=_Tables(conn), now=now)
    return compute_each(conn, waiting(conn), update, what="costs")


def _update(conn: Connection, meter_id: int, *, tables: "_Tables", now: datetime) -> bool:
    work = take_work(conn, meter_id)
    point = cost_point(conn, meter_id) if work else None
    if point is None:
        return False
    days = {
        first + n * _DAY
        for given in work
        for first, end in [(max(given[0] or date.min, point.first_day),
                            min(given[1] or date.max, point.end_day))]
        for n in range((end - first).days)
    }  # fmt: skip
    for first, end in ranges(days):
        found = list(_costs(conn, point, tables, first, end))
        rows = [each for each in found if isinstance(each, CostRow)]
        missing = [each for each in found if isinstance(each, MissingCost)]
        replace_costs(conn, point, rows, missing, (first, end), now=now)
    return True


def _costs(
    conn: Connection, point: CostPoint, tables: "_Tables", first: date, end: date
) -> Iterator[CostRow | MissingCost]:
    """Costs of local days [first, end), or why a day has none; of days on no tariff nothing."""
    zone = ZoneInfo(point.zone)
    columns = _columns(conn, point, day_start(first, zone), day_start(end, zone))
    for terms in tariffs_of_meter(conn, point.meter_id, first, end):
        day, until = max(first, terms.first_day or first), min(end, terms.end_day or end)
        while day < until:
            part = min(tables.part_end(terms.tariff_id, day), until)
            days = [day + n * _DAY for n in range((part - day).days)]
            starts = {each: day_start(each, zone) for each in (*days, part)}
            bounds = [start.timestamp() for start in starts.values()]
            lo, hi = np.searchsorted(columns[0], [bounds[0], bounds[-1]])
            here = columns[:, lo:hi]
            try:
                laid, book = tables.of(terms.tariff_id, point, day, part)
            except (MissingInputError, CalendarMissingError) as error:
                code = error.code if isinstance(error, MissingInputError) else "calendar"
                for each in days:
                    yield MissingCost(each, starts[each], code, str(error))
            else:
                stepped = _stepped_days(laid.timetable)
                for cost in day_costs(laid.timetable, days, np.array(bounds), here, book):
                    if cost.day not in stepped:
                        yield _row(cost, terms, starts[cost.day], laid.weather_missing_h)
                for each in stepped:
                    yield MissingCost(each, starts[each], "no_day_price", _STEPPED)
            day = part


def _stepped_days(timetable: Timetable) -> list[date]:
    """Local days on which a price goes by steps."""
    return [
        each.first_day + n * _DAY
        for each in timetable.slices
        if each.version.stepped
        for n in range((each.end_day - each.first_day).days)
    ]


def _columns(
    conn: Connection, point: CostPoint, first: datetime, last: datetime
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Amounts of [first, last) as `summed` takes them."""
    start, end, value, measured, shaped = amount_columns(conn, point, first, last)
    unmeasured, unshaped = value * (measured == 0), value * (shaped == 0)
    return np.array([start / 1e6, end / 1e6, value, unmeasured, unshaped])


def _row(
    cost: DayCost, terms: MeterTariffRow, start_at: datetime, weather_missing_h: int | None
) -> CostRow:
    used, price = cost.used, cost.price
    return CostRow(
        day=cost.day,
        period=cost.period.value,
        start_at=start_at,
        tariff_id=terms.tariff_id,
        value=exact(used.value),
        unmeasured=exact(used.unmeasured),
        unshaped=exact(used.unshaped),
        covered_s=round(used.covered_s),
        price=None if price is None else price.value,
        amount=cost.amount,
        basis=None if price is None else price.basis,
        checked=price is not None and price.checked,
        weather_missing_h=weather_missing_h,
    )


@dataclass(frozen=True, slots=True)
class _LaidOut:
    """A timetable, and how many hours the weather it asked for lacked. [h], None: it asked none."""

    timetable: Timetable
    weather_missing_h: int | None


class _AskedWeather:
    """Tells how hot days were, and keeps in mind of which."""

    def __init__(self, weather: PlaceWeather) -> None:
        self._weather = weather
        self._days: set[date] = set()

    def __call__(self, day: date, /) -> Decimal:
        self._days.add(day)
        return self._weather(day)

    def missing_h(self) -> int | None:
        """Unknown hours of the days asked for [h]; None when none was."""
        return sum(map(self._weather.missing_h, self._days)) if self._days else None


class _Tables:
    """Tariffs, prices and timetables of one run: a thousand meters share a few of them."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._tariffs: dict[int, Tariff] = {}
        self._books: dict[tuple[int, date], PriceBook] = {}
        self._calendars: dict[tuple[int, date, date], Calendar] = {}
        self._heat: dict[tuple[int, date], PlaceWeather] = {}
        self._laid_out: dict[tuple[object, ...], _LaidOut] = {}

    def of(
        self, tariff_id: int, point: CostPoint, first: date, end: date
    ) -> tuple[_LaidOut, PriceBook]:
        """Timetable and prices of local days [first, end) of one month.

        Raises
        ------
        MissingInputError
            If the tariff is of another medium or has no version on some day, or a temperature is
            not known.
        CalendarMissingError
            If a window asks for the kind of a day in a year nobody has entered.
        """
        of_meter = self._tariff(tariff_id)
        of_meter.refuse_other_medium(point.medium)
        kinds = self._kinds(of_meter, point, first, end)
        place = point.place_id if _asks_for_heat(of_meter) else None
        key = (tariff_id, point.zone, first, end, tuple(kinds.values()), place)
        if key not in self._laid_out:
            weather = _AskedWeather(self._weather(point, first))
            timetable = lay_out(
                of_meter,
                first,
                end,
                zone=ZoneInfo(point.zone),
                calendar=kinds.__getitem__,
                weather=weather,
            )
            self._laid_out[key] = _LaidOut(timetable, weather.missing_h())
        return self._laid_out[key], self._book(tariff_id, first)

    def part_end(self, tariff_id: int, day: date) -> date:
        """Day up to which costs are computed at once, from a day on.

        Where heat decides it is one day: of a day nobody knows, those beside it still cost.
        """
        heat = _asks_for_heat(self._tariff(tariff_id))
        return day + _DAY if heat else next_month(day)

    def _weather(self, point: CostPoint, day: date) -> PlaceWeather:
        month = day.replace(day=1)
        if (point.place_id, month) not in self._heat:
            days = month, next_month(month)
            weather = PlaceWeather(self._conn, point.place_id, ZoneInfo(point.zone), *days)
            self._heat[point.place_id, month] = weather
        return self._heat[point.place_id, month]

    def _tariff(self, tariff_id: int) -> Tariff:
        if tariff_id not in self._tariffs:
            found = tariff(self._conn, tariff_id)
            if found is None:
                raise MissingInputError(
                    Sentence("tariff_gone", "tariff {tariff} is gone", tariff=tariff_id),
                    code="tariff",
                )
            self._tariffs[tariff_id] = found
        return self._tariffs[tariff_id]

    def _book(self, tariff_id: int, day: date) -> PriceBook:
        month = day.replace(day=1)
        if (tariff_id, month) not in self._books:
            rows = prices(self._conn, tariff_id, month, next_month(month), as_of=NOW)
            self._books[tariff_id, month] = PriceBook(row.price_of_month() for row in rows)
        return self._books[tariff_id, month]

    def _kinds(
        self, of_meter: Tariff, point: CostPoint, first: date, end: date
    ) -> dict[date, DayKind]:
        """Kind of each day, where a window asks for it."""
        if not any(window.days for each in of_meter.versions for window in each.windows):
            return {}
        key = point.place_id, first, end
        if key not in self._calendars:
            self._calendars[key] = calendar_of_place(self._conn, *key)
        days = [first + n * _DAY for n in range((end - first).days)]
        return {day: self._calendars[key].on(day).kind for day in days}


def _asks_for_heat(of_meter: Tariff) -> bool:
    windows = (window for version in of_meter.versions for window in version.windows)
    return any(window.at_or_above_c is not None for window in windows)
