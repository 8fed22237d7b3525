"""Real-time and re-issued reports: a time, then sections. Pure."""

from domain.errors import PayloadError
from domain.reading import Quality, Sample
from ingest.codecs.gb32960 import edition2016, edition2025
from ingest.codecs.gb32960.frame import Command, Edition, Frame, instant
from ingest.codecs.gb32960.layouts import Layouts
from ingest.codecs.gb32960.sections import Private, Section

_PRIVATE: dict[int, Section] = {number: Private(number) for number in range(0x80, 0xFF)}
_LAYOUTS = {
    Edition.OF_2016: Layouts(_PRIVATE | edition2016.SECTIONS),
    Edition.OF_2025: Layouts(_PRIVATE | edition2025.SECTIONS),
}
_QUALITY = {
    (False, False): Quality.GOOD,
    (False, True): Quality.SUSPECT,
    (True, False): Quality.LATE,
    (True, True): Quality.LATE | Quality.SUSPECT,
}
"""By whether a report is late, and whether it is doubted."""


def begins(frame: Frame) -> bool:
    """Whether the data are those of a report, as far as their first section."""
    return _LAYOUTS[frame.edition].begin(frame.data)


def sample(frame: Frame, device: str) -> tuple[Sample, PayloadError | None]:
    """What a report says.

    A section of an unknown type has no length: with it the rest of the frame is kept as it is. So
    is a private one that says to be longer than the frame, which terminals do that give theirs no
    length.

    Returns
    -------
    sample : Sample
        Everything up to there.
    error : PayloadError or None
        If a section of a known type does not fit: something in the frame is not what it says.

    Raises
    ------
    PayloadError
        If there is no time.
    """
    ts = instant(frame.data)
    layout, error = _LAYOUTS[frame.edition].of(frame.data)
    found = layout.read(frame.data)
    late, doubted = frame.command == Command.REISSUE, bool(found.suspect)
    return (
        Sample(
            ts,
            found.values,
            device=device,
            quality=_QUALITY[late, doubted],
            suspect=tuple(found.suspect),
            raw=tuple(found.raw),
        ),
        error,
    )
