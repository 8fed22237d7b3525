"""Two people change the same: who has not seen the other's change is told, and nothing is lost."""

from typing import Any

import pytest
from psycopg import Connection

from civicwatt.published_calendar import seed
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate
from tests.password import PASSWORD_HASH

pytestmark = pytest.mark.db

DAY = {"kind": "workday", "name": "", "reason": "a notice"}
RULES = {
    "password_length": 12, "password_kinds": 3, "password_history": 3, "password_days": None,
    "sign_in_attempts": 6, "lock_minutes": 10, "idle_minutes": 30, "session_minutes": 600,
}  # fmt: skip
SETTING = {
    "quiet_from": "22:00", "quiet_to": "07:00", "digest_at": "08:00", "escalate_min": [10],
    "tone_s": None, "phone": "", "lang": "en",
}  # fmt: skip
CHANGES = {
    "a day of a year": ("admin", "calendars/cn/years/2026", "PATCH", "calendars/cn/days/2026-03-02",
                        {**DAY, "kind": "holiday", "name": "flood"}, DAY),
    "a year": ("admin", "calendars/cn/years/2026", "PUT", "calendars/cn/years/2026",
               {"source": "one", "days": []}, {"source": "other", "days": []}),
    "rules of passwords": ("watcher", "security-rules", "PUT", "security-rules",
                           RULES, RULES | {"password_length": 14}),
    "commands": ("admin", "devices/{device}/commands", "PUT", "devices/{device}/commands",
                 {"open": True}, {"open": False}),
    "coordinates": ("admin", "devices/{device}/coordinates", "PUT", "devices/{device}/coordinates",
                    {"system": "gcj02"}, {"system": "wgs84"}),
    "facts": ("admin", "organisations/school/facts", "PUT", "organisations/school/facts/headcount",
              {"value": "600"}, {"value": "700"}),
    "a duty desk": ("admin", "rosters/{school}/setting", "PUT", "rosters/{school}/setting",
                    SETTING, SETTING | {"tone_s": 60}),
}  # fmt: skip
"""Who changes; where it is seen; how it is changed; two changes."""


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, estate())
    add_people(superuser)
    seed(superuser)
    add_person(superuser, login="watcher", name="watcher", password_hash=PASSWORD_HASH)
    grant(superuser, login="watcher", role="security_administrator", organisation="bureau")
    return superuser


def of_here(conn: Connection, path: str) -> str:
    [(device,)] = conn.execute("SELECT min(device_id) FROM device")
    [(school,)] = conn.execute("SELECT organisation_id FROM organisation WHERE code = 'school'")
    return f"{V1}/{path.format(device=device, school=school)}"


@pytest.mark.parametrize("name", CHANGES)
def test_the_second_of_two_who_saw_the_same_is_told_and_the_first_ones_change_stands(
    sign_in: SignIn, conn: Connection, name: str
) -> None:
    login, seen_at, method, path, first, second = CHANGES[name]
    who, seen_at, path = sign_in(login), of_here(conn, seen_at), of_here(conn, path)

    def change(body: dict[str, Any], etag: str) -> Any:
        return who.request(method, path, json=body, headers={"If-Match": etag})

    etag = who.get(seen_at).headers["ETag"]
    assert change(first, etag).status_code in {200, 204}
    stands = who.get(seen_at)
    late = change(second, etag)
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert who.get(seen_at).json() == stands.json()
    assert change(second, stands.headers["ETag"]).status_code in {200, 204}
