"""A second link for what happens now, while the first is busy with what the broker has kept.

After an outage the messages of hours are queued before those of this moment. While the queue drains
the collector therefore also takes copies of what comes now. The messages themselves follow in their
turn, find themselves known, and are acknowledged then; so nothing depends on a copy, and it is not
acknowledged. Once the queue is empty the lane is closed; and before that where it gains nothing,
because what comes now is history too, as when years of it are sent at once.
"""

import logging
import time
from collections.abc import Callable

from domain.errors import ConfigurationError
from domain.reading import Message
from ingest.link import Link

log = logging.getLogger(__name__)

BEHIND_S = 3.0
"""Messages this late, in full batches, are of a queue that drains. [s]"""
_TRY_AGAIN_S = 60.0
"""A lane that gained nothing is not opened again before. [s]"""


class FastLane:
    """Opens when the collector is behind, and closes when it is not.

    Parameters
    ----------
    make_link : callable
        A new link that wants copies.
    """

    def __init__(self, make_link: Callable[[], Link]) -> None:
        self._make_link = make_link
        self._link: Link | None = None
        self._not_before_s = 0.0

    def receive(self, at_most: int) -> list[Message]:
        """Copies that have come; none while the lane is closed. Does not wait."""
        if self._link is None or at_most <= 0:
            return []
        return self._link.receive(at_most=at_most, timeout_s=0)

    def tend(self) -> None:
        """Keep the lane open while nothing is received."""
        if self._link is not None:
            self._link.tend()

    def note(self, *, behind_s: float, full: bool, copies_behind_s: float | None) -> None:
        """Take note of a batch.

        Parameters
        ----------
        behind_s : float
            How late its messages were. [s]
        full : bool
            Whether more of them wait.
        copies_behind_s : float or None
            How late the least late copy was; None without one. [s]
        """
        if self._link is None:
            if full and behind_s > BEHIND_S and time.monotonic() >= self._not_before_s:
                self._open()
        elif not full and behind_s <= BEHIND_S:
            log.info("the queue is empty: the second link is closed")
            self.close()
        elif copies_behind_s is not None and copies_behind_s > BEHIND_S:
            log.info("what comes now is history too: the second link is closed")
            self._not_before_s = time.monotonic() + _TRY_AGAIN_S
            self.close()

    def close(self) -> None:
        """Close the lane, if it is open."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def _open(self) -> None:
        link = self._make_link()
        try:
            link.open()
        except ConfigurationError as error:
            log.warning("no second link for what comes now: %s", error)
            return
        log.info("behind: a second link takes what comes now")
        self._link = link
