"""The frames of others that lie beside the project, where they do: decoded to the digit."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from domain.reading import Quality, Sample, Value
from ingest.codecs.decoded import Codec, NoticeKind
from ingest.codecs.gb32960.codec import Gb32960
from tests.unit.ingest_codecs.raw_frames import decode

FILE = Path(__file__).parents[3].parent / "shared" / "payloads" / "gb32960.json"
FRAMES: list[dict[str, Any]] = json.loads(FILE.read_text())["frames"] if FILE.is_file() else []
REPORTS = [
    one
    for one in FRAMES
    if one["expected"] and "sections" in one["expected"] and one["expected"]["ack"] == "command"
]
CODEC: Codec = Gb32960()

pytestmark = pytest.mark.skipif(not FRAMES, reason=f"{FILE} is not there")

RENAMED = {
    "temp_c": "temperature_c",
    "controller_temp_c": "controller_temperature_c",
    "input_voltage_v": "voltage_v",
    "bus_current_a": "current_a",
    "max_cell_v": "cell_voltage_max_v",
    "min_cell_v": "cell_voltage_min_v",
    "max_temp_c": "cell_temperature_max_c",
    "min_temp_c": "cell_temperature_min_c",
    "max_level": "alarm_level",
    "flags_raw": "alarm_flags",
    "lon": "longitude_deg",
    "lat": "latitude_deg",
    "crank_rpm": "engine_speed_rpm",
    "fuel_l_100km": "fuel_consumption_l_100km",
    "fuel_kg_100km": "fuel_cell_consumption_kg_100km",
    "h2_max_temp_c": "hydrogen_temperature_max_c",
    "h2_max_conc_mgkg": "hydrogen_concentration_max_mgkg",
    "h2_max_pressure_mpa": "hydrogen_pressure_max_mpa",
    "hv_dcdc": "fuel_cell_dcdc_state",
}
NO_VALUE = {
    *("index", "valid", "flags", "type", "pack", "cell_total", "frame_start", "cell_v"),
    *("max_v_pack", "max_v_cell", "min_v_pack", "min_v_cell"),
    *("max_t_pack", "max_t_probe", "min_t_pack", "min_t_probe"),
    *("h2_max_temp_probe", "h2_max_conc_sensor", "h2_max_pressure_sensor", "probe_temps_c"),
    *("pack_faults", "motor_faults", "engine_faults", "other_faults"),
}
"""Numbers of things and lists: no values of their own."""
FAULTS = {"pack": "battery_pack", "motor": "motor", "engine": "engine", "other": "other"}


def name(frame: dict[str, Any]) -> str:
    return str(frame["name"])


def only(frame: dict[str, Any]) -> Sample:
    (sample,) = decode(CODEC, bytes.fromhex(frame["hex"])).samples
    return sample


def section(frame: dict[str, Any], kind: str) -> Any:
    found = [one[kind] for one in frame["expected"]["sections"] if kind in one]
    return found[0] if found else []


def plain(fields: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Values of a section under our names; "invalid" and "abnormal" are none."""
    for key, value in fields.items():
        if key in NO_VALUE or value is None or value == "abnormal":
            continue
        if isinstance(value, bool):
            yield prefix + key, "on" if value else "off"
        elif value == "charge_complete":
            yield prefix + key, "complete"
        else:
            yield prefix + RENAMED.get(key, key), value


def expected_values(frame: dict[str, Any]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for kind in ("vehicle", "position", "extreme"):
        values |= plain(dict(section(frame, kind)))
    for kind, prefix in (("engine", "engine_"), ("fuel_cell", "fuel_cell_")):
        for key, value in plain(dict(section(frame, kind))):
            values[prefix + key if key in ("state", "voltage_v", "current_a") else key] = value
    for motor in section(frame, "motors"):
        values |= plain(motor, f"motor_{motor['index']}_")
    for pack in section(frame, "pack_cells"):
        values |= plain(pack, f"pack_{pack['pack']}_")
    alarm = dict(section(frame, "alarm"))
    values |= plain(alarm)
    for key, ours in FAULTS.items():
        if codes := alarm.get(f"{key}_faults"):
            values[f"faults_{ours}"] = " ".join(codes)
    return values


@pytest.mark.parametrize("frame", REPORTS, ids=name)
def test_every_value_is_right_to_the_digit_and_none_is_added(frame: dict[str, Any]) -> None:
    assert only(frame).values == expected_values(frame)


@pytest.mark.parametrize("frame", REPORTS, ids=name)
def test_time_vehicle_and_quality_are_right(frame: dict[str, Any]) -> None:
    sample, expected = only(frame), frame["expected"]
    assert sample.ts == datetime.fromisoformat(expected["time"])
    assert sample.device == expected["vin"]
    assert bool(sample.quality & Quality.LATE) == (expected["command"] == "reissue")
    doubted = not dict(section(frame, "position")).get("valid", True)
    assert doubted == ("longitude_deg" in dict(sample.suspect))


@pytest.mark.parametrize("frame", REPORTS, ids=name)
def test_cells_and_probes_are_in_the_bytes_kept(frame: dict[str, Any]) -> None:
    raw = dict(only(frame).raw)
    for pack in section(frame, "pack_cells"):
        volts = raw[f"cells_{pack['pack']}"][10:]
        assert [
            int.from_bytes(volts[at : at + 2], "big") / 1000 for at in range(0, len(volts), 2)
        ] == pack["cell_v"]
    for pack in section(frame, "pack_temps"):
        probes = raw[f"temperatures_{pack['pack']}"][3:]
        assert [probe - 40 for probe in probes] == pack["temps_c"]


@pytest.mark.parametrize("frame", REPORTS, ids=name)
def test_private_and_unknown_sections_are_kept(frame: dict[str, Any]) -> None:
    raw = dict(only(frame).raw)
    for one in frame["expected"]["sections"]:
        if "custom_hex" in one:
            assert raw[f"private_{one['type']:02x}"].hex() == one["custom_hex"]
        if "unknown_rest_hex" in one:
            assert raw["rest"].hex() == f"{one['type']:02x}" + one["unknown_rest_hex"]
        if "custom_error" in one:
            assert raw["rest"][0] == one["type"]


@pytest.mark.parametrize("frame", [one for one in FRAMES if not one["expected"]], ids=name)
def test_a_bad_frame_makes_no_sample_and_says_why(frame: dict[str, Any]) -> None:
    decoded = decode(CODEC, bytes.fromhex(frame["hex"]))
    assert (decoded.samples, decoded.replies) == ([], [])
    assert [error.code for error in decoded.errors] == [frame["name"]]


@pytest.mark.parametrize("frame", [one for one in FRAMES if "ack_if_enabled" in one], ids=name)
def test_answers_are_as_the_standard_says(frame: dict[str, Any]) -> None:
    (reply,) = decode(CODEC, bytes.fromhex(frame["hex"])).replies
    assert reply.payload.hex() == frame["ack_if_enabled"]


@pytest.mark.parametrize(
    "frame", [one for one in FRAMES if "iccid" in (one["expected"] or {})], ids=name
)
def test_a_login_tells_what_it_says(frame: dict[str, Any]) -> None:
    expected = frame["expected"]
    online, about = decode(CODEC, bytes.fromhex(frame["hex"])).notices
    assert online.kind is NoticeKind.ONLINE
    assert online.device == about.device == expected["vin"]
    codes = " ".join(expected["pack_codes"])
    assert about.about == {
        "login_serial": str(expected["login_serial"]),
        "iccid": expected["iccid"],
        "battery_packs": str(expected["packs"]),
        **({"battery_pack_codes": codes} if codes else {}),
    }


def test_every_frame_is_looked_at() -> None:
    assert len(FRAMES) == 27
    others = [name(one) for one in FRAMES if one not in REPORTS and "ack_if_enabled" not in one]
    assert others == [
        "response_time_check",
        "bad_checksum",
        "truncated",
        "platform_login",
        "ack_ok_realtime",
        "encrypted_aes128",
        "login_without_packs",
    ]
