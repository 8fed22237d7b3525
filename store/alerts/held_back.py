"""What was found while a window was open and opened no alert: kept, with the window's reason."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.types.json import Jsonb

from store.alerts.alert_watch import Window
from store.queries import sql


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Values that would have spoken for an alert, of one rule at one device or place.

    Attributes
    ----------
    first_at, last_at : datetime
        Event time of the first and of the last of them.
    values : int
        How many there are, the first and the last among them.
    of, least_s : int and float
        So many, over so long, would have opened an alert; with fewer it is not listed. [s]
    expected, actual : float or None
        Limit and worst value, in the unit of the rule.
    """

    rule: str
    organisation_id: int
    device_id: int | None
    meter_id: int | None
    priority: str
    first_at: datetime
    last_at: datetime
    values: int
    of: int
    least_s: float
    expected: float | None
    actual: float | None


def hold_back(conn: Connection, held: HeldBack, window: Window) -> None:
    """Write it, or let what is known of this window grow; judged again, nothing grows."""
    evidence = {
        "because_kind": window.kind,
        "because": window.reason,
        "values": held.values,
        "of": held.of,
        "least_s": held.least_s,
    }
    arguments = {
        "rule": held.rule,
        "organisation_id": held.organisation_id,
        "device_id": held.device_id,
        "meter_id": held.meter_id,
        "priority": held.priority,
        "first_at": held.first_at,
        "last_at": held.last_at,
        "values": held.values,
        "expected": held.expected,
        "actual": held.actual,
        "window_from": window.during.lower,
        "evidence": Jsonb(evidence),
    }
    conn.execute(sql("held_back", "hold_back"), arguments)
