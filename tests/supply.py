"""Accounts of supplies, put into the database as two people would have entered and checked them."""

from datetime import date, datetime

from psycopg import Connection

from domain.supply_account import Reverse

_PUT = """
INSERT INTO supply_account (meter_id, months, standard, reverse_reactive, source, reason,
                            entered_at, document, checked_by, checked_at)
SELECT %(meter_id)s, daterange(%(first)s, NULL), %(standard)s, %(reverse)s, 'contract of supply',
       'entered first', %(at)s, 'contract No. 7', (SELECT min(person_id) FROM person), %(at)s
"""


def put_account(
    conn: Connection,
    meter_id: int,
    standard: str,
    *,
    first: date,
    at: datetime,
    reverse: Reverse | None = None,
) -> None:
    """A checked account of a meter's user from a month on, entered at an instant."""
    told = {
        "meter_id": meter_id,
        "first": first,
        "standard": standard,
        "reverse": reverse,
        "at": at,
    }
    conn.execute(_PUT, told)
