"""Zigbee2MQTT: what breaks a naive reader of its messages, one test for each."""

from datetime import UTC, datetime

import pytest

from ingest.codecs.decoded import NoticeKind
from tests.unit.profiles.world import decode, only, profiles, values, written


def test_energy_is_null_before_the_first_reading() -> None:
    assert values(decode("zigbee2mqtt", "zigbee2mqtt/plug", {"energy": None, "power": 12})) == {
        "active_power_kw": 0.012
    }


def test_names_have_spaces_and_other_letters() -> None:
    decoded = decode("zigbee2mqtt", "zigbee2mqtt/ROBB - 洗衣机 Stekker", {"power": 12})
    assert decoded.sender == "ROBB - 洗衣机 Stekker"


def test_the_first_levels_are_the_installations_choice() -> None:
    mine = written('extends = "zigbee2mqtt"\nbase = "zigbee2mqttcc1352"')
    assert mine.filters == ("zigbee2mqttcc1352/+", "zigbee2mqttcc1352/+/availability")
    assert decode(mine, "zigbee2mqttcc1352/plug", {"power": 12}).sender == "plug"


def test_what_is_remembered_is_published_again_and_again() -> None:
    again = {name: one.republished_within_s for name, one in profiles().items()}
    assert again["zigbee2mqtt"] == 300
    assert again["shelly"] is None


@pytest.mark.parametrize("time", ["2022-11-15T20:05:39+01:00", 1668539139000])
def test_when_it_was_last_seen_may_be_iso_or_milliseconds(time: object) -> None:
    sample = only(decode("zigbee2mqtt", "zigbee2mqtt/plug", {"power": 12, "last_seen": time}))
    assert (sample.ts, sample.quality) == (datetime(2022, 11, 15, 19, 5, 39, tzinfo=UTC), 0)


@pytest.mark.parametrize("payload", ['{"state":"offline"}', "offline"])
def test_availability_is_told_in_two_ways(payload: str) -> None:
    (notice,) = decode("zigbee2mqtt", "zigbee2mqtt/plug/availability", payload).notices
    assert notice.kind is NoticeKind.OFFLINE
