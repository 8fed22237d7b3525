"""Cost of a meter over local days: tariff, prices, calendar and registers brought together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from psycopg import Connection as Database

from analytics.ledger.basic_charge import Connection, block_demand_kw
from analytics.ledger.cost import Point, cost
from analytics.ledger.cost_line import Cost, Gap, Line
from analytics.ledger.demand_bounds import DemandBounds, demand_bounds
from analytics.ledger.interval_cost import IntervalCost, interval_costs
from analytics.ledger.metered import Amount
from analytics.ledger.month_register import RegisterPart
from analytics.ledger.timetable import Timetable, lay_out, next_month
from analytics.place.weather import PlaceWeather
from domain.calendar import Calendar, DayKind
from domain.errors import MissingInputError
from domain.local_day import day_start
from domain.money import exact
from domain.price_book import PriceBook
from domain.quantity import quantities
from domain.sentence import Sentence
from domain.supply_account import Reverse, SupplyAccount, newest_of_month
from domain.supply_terms import SupplyTerms
from domain.time_of_use import Period
from store.contracts.contract_ledger import Eyes
from store.money.cost import (
    FED_BACK,
    RegisterCut,
    amounts,
    demand_energy,
    register_cuts,
    reverse_reactive_kvarh,
    used,
)
from store.money.power_factor import tables_in_force
from store.money.supply_account import accounts_of_meter
from store.money.supply_terms import terms_of_meter
from store.money.tariff import MeterTariffRow, prices, tariff, tariffs_of_meter
from store.places.calendar import calendar_of_place
from store.places.place import MeterRow

NOW = datetime(9999, 12, 31, tzinfo=UTC)
"""As known now: later than anything that will be entered."""


class _Source(NamedTuple):
    """Where amounts and registers are read, as of when, and through whose eyes."""

    conn: Database
    as_of: datetime
    eyes: Eyes


@dataclass(frozen=True, slots=True)
class Stretch:
    """Local days of a meter under one tariff, with all that prices them."""

    terms: MeterTariffRow
    timetable: Timetable
    amounts: list[Amount]
    book: PriceBook

    def bills_demand(self, month: date) -> bool:
        """Whether a month is charged by its maximum demand."""
        versions = (each.version for each in self.timetable.slices if each.month == month)
        return any(each.basic is not None and each.basic.by == "maximum" for each in versions)


@dataclass(frozen=True, slots=True)
class MeterCost:
    """Cost of a meter on local days [first_day, end_day).

    Attributes
    ----------
    tariffs : tuple of str
        Codes of the tariffs it was priced by, in order of time.
    block_demand_kw : float or None
        Greatest mean power of a quarter hour; a warning, never billed. [kW]
    """

    cost: Cost
    tariffs: tuple[str, ...]
    block_demand_kw: float | None


def meter_cost(
    conn: Database,
    meter: MeterRow,
    first_day: date,
    end_day: date,
    *,
    as_of: datetime = NOW,
    eyes: Eyes = Eyes.PERSON,
) -> MeterCost:
    """Price what a meter counted on local days [first_day, end_day).

    Parameters
    ----------
    as_of : datetime
        Amounts, registers, tariffs, prices, power-factor tables, the calendar and the weather are
        those known at this instant.
    eyes : Eyes
        Whose: those of the current person, or of the worker, who sees all.

    Raises
    ------
    MissingInputError
        If the meter has no tariff on some day, or the tariff no version; or if what the calendar
        said at `as_of` is not kept.
    CalendarMissingError
        If a window asks for the kind of a day in a year nobody has entered.
    """
    lines: list[Line] = []
    gaps: list[Gap] = []
    codes: list[str] = []
    blocks: list[Amount] = []
    calendar = _PlaceCalendar(conn, meter, first_day, end_day, as_of)
    weather = _weather(conn, meter, first_day, end_day, as_of)
    source = _Source(conn, as_of, eyes)
    for stretch in _stretches(source, meter, (first_day, end_day), (calendar, weather)):
        point = _point(source, meter, stretch)
        found = cost(stretch.timetable, stretch.amounts, stretch.book, point)
        lines += found.lines
        gaps += found.gaps
        codes.append(stretch.terms.code)
        blocks += stretch.amounts
    if calendar.is_provisional():
        template = "the calendar of these days is provisional: the notice is not entered"
        detail = Sentence("days_provisional", template)
        gaps.append(Gap("calendar", first_day, end_day, detail))
    gaps += _doubts_of(weather, first_day, end_day)
    kilowatts = block_demand_kw(blocks) if meter.medium == "electricity" else None
    return MeterCost(Cost(tuple(lines), tuple(gaps)), tuple(codes), kilowatts)


def meter_interval_costs(
    conn: Database, meter: MeterRow, first_day: date, end_day: date, *, as_of: datetime = NOW
) -> Iterator[IntervalCost]:
    """Cost of each interval of local days [first_day, end_day), in order; not rounded.

    Raises as `meter_cost` does.
    """
    calendar = _PlaceCalendar(conn, meter, first_day, end_day, as_of)
    weather = _weather(conn, meter, first_day, end_day, as_of)
    source = _Source(conn, as_of, Eyes.PERSON)
    for stretch in _stretches(source, meter, (first_day, end_day), (calendar, weather)):
        yield from interval_costs(stretch.timetable, stretch.amounts, stretch.book)


def unpriced_intervals(
    conn: Database, meter: MeterRow, first_day: date, end_day: date, *, as_of: datetime = NOW
) -> list[IntervalCost]:
    """Intervals of local days [first_day, end_day) of a meter that nothing prices."""
    span = (day_start(day, ZoneInfo(meter.zone)) for day in (first_day, end_day))
    found = amounts(conn, meter.id, meter.quantity, *span, as_of=as_of, eyes=Eyes.PERSON)
    return [
        IntervalCost(each.start, each.end, Period.FLAT, exact(each.value), None, None)
        for each in (Amount(*row) for row in found)
    ]


def _weather(
    conn: Database, meter: MeterRow, first_day: date, end_day: date, as_of: datetime
) -> PlaceWeather:
    zone = ZoneInfo(meter.zone)
    return PlaceWeather(conn, meter.organisation_id, zone, first_day, end_day, as_of=as_of)


def _doubts_of(weather: PlaceWeather, first_day: date, end_day: date) -> Iterator[Gap]:
    """What speaks against the temperatures by which the periods went, if they went by any."""
    if sources := weather.undocumented():
        template = "hot days are judged by {sources}: no document says how hot it was"
        detail = Sentence("weather_undocumented", template, sources=", ".join(sources))
        yield Gap("weather", first_day, end_day, detail)
    for day, hours in weather.partly_known().items():
        template = "whether {day} was hot is judged without {hours} of its hours"
        detail = Sentence("weather_partly_known", template, day=day, hours=hours)
        yield Gap("weather", day, day + timedelta(days=1), detail)


class _PlaceCalendar:
    """The calendar of the meter's place, asked for only when a window needs it."""

    def __init__(
        self, conn: Database, meter: MeterRow, first_day: date, end_day: date, as_of: datetime
    ) -> None:
        then = None if as_of == NOW else as_of
        self._load: Callable[[], Calendar] = lambda: calendar_of_place(
            conn, meter.organisation_id, first_day, end_day, as_of=then
        )
        self._days = first_day, end_day
        self._calendar: Calendar | None = None

    def __call__(self, day: date, /) -> DayKind:
        if self._calendar is None:
            self._calendar = self._load()
        return self._calendar.on(day).kind

    def is_provisional(self) -> bool:
        """Whether it was asked, and is not entered yet."""
        return self._calendar is not None and self._calendar.is_provisional(*self._days)


def _stretches(
    source: _Source,
    meter: MeterRow,
    days: tuple[date, date],
    asked: tuple[_PlaceCalendar, PlaceWeather],
) -> Iterator[Stretch]:
    calendar, weather = asked
    conn, as_of, eyes = source
    zone, day = ZoneInfo(meter.zone), days[0]
    for terms in tariffs_of_meter(conn, meter.id, *days, as_of=as_of):
        first, end = max(day, terms.first_day or day), min(days[1], terms.end_day or days[1])
        _refuse_days_without_tariff(meter, day, first)
        of_meter = tariff(conn, terms.tariff_id, as_of=as_of)
        if of_meter is None:
            raise MissingInputError(
                Sentence("tariff_gone", "tariff {tariff} is gone", tariff=terms.code), code="tariff"
            )
        of_meter.refuse_other_medium(meter.medium)
        timetable = lay_out(of_meter, first, end, zone=zone, calendar=calendar, weather=weather)
        rows = prices(conn, terms.tariff_id, first.replace(day=1), end, as_of=as_of)
        span = day_start(first, zone), day_start(end, zone)
        found = amounts(conn, meter.id, meter.quantity, *span, as_of=as_of, eyes=eyes)
        book = PriceBook(row.price_of_month() for row in rows)
        yield Stretch(terms, timetable, [Amount(*row) for row in found], book)
        day = end
    _refuse_days_without_tariff(meter, day, days[1])


def _refuse_days_without_tariff(meter: MeterRow, first_day: date, end_day: date) -> None:
    if first_day < end_day:
        reason = Sentence(
            "on_no_tariff",
            "meter {meter} is on no tariff from {first_day} to {end_day}",
            meter=meter.code,
            first_day=first_day,
            end_day=end_day,
        )
        raise MissingInputError(reason, code="tariff")


def _point(source: _Source, meter: MeterRow, stretch: Stretch) -> Point:
    conn, as_of, eyes = source
    zone = ZoneInfo(meter.zone)

    def used_before(first: date, end: date) -> Decimal | None:
        instants = day_start(first, zone), day_start(end, zone)
        days = first, end
        then = None if as_of == NOW else as_of
        amount = used(
            conn, meter.id, meter.quantity, days=days, instants=instants, as_of=then, eyes=eyes
        )
        return None if amount is None else exact(amount)

    months = dict.fromkeys(each.month for each in stretch.timetable.slices)
    accounts = accounts_of_meter(conn, meter.id, as_of=as_of)
    corrected = terms_of_meter(conn, meter.id, as_of=as_of)
    connections = {
        month: _connection(
            source,
            meter,
            stretch,
            month,
            (newest_of_month(corrected, month), newest_of_month(accounts, month)),
        )
        for month in months
    }
    tables = tables_in_force(conn, as_of=as_of)
    return Point(quantities()[meter.quantity].unit, connections, used_before, tables)


def _connection(
    source: _Source,
    meter: MeterRow,
    stretch: Stretch,
    month: date,
    entered: tuple[SupplyTerms | None, SupplyAccount | None],
) -> Connection:
    corrected, account = entered
    terms = corrected or stretch.terms
    reverse: tuple[RegisterPart, ...] = ()
    registers: tuple[RegisterPart, ...] = ()
    bounds, feeds = None, False
    if meter.medium == "electricity":
        zone = ZoneInfo(meter.zone)
        instants = day_start(month, zone), day_start(next_month(month), zone)
        cuts = register_cuts(source.conn, meter.id, *instants, as_of=source.as_of, eyes=source.eyes)
        registers = tuple(_parts(cuts))
        if stretch.bills_demand(month):
            bounds = _demand_bounds(source, meter, instants, cuts)
        conn, as_of, eyes = source
        feeds = reverse_reactive_kvarh(conn, meter.id, *instants, as_of=as_of, eyes=eyes) > 0
        if account is not None and account.reverse is Reverse.ADDED:
            cuts = register_cuts(
                conn, meter.id, *instants, as_of=as_of, eyes=eyes, reactive=FED_BACK
            )
            # What a verification found of reactive energy drawn is not said of that fed back.
            reverse = tuple(replace(part, reactive_error_pct=None) for part in _parts(cuts))
    return Connection(
        capacity_kva=terms.capacity_kva,
        declared_kw=terms.declared_kw,
        registers=registers,
        quota=terms.quota,
        demand_bounds=bounds,
        feeds_reactive=feeds,
        reverse=reverse,
        account=account,
    )


def _demand_bounds(
    source: _Source,
    meter: MeterRow,
    instants: tuple[datetime, datetime],
    cuts: Sequence[RegisterCut],
) -> DemandBounds | None:
    """What the demand shown last can be; None where it was not read, or a person said it."""
    if not cuts or cuts[-1].ratio is None or cuts[-1].demand_by_person:
        return None
    rise = cuts[-1].rose_since, cuts[-1].rose_at
    conn, as_of, eyes = source
    found = demand_energy(conn, meter.id, instants, rise, as_of=as_of, eyes=eyes)
    rise_kwh, hour_kwh = (None if each is None else exact(each) for each in found)
    return demand_bounds(rise_kwh, hour_kwh, exact(cuts[-1].ratio))


def _parts(cuts: Sequence[RegisterCut]) -> Iterator[RegisterPart]:
    """What the registers did between one reading and the next, at the meter's ratio."""
    for n, (cut, following) in enumerate(pairwise(cuts)):
        reactive = _at_ratio(cut.ratio, following.reactive_kvarh, since=cut.reactive_kvarh)
        yield RegisterPart(
            Decimal(0) if n == 0 else _at_ratio(cut.ratio, cut.demand_kw, since=0.0),
            _at_ratio(cut.ratio, following.demand_kw, since=0.0),
            reactive,
            cut.error_pct,
            cut.reactive_error_pct,
            demand_anew=cut.demand_anew,
            reactive_anew=cut.reactive_anew,
            demand_unkept=cut.demand_unkept,
            reactive_unkept=cut.reactive_unkept,
        )


def _at_ratio(ratio: float | None, value: float | None, *, since: float | None) -> Decimal | None:
    return (
        None if ratio is None or value is None or since is None else exact(ratio * (value - since))
    )
