"""The hand-over of a shift (交接班), written by itself from what happened and what stands."""

from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from analytics.duty.night_shift import night
from store.alerts.duty import happened, last_given

_LONGEST = timedelta(days=3)
"""A first hand-over, or one after a pause, looks back no further."""


def hand_over_document(conn: Connection, desk_id: int, *, now: datetime) -> dict[str, Any]:
    """What the next shift has to know, as it is signed: instants in RFC 3339, money as text.

    Returns
    -------
    dict
        ``from`` and ``to``; counts of what was opened and resolved, of interruptions and of
        messages that reached nobody; who was on duty; and each matter that stands.
    """
    given = last_given(conn, desk_id)
    since = max(given or now - timedelta(hours=8), now - _LONGEST)
    counted = happened(conn, desk_id, since)
    seen = night(conn, desk_id, now=now)
    return {
        "from": since.isoformat(),
        "to": now.isoformat(),
        "evaluated_to": seen.evaluated_to and seen.evaluated_to.isoformat(),
        "opened": counted.opened,
        "resolved": counted.resolved,
        "interruptions": counted.interruptions,
        "undelivered": counted.undelivered,
        "on_duty": [
            {"person": each.person, "rank": each.rank, "phone": each.phone} for each in seen.on_duty
        ],
        "standing": [
            {
                "alert_id": each.row.id,
                "rule": each.row.rule,
                "rule_zh": each.card.name["zh"],
                "rule_en": each.card.name["en"],
                "priority": each.row.priority,
                "state": each.row.state,
                "since": each.row.since.isoformat(),
                "place_zh": each.row.name_zh,
                "place_en": each.row.name_en,
                "assigned_to": each.row.assigned_to,
                "month_cny": None if each.row.month_cny is None else str(each.row.month_cny),
            }
            for each in seen.matters
        ],
    }
