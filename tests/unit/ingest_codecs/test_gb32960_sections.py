"""GB/T 32960: sections that are private, unknown, too long, or there twice."""

from device_sim.vendors import gb32960 as terminal
from device_sim.vendors.gb32960 import Edition
from tests.unit.ingest_codecs.raw_frames import decode
from tests.unit.ingest_codecs.vehicle_reports import CODEC, DRIVING, only, report


def test_private_sections_are_kept_whatever_is_in_them() -> None:
    content = b"\x23\x23\x02\xfe" * 20
    sample = only(report(terminal.private(0x81, content), terminal.private(0xFE, b"")))
    assert sample.raw == (("private_81", content), ("private_fe", b""))


def test_a_private_section_without_a_length_costs_nothing_before_it() -> None:
    vehicle = terminal.vehicle(Edition.OF_2016, DRIVING)
    sample = only(report(vehicle, b"\x81\x01\x00\xaa"))
    assert sample.values == DRIVING
    assert sample.raw == (("rest", b"\x81\x01\x00\xaa"),)


def test_an_unknown_section_costs_nothing_before_it() -> None:
    vehicle = terminal.vehicle(Edition.OF_2025, DRIVING)
    sample = only(report(vehicle, b"\x0a\x01\x02\x03", edition=Edition.OF_2025))
    assert (sample.values, sample.raw) == (DRIVING, (("rest", b"\x0a\x01\x02\x03"),))


def test_a_known_section_that_is_too_long_is_a_fault_beside_what_came_before_it() -> None:
    vehicle = terminal.vehicle(Edition.OF_2016, DRIVING)
    decoded = decode(CODEC, report(vehicle, b"\x07\x03\x00\x00\x00\x01\x05\x00\x00"))
    (sample,) = decoded.samples
    assert sample.values == DRIVING
    (error,) = decoded.errors
    assert error.code == "bad_section"
    assert "section 0x07 at byte 27 of the data wants 20 bytes, 2 are left" in str(error)
    assert len(decoded.replies) == 1


def test_the_signature_of_2025_is_kept() -> None:
    signature = b"\x01\x00\x02rr\x00\x03sss"
    vehicle = terminal.vehicle(Edition.OF_2025, DRIVING)
    sample = only(report(vehicle, b"\xff" + signature, edition=Edition.OF_2025))
    assert (sample.values, sample.raw) == (DRIVING, (("signature", signature),))


def test_two_values_of_one_name_in_one_frame_are_doubted() -> None:
    first, second = (
        terminal.vehicle(Edition.OF_2016, {"speed_kmh": v, "gear": "D"}) for v in (1, 2)
    )
    sample = only(report(first, second))
    assert sample.values["speed_kmh"] == 1.0
    assert ("speed_kmh", "given twice in one frame, also as 2.0") in sample.suspect
