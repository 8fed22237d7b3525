"""A closed month of the demo: prices checked by its second person, and one month in the ledger."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.ledger.timetable import next_month
from civicwatt.demo.factors import CODE
from civicwatt.demo.person import Person
from domain.local_day import day_end, day_start

DOCUMENT = "演示中视为已核对。实际无人核对。 Demo: taken as checked, nobody has compared it"
REASON = "演示中由两人签字后照样结账。 Demo: closed all the same, signed by two"


def check_tariffs(second: Person, month: date) -> None:
    """Let the second person check every tariff, and the prices announced for a month."""
    for tariff in second.get("tariffs")["items"]:
        path = f"tariffs/{tariff['id']}"
        for version in (each for each in tariff["versions"] if not each["checked"]):
            second.post(f"{path}/versions/{version['id']}/check", {"document": DOCUMENT})
        announced = second.get(path, day=month.isoformat())["announcement"]
        if announced is not None and not announced["checked"]:
            second.post(f"{path}/prices/{month}/check", {"document": DOCUMENT})


def check_heating_seasons(second: Person) -> None:
    """Let the second person check what is statutory, and leave what was recorded for the reader."""
    for region in second.get("heating-seasons")["items"]:
        if not region["checked"]:
            second.post(f"heating-seasons/{region['region']}/check", {"document": DOCUMENT})


def is_counted(
    first: Person, meters: Sequence[Mapping[str, Any]], month: date, zone: ZoneInfo
) -> bool:
    """Whether the last day of a month has come in whole from every meter."""
    last = next_month(month) - timedelta(days=1)
    span = {"from": day_start(last, zone).isoformat(), "to": day_end(last, zone).isoformat()}
    return all(
        any(
            day["coverage"] >= 1
            for day in first.get("consumption", meter=meter["id"], step="day", **span)["items"]
        )
        for meter in meters
    )


def close_month(first: Person, second: Person, institution: int, month: date) -> str | None:
    """Close a month, where something stands against it with both signatures.

    Returns
    -------
    str or None
        SHA-256 of its entry; None while it cannot be closed yet.
    """
    wanted = {"organisation_id": institution, "month": f"{month:%Y-%m}", "set": CODE}
    asked = {"organisation": institution, "month": wanted["month"], "set": CODE}
    obstacles = first.get("ledger-months/preview", **asked)["obstacles"]
    if not all(obstacle["may_be_overridden"] for obstacle in obstacles):
        return None
    if not obstacles:
        return str(first.post("ledger-months", wanted)["sha256"])
    override = first.post("ledger-months/overrides", wanted | {"reason": REASON})["id"]
    path = f"ledger-months/overrides/{override}/signature"
    return str(second.post(path, {"set": CODE})["sha256"])


def is_closed(first: Person, institution: int, month: date) -> bool:
    """Whether a month of an institution stands closed."""
    year = first.get("ledger-months", organisation=institution, year=month.year)
    return any(each["month"] == str(month) and each["state"] == "closed" for each in year["months"])
