"""What is done at the desk of metrology, over the API: certificates, findings, bills."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient
from PIL import Image

from analytics.jobs.consumption import update_consumption
from store.become import Role
from tests.conftest import connected
from tests.db.conftest import V1

METER = "school-meter-0"
START = datetime(2026, 6, 30, 16, tzinfo=UTC)
"""Midnight in Shanghai, where 1 July begins."""
HOUR = timedelta(hours=1)
TODAY = datetime.now(UTC).date()
GOOD = {
    "meter": METER,
    "number": "津检 2025-0417",
    "issuer": "市计量院",
    "accuracy_class": "0.5S",
    "instrument": "A-881",
    "verified_on": "2025-06-24",
    "end_day": str(TODAY + timedelta(days=2000)),
    "ct_primary_a": "200",
    "ct_secondary_a": "5",
}


def compute(database: str, now: datetime) -> None:
    with connected(database, Role.WORK) as worker:
        update_consumption(worker, now=now)


def enter(client: TestClient, **other: object) -> Any:
    answer = client.post(f"{V1}/certificates", json={**GOOD, **other})
    assert answer.status_code == 201, answer.text
    return answer.json()


def declare(client: TestClient, kind: str, value: float, at: datetime = START) -> None:
    event = {"at": at.isoformat(), "kind": kind, "value": value, "note": "as installed"}
    answer = client.post(f"{V1}/meters/{METER}/events", json=event)
    assert answer.status_code == 201, answer.text


def findings(client: TestClient) -> list[tuple[str, str | None]]:
    answer = client.get(f"{V1}/metrology")
    assert answer.status_code == 200, answer.text
    return [(each["kind"], each["since"]) for each in answer.json()["findings"]]


def find(client: TestClient, **other: object) -> Any:
    new = {
        "meter": METER, "found_on": "2026-07-09", "error_pct": "-4", "limit_pct": "0.5",
        "document": "检字第 7 号", **other,
    }  # fmt: skip
    return client.post(f"{V1}/tolerance-findings", json=new)


def bill(
    client: TestClient,
    number: str,
    first: date,
    end: date,
    kwh: float,
    periods: Sequence[str] = ("peak", "valley"),
) -> int:
    """Enter a bill of 1 CNY/kWh, spread evenly over its periods, and 100 CNY of a basic charge."""
    head = "meter,number,first_day,end_day,item,period,quantity,price,amount"
    part, of = kwh / len(periods), f"{METER},{number},{first},{end}"
    lines = [f"{of},energy,{period},{part},1,{part}" for period in periods]
    lines.append(f"{of},basic,,100,1,100")
    text = "\n".join([head, *lines])
    answer = client.post(f"{V1}/bills", json={"name": "b.csv", "text": text})
    assert answer.status_code == 201, answer.text
    items = client.get(f"{V1}/bills").json()["items"]
    return next(int(each["id"]) for each in items if each["number"] == number)


def picture(mode: str = "RGB", kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (40, 30), "white").save(out, kind)
    return out.getvalue()
