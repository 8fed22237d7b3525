"""What samples that came late can change, and how much must be read to work it out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.fleet.segment import Segment

_GUARDS = 2
"""A sample can change its own trip and the ones beside it; the second one beside holds."""


@dataclass(frozen=True, slots=True)
class Window:
    """Spans of time; None is the beginning, or the end, of all there is. [us].

    Attributes
    ----------
    read_from, read_to : int or None
        Samples to be cut once more, both ends included.
    keep_from, keep_to : int or None
        Segments wholly inside take the place of those known; outside nothing can change.
    """

    read_from: int | None = None
    keep_from: int | None = None
    keep_to: int | None = None
    read_to: int | None = None

    def holds(self, segment: Segment) -> bool:
        """Whether a segment is one of those that take another's place."""
        return (self.keep_from is None or segment.start >= self.keep_from) and (
            self.keep_to is None or segment.end <= self.keep_to
        )


def touched(known: Sequence[Segment], earliest: int, latest: int) -> Window:
    """Window that samples between two instants can change.

    Parameters
    ----------
    known : sequence of Segment
        What was cut before they came, in order of start.
    earliest, latest : int
        Of the late samples. [us]

    Notes
    -----
    A sample may split, join, lengthen or unmake the trip it lies in and the trips beside it, and
    join the charges around a trip that it unmakes. Two trips away on either side nothing moves, as
    no rule looks across a trip that was measured from end to end. The third one back is where the
    second one's own stop begins.
    """
    sound = [each for each in known if each.sound]
    before = [trip for trip in sound if trip.end_before is not None and trip.end_before < earliest]
    after = [trip for trip in sound if trip.start_after is not None and trip.start_after > latest]
    read_from = keep_from = keep_to = read_to = None
    if len(before) >= _GUARDS:
        keep_from = before[-_GUARDS].end
    if len(before) > _GUARDS:
        read_from = before[-_GUARDS - 1].end
    if len(after) >= _GUARDS:
        keep_to = after[_GUARDS - 1].start
    if len(after) > _GUARDS:
        read_to = after[_GUARDS].start
    return Window(read_from, keep_from, keep_to, read_to)


def replaced(known: Sequence[Segment], window: Window, anew: Sequence[Segment]) -> list[Segment]:
    """All segments of a vehicle once the ones in a window were cut once more."""
    outside = [each for each in known if not window.holds(each)]
    inside = [each for each in anew if window.holds(each)]
    return sorted([*outside, *inside], key=lambda each: (each.start, each.end, each.kind))
