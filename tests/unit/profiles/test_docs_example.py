"""The example in the documentation does what the documentation says."""

import re
from pathlib import Path

import pytest

from domain.reading import Quality
from ingest.codecs.decoded import NoticeKind
from tests.unit.profiles.world import decode, written

DOCS = Path(__file__).parents[3] / "docs"


def block(document: str, language: str) -> str:
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    (found,) = fence.findall((DOCS / document).read_text("utf-8"))
    return str(found)


@pytest.mark.parametrize("document", ["profiles.md", "profiles.zh-CN.md"])
def test_the_example_reads_the_message_beside_it(document: str) -> None:
    acme = written(block(document, "toml"), "acme")
    first, second = decode(acme, "acme/gw-7/up", block(document, "json")).samples
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
