"""Hours of a desk as they are kept, the shipped ones where nobody has set any."""

from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.delivery.hours import DeskHours
from analytics.delivery.shipped import DIGEST_AT, QUIET_FROM, QUIET_TO
from store.alerts.duty import duty_setting


def desk_hours(conn: Connection, desk_id: int) -> DeskHours:
    """Quiet hours and the time of the morning list, by the clock of the desk's place."""
    kept = duty_setting(conn, desk_id)
    return DeskHours(
        ZoneInfo(kept.zone),
        kept.quiet_from or QUIET_FROM,
        kept.quiet_to or QUIET_TO,
        kept.digest_at or DIGEST_AT,
    )
