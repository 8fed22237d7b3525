"""Rules of use that hold from today on hold today where the place is, whatever day it is in UTC."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from psycopg import Connection

from domain.local_day import local_day
from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate

pytestmark = pytest.mark.db

FAR = ("Pacific/Kiritimati", "Etc/GMT+12")
"""14 hours ahead of UTC and 12 behind: in one of them it is another day now."""


def elsewhere(now: datetime) -> ZoneInfo:
    """A zone in which it is another day than in UTC; its own midnight is hours away."""
    return next(zone for zone in map(ZoneInfo, FAR) if local_day(now, zone) != now.date())


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital under a bureau where it is another day."""
    write_registry(superuser, estate(zone=elsewhere(datetime.now(UTC)).key))
    add_people(superuser)
    return superuser


def test_a_rule_set_from_today_on_holds_today(conn: Connection, sign_in: SignIn) -> None:
    row = conn.execute(
        "SELECT organisation_id, zone FROM organisation WHERE code = 'bureau'"
    ).fetchone()
    assert row is not None
    today = local_day(datetime.now(UTC), ZoneInfo(row[1]))
    admin = sign_in("admin")
    place = next(
        each["id"]
        for each in admin.get(f"{V1}/organisations").json()["items"]
        if each["code"] == "school"
    )
    new = {
        "organisation_id": place, "rule": "out_of_hours", "holds_from": today.isoformat(),
        "terms": {"from_min": 390, "until_min": 1200},
    }  # fmt: skip
    assert admin.put(f"{V1}/fleet-rules", json=new).status_code == 200
    rules = admin.get(f"{V1}/fleet-rules", params={"organisation": place}).json()["items"]
    found = next(each for each in rules if each["rule"] == "out_of_hours")
    assert (found["set"], found["terms"]["from_min"], found["changes_on"]) == (True, 390, None)
