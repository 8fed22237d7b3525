from datetime import timedelta

from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from device_sim.district import District
from device_sim.payload import LARGEST_PAYLOAD, encoded, packed
from ingest.codecs.native import decode


def test_what_is_sent_is_what_the_native_profile_reads(district: District) -> None:
    start = district.settings.first
    for device in district.devices:
        samples = district.samples(device, start, start + timedelta(days=1), timedelta(minutes=15))
        read = []
        for payload, count in packed(encoded(samples)):
            decoded, errors = decode(payload)
            assert not errors
            assert len(decoded) == count
            read += decoded
        assert [int(sample.ts.timestamp()) for sample in read] == samples.at_s.tolist()
        for name, column in samples.values.items():
            assert [sample.values[name] for sample in read] == list(column)


@limits(max_examples=40)
@given(
    sizes=st.lists(st.integers(2, 60), max_size=80),
    largest=st.integers(80, 400),
)
def test_messages_are_full_but_never_too_large(sizes: list[int], largest: int) -> None:
    samples = [b'"' + b"x" * (size - 2) + b'"' for size in sizes]
    messages = list(packed(samples, largest))
    assert sum(count for _, count in messages) == len(samples)
    assert all(len(payload) <= largest for payload, _ in messages)
    inside = [p.removeprefix(b'{"samples":[').removesuffix(b"]}") for p, _ in messages]
    assert b",".join(inside) == b",".join(samples)


def test_the_demo_broker_would_take_every_message() -> None:
    assert LARGEST_PAYLOAD < 20_480
