"""GB/T 32960: logins, logouts, answers, and frames that are not for us."""

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from ingest.codecs.decoded import NoticeKind
from tests.unit.ingest_codecs.raw_frames import decode
from tests.unit.ingest_codecs.vehicle_reports import AT, CODEC, VIN


def test_an_answer_is_neither_telemetry_nor_answered() -> None:
    frame = terminal.frame(Edition.OF_2016, 2, VIN, bytes.fromhex("1a0b15162805"), answer=1)
    decoded = decode(CODEC, frame)
    assert (decoded.samples, decoded.errors, decoded.replies) == ([], [], [])


def test_an_encrypted_frame_is_kept_whole() -> None:
    decoded = decode(CODEC, terminal.frame(Edition.OF_2025, 2, VIN, bytes(16), encryption=5))
    assert decoded.samples == []
    assert [error.code for error in decoded.errors] == ["no_key"]


def test_a_command_that_is_not_ours_is_kept_whole() -> None:
    decoded = decode(CODEC, terminal.frame(Edition.OF_2025, 0x09, VIN, bytes(40)))
    assert [error.code for error in decoded.errors] == ["unknown_command"]


def test_login_and_logout() -> None:
    packs = ["10001", "10002"]
    login = terminal.login(Edition.OF_2016, VIN, AT, 7, "89860000000000000001", packs)
    online, about = decode(CODEC, login).notices
    assert (online.kind, online.device) == (NoticeKind.ONLINE, VIN)
    assert (about.kind, about.device) == (NoticeKind.ABOUT, VIN)
    assert about.about == {
        "login_serial": "7",
        "iccid": "89860000000000000001",
        "battery_packs": "2",
        "battery_pack_codes": "10001 10002",
    }
    (offline,) = decode(CODEC, terminal.logout(Edition.OF_2016, VIN, AT, 7)).notices
    assert (offline.kind, offline.device) == (NoticeKind.OFFLINE, VIN)


def test_a_login_of_2025_counts_packs_by_management_system() -> None:
    codes = ["0TESTPACK00000000000001A", "0TESTPACK00000000000002B"]
    login = terminal.login(Edition.OF_2025, VIN, AT, 7, "89860000000000000001", codes)
    _, about = decode(CODEC, login).notices
    assert about.about["battery_packs"] == "2"
    assert about.about["battery_pack_codes"] == " ".join(codes)


def test_a_login_whose_lengths_do_not_fit_is_refused() -> None:
    login = terminal.login(Edition.OF_2016, VIN, AT, 7, "8986", ["10001"])
    for data in (login[24:-2], login[24:-1] + b"0"):
        decoded = decode(CODEC, terminal.frame(Edition.OF_2016, 1, VIN, data))
        assert decoded.notices == []
        assert [error.code for error in decoded.errors] == ["bad_length"]


def test_a_platforms_password_is_told_to_nobody() -> None:
    login = terminal.platform_login(Edition.OF_2016, "PLATFORM0001", AT, 7, "city", "geheim")
    decoded = decode(CODEC, login)
    online, about = decoded.notices
    assert (online.kind, online.device) == (NoticeKind.ONLINE, "")
    assert about.about == {"login_serial": "7", "user": "city", "platform": "PLATFORM0001"}
    assert "geheim" not in repr(decoded)
