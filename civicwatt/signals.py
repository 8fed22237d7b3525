"""How a server process is asked to end."""

import signal
from threading import Event
from types import FrameType


def stop_on_signal() -> Event:
    """Return an event that SIGTERM and SIGINT set; a second signal ends the process at once."""
    stop = Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop
