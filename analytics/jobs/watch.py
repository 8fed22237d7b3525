"""Watch what arrives: judge each batch as it is committed, and who is silent every few seconds.

Newest values are judged by one evaluator at a time. One that is killed is followed by another,
which begins with the newest of every device; what was judged already changes nothing.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain

from psycopg import Connection, OperationalError

from analytics.jobs.alert_surroundings import AlertSurroundings
from analytics.jobs.live_alerts import judge_devices
from analytics.jobs.silent_alerts import Ears, judge_silence
from analytics.jobs.sleeping_alerts import wake
from analytics.settings import WorkerSettings
from domain.errors import StoreError
from store.alert_watch import advance, claim_live, listen
from store.become import Role, become
from store.server import connect, inspect

_LOOK_S = 0.25
"""How long a batch is waited for before something else is looked at. [s]"""
_TICK_S, _READ_AGAIN_S, _TRY_AGAIN_S = 5.0, 30.0, 2.0
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
    """Judges newest values, and remembers what changes seldom.

    Parameters
    ----------
    conn : Connection
        In autocommit mode, as the worker.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._around: AlertSurroundings | None = None
        self._ears = Ears()
        self._read_at = self._ticked_at = self._noted_at = datetime.min.replace(tzinfo=UTC)

    def catch_up(self, *, now: datetime) -> None:
        """Judge the newest of every device: whoever watched before may have been killed."""
        around = self._known(now)
        judge_devices(self._conn, around, around.devices, now=now)
        self._note(now)

    def look(self, devices: set[int], *, many: bool, now: datetime) -> None:
        """Judge a batch's devices, and now and then who is silent and who has slept enough."""
        around = self._known(now)
        if many or devices:
            judge_devices(self._conn, around, around.devices if many else sorted(devices), now=now)
        if (now - self._ticked_at).total_seconds() >= _TICK_S:
            judge_silence(self._conn, around, self._ears, now=now)
            wake(self._conn, now=now)
            self._ticked_at = now
        if (now - self._noted_at).total_seconds() >= 1.0:
            self._note(now)

    def _known(self, now: datetime) -> AlertSurroundings:
        if self._around is None or (now - self._read_at).total_seconds() >= _READ_AGAIN_S:
            self._around = AlertSurroundings.read(self._conn, since=now - timedelta(days=3))
            self._ears, self._read_at = Ears(), now
        return self._around

    def _note(self, now: datetime) -> None:
        advance(self._conn, "live", now)
        self._noted_at = now


def _open(settings: WorkerSettings) -> Connection:
    conn = connect(settings.database_url, name="civicwatt watch")
    inspect(conn)
    become(conn, Role.WORK)
    return conn
