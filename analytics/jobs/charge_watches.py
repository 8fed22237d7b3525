"""What vehicles said of charging up to where their readings to be judged begin."""

from collections.abc import Sequence
from datetime import datetime

from psycopg import Connection

from analytics.alerts.charge_break import CHARGES, IS_FULL, ChargeWatch, Charging
from analytics.jobs.alert_surroundings import AlertSurroundings
from domain.registry import DeviceKind
from store.alerts.alert_watch import Said, charged_before


def charge_watches(
    conn: Connection, around: AlertSurroundings, readings: Sequence[Said]
) -> dict[int, ChargeWatch]:
    """By device of a vehicle."""
    first = dict[int, Said]()
    for each in readings:
        if around.devices[each.device_id].kind == DeviceKind.VEHICLE:
            first.setdefault(each.device_id, each)
    # Of one that says at once that it charges, what it said before says nothing more.
    asked: dict[int, datetime] = {
        device_id: said.ts
        for device_id, said in first.items()
        if said.values.get("charge_state") not in {*CHARGES, IS_FULL}
    }
    before = charged_before(conn, asked, [*CHARGES, IS_FULL])
    return {
        device_id: ChargeWatch(Charging(*before[device_id]) if device_id in before else None)
        for device_id in first
    }
