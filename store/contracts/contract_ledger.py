"""What the ledger knows of a contract's meters: registers, days, bills, models."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, LiteralString, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed, Identifier

from domain.quantity import quantities
from store import packed
from store.queries import sql

_REACH = timedelta(days=60)
"""How far outside the nearest reading is looked for: a bundle holds none further from its month."""


class Eyes(StrEnum):
    """Through which schema figures are read."""

    PERSON = "visible"
    """As far as the current person may see."""
    WORKER = "public"


@dataclass(frozen=True, slots=True)
class ContractMeter:
    """A meter of the registry, where it hangs or hung last.

    Attributes
    ----------
    registers : bool
        Its devices tell registers, and nothing else.
    """

    meter_id: int
    code: str
    medium: str
    quantity: str
    place_id: int | None
    place: str | None
    zone: str | None
    registers: bool


class DayRow(NamedTuple):
    """A local day of a meter. [unit of its register]."""

    day: date
    value: float
    whole: bool
    quantity_grade: str
    shape_grade: str


class SpanRow(NamedTuple):
    """Use in [start, end). [unit of the meter's register]."""

    start: datetime
    end: datetime
    value: float
    quantity_grade: str
    shape_grade: str


class BillItem(NamedTuple):
    """What a bill of local days [first_day, end_day) says of one item. [CNY]."""

    bill_id: int
    meter_id: int
    number: str
    first_day: date
    end_day: date
    came_at: datetime
    item: str
    amount: Decimal


class PileRow(NamedTuple):
    """A pile of the boundary or below it, by its meter and those of the boundary above. [kWh]."""

    pile: str
    meter: str
    above: list[str]
    counted: float | None
    matched: float
    charges: int


class AlertRow(NamedTuple):
    """An alert of a meter of the boundary, and when a person took it up and when it ended."""

    alert_id: int
    rule: str
    at: str
    opened_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A version of a baseline, and the days [first_day, end_day) it was fitted to.

    Attributes
    ----------
    meter_id : int or None
        None: of a whole place.
    stretches : sequence of mapping
        Which meters it was fitted to, and when: `first_day`, `end_day`, and codes of `meters`.
    terms : mapping
        Of a comparison (`domain.comparison`).
    region : str or None
        Whose heating season it was fitted by.
    refusals : sequence of str
        Named reasons for which it is not to be relied on.
    """

    version_id: int
    model: str
    parameters: Mapping[str, Any]
    inputs: str
    wander: float | None
    cvrmse: float | None
    nmbe: float | None
    days: int
    first_day: date
    end_day: date
    organisation_id: int
    meter_id: int | None
    medium: str
    method: str
    cvrmse_limit: float
    nmbe_limit: float
    limit_source: str
    stretches: Sequence[Mapping[str, Any]]
    step: str
    terms: Mapping[str, Any]
    reporting_from: date
    reporting_end: date | None
    region: str | None
    refusals: Sequence[str]


def meters(conn: Connection, codes: Collection[str]) -> dict[str, ContractMeter]:
    """Meters by code, as far as they are known."""
    with conn.cursor(row_factory=class_row(ContractMeter)) as cursor:
        rows = cursor.execute(sql("contract_ledger", "meters"), {"codes": list(codes)})
        return {row.code: row for row in rows}


def register(
    conn: Connection, eyes: Eyes, meter_id: int, quantity: str, first: datetime, last: datetime
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Instants [us] and values of a register in [first, last], and of the nearest ones outside."""
    query = _seen(
        "register",
        eyes,
        table=Identifier(quantities()[quantity].table.value),
        quantity=Identifier(quantity),
    )
    arguments = {
        "meter_id": meter_id,
        "quantity": quantity,
        "first": first,
        "last": last,
        "reach": _REACH,
    }
    ts, value = packed.columns(conn, query, arguments)
    return ts, value


def days(
    conn: Connection, eyes: Eyes, meter_id: int, quantity: str, first_day: date, end_day: date
) -> list[DayRow]:
    """Local days [first_day, end_day) of a meter that have figures."""
    arguments = {
        "meter_id": meter_id,
        "quantity": quantity,
        "first_day": first_day,
        "end_day": end_day,
    }
    return [DayRow(*row) for row in conn.execute(_seen("days", eyes), arguments)]


def intervals(
    conn: Connection, eyes: Eyes, meter_id: int, quantity: str, first: datetime, last: datetime
) -> list[SpanRow]:
    """Interval data of a meter that begins in [first, last), in order of time."""
    arguments = {"meter_id": meter_id, "quantity": quantity, "first": first, "last": last}
    return [SpanRow(*row) for row in conn.execute(_seen("intervals", eyes), arguments)]


def bills(
    conn: Connection, meter_ids: Collection[int], first_day: date, end_day: date
) -> list[BillItem]:
    """Bills of meters of which a day lies in [first_day, end_day), item by item."""
    arguments = {"meter_ids": list(meter_ids), "first_day": first_day, "end_day": end_day}
    return [BillItem(*row) for row in conn.execute(sql("contract_ledger", "bills"), arguments)]


def signed_months(conn: Connection, contract_id: int) -> dict[str, datetime]:
    """Months of a contract that both have signed, YYYY-MM, and since when."""
    rows = conn.execute(sql("contract_ledger", "signed_months"), {"contract_id": contract_id})
    return dict(rows.fetchall())


def charging(
    conn: Connection, eyes: Eyes, codes: Collection[str], first: datetime, end: datetime
) -> list[PileRow]:
    """Piles whose meter is one of some meters, or hangs below one, over [first, end)."""
    arguments = {"codes": list(codes), "first": first, "end": end}
    return [PileRow(*row) for row in conn.execute(_seen("charging", eyes), arguments)]


def alert_cases(
    conn: Connection, meter_ids: Collection[int], first: datetime, end: datetime
) -> list[AlertRow]:
    """Alerts that opened in [first, end) at meters or the devices that count for them."""
    arguments = {"meter_ids": list(meter_ids), "first": first, "end": end}
    rows = conn.execute(sql("contract_ledger", "alert_cases"), arguments)
    return [AlertRow(*row) for row in rows]


def nested(
    conn: Connection, codes: Collection[str], first: datetime, end: datetime
) -> list[tuple[str, list[str]]]:
    """Of some meters those that hang below others of them over [first, end), and below which."""
    arguments = {"codes": list(codes), "first": first, "end": end}
    return conn.execute(sql("contract_ledger", "nested"), arguments).fetchall()


def room_hours(
    conn: Connection, eyes: Eyes, codes: Collection[str], first: datetime, end: datetime
) -> dict[str, dict[datetime, float]]:
    """Mean air temperature of devices by hour in [first, end). [degC].

    A device that a person does not see over all of it is not there; one that told nothing has no
    hours.
    """
    arguments = {"codes": list(codes), "first": first, "end": end}
    if eyes is Eyes.PERSON:
        seen = conn.execute(sql("contract_ledger", "rooms_seen"), arguments)
        arguments["codes"] = [code for (code,) in seen]
    found: dict[str, dict[datetime, float]] = {}
    for code, hour, mean in conn.execute(_seen("room_hours", eyes), arguments):
        hours = found.setdefault(code, {})
        if hour is not None:
            hours[hour.astimezone(UTC)] = mean
    return found


def meter_named(conn: Connection, meter_id: int) -> tuple[str, str] | None:
    """Code and quantity of a meter; None where it is not seen."""
    row = conn.execute(sql("contract_ledger", "meter_named"), {"meter_id": meter_id}).fetchone()
    return None if row is None else (row[0], row[1])


def model(conn: Connection, baseline_id: int, number: int) -> ModelRow | None:
    """A version of a baseline; None where there is none, or it has no model."""
    arguments = {"baseline_id": baseline_id, "number": number}
    with conn.cursor(row_factory=class_row(ModelRow)) as cursor:
        return cursor.execute(sql("contract_ledger", "model"), arguments).fetchone()


def used(
    conn: Connection, eyes: Eyes, codes: Collection[str], first_day: date, end_day: date
) -> frozenset[str]:
    """Of some meters, those that counted something on local days [first_day, end_day)."""
    arguments = {"codes": list(codes), "first_day": first_day, "end_day": end_day}
    return frozenset(code for (code,) in conn.execute(_seen("used", eyes), arguments))


def _seen(name: LiteralString, eyes: Eyes, **names: Identifier) -> Composed:
    return SQL(sql("contract_ledger", name)).format(schema=Identifier(eyes.value), **names)
