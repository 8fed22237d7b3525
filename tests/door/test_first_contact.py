"""Strangers who introduce themselves with an installer's password, and can do nothing else."""

from datetime import UTC, datetime

import pytest

from ingest.door import first_contact
from ingest.door.issuing import issue_for_installer
from store.telemetry.credential import revoke
from tests.conftest import connected
from tests.door.house import AT_ONCE_S, KEY, TOMORROW, House

pytestmark = [pytest.mark.broker, pytest.mark.db]


def test_a_stranger_introduces_itself_and_can_do_nothing_else(house: House) -> None:
    until = datetime.now(UTC) + TOMORROW
    issued = issue_for_installer(house.conn, KEY, note="school", expires_at=until)
    house.wait_until_applied(issued)
    known = house.device("meter-1")
    with house.sign_in(issued) as stranger:
        for topic in ("cw/v1/new-1/up", "cw/v1/meter-1/up", "cw/v1/new-1/status", "x"):
            assert stranger.publish(topic) == "Not authorized"
        stranger.publish("cw/v1/meter-1/hello", b'{"name": "another"}')
        stranger.publish("cw/v1/new-2/hello", b"\xff")
        stranger.publish("cw/v1/civicwatt-collector/hello", b"{}")
        hello = b'{"kind": "water_meter", "name": "\xe6\xb0\xb4\xe8\xa1\xa8", "serial": "77"}'
        stranger.publish("cw/v1/new-1/hello", hello)
        house.wait_until(lambda: len(pending(house)) > 0)
    assert pending(house) == [("new-1", "water_meter", "水表", "77")]
    assert known.username == "meter-1"


def pending(house: House) -> list[tuple[str, ...]]:
    with connected(house.url) as conn:
        return conn.execute(
            "SELECT code, kind, name_zh, value FROM device "
            "LEFT JOIN device_fact USING (device_id) WHERE status = 'pending'"
        ).fetchall()


def test_a_list_that_is_full_takes_no_more_and_a_flood_delays_no_revocation(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_contact, "MOST_WAITING", 3)
    until = datetime.now(UTC) + TOMORROW
    issued = issue_for_installer(house.conn, KEY, note="", expires_at=until)
    house.wait_until_applied(issued)
    with house.sign_in(issued) as stranger:
        for number in range(500):
            stranger.client.publish(f"cw/v1/new-{number}/hello", b"x" * 100_000 * (number % 2))
        house.wait_until(lambda: len(pending(house)) == 3)
        revoke(house.conn, issued.id)
        assert stranger.ended.wait(AT_ONCE_S)
    assert len(pending(house)) == 3
