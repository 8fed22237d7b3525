"""A message of the same frames as one before is read in one pass, and nobody can tell."""

from hypothesis import example, given
from hypothesis import strategies as st

from device_sim.vendors import dlt645 as meter
from domain.errors import PayloadError
from ingest.codecs.dlt645.codec import Dlt645
from ingest.codecs.dlt645.form import Forms
from tests.unit.ingest_codecs.raw_frames import decode, told

METER, OTHER = "000000001234", "000000005678"
LAST = {
    "00010000": [1234.56],
    "0201FF00": [230.1, None, 229.8],
    "0202FF00": [1.5, 0.0, 12.345],
    "02030000": [9.8765],
}
MESSAGE = meter.message(METER, LAST)


def heard(codec: Dlt645, payload: bytes) -> object:
    """What a codec makes of a message, or why it makes nothing of it."""
    try:
        return told(decode(codec, payload))
    except PayloadError as error:
        return error.code, str(error)


def alike(payload: bytes, *before: bytes) -> None:
    """Hold that what came before changes nothing."""
    codec = Dlt645()
    for earlier in before:
        heard(codec, earlier)
    assert heard(codec, payload) == heard(Dlt645(), payload)


numbers = st.floats(-79.9, 79.9) | st.none()


@given(
    st.sampled_from([METER, OTHER]),
    st.floats(0, 999999),
    st.lists(st.floats(0, 999) | st.none(), min_size=3, max_size=3),
    st.lists(numbers, min_size=3, max_size=3),
    st.floats(-79, 79),
)
def test_other_meters_and_other_digits_are_read_as_frame_by_frame(
    address: str,
    energy: float,
    volts: list[float | None],
    amperes: list[float | None],
    power: float,
) -> None:
    said = {"00010000": [energy], "0201FF00": volts, "0202FF00": amperes, "02030000": [power]}
    alike(meter.message(address, said), MESSAGE)


@given(st.integers(0, len(MESSAGE) - 1), st.integers(1, 255), st.booleans())
@example(len(MESSAGE) - 1, 1, False)
def test_a_spoilt_byte_is_noticed_as_frame_by_frame(at: int, change: int, again: bool) -> None:
    spoilt = MESSAGE[:at] + bytes([MESSAGE[at] ^ change]) + MESSAGE[at + 1 :]
    alike(spoilt, MESSAGE)
    alike(MESSAGE, spoilt, *([MESSAGE] if again else []))


def test_a_usual_message_is_read_in_one_pass_and_what_is_not_usual_is_not() -> None:
    forms = Forms()
    forms.learn(MESSAGE)
    assert forms.read(meter.message(OTHER, LAST)) is not None
    negative = meter.message(METER, LAST | {"02030000": [-9.8765]})
    assert forms.read(negative) is None
    assert forms.read(MESSAGE[:-1]) is None


def test_frames_of_two_meters_and_dates_have_no_form() -> None:
    two = meter.reading(METER, "00010000", [1]) + meter.reading(OTHER, "02030000", [1])
    twice = 2 * meter.reading(METER, "00010000", [1])
    cut = meter.answer(METER, "0201FF00", bytes(4), more=True)
    for payload in (two, twice, cut, meter.question(METER, "00010000"), b"", b"\xfe", b"\x68"):
        forms = Forms()
        forms.learn(payload)
        assert forms.read(payload) is None
        alike(payload, MESSAGE, payload)


def test_frames_of_two_meters_are_not_taken_for_those_of_one() -> None:
    energy = meter.reading(METER, "00010000", [1])
    one, two = (energy + meter.reading(who, "02030000", [1]) for who in (METER, OTHER))
    alike(two, one)
