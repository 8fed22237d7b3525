"""What meters on a bus answered, from the frames a gateway passed on. Pure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from domain.errors import PayloadError
from domain.reading import Message, Sample
from ingest.codecs.bus_frame import Shape, frames
from ingest.codecs.decoded import Around, Decoded
from ingest.codecs.raw_topic import link_of, speaks_for_others


def decode(
    message: Message,
    around: Around,
    codec: str,
    shape: Shape,
    read: Callable[[bytes, datetime], Sample | None],
) -> Decoded:
    """Read one message of one or more frames.

    Parameters
    ----------
    read : callable
        From a whole frame and the arrival of its message to the sample of the meter it names, or
        to None for a frame that is no reading.

    Raises
    ------
    PayloadError
        If no frame can be read, or it is not clear whose they are.
    """
    decoded = Decoded(sender=link_of(message.topic, codec))
    heard = False
    last: dict[str, int] = {}
    for frame in frames(message.payload, shape):
        if isinstance(frame, PayloadError):
            decoded.errors.append(frame)
            continue
        try:
            sample = read(frame, message.received_at)
        except PayloadError as error:
            decoded.errors.append(error)
            continue
        heard = True
        if sample is not None:
            _add(sample, decoded.samples, last)
    if not heard:
        decoded.errors.append(PayloadError("only bytes that wake the line", code="no_frame"))
        raise decoded.errors[0]
    if not speaks_for_others(decoded.sender, last, around):
        decoded.samples = [replace(sample, device="") for sample in decoded.samples]
    return decoded


def _add(sample: Sample, samples: list[Sample], last: dict[str, int]) -> None:
    """Put values beside those of the meter's frame before, unless one of them is said anew."""
    place = last.get(sample.device)
    if place is not None:
        before = samples[place]
        if before.ts == sample.ts and before.values.keys().isdisjoint(sample.values):
            before.values.update(sample.values)
            return
    last[sample.device] = len(samples)
    samples.append(sample)
