"""What the use of a place costs: the kept costs of the meters that counted for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row

from domain.meter_tree import Counted
from store.queries import sql


@dataclass(frozen=True, slots=True)
class PlaceCost:
    """Cost of a local day, or of the month that begins with it, in one period. [CNY].

    Attributes
    ----------
    amount, basis : Decimal and str, or None
        None where one of the meters has no price.
    """

    first_day: date
    period: str
    value: Decimal
    unmeasured: Decimal
    unshaped: Decimal
    amount: Decimal | None
    basis: str | None
    checked: bool


@dataclass(frozen=True, slots=True)
class Uncosted:
    """Local days [first_day, end_day) of a meter with a use that costs nothing here.

    Attributes
    ----------
    reason : str
        ``no_tariff``, ``no_day_price``, or the code of what is missing, such as ``calendar``.
    """

    meter_id: int
    code: str
    name_zh: str
    name_en: str
    first_day: date
    end_day: date
    reason: str


def place_costs(
    conn: Connection, counted: Sequence[Counted], first_day: date, end_day: date, *, bin_: str
) -> list[PlaceCost]:
    """Costs per local ``day`` or ``month`` and period, as far as the current person may see."""
    with conn.cursor(row_factory=class_row(PlaceCost)) as cursor:
        arguments = {**_arguments(counted, first_day, end_day), "bin": bin_}
        return cursor.execute(sql("place_cost", "by_period"), arguments).fetchall()


def uncosted(
    conn: Connection, counted: Sequence[Counted], first_day: date, end_day: date
) -> list[Uncosted]:
    """Days of these meters that are in no cost, in order of their code and the days."""
    with conn.cursor(row_factory=class_row(Uncosted)) as cursor:
        arguments = _arguments(counted, first_day, end_day)
        return cursor.execute(sql("place_cost", "without_cost"), arguments).fetchall()


def _arguments(counted: Sequence[Counted], first_day: date, end_day: date) -> dict[str, object]:
    each = [(meter, one.first, one.end) for one in counted for meter in one.meters]
    return {
        "meter_ids": [meter for meter, _, _ in each],
        "firsts": [first for _, first, _ in each],
        "ends": [end for _, _, end in each],
        "first_day": first_day,
        "end_day": end_day,
    }
