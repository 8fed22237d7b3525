"""What a demo has come to: the figures of the API beside the simulator's truth."""

import json
import math
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from civicwatt.demo.running import Demo
from civicwatt.local_api import LocalApi
from store.examination import examine
from store.server import connect

AGREE = 1e-4
"""Registers show whole steps of their resolution, so a sum may differ by this much. [1]"""
_SIGN = {"pv": 1, "fed_in": -1}
"""How meters below another one are in its use: a plant made it, or it left."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Use behind all uppermost meters of one medium in whole local days, in `unit`."""

    medium: str
    unit: str
    computed: float
    true: float

    @property
    def agrees(self) -> bool:
        """Whether both are the same, but for the resolution of the registers."""
        return abs(self.computed - self.true) <= AGREE * abs(self.true)


@dataclass(frozen=True, slots=True)
class Figures:
    """A demo's history in numbers.

    Attributes
    ----------
    samples : int
        Committed by the collector.
    quarantined : int
        Samples among them that could not be read.
    first, last : date
        Whole local days compared, both included.
    """

    devices: int
    samples: int
    quarantined: int
    first: date
    last: date
    amounts: list[Amount]


def wait_for_figures(demo: Demo) -> None:
    """Wait until all history is sent, collected and computed."""
    demo.wait_until(lambda: not demo.crew.runs("simulate"))
    demo.wait_until(demo.is_drained)
    with connect(demo.database_url, name="civicwatt demo") as conn:
        demo.wait_until(lambda: examine(conn).backlog == 0)


def figures(demo: Demo) -> Figures:
    """Ask the API as the administrator does, and hold its answers against the truth.

    Raises
    ------
    LocalApiError
        If it refuses: the password has been changed, say.
    """
    api = LocalApi(demo.port)
    api.sign_in(demo.sign_in.login, demo.sign_in.password or "")
    with demo.truth_file.open() as file:
        days = [record for record in map(json.loads, file) if record["kind"] == "day"]
    first = date.fromisoformat(min(record["day"] for record in days))
    last = date.fromisoformat(max(record["day"] for record in days))
    counts = api.get("collector")
    return Figures(
        devices=len(demo.district.devices),
        samples=counts["received"],
        quarantined=counts["quarantined"],
        first=first,
        last=last,
        amounts=_amounts(api, days, first, last),
    )


def _amounts(api: LocalApi, days: list[dict[str, Any]], first: date, last: date) -> list[Amount]:
    root = next(o for o in api.get("organisations")["items"] if o["parent_id"] is None)
    meters = {m["id"]: m for m in api.get("meters", organisation=root["id"], limit=1000)["items"]}
    told = {
        m["code"]: (m["medium"], 1 if m["parent_id"] is None else _SIGN[m["role"]])
        for m in meters.values()
        if m["parent_id"] is None or m["role"] in _SIGN
    }
    true: Counter[str] = Counter()
    for record in days:
        if record["meter"] in told:
            medium, sign = told[record["meter"]]
            true[medium] += sign * record["amount"]
    asked = {"first_day": first, "end_day": last + timedelta(days=1)}
    computed: dict[str, float] = {}
    units: dict[str, str] = {}
    for medium in true:
        path = f"organisations/{root['code']}/use"
        use = api.get(path, medium=medium, step="month", **asked)
        computed[medium] = math.fsum(each["value"] for each in use["items"])
        units[medium] = use["unit"]
    return [Amount(medium, units[medium], computed[medium], true[medium]) for medium in true]
