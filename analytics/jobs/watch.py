"""Watch what arrives: judge each batch as it is committed, and who is silent every few seconds.

Readings are judged by one evaluator at a time. One that is killed is followed by another, which
goes on where the marks in the store say; what was judged since then is judged again and changes
nothing.
"""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import chain

from psycopg import Connection, OperationalError

from analytics.jobs.alert_surroundings import AlertSurroundings
from analytics.jobs.late_alerts import find_late, judge_late
from analytics.jobs.live_alerts import judge_devices
from analytics.jobs.silent_alerts import Ears, judge_silence
from analytics.jobs.sleeping_alerts import wake
from analytics.jobs.supply_causes import release_supply
from analytics.settings import WorkerSettings
from domain.errors import StoreError
from store.alerts.alert_watch import (
    Late,
    advance,
    claim_live,
    evaluated_to,
    keep_marks,
    listen,
    marks,
)
from store.become import Role, become
from store.server import connect, inspect

_LOOK_S = 0.25
"""How long a batch is waited for before something else is looked at. [s]"""
_IN_COMMIT = timedelta(seconds=20)
"""How much later than the newest a reading may be committed that arrived before it."""
_LATE_S = 0.1
"""Of each look so much may be spent on what came late. [s]"""
_TICK_S, _READ_AGAIN_S, _ASK_AGAIN_S, _TRY_AGAIN_S = 5.0, 30.0, 3600.0, 2.0
_log = logging.getLogger(__name__)


def watch(settings: WorkerSettings, *, should_stop: Callable[[], bool]) -> None:
    """Watch until asked to stop; a lost database is waited for.

    Raises
    ------
    StoreError
        If the database cannot be used at the start.
    """
    _open(settings).close()
    while not should_stop():
        try:
            with _open(settings) as conn, _open(settings) as ear:
                _follow(conn, ear, should_stop)
        except (OperationalError, StoreError) as error:
            _log.warning("lost the database, trying again: %s", error)
            time.sleep(_TRY_AGAIN_S)


def _follow(conn: Connection, ear: Connection, should_stop: Callable[[], bool]) -> None:
    listen(ear)
    while not claim_live(conn):
        time.sleep(_LOOK_S)
        if should_stop():
            return
    evaluator = Evaluator(conn)
    evaluator.catch_up(now=datetime.now(UTC))
    while not should_stop():
        devices, many = _heard(ear)
        evaluator.look(devices, many=many, now=datetime.now(UTC))


def _heard(ear: Connection) -> tuple[set[int], bool]:
    """Devices of the batches that were committed meanwhile, and whether there were too many."""
    devices, many = set[int](), False
    # All that waits is judged at once, or who is behind would stay behind.
    waited = ear.notifies(timeout=_LOOK_S, stop_after=1)
    for notice in chain(waited, ear.notifies(timeout=0)):
        named = {int(part) for part in notice.payload.split(",") if part.isdecimal()}
        devices |= named
        many |= not named
    return devices, many


class Evaluator:
    """Judges readings, and remembers how far, and what changes seldom.

    Parameters
    ----------
    conn : Connection
        In autocommit mode, as the worker.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._around: AlertSurroundings | None = None
        self._ears = Ears()
        self._marks = marks(conn)
        # Before that everything that had arrived was judged by whoever watched: not what waited.
        self._not_done_since = evaluated_to(conn, "live")
        self._looked_for_late = dict(self._marks)
        self._kept = dict(self._marks)
        self._late = dict[int, Late]()
        self._late_since: datetime | None = None
        self._asked_at = self._read_at = self._ticked_at = self._noted_at = datetime.min.replace(
            tzinfo=UTC
        )

    def catch_up(self, *, now: datetime) -> None:
        """Judge what is new of every device: whoever watched before may have been killed."""
        self._judge(self._known(now), self._known(now).devices, now)

    def look(self, devices: set[int], *, many: bool, now: datetime) -> None:
        """Judge a batch's devices, and now and then who is silent and who has slept enough."""
        around = self._known(now)
        if many or devices:
            self._judge(around, around.devices if many else sorted(devices), now)
        if (now - self._ticked_at).total_seconds() >= _TICK_S:
            judge_silence(self._conn, around, self._ears, now=now)
            release_supply(self._conn, around, now=now)
            wake(self._conn, now=now)
            self._find_late(around, now)
            self._ticked_at = now
        self._judge_late(around, now)
        if (now - self._noted_at).total_seconds() >= 1.0:
            self._note()
            self._noted_at = now

    def _judge(self, around: AlertSurroundings, devices: Iterable[int], now: datetime) -> None:
        moved = judge_devices(self._conn, around, devices, self._marks, now=now).marks
        self._marks |= moved
        # Of a device that is new, what comes before the next look is late from here on.
        self._looked_for_late = moved | self._looked_for_late

    def _find_late(self, around: AlertSurroundings, now: datetime) -> None:
        """Look for what came late since the last look; only then are the marks written.

        A device with something late to judge keeps its mark: who comes after a kill finds it again.
        """
        before = self._looked_for_late
        if before:
            arrived = max(mark.received_at for mark in before.values())
            if self._not_done_since is not None:
                arrived = min(arrived, self._not_done_since)
            found = find_late(self._conn, around, before, arrived=arrived - _IN_COMMIT, now=now)
            self._not_done_since = None
            for device_id, came in found.items():
                waiting = self._late.get(device_id, came)
                first, last = min(waiting.first, came.first), max(waiting.last, came.last)
                self._late[device_id] = Late(first, last)
            self._late_since = self._late_since or self._ticked_at
        moved = {
            each: mark
            for each, mark in self._marks.items()
            if each not in self._late and self._kept.get(each) != mark
        }
        keep_marks(self._conn, moved)
        self._kept |= moved
        # What waits to be judged is known: found again at each look, it would never be done with.
        self._looked_for_late = dict(self._marks)

    def _judge_late(self, around: AlertSurroundings, now: datetime) -> None:
        """Judge what came late, a little at a time: what comes now is more urgent."""
        until = time.monotonic() + _LATE_S
        while self._late and time.monotonic() < until:
            device_id, came = self._late.popitem()
            if device_id in around.devices:
                judged_to = self._marks[device_id].judged_to
                judge_late(self._conn, around, device_id, came, judged_to, now=now)
        if not self._late:
            self._late_since = None

    def _known(self, now: datetime) -> AlertSurroundings:
        if self._around is None or (now - self._read_at).total_seconds() >= _READ_AGAIN_S:
            self._around = AlertSurroundings.read(self._conn, since=now - timedelta(days=3))
            self._read_at = now
        if (now - self._asked_at).total_seconds() >= _ASK_AGAIN_S:
            self._ears, self._asked_at = Ears(), now
        return self._around

    def _note(self) -> None:
        # What came late is found at the next look round, and judged when there is time: until it
        # is, nothing later is told to be.
        advance(self._conn, "live", self._late_since or self._ticked_at)


def _open(settings: WorkerSettings) -> Connection:
    conn = connect(settings.database_url, name="civicwatt watch")
    inspect(conn)
    become(conn, Role.WORK)
    return conn
