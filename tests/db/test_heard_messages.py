"""A message is kept of a device whose profile may leave something out, for administrators only."""

from datetime import UTC, datetime, timedelta

import pytest
from psycopg import Connection

from ingest.profile.load import load_profiles
from store.places.registry import write as write_registry
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import NOW, estate, say, store_messages

pytestmark = pytest.mark.db

TOPIC = "tele/school-device-0/SENSOR"
SAID = b'{"Time":"2026-07-15T12:00:00","ENERGY":{"Total":3.5,"Power":12},"Mood":"fair"}'


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    write_registry(superuser, estate())
    add_people(superuser)
    return superuser


def test_an_administrator_sees_what_the_profile_does_not_read(
    conn: Connection, sign_in: SignIn
) -> None:
    conn.execute("UPDATE device SET profile = 'tasmota'")
    message = say("school-device-0", SAID)
    message.topic = TOPIC
    tasmota = [profile for profile in load_profiles(None) if profile.name == "tasmota"]
    counts = store_messages(conn, [message], tasmota)
    assert counts["stored"] == 1
    later = say("school-device-0", SAID, received_at=NOW - timedelta(hours=3))
    later.topic = TOPIC
    store_messages(conn, [later], tasmota)  # heard later, sent earlier: the newer one stays
    row = conn.execute("SELECT device_id FROM device WHERE code = 'school-device-0'")
    (device,) = row.fetchone() or (0,)
    heard = sign_in("admin").get(f"{V1}/devices/{device}/message").json()
    assert (heard["topic"], heard["profile"], heard["payload"]) == (TOPIC, "tasmota", SAID.decode())
    assert heard["unread"] == [{"path": "Mood", "value": '"fair"'}]
    assert datetime.fromisoformat(heard["received_at"]) == NOW.astimezone(UTC)
    assert sign_in("school").get(f"{V1}/devices/{device}/message").status_code == 403
    assert sign_in("admin").get(f"{V1}/devices/999999/message").json() is None
