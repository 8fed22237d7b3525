"""Shares of a contract's baseline by periods that were cut anew, read out of the ledger."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.drawn.reshaped import MonthShape, month_shapes
from analytics.drawn.rows import LedgerInterval
from analytics.evidence.price import periods_since
from analytics.evidence.register_days import Days
from analytics.ledger.timetable import lay_out
from domain.contract import Contract
from domain.contract_line import ContractLine, LineKind
from domain.contract_term import Meter
from domain.errors import MissingInputError
from domain.tariff import Tariff
from store.contracts.contract_ledger import ContractMeter, Eyes, intervals, meters
from store.money.tariff import tariff, tariffs_of_meter
from store.places.calendar import calendar_of_place

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reshaped:
    """Shapes of the baseline's months by the periods in force on a day.

    Attributes
    ----------
    tariff : str
        Which version of the periods: `school-tou/2026-07-01`.
    """

    tariff: str
    months: list[MonthShape]


def reshaped(
    conn: Connection,
    eyes: Eyes,
    contract: Contract,
    line: ContractLine,
    on: date,
    first_day: date,
    end_day: date,
) -> Reshaped:
    """Read the baseline's interval data by the periods that its meters' tariff has on a day.

    Parameters
    ----------
    on : date
        First local day of the new periods.
    first_day, end_day : date
        Local days of the baseline, whole months.

    Raises
    ------
    MissingInputError
        If the line has no meter with interval data, its tariff or the calendar is not known, the
        periods ask how hot it was, or a month has no day that every meter tells.
    """
    own = _boundary(conn, contract, line, on)
    found = _tariff(conn, [row for meter, row in own if not meter.excluded], on)
    version = replace(found.in_force(on), first_day=first_day, end_day=None)
    if any(window.at_or_above_c is not None for window in version.windows):
        reason = f"periods of {found.code} ask how hot it was: work the shares out by hand"
        raise MissingInputError(reason, code="weather")
    place = next((row.place_id for _, row in own if row.place_id is not None), None)
    if place is None:
        raise MissingInputError(f"no meter of {line.code} hangs at a place", code="meter")
    calendar = calendar_of_place(conn, place, first_day, end_day)
    zone = ZoneInfo(contract.zone)
    days = Days(first_day, end_day, zone)
    timetable = lay_out(
        replace(found, versions=(version,)),
        first_day,
        end_day,
        zone=zone,
        calendar=lambda day: calendar.on(day).kind,
        weather=_no_weather,
    )
    rows = [(meter, _told(conn, eyes, row, days)) for meter, row in own]
    return Reshaped(periods_since(found, on), month_shapes(rows, days, timetable))


def _boundary(
    conn: Connection, contract: Contract, line: ContractLine, on: date
) -> list[tuple[Meter, ContractMeter]]:
    """Meters of a line on a day, each as the registry knows it."""
    wanted = [
        each
        for each in contract.meters
        if each.line == line.code
        and each.stands_for is None
        and (each.first_day is None or each.first_day <= on)
        and (each.end_day is None or on < each.end_day)
    ]
    known = meters(conn, {each.in_ledger()[0] for each in wanted})
    own = []
    for meter in wanted:
        code, quantity = meter.in_ledger()
        if meter.by_hand or quantity or code not in known:
            raise MissingInputError(f"meter {meter.code} has no interval data here", code="meter")
        if known[code].zone != contract.zone:
            reason = f"days of {code} begin in {known[code].zone}, the contract's in"
            raise MissingInputError(f"{reason} {contract.zone}", code="meter")
        own.append((meter, known[code]))
    if line.kind is not LineKind.ENERGY or all(meter.excluded for meter, _ in own):
        raise MissingInputError(f"no meter of the boundary counts {line.code}", code="meter")
    return own


def _tariff(conn: Connection, own: list[ContractMeter], on: date) -> Tariff:
    """The one tariff that meters are on, on a day."""
    ids = {
        term.tariff_id
        for row in own
        for term in tariffs_of_meter(conn, row.meter_id, on, on + _DAY)
    }
    codes = ", ".join(row.code for row in own)
    held = tariff(conn, ids.pop()) if len(ids) == 1 else None
    if held is None:
        raise MissingInputError(f"{codes}: not on one tariff on {on}", code="tariff")
    if not held.in_force(on).windows:
        raise MissingInputError(f"tariff {held.code} has no periods on {on}", code="tariff")
    return held


def _told(conn: Connection, eyes: Eyes, row: ContractMeter, days: Days) -> list[LedgerInterval]:
    found = intervals(conn, eyes, row.meter_id, row.quantity, days.begin(), days.end())
    return [LedgerInterval(*each) for each in found]


def _no_weather(day: date) -> Decimal:
    raise MissingInputError(f"no weather of {day}", code="weather")
