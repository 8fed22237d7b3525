"""Devices that go on sending whatever happens, and markers by which to see that all has arrived."""

import time
from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from zoneinfo import ZoneInfo

import psycopg

from device_sim.faults.stream import Dispatch
from device_sim.publisher import Publisher, StoppedError
from device_sim.vendor import Sent
from device_sim.vendors.sparkplug_edge import SparkplugB
from device_sim.vendors.sparkplug_sequence import Sequences
from domain.broker_url import BrokerUrl

MARKER = "campaign-marker"
ZONE = ZoneInfo("Asia/Shanghai")
_NUMBERED = "spBv1.0/"
_WAITING = (
    "SELECT DISTINCT topic FROM quarantine"
    " WHERE reason_code = 'birth_awaited' AND settled_at IS NULL"
)
_MARKERS = 8
"""So many at once, that every collector of a group gets some."""


class Load:
    """Publishes a stream at a steady pace, from a thread of its own.

    Edge nodes number what they publish as it goes out, and are born again when they are asked to.

    Parameters
    ----------
    rate : float
        Messages a second, at most. [1/s]
    """

    def __init__(self, url: str, stream: Sequence[Dispatch], rate: float) -> None:
        self._stream = stream
        self._next = 0
        self._sent_s: list[float] = []
        self._lock = Lock()
        self._stop = Event()
        address = BrokerUrl.parse(url)
        self._rate = self._fastest = rate
        self._nodes, self._sequences = SparkplugB(), Sequences()
        self._births: list[Sent] = []
        self._asked: deque[tuple[str, bytes]] = deque()
        self._line = Lock()
        self._publisher = Publisher(
            address,
            client_id="campaign-load",
            stop=self._stop,
            commands=[self._nodes.commands],
            answer=self._hear,
        )
        self._markers = Publisher(address, client_id="campaign-markers", stop=self._stop)
        self._marked = 0
        self._thread = Thread(target=self._run, daemon=True)

    def greet(self, greetings: Sequence[Dispatch]) -> None:
        """Connect, and publish what comes before everything else."""
        self._publisher.__enter__()
        self._markers.__enter__()
        for one in greetings:
            self._send(one)
        self._births = [one.sent for one in greetings if one.sent.topic.startswith(_NUMBERED)]
        self._publisher.drain()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def position(self) -> int:
        """How many messages of the stream have been sent."""
        return self._next

    def last(self, seconds: float) -> None:
        """Go on for so long at least: slower, should what is left not do for it."""
        left = len(self._stream) - self._next
        self._rate = min(self._fastest, max(1.0, left / seconds))

    def send_again(self, seconds: float) -> None:
        """Go back: what was sent within the last `seconds` is sent once more."""
        with self._lock:
            self._next = bisect_left(self._sent_s, time.monotonic() - seconds)
            del self._sent_s[self._next :]

    def finish(self) -> None:
        """Send the rest without a pause; wait until the broker has all of it.

        In the end every edge node is born once more: whoever waits for a birth has it.
        """
        self._rate = float("inf")
        self._thread.join()
        for birth in self._births:
            self._publish(birth)
        self._publisher.drain()

    def close(self) -> None:
        """Stop at once."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        for publisher in (self._publisher, self._markers):
            publisher.__exit__(None, None, None)

    def wait_until_stored(self, database: str, within_s: float) -> float:
        """Send markers and wait until all of them are in the database; the seconds it took."""
        began_s = time.monotonic()
        wanted = range(self._marked, self._marked + _MARKERS)
        self._marked += _MARKERS
        for number in wanted:
            ts = round(time.time() * 1000) - 3_600_000 + number
            payload = f'{{"ts":{ts},"values":{{"active_energy_import_kwh":{number}.0}}}}'
            self._markers.publish(MARKER, payload.encode(), 1)
        with psycopg.connect(database, autocommit=True) as conn:
            while _stored(conn, wanted) < len(wanted):
                if time.monotonic() - began_s > within_s:
                    raise TimeoutError(f"{_stored(conn, wanted)} of {len(wanted)} markers arrived")
                time.sleep(0.05)
        return time.monotonic() - began_s

    def wait_until_read(self, database: str, within_s: float) -> None:
        """Wait until nothing waits for a birth any more."""
        deadline_s = time.monotonic() + within_s
        with psycopg.connect(database, autocommit=True) as conn:
            while waiting := conn.execute(_WAITING).fetchall():
                if time.monotonic() > deadline_s:
                    raise TimeoutError(f"births are waited for on {waiting[:5]}")
                self._answer()
                time.sleep(0.05)

    def _hear(self, topic: str, command: bytes) -> list[Sent]:
        """Note what is asked: it is answered in its turn, so that numbers go out in their order."""
        self._asked.append((topic, command))
        return []

    def _answer(self) -> None:
        while self._asked:
            topic, command = self._asked.popleft()
            for birth in self._nodes.answer(topic, command, datetime.now(UTC), ZONE):
                self._publish(birth)

    def _send(self, one: Dispatch) -> None:
        # What is broken on its way was broken behind its number
        self._publish(one.sent, is_numbered=not one.broken)

    def _publish(self, sent: Sent, *, is_numbered: bool = True) -> None:
        with self._line:
            out = self._sequences.publish(sent) if is_numbered else sent
            self._publisher.send(out.topic, out.payload, 1, retain=out.retain)

    def _run(self) -> None:
        due_s = time.monotonic()
        try:
            while self._next < len(self._stream):
                due_s = max(due_s + 1 / self._rate, time.monotonic() - 1)
                self._stop.wait(max(0.0, due_s - time.monotonic()))
                self._answer()
                with self._lock:
                    one = self._stream[self._next]
                    self._next += 1
                    self._sent_s.append(time.monotonic())
                self._send(one)
        except StoppedError:
            return


def _stored(conn: psycopg.Connection, numbers: range) -> int:
    row = conn.execute(
        "SELECT count(DISTINCT active_energy_import_kwh) FROM electricity_reading"
        " JOIN device USING (device_id) WHERE code = %s"
        " AND active_energy_import_kwh BETWEEN %s AND %s",
        [MARKER, numbers[0], numbers[-1]],
    ).fetchone()
    return int(row[0]) if row else 0
