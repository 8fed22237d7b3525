"""What a link wants of the broker, and the topic filters that say so. Pure."""

from collections.abc import Sequence
from enum import Enum, auto

_GROUP = "civicwatt"
_GROUP_NOW = "civicwatt-now"


class Membership(Enum):
    """What a link wants of the broker."""

    ALONE = auto()
    """All messages."""
    SHARED = auto()
    """A share of them: the broker divides them among the links that want one."""
    NOW = auto()
    """A copy of what comes from now on, unacknowledged."""
    SHARED_NOW = auto()
    """A share of such copies."""
    LEAVING = auto()
    """What it still holds for us, and no more."""

    @property
    def is_copy(self) -> bool:
        """Whether the same messages come over another link too, which will acknowledge them."""
        return self in (Membership.NOW, Membership.SHARED_NOW)

    @property
    def copies(self) -> "Membership":
        """What a link wants that runs ahead of one that wants this."""
        return Membership.SHARED_NOW if self is Membership.SHARED else Membership.NOW

    def wanted(self, filters: Sequence[str]) -> list[str]:
        """Filters to subscribe to."""
        match self:
            case Membership.LEAVING:
                return []
            case Membership.SHARED:
                return _shared(_GROUP, filters)
            case Membership.SHARED_NOW:
                return _shared(_GROUP_NOW, filters)
            case _:
                return list(filters)

    def stale(self, filters: Sequence[str]) -> list[str]:
        """Filters a session may still have that outlived another way of working."""
        every = {*filters, *_shared(_GROUP, filters)}
        return [] if self.is_copy else sorted(every.difference(self.wanted(filters)))


def _shared(group: str, filters: Sequence[str]) -> list[str]:
    return [f"$share/{group}/{topic}" for topic in filters]
