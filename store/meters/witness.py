"""What counts beside a meter whose register stood still, and the days that lean on it."""

from collections.abc import Sequence
from datetime import date, datetime

from psycopg import Connection

from store.meters.consumption import RegisterOf
from store.one_row import one_row
from store.queries import sql

_KNOWN = 0.9
"""So much of a span has to have figures. [1]"""


def rates_beside(
    conn: Connection, register: RegisterOf, spans: Sequence[tuple[datetime, datetime]]
) -> list[dict[str, float]] | None:
    """Mean rates in spans [first, last) of a meter and of those around it in the tree [unit/s].

    Returns
    -------
    list of dict or None
        One a span: ``own``, ``above``, and ``beside``, the sum of the others below that, if there
        are any. None where it hangs below no meter, or too little is known of one of them.
    """
    firsts, lasts = zip(*spans, strict=True)
    arguments = {
        "meter_id": register.meter_id,
        "quantity": register.quantity,
        "firsts": list(firsts),
        "lasts": list(lasts),
        "share": _KNOWN,
    }
    found: list[dict[str, float]] = [{} for _ in spans]
    for number, part, rate, lacking in conn.execute(sql("witness", "use"), arguments):
        if lacking:
            return None
        found[number - 1][part] = rate
    return found if all({"own", "above"} <= rates.keys() for rates in found) else None


def touch_stands(conn: Connection, register: RegisterOf, days: tuple[date, date]) -> None:
    """Have frozen registers beside a meter judged again whose figures of local days changed."""
    arguments = {"meter_id": register.meter_id, "first_day": days[0], "end_day": days[1]}
    conn.execute(sql("witness", "touch"), arguments)


def fed_in_s(conn: Connection, register: RegisterOf, first: datetime, last: datetime) -> float:
    """How long in [first, last) something was fed in through a meter. [s]."""
    arguments = {
        "meter_id": register.meter_id,
        "quantity": register.quantity,
        "first": first,
        "last": last,
    }
    return float(one_row(conn, sql("witness", "fed_in"), arguments)[0])


def touch_boundary(conn: Connection, register: RegisterOf, days: tuple[date, date]) -> None:
    """Have the meter above judged again where this one, fed in through it, has other figures."""
    arguments = {"meter_id": register.meter_id, "first_day": days[0], "end_day": days[1]}
    conn.execute(sql("witness", "touch_boundary"), arguments)
