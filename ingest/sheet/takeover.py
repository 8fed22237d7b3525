"""Take a table over whole, or not at all and with every fault at its cell."""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import Connection

from domain.fact import FactKind
from ingest.sheet.bookings import Bookings
from ingest.sheet.calendar_days import CalendarDays
from ingest.sheet.certificates import Certificates
from ingest.sheet.csv_file import read_csv
from ingest.sheet.factors import Factors
from ingest.sheet.fault import SheetFault
from ingest.sheet.grid import FILE_MAX_BYTES, Grid, unreadable
from ingest.sheet.heating import HeatingRules, HeatingSeasons
from ingest.sheet.manual_entries import ManualEntries
from ingest.sheet.meters import Meters
from ingest.sheet.month_prices import MonthPrices
from ingest.sheet.moves import Moves
from ingest.sheet.occasions import Events, SchoolTerms
from ingest.sheet.order_form import shipped_forms
from ingest.sheet.pile_fees import PileFees
from ingest.sheet.piles import Piles
from ingest.sheet.place_facts import PlaceFacts
from ingest.sheet.places import Places
from ingest.sheet.quotas import Quotas
from ingest.sheet.sheet import Sheet
from ingest.sheet.supply_accounts import SupplyAccounts
from ingest.sheet.targets import Targets
from ingest.sheet.vehicle_orders import VehicleOrders
from ingest.sheet.vehicle_quota_entries import VehicleQuotaEntries
from ingest.sheet.vehicle_terms import MaintenancePlans, RentalTermsSheet
from ingest.sheet.vehicles import Vehicles
from ingest.sheet.weather_hours import WeatherHours
from ingest.sheet.workbook import read_workbook

_ALL: tuple[Sheet, ...] = (
    Places(),
    Moves(),
    Meters(),
    *(PlaceFacts(kind) for kind in FactKind),
    CalendarDays(),
    HeatingRules(),
    HeatingSeasons(),
    SchoolTerms(),
    Events(),
    WeatherHours(),
    ManualEntries(),
    Certificates(),
    Factors(),
    MonthPrices(),
    SupplyAccounts(),
    Quotas(),
    Targets(),
    *map(VehicleOrders, shipped_forms()),
    Vehicles(),
    Piles(),
    PileFees(),
    RentalTermsSheet(),
    Bookings(),
    VehicleQuotaEntries(),
    MaintenancePlans(),
)
SHEETS: Mapping[str, Sheet] = {sheet.form.name: sheet for sheet in _ALL}
"""Kinds of tables by their name."""
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a table.

    Attributes
    ----------
    rows : int
        Rows it has, without the heading and those that could not be read.
    faults : list of SheetFault
        All of them, by row; if there is any, nothing was taken over.
    """

    rows: int
    faults: list[SheetFault]


def take_over(conn: Connection, sheet: Sheet, data: bytes, *, check_only: bool = False) -> Taken:
    """Read, check and write a table in the caller's transaction.

    Parameters
    ----------
    data : bytes
        A workbook (XLSX) or CSV; told apart by how it begins.
    check_only : bool
        Tell what is wrong and write nothing.
    """
    rows, faults = sheet.form.read(_grid(data, sheet.form.name))
    faults += sheet.check(conn, rows)
    if not faults and not check_only:
        sheet.write(conn, rows)
    return Taken(len(rows), sorted(faults, key=lambda fault: fault.row))


def _grid(data: bytes, name: str) -> Grid:
    if len(data) > FILE_MAX_BYTES:
        limit = f"at most {FILE_MAX_BYTES // 2**20} MiB"
        return unreadable(name, "file_too_large", f"{len(data):,} bytes", limit)
    return read_workbook(data, name) if data.startswith(_ZIP) else read_csv(data, name)
