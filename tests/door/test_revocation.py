"""Who is let out, and how soon: revoked, renewed, refused, expired."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.door.issuing import issue_for_installer, renew
from store.places.place import set_device_status
from store.telemetry.credential import credentials, revoke
from tests.door.house import AT_ONCE_S, KEY, House
from tests.production import WAIT_S

pytestmark = [pytest.mark.broker, pytest.mark.db]


def test_revocation_cuts_an_open_connection_at_once(house: House) -> None:
    issued, other = house.device("meter-1"), house.device("meter-2")
    with house.sign_in(issued) as device, house.sign_in(other) as neighbour:
        revoke(house.conn, issued.id)
        assert device.ended.wait(AT_ONCE_S)
        with pytest.raises(PermissionError), house.sign_in(issued):
            pass
        assert neighbour.publish("cw/v1/meter-2/up") != "disconnected"


def test_a_new_password_ends_the_old_one_and_its_connection(house: House) -> None:
    old = house.device("meter-1")
    with house.sign_in(old) as device:
        new = renew(house.conn, KEY, credentials(house.conn, credential_id=old.id)[0])
        assert device.ended.wait(AT_ONCE_S)
    assert new.password != old.password
    with pytest.raises(PermissionError), house.sign_in(old):
        pass
    with house.sign_in(new) as device:
        assert device.publish("cw/v1/meter-1/up") != "Not authorized"


def test_a_refused_device_is_out_until_it_is_accepted_again(house: House) -> None:
    issued = house.device("meter-1")
    with house.sign_in(issued) as device:
        set_device_status(house.conn, house.id_of("meter-1"), "refused")
        assert device.ended.wait(AT_ONCE_S)
    with pytest.raises(PermissionError), house.sign_in(issued):
        pass
    set_device_status(house.conn, house.id_of("meter-1"), "accepted")
    house.wait_until(lambda: house.lets_in(issued))


def test_a_credential_that_ends_is_out_when_it_does(house: House) -> None:
    until = datetime.now(UTC) + timedelta(seconds=2)
    issued = issue_for_installer(house.conn, KEY, note="", expires_at=until)
    house.wait_until_applied(issued)
    with house.sign_in(issued) as device:
        assert device.ended.wait(5)


def test_a_revocation_while_the_broker_is_down_waits_for_it(house: House) -> None:
    issued = house.device("meter-1")
    house.broker.process.stop(within_s=WAIT_S)
    revoke(house.conn, issued.id)
    house.broker.start()
    house.wait_until_applied(issued)
    assert not house.lets_in(issued)
