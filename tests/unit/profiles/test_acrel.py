"""Acrel: what breaks a naive reader of its messages, one test for each."""

from datetime import UTC, datetime

import pytest

from domain.errors import PayloadError
from domain.reading import Quality
from tests.unit.profiles.world import World, decode, only, profiles, values

DATA = "/gw/acrelHW/null/data/01234567890123"
ACREL = {"type": "data", "gwSN": "01234567890123", "time": "20200709130530"}


def test_a_leading_slash_is_an_empty_first_level() -> None:
    assert "/gw/acrelHW/+/data/+" in profiles()["acrel"].filters
    with pytest.raises(PayloadError, match="none of profile acrel_adw300"):
        decode("acrel", DATA.removeprefix("/"), ACREL)


def test_a_local_time_without_zone_is_read_in_the_zone_of_the_device() -> None:
    world = World("Asia/Urumqi")
    sample = only(decode("acrel", DATA, ACREL | {"P": "1"}, world))
    assert sample.ts == datetime(2020, 7, 9, 7, 5, 30, tzinfo=UTC)
    assert world.asked == ["01234567890123"]


def test_a_login_that_is_not_answered_would_come_again() -> None:
    topic = "/gw/acrelHW/null/login/01234567890123"
    (reply,) = decode("acrel", topic, ACREL | {"type": "login"}).replies
    assert reply.topic == "/server/acrelHW/null/login/01234567890123"
    assert reply.payload == b'{"type":"login","res":1}'


def test_history_is_late() -> None:
    live, late = (
        only(decode("acrel", f"/gw/acrelHW/null/{kind}/01234567890123", ACREL | {"P": "1"}))
        for kind in ("data", "hstdata")
    )
    assert (live.quality, late.quality) == (Quality.GOOD, Quality.LATE)
    assert live.values == late.values


def test_numbers_may_come_as_texts() -> None:
    payload = ACREL | {"Ua": "220.1", "EPI": " 1234.56 ", "P": 0.275}
    assert values(decode("acrel", DATA, payload)) == {
        "voltage_a_v": 220.1,
        "active_energy_import_kwh": 1234.56,
        "active_power_kw": 0.275,
    }


def test_a_gateway_speaks_for_a_meter_with_a_serial_of_its_own() -> None:
    decoded = decode("acrel", DATA, ACREL | {"meterSN": "00000000000042", "P": "1"})
    assert (decoded.sender, only(decoded).device) == ("01234567890123", "00000000000042")
