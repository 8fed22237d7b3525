"""When what was not taken is sent again, and when it is given up."""

from datetime import timedelta

_WAITS = (5, 15, 60, 300, 900, 1800, 3600)
"""After the first, second, .. attempt. [s]"""
ATTEMPTS = len(_WAITS) + 1
"""After so many a message is dead: somebody has to look at it."""


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts; None when it is given up."""
    return timedelta(seconds=_WAITS[attempts - 1]) if attempts < ATTEMPTS else None
