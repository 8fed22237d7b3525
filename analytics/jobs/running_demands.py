"""The demand of meters with a contract, from where their readings to be judged begin."""

from collections.abc import Sequence
from datetime import datetime

from psycopg import Connection

from analytics.alerts.live_rule import Device, Judged, judge_demand
from analytics.jobs.alert_surroundings import AlertSurroundings
from analytics.rules.demand import REACH_S, WINDOW_S, Load, RunningDemand
from store.alerts.alert_watch import Drawn, Said, drawn_before


def running_demands(
    conn: Connection, around: AlertSurroundings, readings: Sequence[Said]
) -> dict[int, RunningDemand]:
    """By device: what it drew up to its first reading; none where no contract declares a demand."""
    first = dict[int, datetime]()
    for each in readings:
        if around.device(around.devices[each.device_id]).contract_kw is not None:
            first.setdefault(each.device_id, each.ts)
    found = dict[int, RunningDemand]()
    before = drawn_before(conn, first, window_s=WINDOW_S, reach_s=REACH_S)
    for device_id, drawn in before.items():
        device = around.device(around.devices[device_id])
        if device.limits is None or device.contract_kw is None:
            continue
        rule = device.limits.demand
        found[device_id] = RunningDemand(
            rule.most_share * device.contract_kw, rule.forecast_minutes
        )
        for earlier in drawn:
            _add(found[device_id], earlier, device)
    return found


def demand_said(demand: RunningDemand, said: Said, device: Device) -> list[Judged]:
    """Take a reading, and judge the demand there; nothing where it is not known."""
    power, register = (
        value if isinstance(value := said.values.get(name), float) else None
        for name in ("active_power_kw", "active_energy_import_kwh")
    )
    load = _add(demand, Drawn(said.ts, power, register), device)
    return [] if load is None else judge_demand(load, said.ts, device)


def _add(demand: RunningDemand, drawn: Drawn, device: Device) -> Load | None:
    power, register = (
        None if value is None else value * device.ratio
        for value in (drawn.power_kw, drawn.register_kwh)
    )
    return demand.add(drawn.ts, power, register)
