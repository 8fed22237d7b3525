"""How many values it takes to open an alert, and how long a silence to end it."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """When a rule's alerts open, end and come back. All times are event times.

    Attributes
    ----------
    of, within : int
        Values beyond the threshold among so many that it takes to open.
    least : timedelta
        And they must span at least so long.
    hold : timedelta
        Values must speak against it for so long to end it.
    reopen : timedelta
        What comes back within so long is the same alert.
    flap_after : int
        Reopened so often, it is told in a digest only.
    news : timedelta
        What is older than this when it comes opens no alert.
    """

    of: int = 1
    within: int = 1
    least: timedelta = timedelta(0)
    hold: timedelta = timedelta(0)
    reopen: timedelta = timedelta(hours=24)
    flap_after: int = 3
    news: timedelta = timedelta(hours=72)
