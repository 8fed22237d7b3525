"""The examples in the documentation do what the documentation says."""

import re
from pathlib import Path

import pytest

from domain.reading import Quality
from ingest.codecs.decoded import NoticeKind
from tests.unit.profiles.world import decode, only, written

DOCS = Path(__file__).parents[3] / "docs"


def blocks(document: str, language: str) -> list[str]:
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return fence.findall((DOCS / document).read_text("utf-8"))


@pytest.mark.parametrize("document", ["profiles.md", "profiles.zh-CN.md"])
def test_the_example_reads_the_message_beside_it(document: str) -> None:
    (message,) = blocks(document, "json")
    acme = written(blocks(document, "toml")[0], "acme")
    first, second = decode(acme, "acme/gw-7/up", message).samples
    assert (first.device, first.ts.isoformat()) == ("000042", "2026-07-01T04:00:00+00:00")
    assert first.values == {
        "active_energy_import_kwh": 18422.75,
        "active_power_kw": 1.52,
        "voltage_a_v": 229.8,
        "relay_closed": 1.0,
    }
    assert second.values == {
        "active_energy_import_kwh": 912.5,
        "voltage_a_v": 0.0,
        "frequency_hz": 141.2,
    }
    assert (second.suspect, second.quality) == ((("frequency_hz", "no voltage"),), Quality.SUSPECT)
    (notice,) = decode(acme, "acme/gw-7/state", "down").notices
    assert notice.kind is NoticeKind.OFFLINE


@pytest.mark.parametrize("document", ["profiles.md", "profiles.zh-CN.md"])
def test_a_device_of_thingsboard_is_read_from_a_topic_with_its_name(document: str) -> None:
    (text,) = (each for each in blocks(document, "toml") if '"thingsboard_gateway"' in each)
    plant = written(text, "plant")
    decoded = decode(
        plant, "plant/meter-17/telemetry", {"ts": 1483228800000, "values": {"有功功率": 4}}
    )
    assert (decoded.sender, only(decoded).values) == ("meter-17", {"active_power_kw": 4.0})
