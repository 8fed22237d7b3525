"""The list of quantities: what can be measured, its unit, and where it is kept.

The list itself is data, `quantities.csv`; a quantity's name is its column in the store and carries
its unit. Names are never reused or renamed: contracts refer to them.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType


class Kind(StrEnum):
    """How values of a quantity relate to time."""

    CUMULATIVE = "cumulative"
    """A register: it only rises, and a difference of two readings is an amount."""
    GAUGE = "gauge"
    """A value of the instant."""
    STATE = "state"
    """A code or a set of bits of the instant."""


class ReadingTable(StrEnum):
    """The wide reading tables, one per class of device."""

    ELECTRICITY = "electricity_reading"
    FLOW = "flow_reading"
    HEAT = "heat_reading"
    CLIMATE = "climate_reading"
    VEHICLE = "vehicle_reading"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measurable quantity.

    Attributes
    ----------
    name : str
        Identifier, with the unit at its end: ``active_power_kw``.
    table : ReadingTable
        The wide table whose column `name` holds it.
    unit : str
        As printed: ``kWh``; ``1`` for a plain number, ``code`` and ``bits`` for states.
    kind : Kind
        Gauge, cumulative or state.
    sign : str
        What a positive value means, or the range or codes it may take. May be empty.
    zh, en : str
        Names shown to people.
    """

    name: str
    table: ReadingTable
    unit: str
    kind: Kind
    sign: str
    zh: str
    en: str

    @property
    def column_type(self) -> str:
        """PostgreSQL type of the column."""
        if self.unit == "bits":
            return "bigint"
        if self.unit == "code":
            return "smallint" if self.sign[:1].isdigit() else "text"
        return "double precision"


@cache
def quantities() -> Mapping[str, Quantity]:
    """Every quantity by name, in the order of the list, which is the order of columns."""
    text = (resources.files("domain") / "quantities.csv").read_text("utf-8")
    return MappingProxyType(
        {
            row["name"]: Quantity(
                row["name"],
                ReadingTable(row["table"]),
                row["unit"],
                Kind(row["kind"]),
                row["sign"],
                row["zh"],
                row["en"],
            )
            for row in csv.DictReader(text.splitlines())
        }
    )


@cache
def columns(table: ReadingTable) -> tuple[Quantity, ...]:
    """Quantities of one table, in the order of its columns."""
    return tuple(quantity for quantity in quantities().values() if quantity.table is table)
