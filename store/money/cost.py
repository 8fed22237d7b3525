"""What a cost is computed from: amounts, earlier use, and the meter's own registers."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import LiteralString, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed, Identifier

from store.contracts.contract_ledger import Eyes
from store.queries import sql

DRAWN, FED_BACK = "reactive_energy_import_kvarh", "reactive_energy_export_kvarh"
"""Registers of reactive energy."""


class AmountRow(NamedTuple):
    """Use in [start_at, end_at), in the unit of the meter's register."""

    start_at: datetime
    end_at: datetime
    value: float
    measured: bool
    shaped: bool


@dataclass(frozen=True, slots=True)
class RegisterCut:
    """What a meter's registers said at an instant, and how wrong it was from there to the next.

    Attributes
    ----------
    ratio : float or None
        Multiplier of both; None where it changed within the time asked for. [1]
    demand_kw : float or None
        Greatest demand up to here since the register was set back. [kW]
    reactive_kvarh : float or None
        [kvarh]
    error_pct : Decimal or None
        By how much it showed too much, by a declared error; None where none is declared. [%]
    reactive_error_pct : Decimal or None
        The same of its reactive energy; beside an error, None for not known. [%]
    demand_anew, reactive_anew : bool
        Whether the register was swapped, set back or fell anywhere within the time asked for.
    demand_unkept, reactive_unkept : bool
        Whether a reading that would count came, or was completed, after the instant asked for.
    demand_by_person : bool
        Whether somebody's value stands for the demand.
    rose_since, rose_at : datetime or None
        Readings between which the demand of the last cut was first shown, the first at least 20
        minutes before it can have been; None where there is none.
    """

    at: datetime
    ratio: float | None
    demand_kw: float | None
    reactive_kvarh: float | None
    error_pct: Decimal | None
    reactive_error_pct: Decimal | None
    demand_anew: bool
    reactive_anew: bool
    demand_unkept: bool
    reactive_unkept: bool
    demand_by_person: bool
    rose_since: datetime | None
    rose_at: datetime | None


class DemandEnergy(NamedTuple):
    """Energy that bounds a month's maximum demand, each None where it is not all measured. [kWh].

    Of the time in which the demand shown rose to its value, and of the greatest hour.
    """

    rise_kwh: float | None
    greatest_hour_kwh: float | None


def amounts(
    conn: Connection,
    meter_id: int,
    quantity: str,
    first: datetime,
    last: datetime,
    *,
    as_of: datetime,
    eyes: Eyes,
) -> list[AmountRow]:
    """Interval data of a meter in [first, last), as it was known at an instant."""
    arguments = {
        "meter_id": meter_id,
        "quantity": quantity,
        "first": first,
        "last": last,
        "as_of": as_of,
    }
    with conn.cursor(row_factory=class_row(AmountRow)) as cursor:
        return cursor.execute(_seen("amounts", eyes), arguments).fetchall()


def used(
    conn: Connection,
    meter_id: int,
    quantity: str,
    *,
    days: tuple[date, date],
    instants: tuple[datetime, datetime],
    as_of: datetime | None = None,
    eyes: Eyes,
) -> float | None:
    """Use on local days [first, end), given as instants too; None unless all of it is known.

    As it was known at `as_of`; None: now, for which sums of days are kept.
    """
    arguments = {
        "meter_id": meter_id,
        "quantity": quantity,
        "first_day": days[0],
        "end_day": days[1],
        "first": instants[0],
        "last": instants[1],
    }
    if as_of is None:
        row = conn.execute(_seen("used", eyes), arguments).fetchone()
    else:
        then = {**arguments, "as_of": as_of}
        row = conn.execute(_seen("used_as_of", eyes), then).fetchone()
    return None if row is None else row[0]


def register_cuts(
    conn: Connection,
    meter_id: int,
    first: datetime,
    last: datetime,
    *,
    as_of: datetime,
    eyes: Eyes,
    reactive: str = DRAWN,
) -> list[RegisterCut]:
    """Registers of demand and reactive energy at both ends of [first, last), in order of time.

    So too at every end of a declared error in between; none where no device counted all the time.
    Readings, corrections and declared events are those known at `as_of`; `reactive` is which
    register of reactive energy is meant.
    """
    with conn.cursor(row_factory=class_row(RegisterCut)) as cursor:
        arguments = {"meter_id": meter_id, "first": first, "last": last, "as_of": as_of}
        query = SQL(sql("cost", "registers")).format(
            schema=Identifier(eyes.value), reactive=Identifier(reactive), quantity=reactive
        )
        return cursor.execute(query, arguments).fetchall()


def reverse_reactive_kvarh(
    conn: Connection,
    meter_id: int,
    first: datetime,
    last: datetime,
    *,
    as_of: datetime,
    eyes: Eyes,
) -> float:
    """What registers of reverse reactive energy rose by in [first, last], without ratio. [kvarh].

    Corrections do not touch it: it says that there is some, and enters no sum.
    """
    arguments = {"meter_id": meter_id, "first": first, "last": last, "as_of": as_of}
    [(kvarh,)] = conn.execute(_seen("reverse_reactive", eyes), arguments).fetchall()
    return float(kvarh)


def demand_energy(
    conn: Connection,
    meter_id: int,
    month: tuple[datetime, datetime],
    rise: tuple[datetime | None, datetime | None],
    *,
    as_of: datetime,
    eyes: Eyes,
) -> DemandEnergy:
    """Energy of a rise of the demand shown, and of the greatest hour of a month, as it was known.

    Parameters
    ----------
    month, rise : tuple of datetime
        Half-open; `rise` with None where the readings do not tell when the demand shown rose.
    """
    arguments = {
        "meter_id": meter_id,
        "first": month[0],
        "last": month[1],
        "rise_first": rise[0],
        "rise_last": rise[1],
        "as_of": as_of,
    }
    with conn.cursor(row_factory=class_row(DemandEnergy)) as cursor:
        [row] = cursor.execute(_seen("demand_energy", eyes), arguments).fetchall()
    return row


def _seen(name: LiteralString, eyes: Eyes) -> Composed:
    return SQL(sql("cost", name)).format(schema=Identifier(eyes.value))
