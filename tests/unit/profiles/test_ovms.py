"""OVMS: what breaks a naive reader of its messages, one test for each."""

from datetime import timedelta

import pytest

from domain.errors import PayloadError
from domain.reading import Quality
from ingest.codecs.decoded import NoticeKind
from tests.unit.profiles.world import ARRIVED, decode, only, values


def test_an_undefined_metric_is_not_zero() -> None:
    assert decode("ovms", "ovms/fleet/CAR01/metric/v/b/soc", "").samples == []


def test_words_of_a_metric_are_codes() -> None:
    topic = "ovms/fleet/CAR01/metric/v/e/on"
    assert values(decode("ovms", topic, "yes")) == {"vehicle_state": "on"}
    with pytest.raises(PayloadError, match="vehicle_state is 'maybe': want one of yes, no"):
        decode("ovms", topic, "maybe")


def test_cells_come_with_commas_between() -> None:
    decoded = decode("ovms", "ovms/fleet/CAR01/metric/v/b/c/voltage", "4.105,,4.1")
    assert values(decoded) == {"cell_voltage_0_v": 4.105, "cell_voltage_2_v": 4.1}


def test_the_age_of_a_notification_is_a_level_of_its_topic() -> None:
    sample = only(decode("ovms", "ovms/fleet/CAR01/notify/data/log.trip/17/-3600", "XXX-LOG-Trip"))
    assert sample.ts == ARRIVED - timedelta(hours=1)
    assert Quality.LATE in sample.quality


def test_the_last_will_of_a_module_is_a_metric() -> None:
    (notice,) = decode("ovms", "ovms/fleet/CAR01/metric/s/v3/connected", "no").notices
    assert (notice.kind, notice.device) == (NoticeKind.OFFLINE, "")
