"""`civicwatt decode`: files in, JSON lines out, by any profile and codec."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from civicwatt.cli import main
from device_sim.vendors import gb32960 as vehicle
from device_sim.vendors.gb32960_sealed import Algorithm, by_blocks, sealed

PLANT_ROOM = Path(__file__).parents[1] / "data" / "sparkplug_b" / "plant_room" / "message.json"
NEW, VIN = vehicle.Edition.OF_2025, "L0WTESTA1PC000101"
SHELLY = {"src": "shelly-1", "params": {"ts": 1757591520.01, "switch:3": {"apower": 35}}}


def lines(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def test_a_value_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "message.json"
    file.write_text(json.dumps(SHELLY))
    assert main(["decode", "--profile", "shelly", "--topic", "s/events/rpc", str(file)]) == 0
    assert lines(capsys.readouterr().out) == [
        {
            "device": "shelly-1/switch:3",
            "class": "electricity",
            "ts": "2025-09-11T11:52:00.010000Z",
            "quantity": "active_power_kw",
            "value": 0.035,
            "unit": "kW",
            "quality": [],
        }
    ]


def test_a_doubt_stands_with_its_value_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "message.json"
    phase = {"a_freq": 198, "a_voltage": 0}
    file.write_text(json.dumps({"src": "s", "params": {"ts": 1, "em:0": phase}}))
    assert main(["decode", "--profile", "shelly_gen2", str(file)]) == 0
    found = {line["quantity"]: line for line in lines(capsys.readouterr().out)}
    assert found["frequency_a_hz"]["quality"] == ["suspect:out_of_range_while_voltage_0"]
    assert found["frequency_a_hz"]["class"] == "other"
    assert found["frequency_a_hz"]["unit"] == "Hz"
    assert found["voltage_a_v"]["quality"] == []


def test_local_times_are_read_in_the_zone_and_gz_is_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "message.json.gz"
    payload = {"Time": "2018-02-15T17:37:10", "ENERGY": {"Total": 6.294}}
    file.write_bytes(gzip.compress(json.dumps(payload).encode()))
    assert main(["decode", "--profile", "tasmota", "--zone", "Europe/London", str(file)]) == 0
    (line,) = lines(capsys.readouterr().out)
    assert (line["device"], line["ts"]) == (None, "2018-02-15T17:37:10Z")


def test_good_ones_are_printed_and_bad_ones_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text("10")
    bad.write_text("ten")
    topic = "node/sensor/voltage/state"
    files = [str(good), str(bad), str(good)]
    assert main(["decode", "--profile", "esphome", "--topic", topic, *files]) == 1
    printed = capsys.readouterr()
    assert [line["value"] for line in lines(printed.out)] == [10.0, 10.0]
    assert [line["quality"] for line in lines(printed.out)] == [["arrival_time"]] * 2
    assert printed.err == f"{bad}: voltage_a_v is the text 'ten': want a number\n"


def test_each_line_in_hex_is_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "messages.hex"
    file.write_text(f"{b'230'.hex()}\n\n{b'231'.hex(' ')}\n")
    topic = "node/sensor/voltage/state"
    assert main(["decode", "--profile", "esphome", "--topic", topic, "--hex", str(file)]) == 0
    assert [line["value"] for line in lines(capsys.readouterr().out)] == [230.0, 231.0]


def test_unreadable_messages_may_be_counted_instead_of_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "messages.hex"
    file.write_text(f"{b'230'.hex()}\nno digits\n{b'ten'.hex()}\n{b'231'.hex()}\n")
    topic = "node/sensor/voltage/state"
    command = ["decode", "--profile", "esphome", "--topic", topic, "--hex", str(file)]
    assert main([*command, "--skip-bad"]) == 0
    printed = capsys.readouterr()
    assert [line["value"] for line in lines(printed.out)] == [230.0, 231.0]
    assert printed.err.splitlines() == [
        f"{file}:2: no hexadecimal digits",
        f"{file}:3: voltage_a_v is the text 'ten': want a number",
        "2 messages not, or not wholly, read",
    ]
    assert main(command) == 1
    assert lines(capsys.readouterr().out)[-1]["value"] == 230.0


def test_a_frame_of_nothing_but_private_sections_says_that_they_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, old = tmp_path / "frame", vehicle.Edition.OF_2016
    sections = [vehicle.private(0x80, b"own"), vehicle.private(0x81, b"words")]
    file.write_bytes(vehicle.report(old, VIN, datetime(2026, 7, 1, tzinfo=UTC), sections))
    assert main(["decode", "--profile", "gb32960", str(file)]) == 0
    assert capsys.readouterr() == ("", f"{file}: sections kept raw: 2\n")


def test_what_is_no_value_goes_to_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "login.json"
    login = {"type": "login", "gwSN": "0007", "ver": "1002"}
    file.write_text(json.dumps(login))
    assert main(["decode", "--profile", "acrel", str(file)]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"{file}: 0007: online\n" in printed.err
    assert "{'firmware': '1002'}" in printed.err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--profile", "shelli"], "no profile 'shelli'; there are"),
        (["--profile", "shelly", "--zone", "Mars"], "'Mars' is no IANA time zone"),
        (["--profile", "shelly", "--hex"], "message:1: no hexadecimal digits"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    file = tmp_path / "message"
    file.write_text("{}")
    assert main(["decode", *arguments, str(file)]) == 1
    assert reason in capsys.readouterr().err


def test_topics_are_one_for_all_files_or_one_for_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "value"
    file.write_text("230")
    topics = ["--topic", "one/sensor/voltage/state", "--topic", "two/sensor/voltage/state"]
    command = ["decode", "--profile", "esphome", *topics, str(file)]
    assert main([*command, str(file)]) == 0
    assert [line["device"] for line in lines(capsys.readouterr().out)] == ["one", "two"]
    assert main(command) == 1
    assert "2 topics for 1 files: want one for all, or one for each" in capsys.readouterr().err


def test_what_one_file_hands_over_the_next_one_uses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = json.loads(PLANT_ROOM.read_text("utf-8"))[:3]

    def values_of(chosen: list[dict[str, str]]) -> tuple[int, int]:
        files = [tmp_path / f"{number}.hex" for number in range(len(chosen))]
        command = ["decode", "--profile", "sparkplug_b", "--hex"]
        for file, message in zip(files, chosen, strict=True):
            file.write_text(message["hex"])
            command += ["--topic", message["topic"]]
        code = main([*command, *map(str, files)])
        return code, len(lines(capsys.readouterr().out))

    births, data = messages[:2], messages[2:]
    born = values_of(births)
    assert born[0] == 0
    assert values_of(data) == (1, 0)  # names by number alone, which only a birth explains
    assert values_of([*births, *data]) > born


def test_encrypted_frames_are_read_with_a_file_of_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, at = bytes(range(16)), datetime(2026, 7, 1, tzinfo=UTC)
    report = vehicle.report(NEW, VIN, at, [vehicle.vehicle(NEW, {"speed_kmh": 61.3})])
    file, keys = tmp_path / "frame", tmp_path / "keys.toml"
    file.write_bytes(sealed(report, Algorithm.SM4, by_blocks(Algorithm.SM4, key)))
    keys.write_text(f"[vehicle.{VIN}]\nsm4_key = '{key.hex()}'")
    command = ["decode", "--profile", "gb32960", str(file)]
    assert main([*command, "--keys", str(keys)]) == 0
    found = {line["quantity"]: line["value"] for line in lines(capsys.readouterr().out)}
    assert found == {"speed_kmh": 61.3, "signature_state": "unsigned"}
    assert main(command) == 1
    assert "no key for data encrypted by SM4" in capsys.readouterr().err
    assert main(["decode", "--profile", "shelly", "--keys", str(keys), str(file)]) == 1
    assert "--keys: shelly_gen2 has none" in capsys.readouterr().err
