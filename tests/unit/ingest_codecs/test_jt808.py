"""JT/T 808: what terminals of cars report, and what must not be made of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.vendors import jt808 as car
from domain.coordinates import to_gcj02
from domain.errors import PayloadError
from domain.reading import Quality, Sample
from ingest.codecs.decoded import Codec, NoticeKind
from ingest.codecs.jt808.codec import Jt808
from tests.unit.ingest_codecs.raw_frames import (
    World,
    arrived,
    cases,
    decode,
    expected_of,
    payload_of,
    told,
)

CODEC: Codec = Jt808()
NUMBER = "13912345678"
TERMINAL = car.Terminal(NUMBER)
NEWER = car.Terminal(NUMBER, edition=2019)
AT = datetime(2026, 7, 1, 3, 59, 58, tzinfo=UTC)
NANAN = (29.523456, 106.560789)
DRIVING = car.position_body(
    AT,
    *NANAN,
    speed=61.3,
    heading=271,
    altitude=240,
    items={**car.mileage(18423.7), **car.fuel(41.5), 0x14: b"\x00\x00\x00\x01"},
)
REPORT = TERMINAL.frame(car.POSITION, 7, DRIVING)


def the_sample(payload: bytes) -> Sample:
    decoded = decode(CODEC, payload)
    assert decoded.errors == []
    (sample,) = decoded.samples
    return sample


def sample_of(body: bytes) -> Sample:
    return the_sample(TERMINAL.frame(car.POSITION, 1, body))


@pytest.mark.parametrize("case", cases("jt808"), ids=lambda case: case.name)
def test_cases(case: Path) -> None:
    assert told(decode(CODEC, payload_of(case), link="")) == expected_of(case)


@pytest.mark.parametrize("terminal", [TERMINAL, NEWER], ids=["2013", "2019"])
def test_a_report_says_where_the_car_is_and_what_it_does(terminal: car.Terminal) -> None:
    sample = the_sample(terminal.frame(car.POSITION, 7, DRIVING))
    assert (sample.device, sample.ts, sample.quality) == (NUMBER, AT, Quality.GOOD)
    assert sample.values == {
        "vehicle_state": "on",
        "latitude_deg": 29.523456,
        "longitude_deg": 106.560789,
        "altitude_m": 240.0,
        "speed_kmh": 61.3,
        "heading_deg": 271.0,
        "odometer_km": 18423.7,
        "fuel_level_l": 41.5,
        "jt808_alarm_bits": 0.0,
        "jt808_state_bits": 3.0,
    }
    assert sample.raw == (("jt808_14", b"\x00\x00\x00\x01"),)


def test_the_other_halves_of_the_earth_are_negative() -> None:
    values = sample_of(car.position_body(AT, -1.5, -70.25, altitude=-150)).values
    assert (values["latitude_deg"], values["longitude_deg"]) == (-1.5, -70.25)
    assert values["altitude_m"] == -150.0


def test_a_place_without_a_fix_is_doubted_and_stays() -> None:
    sample = sample_of(car.position_body(AT, *NANAN, fixed=False, ignition=False))
    assert sample.values["latitude_deg"] == 29.523456
    assert sample.values["vehicle_state"] == "off"
    assert sample.quality is Quality.SUSPECT
    assert ("latitude_deg", "no position fix") in sample.suspect


def test_zeros_without_a_fix_are_no_place() -> None:
    sample = sample_of(car.position_body(AT, 0, 0, fixed=False))
    assert not {"latitude_deg", "longitude_deg"} & sample.values.keys()


def test_places_shifted_by_the_map_plug_in_are_brought_back_and_kept_as_sent() -> None:
    shown = [round(one, 6) for one in to_gcj02(*NANAN)]
    body = bytearray(car.position_body(AT, shown[0], shown[1]))
    body[7] |= 1 << 5
    sample = sample_of(bytes(body))
    values = sample.values
    assert [values["latitude_gcj02_deg"], values["longitude_gcj02_deg"]] == shown
    # A millionth of a degree is 0.1 m; unconverted it would be some 500 m off.
    assert (values["latitude_deg"], values["longitude_deg"]) == pytest.approx(NANAN, abs=2e-6)
    assert sample.suspect == ()


@pytest.mark.parametrize(
    "items",
    [
        {car.MILEAGE: b"\xff\xff\xff\xff"},
        {car.MILEAGE: b"\x00\x01"},
        {car.FUEL: b"\x80\x32"},
        {0xEB: bytes(40)},
    ],
    ids=["not available", "too short", "percent of the tank", "of the maker"],
)
def test_items_that_are_no_measurement_are_kept_raw(items: dict[int, bytes]) -> None:
    sample = sample_of(car.position_body(AT, *NANAN, items=items))
    assert not {"odometer_km", "fuel_level_l"} & sample.values.keys()
    assert [part for _, part in sample.raw] == list(items.values())


def test_items_that_do_not_fit_are_kept_raw_after_those_that_do() -> None:
    body = car.position_body(AT, *NANAN, items=car.mileage(5)) + b"\x02\x09\x00"
    sample = sample_of(body)
    assert sample.values["odometer_km"] == 5.0
    assert sample.raw == (("jt808_00", b"\x02\x09\x00"),)


def test_sentinels_of_speed_and_heading_are_no_values() -> None:
    body = bytearray(car.position_body(AT, *NANAN))
    body[18:22] = b"\xff" * 4
    assert not {"speed_kmh", "heading_deg"} & sample_of(bytes(body)).values.keys()


@pytest.mark.parametrize(("history", "quality"), [(False, Quality.GOOD), (True, Quality.LATE)])
def test_a_batch_is_as_many_samples_and_history_if_it_says_so(
    history: bool, quality: Quality
) -> None:
    later = [AT + timedelta(seconds=30 * n) for n in range(5)]
    body = car.batch_body([car.position_body(at, *NANAN) for at in later], history=history)
    samples = decode(CODEC, TERMINAL.frame(car.BATCH, 9, body)).samples
    assert [sample.ts for sample in samples] == later
    assert {sample.quality for sample in samples} == {quality}


def test_a_bad_report_in_a_batch_costs_no_other() -> None:
    timeless = DRIVING[:22] + bytes(6) + DRIVING[28:]
    body = car.batch_body([DRIVING, timeless, DRIVING], history=True)
    decoded = decode(CODEC, TERMINAL.frame(car.BATCH, 9, body))
    assert len(decoded.samples) == 2
    assert [str(error) for error in decoded.errors] == [
        "report 1 of 3: 000000000000 is no time yymmddhhmmss"
    ]


def test_a_batch_that_is_cut_off_gives_what_is_whole_and_says_so() -> None:
    body = car.batch_body([DRIVING, DRIVING], history=True)[:-5]
    decoded = decode(CODEC, TERMINAL.frame(car.BATCH, 9, body))
    assert len(decoded.samples) == 1
    assert [error.code for error in decoded.errors] == ["bad_length"]


BATCH_BODY = car.batch_body([DRIVING] * 40, history=True)


@pytest.mark.parametrize("order", [1, -1], ids=["in order", "backwards"])
def test_a_message_in_parts_is_read_when_it_is_whole(order: int) -> None:
    world = World(gateways=["gw-1"])
    parts = NEWER.parts(car.BATCH, 65534, BATCH_BODY, 700)[::order]
    assert len(parts) == 3
    counts = [len(decode(CODEC, part, world=world).samples) for part in parts]
    assert counts == [0, 0, 40]
    assert list(world.memory.values()) == [b""]


def test_parts_may_come_in_one_message_and_twice() -> None:
    parts = TERMINAL.parts(car.BATCH, 10, BATCH_BODY, 700)
    decoded = decode(CODEC, b"".join([parts[0], parts[0], *parts[1:]]))
    assert (len(decoded.samples), decoded.errors) == (40, [])


def test_a_message_that_is_given_up_is_told() -> None:
    world = World(gateways=["gw-1"])
    lost = TERMINAL.parts(car.BATCH, 10, BATCH_BODY, 700)
    assert decode(CODEC, lost[0] + lost[1], world=world).errors == []
    told_of = decode(CODEC, TERMINAL.parts(car.BATCH, 20, BATCH_BODY, 700)[0], world=world)
    assert [str(error) for error in told_of.errors] == [
        "frame 0: message 10 was given up with 2 of 3 parts"
    ]


def test_parts_are_collected_up_to_a_bound_and_only_of_readings() -> None:
    many = TERMINAL.parts(car.BATCH, 10, bytes(130), 2)
    assert [error.code for error in decode(CODEC, many[0]).errors] == ["bad_part"]
    picture = decode(CODEC, TERMINAL.parts(0x0801, 10, bytes(2000), 1000)[0])
    assert (picture.errors, picture.kept) == ([], {})


def test_a_terminal_with_a_link_of_its_own_is_known_by_its_topic() -> None:
    decoded = decode(CODEC, REPORT, link="car-7")
    assert (decoded.sender, decoded.samples[0].device) == ("car-7", "")


def test_without_a_topic_the_number_names_the_sender() -> None:
    decoded = decode(CODEC, REPORT, link="")
    assert (decoded.sender, decoded.samples[0].device) == (NUMBER, "")


def test_a_frame_of_another_terminal_from_no_gateway_is_nobodys() -> None:
    other = car.Terminal("13800000000").frame(car.POSITION, 1, DRIVING)
    decoded = decode(CODEC, REPORT + other, link="car-7")
    assert len(decoded.samples) == 1
    assert [error.code for error in decoded.errors] == ["many_devices"]
    assert [s.device for s in decode(CODEC, REPORT + other).samples] == [NUMBER, "13800000000"]


@pytest.mark.parametrize("terminal", [TERMINAL, NEWER], ids=["2013", "2019"])
def test_a_registration_tells_about_the_car(terminal: car.Terminal) -> None:
    frame = terminal.registration(1, maker="CW808", model="T-9", name="ABC1234", plate="渝A12345")
    (notice,) = decode(CODEC, frame).notices
    assert (notice.kind, notice.device) == (NoticeKind.ABOUT, NUMBER)
    assert notice.about == {
        "maker": "CW808",
        "model": "T-9",
        "serial": "ABC1234",
        "plate": "渝A12345",
    }


def test_a_proof_and_a_farewell_say_that_a_terminal_comes_and_goes() -> None:
    proof = NEWER.proof(2, "a-code", imei="861234567890123", firmware="1.2.3")
    farewell = NEWER.frame(car.UNREGISTER, 3)
    notices = decode(CODEC, proof + farewell).notices
    assert [(notice.kind, notice.about) for notice in notices] == [
        (NoticeKind.ONLINE, {}),
        (NoticeKind.ABOUT, {"imei": "861234567890123", "firmware": "1.2.3"}),
        (NoticeKind.OFFLINE, {}),
    ]


def test_a_heartbeat_is_no_reading() -> None:
    decoded = decode(CODEC, TERMINAL.frame(car.HEARTBEAT, 4))
    assert (decoded.samples, decoded.errors, decoded.notices) == ([], [], [])


def test_bytes_that_must_be_escaped_come_back() -> None:
    body = car.position_body(AT, *NANAN, items={0x14: b"\x7e\x7d\x01\x02\x7d\x02\x7e"})
    assert sample_of(body).raw[0][1] == b"\x7e\x7d\x01\x02\x7d\x02\x7e"


def flipped(frame: bytes, at: int) -> bytes:
    return frame[:at] + bytes([frame[at] ^ 1]) + frame[at + 1 :]


@pytest.mark.parametrize(
    ("payload", "code", "said"),
    [
        (b"\x01\x02", "no_frame", "2 bytes of no frame"),
        (REPORT[:-1], "no_frame", "of no frame"),
        (flipped(REPORT, 20), "bad_checksum", "check"),
        (b"\x7e\x02\x00\x7e", "cut_off", "2 bytes are no header"),
        (b"\x7e\x02\x7d\x03\x00\x7e", "bad_escape", "neither"),
        (
            REPORT[:-2] + bytes(2) + REPORT[-2:],
            "bad_length",
            "46 bytes of body, the header says 44",
        ),
        (TERMINAL.frame(car.POSITION, 1, DRIVING[:27]), "bad_length", "want at least 28"),
        (TERMINAL.frame(car.BATCH, 1, b"\x00"), "bad_length", "no batch"),
        (TERMINAL.frame(car.REGISTER, 1, b"\x00"), "bad_length", "registration"),
        (TERMINAL.frame(0x0F01, 1), "unknown_message", "0x0f01"),
        (car.Terminal("0").frame(car.POSITION, 1, DRIVING), "bad_device", "zero"),
        (car.Terminal("1234567890ab").frame(car.POSITION, 1, DRIVING), "bad_bcd", "packed"),
        (
            TERMINAL.frame(car.POSITION, 1, DRIVING[:8] + b"\xff" * 8 + DRIVING[16:]),
            "out_of_range",
            "at most 90",
        ),
        (
            TERMINAL.frame(car.POSITION, 1, DRIVING[:22] + b"\x26\x13\x01\x00\x00\x00"),
            "bad_time",
            "261301",
        ),
    ],
)
def test_what_cannot_be_read_says_why(payload: bytes, code: str, said: str) -> None:
    decoded = decode(CODEC, payload)
    assert decoded.samples == []
    assert [error.code for error in decoded.errors] == [code]
    assert said in str(decoded.errors[0])


def test_an_encrypted_report_is_kept_whole() -> None:
    plain = bytearray(REPORT)
    plain[3] ^= 0b100
    plain[-2] ^= 0b100
    decoded = decode(CODEC, bytes(plain))
    assert (decoded.samples, [error.code for error in decoded.errors]) == ([], ["encrypted"])


def test_a_broken_frame_costs_none_of_its_neighbours() -> None:
    decoded = decode(CODEC, REPORT + b"\x99" + REPORT + flipped(REPORT, 30) + REPORT)
    assert len(decoded.samples) == 3
    assert [error.code for error in decoded.errors] == ["no_frame", "bad_checksum"]


def test_an_empty_message_is_refused() -> None:
    with pytest.raises(PayloadError, match="0 frames"):
        decode(CODEC, b"")


def test_another_topic_is_refused() -> None:
    with pytest.raises(PayloadError, match="want cw/v1/<device>/raw/jt808"):
        CODEC.decode(arrived(REPORT, "cw/v1/gw-1/raw/dlt645"), World())


@given(
    st.decimals("-89.999999", "89.999999", places=6),
    st.decimals("-179.999999", "179.999999", places=6),
    st.decimals(0, "429496729.4", places=1),
    st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)),  # noqa: DTZ001 -- made aware below
)
def test_what_a_car_reports_comes_out_to_the_digit(
    latitude: float, longitude: float, km: float, at: datetime
) -> None:
    at = at.replace(microsecond=0, tzinfo=UTC)
    place = (float(latitude), float(longitude))
    sample = sample_of(car.position_body(at, *place, items=car.mileage(float(km))))
    values = sample.values
    assert (sample.ts, values["latitude_deg"], values["longitude_deg"]) == (at, *place)
    assert values["odometer_km"] == float(km)


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=5), st.booleans())
def test_random_bytes_give_no_reading_and_raise_nothing_else(
    pieces: list[bytes], framed: bool
) -> None:
    try:
        payload = b"~" + b"~".join(pieces) + b"~" if framed else b"".join(pieces)
        assert decode(CODEC, payload).samples == []
    except PayloadError:
        pass


@given(st.binary(max_size=200), st.sampled_from([car.POSITION, car.BATCH, car.REGISTER, 0x0102]))
def test_random_bodies_in_sound_frames_raise_nothing_else(body: bytes, message: int) -> None:
    for terminal in (TERMINAL, NEWER):
        decode(CODEC, terminal.frame(message, 1, body))


@given(
    st.integers(0, len(REPORT) - 1), st.integers(1, 255), st.sampled_from(["flip", "cut", "add"])
)
def test_a_spoilt_frame_gives_its_reading_or_none(at: int, change: int, how: str) -> None:
    spoilt = {
        "flip": REPORT[:at] + bytes([REPORT[at] ^ change]) + REPORT[at + 1 :],
        "cut": REPORT[:at],
        "add": REPORT[:at] + bytes([change]) + REPORT[at:],
    }[how]
    try:
        samples = decode(CODEC, spoilt).samples
    except PayloadError:
        return
    assert [sample.values for sample in samples] in ([], [the_sample(REPORT).values])
