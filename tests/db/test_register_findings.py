"""Registers that began again and readings that cannot be are listed, with what became of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from domain.consumption_flag import ConsumptionFlag as Flag
from store.become import Role
from store.meters.register_finding import IMPLAUSIBLE, RESTARTS
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import SHANGHAI, estate, say, store_messages

pytestmark = pytest.mark.db

HOUR = timedelta(hours=1)
DAYS, SIZE, RATE = 12, 10_000.0, 10.0
HOURS = DAYS * 24
NOW = datetime.now(UTC)
START = (NOW.astimezone(SHANGHAI) - timedelta(days=DAYS + 1)).replace(
    hour=0, minute=0, second=0, microsecond=0
)
LISTED = 133_086
"""The number in migration 0068 and in store/sql/queries/meters/register_finding.sql."""


def at(hour: int) -> datetime:
    return START + hour * HOUR


def tell(conn: Connection, device: str, register: list[float], *, times: int = 1) -> dict[str, int]:
    """Hourly registers, said by the device so often."""
    lines = [
        f'{{"ts": "{at(hour).isoformat()}", "values": {{"active_energy_import_kwh": {value}}}}}'
        for hour, value in enumerate(register)
    ]
    payload = f'{{"samples": [{", ".join(lines)}]}}'.encode()
    return store_messages(conn, [say(device, payload, received_at=NOW)] * times)


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A school whose register passes its size and later falls; a hospital with one wild reading."""
    write_registry(superuser, estate())
    add_people(superuser)
    superuser.execute(
        "INSERT INTO register_event (meter_id, at, kind, value, note, person_id) "
        "SELECT meter_id, %s, 'register_size', %s, 'four digits', person_id FROM meter, person "
        "WHERE code = 'school-meter-0' LIMIT 1",
        [at(0), SIZE],
    )
    school = [(SIZE - 1000 + RATE * hour) % SIZE for hour in range(HOURS)]
    school[200:] = [value - school[200] for value in school[200:]]
    hospital = [RATE * hour + 50 for hour in range(HOURS)]
    hospital[150] = 1e9
    tell(superuser, "school-device-0", school)
    tell(superuser, "hospital-device-0", hospital)
    with connected(superuser.info.dsn, Role.WORK) as worker:
        while update_consumption(worker, now=NOW):
            pass
    return superuser


def findings(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"{V1}/register-findings", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def step(found: dict[str, Any]) -> tuple[float, float, datetime]:
    return (
        found["step"]["before"],
        found["step"]["after"],
        datetime.fromisoformat(found["step"]["after_at"]),
    )


@pytest.mark.usefixtures("conn")
def test_a_rollover_is_counted_round_and_a_fall_is_not_guessed(sign_in: SignIn) -> None:
    fall, rollover = findings(sign_in("school"))
    assert (fall["kind"], rollover["kind"]) == ("fall", "rollover")
    assert step(rollover) == (SIZE - RATE, 0.0, at(100))
    assert rollover["used"] == pytest.approx(RATE)
    assert rollover["unknown_s"] == 0
    assert step(fall) == (RATE * 99, 0.0, at(200))
    assert fall["unknown_s"] == HOUR.total_seconds()
    assert fall["day"] == at(199).date().isoformat()
    assert fall["step"]["device_code"] == "school-device-0"


@pytest.mark.usefixtures("conn")
def test_a_wild_reading_is_told_with_the_one_before_it(sign_in: SignIn) -> None:
    assert findings(sign_in("hospital")) == []
    [spike] = findings(sign_in("hospital"), findings="implausible")
    assert spike["kind"] == "spike"
    assert step(spike) == (RATE * 149 + 50, 1e9, at(150))
    assert spike["used"] == pytest.approx(2 * RATE)


@pytest.mark.usefixtures("conn")
def test_the_list_goes_on_page_by_page_and_knows_its_place(sign_in: SignIn) -> None:
    client = sign_in("admin")
    first = client.get(f"{V1}/register-findings", params={"limit": 1}).json()
    rest = client.get(f"{V1}/register-findings", params={"limit": 9, "cursor": first["next"]})
    kinds = [each["kind"] for each in [*first["items"], *rest.json()["items"]]]
    assert (kinds, rest.json()["next"]) == (["fall", "rollover"], None)
    places = client.get(f"{V1}/organisations").json()["items"]
    hospital = next(each["id"] for each in places if each["code"] == "hospital")
    assert findings(client, organisation=hospital) == []
    assert client.get(f"{V1}/register-findings", params={"cursor": "e30="}).status_code == 422


def test_every_listed_kind_is_in_the_number_of_the_index() -> None:
    assert int(RESTARTS | IMPLAUSIBLE) == LISTED
    assert Flag.GAP not in RESTARTS | IMPLAUSIBLE


def test_what_is_told_again_is_listed_as_often_as_the_collector_counts_it(
    conn: Connection, sign_in: SignIn
) -> None:
    conn.execute("DELETE FROM reading_repeat")
    counts = tell(conn, "school-device-0", [1.0, 2.0, 3.0], times=1)
    assert counts["conflicting"] == 3
    conn.execute("DELETE FROM electricity_reading")
    counts = tell(conn, "school-device-0", [1.0, 2.0, 3.0], times=3)
    assert counts["duplicate"] == 6
    again = tell(conn, "school-device-0", [1.0, 2.0, 3.0])
    [told] = sign_in("school").get(f"{V1}/repeats").json()["items"]
    assert told["times"] == counts["duplicate"] + again["duplicate"] == 9
    assert [datetime.fromisoformat(told[name]) for name in ("oldest", "newest")] == [at(0), at(2)]
    assert sign_in("hospital").get(f"{V1}/repeats").json()["items"] == []
