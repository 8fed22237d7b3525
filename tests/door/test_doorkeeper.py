"""The broker's list is kept at what the database says, whatever becomes of either."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.broker_url import BrokerUrl
from domain.device_password import SecretKey
from ingest.door import doorkeeper
from ingest.door.answers import answered_topics
from ingest.door.dynsec import DynamicSecurity
from ingest.door.guest_list import broker_file, wanted_doors
from ingest.door.issuing import issue_for_device
from store.telemetry.credential import credentials, entries, open_commands, revoke
from tests.door.house import KEY, House
from tests.production import WAIT_S, signed_in

pytestmark = [pytest.mark.broker, pytest.mark.db]


def test_a_broker_that_has_lost_its_users_is_given_them_again(house: House) -> None:
    kept, gone = house.device("meter-1"), house.device("meter-2")
    revoke(house.conn, gone.id)
    house.wait_until_applied(gone)
    house.broker.lose_users()
    house.wait_until(lambda: house.lets_in(kept))
    assert not house.lets_in(gone)


def test_a_file_of_the_database_s_list_restores_a_broker_at_once(house: House) -> None:
    kept, gone = house.device("meter-1"), house.device("meter-2")
    revoke(house.conn, gone.id)
    house.wait_until_applied(gone)
    house.end_doorkeeper()
    file = broker_file(
        (house.broker.secrets / "broker_users").read_bytes(),
        *wanted_doors(entries(house.conn), KEY, answered_topics()),
    )
    house.broker.process.stop(within_s=WAIT_S)
    house.broker.users.write_bytes(file)
    house.broker.start()
    assert house.lets_in(kept)
    assert not house.lets_in(gone)
    with house.sign_in(kept) as device:
        assert device.publish("cw/v1/meter-2/up") == "Not authorized"
        house.start_doorkeeper()
        house.device("meter-3")  # it has looked at everybody by then
        assert not device.ended.is_set()


def test_what_others_change_at_the_broker_is_put_right(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued, other = house.device("meter-1"), house.device("meter-2")
    monkeypatch.setattr(doorkeeper, "LOOK_AGAIN", timedelta(seconds=1))
    everything = [{"acltype": "publishClientSend", "topic": "#", "allow": True}]
    house.administer(
        {"command": "disableClient", "username": "meter-1"},
        {"command": "modifyRole", "rolename": "device-meter-2", "acls": everything},
        {"command": "setDefaultACLAccess", "acls": [{"acltype": "subscribe", "allow": True}]},
    )
    open_commands(house.conn, house.id_of("meter-2"), takes_commands=False)  # rings
    house.wait_until(lambda: house.lets_in(issued))

    def is_held_to_its_name() -> bool:
        with house.sign_in(other) as device:
            said = device.publish("cw/v1/meter-1/up"), device.subscribe("#")
        return said == ("Not authorized", "Not authorized")

    house.wait_until(is_held_to_its_name)


def test_a_user_that_others_have_made_is_left_alone(house: House) -> None:
    house.administer({"command": "createClient", "username": "mine", "password": "m", "roles": []})
    made = house.register("mine")
    issue_for_device(house.conn, KEY, (made, "mine"), topics=())
    house.device("meter-1")
    with signed_in(house.broker.inside, name="mine", password="m"):
        pass
    (row,) = credentials(house.conn, device_id=made)
    assert row.applied_at is None
    house.administer({"command": "deleteClient", "username": "mine"})


def test_administrators_who_ask_at_the_same_time_each_get_their_own_answers(house: House) -> None:
    url = BrokerUrl.parse(house.broker.url_of("broker_admin_url"))

    def ask(login: str) -> set[str]:
        with DynamicSecurity(url, filters=[], heard=lambda *_: None) as broker:
            broker.ask([{"command": "createClient", "username": login, "password": "m"}])
            told = [broker.ask([{"command": "getClient", "username": login}]) for _ in range(100)]
            broker.ask([{"command": "deleteClient", "username": login}])
        return {answer["client"]["username"] for (answer,) in told}

    logins = ["anna", "boris", "chen"]
    with ThreadPoolExecutor(len(logins)) as threads:
        assert list(threads.map(ask, logins)) == [{login} for login in logins]


def test_a_second_doorkeeper_stands_by_and_takes_over(house: House) -> None:
    house.device("meter-1")
    first, stop = house.doorkeeper, house.stop
    house.start_doorkeeper()
    house.device("meter-2")
    stop.set()
    first.join()
    house.device("meter-3")


def test_passwords_of_another_key_are_not_made_up(house: House) -> None:
    other = SecretKey.parse("another key of tests, as long as the first")
    made = house.register("meter-1")
    issued = issue_for_device(house.conn, other, (made, "meter-1"), topics=())
    house.device("meter-2")
    assert not house.is_applied(issued)
    assert not house.lets_in(issued)
