"""What runs in a demo, for whoever waits for it to come to something."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from civicwatt.crew import Crew
from civicwatt.local_api import metrics
from civicwatt.sign_in import SignIn
from device_sim.district import District
from domain.errors import CivicwattError

LOOK_S = 0.2
"""How often the supervisor looks after its processes. [s]"""
STILL_S = 1.0
"""A collector that takes nothing for so long has taken all there is. [s]"""


class DemoError(CivicwattError):
    """The demo cannot go on."""


class StoppedError(CivicwattError):
    """Asked to stop. Caught where the demo is led."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What runs.

    Attributes
    ----------
    port : int
        Of the API and the console.
    sign_in, reviewer : SignIn
        Of the administrator, and of the second person who checks what they do.
    watchers : (SignIn, SignIn)
        Of the security and the audit administrator.
    database_url : str
        The superuser's.
    folder : Path
        Where it keeps its data.
    metrics_port : int
        Where the collector shows its counts.
    stop : Event
        Set when asked to stop.
    """

    port: int
    sign_in: SignIn
    reviewer: SignIn
    watchers: tuple[SignIn, SignIn]
    district: District
    database_url: str
    folder: Path
    metrics_port: int
    crew: Crew
    stop: Event

    @property
    def truth_file(self) -> Path:
        """Where the simulator of ``--once`` writes what truly happened."""
        return self.folder / "truth.jsonl"

    def wait_until(self, done: Callable[[], bool], *, within_s: float = float("inf")) -> None:
        """Wait, looking after the processes meanwhile.

        Parameters
        ----------
        within_s : float
            Longest wait. [s]

        Raises
        ------
        DemoError
            If a process has ended by itself, with its last lines; or if it takes too long.
        StoppedError
            If asked to stop meanwhile.
        """
        deadline = time.monotonic() + within_s
        while not done():
            if name := self.crew.fallen():
                raise DemoError(f"{name} has ended by itself, saying: {self.crew.last_lines(name)}")
            if time.monotonic() > deadline:
                raise DemoError(f"not ready after {within_s:.0f} s")
            if self.stop.wait(LOOK_S):
                raise StoppedError("asked to stop")

    def collects(self) -> bool:
        """Whether the collector is connected to the broker; it shows its counts only then."""
        return bool(metrics(self.metrics_port))

    def is_drained(self) -> bool:
        """Whether the collector has nothing in hand and takes nothing more; waits to see."""
        before = _taken(self.metrics_port)
        time.sleep(STILL_S)
        return before is not None and before == _taken(self.metrics_port)


def _taken(port: int) -> float | None:
    """Samples a collector has committed; None while it has some in hand, or does not answer."""
    counts = metrics(port)
    if counts.get("civicwatt_messages_in_flight") != 0:
        return None
    return sum(n for name, n in counts.items() if name.startswith("civicwatt_samples_total"))
