"""What changed between two cuts of the same span, to be kept as revisions. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """What has a name that stays; a `Segment`, or a segment as it is kept."""

    @property
    def id(self) -> str:
        """Its name."""
        ...


T = TypeVar("T", bound=Named)


class Change(StrEnum):
    """What became of a segment."""

    ADDED = "added"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Revision(Generic[T]):
    """A change of one segment.

    Attributes
    ----------
    before, after : Segment or None
        None where it was not there.
    """

    change: Change
    before: T | None
    after: T | None


def revisions(before: Sequence[T], after: Iterable[T]) -> list[Revision[T]]:
    """Changes by the names of segments; what is equal in everything is no change."""
    old = {each.id: each for each in before}
    found = []
    for now in after:
        then = old.pop(now.id, None)
        if then is None:
            found.append(Revision(Change.ADDED, None, now))
        elif then != now:
            found.append(Revision(Change.CHANGED, then, now))
    return found + [Revision(Change.GONE, each, None) for each in old.values()]
