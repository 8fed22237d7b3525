"""Who may sign in, and as what: rights, comparison with the broker, introductions, passwords."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.device_password import SecretKey, new_salt
from domain.errors import ConfigurationError, PayloadError
from ingest.door.admission import Client, Doors, repairs, stamp, taken
from ingest.door.first_contact import read_hello
from ingest.door.issuing import own_topics
from ingest.door.rights import Right, check_name, check_topics, device_rights

KEY = SecretKey.parse("a key of tests, of forty characters or so")
UP = Right("publishClientSend", "cw/v1/m/up")
STAMP = stamp(7, b"12345678")


def doors(*clients: Client, **roles: frozenset[Right]) -> Doors:
    return Doors({client.username: client for client in clients}, dict(roles))


def brought_into_line(wanted: Doors, found: Doors) -> list[str]:
    """Names of the commands, in order; afterwards nothing is left to do."""
    names = []
    for commands in repairs(wanted, dict.fromkeys(wanted.clients, "p"), found):
        names += [command["command"] for command in commands]
        found.follow(commands)
    assert repairs(wanted, dict.fromkeys(wanted.clients, "p"), found) == []
    return names


@pytest.mark.parametrize(
    "name", ["", "a/b", "+", "#", "名", "a b", "a@b", "civicwatt-collector", "x" * 65, "a\n"]
)
def test_a_name_that_would_widen_the_rights_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot sign in"):
        check_name(name)


@pytest.mark.parametrize("name", ["meter-17", "LGWEF4A59NE123456", "G1:edge_2", "00:1A.2b"])
def test_names_of_real_devices_are_taken(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "topic", ["#", "+/#", "+", "cw/#", "cw/v1/other/up", "+/v1/other/up", "cw/+/x/up", "+/+/x/up",
              "$SYS/x", "$CONTROL/dynamic-security/v1", "a/#/b", "a+/b", ""],
)  # fmt: skip
def test_topics_of_others_are_nobody_s_own(topic: str) -> None:
    with pytest.raises(ConfigurationError):
        check_topics([topic])


@pytest.mark.parametrize("topic", ["tele/m/#", "+/m/events/rpc", "v1/gateway/telemetry", "cw"])
def test_topics_beside_the_native_ones_may_be_a_device_s_own(topic: str) -> None:
    assert check_topics([topic]) == (topic,)


def test_a_device_hears_only_commands_and_only_when_they_are_open() -> None:
    assert {right.kind for right in device_rights("m", topics=["t/m"])} == {"publishClientSend"}
    opened = set(device_rights("m", takes_commands=True)) - set(device_rights("m"))
    assert opened == {
        Right("subscribePattern", "cw/v1/m/down"),
        Right("publishClientReceive", "cw/v1/m/down"),
    }


def test_topics_of_a_device_come_from_its_profile() -> None:
    assert own_topics("native", "m") == ()
    assert own_topics("dlt645", "m") == ()
    assert "tele/m/SENSOR" in own_topics("tasmota", "m")
    assert own_topics("sparkplug_b", "G:E") == ("spBv1.0/G/+/E/#",)
    assert own_topics("senml", "m") == ("senml/m",)
    assert own_topics("thingsboard_gateway", "m") == ()


def test_a_broker_that_is_as_wanted_is_left_alone() -> None:
    wanted = doors(Client("m", STAMP, "device-m"), **{"device-m": frozenset({UP})})
    foreign = Client("civicwatt-collector", "", "collector")
    found = doors(foreign, *wanted.clients.values(), **wanted.roles, collector=frozenset())
    assert brought_into_line(wanted, found) == []


def test_who_must_go_goes_before_anybody_is_let_in_and_clients_before_their_roles() -> None:
    old = doors(Client("old", STAMP, "device-old"), **{"device-old": frozenset({UP})})
    wanted = doors(Client("m", STAMP, "device-m"), **{"device-m": frozenset({UP})})
    assert brought_into_line(wanted, old) == [
        *("deleteClient", "deleteRole", "createRole", "createClient")
    ]


def test_a_new_password_makes_the_client_anew() -> None:
    wanted = doors(Client("m", stamp(7, b"new salt"), "device-m"), **{"device-m": frozenset({UP})})
    found = doors(Client("m", STAMP, "device-m"), **{"device-m": frozenset({UP})})
    assert brought_into_line(wanted, found) == ["deleteClient", "createClient"]


def test_a_client_without_a_password_is_neither_made_nor_lost() -> None:
    wanted = doors(Client("m", STAMP, "device-m"), **{"device-m": frozenset({UP})})
    found = doors(Client("m", STAMP, "device-m"), **{"device-m": frozenset()})
    assert [c["command"] for part in repairs(wanted, {}, found) for c in part] == ["modifyRole"]


def test_a_user_that_is_not_ours_is_never_touched() -> None:
    wanted = doors(Client("m", STAMP, "device-m"), **{"device-m": frozenset({UP})})
    found = doors(Client("m", "somebody's", "x"), **{"device-m": frozenset({UP})})
    assert repairs(wanted, {"m": "p"}, found) == []
    assert taken(wanted, found) == ["m"]


@pytest.mark.parametrize(
    ("change", "commands"),
    [
        ({"disabled": True}, ["deleteClient", "createClient"]),
        (
            {"roles": [{"rolename": "device-m"}, {"rolename": "x"}]},
            ["deleteClient", "createClient"],
        ),
        ({"roles": []}, ["deleteClient", "createClient"]),
        ({}, []),
    ],
)
def test_a_client_that_others_have_changed_is_made_anew(
    change: dict[str, Any], commands: list[str]
) -> None:
    client = {"username": "m", "textname": STAMP, "roles": [{"rolename": "device-m"}]}
    acls = [{"acltype": "publishClientSend", "topic": "cw/v1/m/up", "allow": True}]
    found = Doors.listed([client | change], [{"rolename": "device-m", "acls": acls}])
    wanted = doors(Client("m", STAMP, "device-m"), **{"device-m": frozenset({UP})})
    assert brought_into_line(wanted, found) == commands


def test_a_rule_that_denies_is_not_taken_for_one_that_allows() -> None:
    acls = [{"acltype": "publishClientSend", "topic": "cw/v1/m/up", "allow": False}]
    found = Doors.listed([], [{"rolename": "device-m", "acls": acls}])
    assert found.roles["device-m"] != frozenset({UP})


def test_a_password_follows_from_key_name_and_salt_and_from_nothing_less() -> None:
    salt = new_salt()
    password = KEY.password("m", salt)
    assert password == KEY.password("m", salt)
    others = {
        KEY.password("n", salt),
        KEY.password("m", new_salt()),
        SecretKey.parse("another key of tests, as long as the first").password("m", salt),
    }
    assert len(others | {password}) == 4
    assert len(password) == 32
    assert "a key of tests" not in repr(KEY)


def test_a_short_secret_key_is_refused_and_not_shown() -> None:
    with pytest.raises(ConfigurationError, match="has 7 characters") as refusal:
        SecretKey.parse("hunter2")
    assert "hunter2" not in str(refusal.value)


def test_a_device_may_introduce_itself_without_a_word() -> None:
    said = {"code": "m", "kind": "other", "name": "m", "serial": ""}
    assert read_hello("cw/v1/m/hello", b"") == said


@pytest.mark.parametrize(
    "payload", [b"[]", b"{", b"\xff", b'{"kind": "cat"}', b'{"name": "\\u0000"}', b"[" * 9000,
                json.dumps({"name": "x" * 201}).encode()],
)  # fmt: skip
def test_what_is_no_introduction_is_refused(payload: bytes) -> None:
    with pytest.raises(PayloadError):
        read_hello("cw/v1/m/hello", payload)


@given(st.text(max_size=40), st.binary(max_size=200))
def test_any_bytes_are_an_introduction_or_refused(level: str, payload: bytes) -> None:
    try:
        hello = read_hello(f"cw/v1/{level}/hello", payload)
    except PayloadError:
        return
    assert hello["code"] == level == check_name(level)
    assert hello["name"].isprintable()
