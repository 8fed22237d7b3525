"""What happens to the programs and the lines between them. Each is done, and undone, once."""

import time
from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType

import psycopg
from psycopg.errors import DeadlockDetected

from tests.faults.scene import Scene

Mishap = Callable[[Scene, Random], None]

_BROKER_SAVES_S = 30
"""As `autosave_interval` of its configuration: what it took since is gone after a crash. [s]"""
_BACK_WITHIN_S = 40
"""Longest until collectors are connected to a broker that is there again. [s]"""
_SUBSCRIBED_S = 4
"""From then on until they have subscribed, on a busy machine. What comes before is dropped by a
broker that has forgotten who shares. [s]"""


def collector_killed(scene: Scene, random: Random) -> None:
    """One collector dies without a word, and is started again."""
    name = random.choice(scene.names)
    scene.collectors[name].kill()
    scene.collectors[name].wait()
    scene.start_collector(name)


def collector_stopped(scene: Scene, random: Random) -> None:
    """One collector is asked to stop in full work, and is started again."""
    name = random.choice(scene.names)
    scene.collectors[name].terminate()
    scene.collectors[name].wait(30)
    scene.start_collector(name)


def collector_absent(scene: Scene, random: Random) -> None:
    """One collector is killed and stays away; the other does its work."""
    name = random.choice(scene.names)
    scene.collectors[name].kill()
    scene.collectors[name].wait()
    time.sleep(4)
    scene.start_collector(name)


def listener_killed(scene: Scene, random: Random) -> None:
    """A listener of vehicles dies without a word, and is started again."""
    codec = random.choice(list(scene.listeners))
    scene.listeners[codec].kill()
    scene.listeners[codec].wait()
    scene.start_listener(codec)


def listener_stopped(scene: Scene, random: Random) -> None:
    """A listener of vehicles is asked to stop in full work, and is started again."""
    codec = random.choice(list(scene.listeners))
    scene.listeners[codec].terminate()
    scene.listeners[codec].wait(30)
    scene.start_listener(codec)


def vehicle_line_cut(scene: Scene, random: Random) -> None:
    """Connections of vehicles break, and none can be made for some seconds."""
    lines = [line for _, line in scene.listening.values()]
    for line in lines:
        line.cut()
    time.sleep(random.uniform(1, 3))
    for line in lines:
        line.mend()


def broker_restarted(scene: Scene, random: Random) -> None:
    """The broker stops in order and starts; what it forgets for sharing collectors is sent again.

    Mosquitto 2.0.11 keeps the sessions and queues of sharing collectors over a restart, and forgets
    that they share: what comes before one of them is back goes to nobody.
    """
    del random
    began_s = time.monotonic()
    scene.broker.stop()
    scene.broker.start()
    if scene.shares:
        _wait_for_collectors(scene)
        scene.load.send_again(time.monotonic() - began_s + _BACK_WITHIN_S)


def broker_killed(scene: Scene, random: Random) -> None:
    """The broker dies; devices send again what it had not saved."""
    del random
    began_s = time.monotonic()
    scene.broker.kill()
    scene.broker.start()
    if scene.shares:
        _wait_for_collectors(scene)
    scene.load.send_again(time.monotonic() - began_s + _BROKER_SAVES_S + _BACK_WITHIN_S)


def database_restarted(scene: Scene, random: Random) -> None:
    """The database stops in order and starts."""
    del random
    scene.database.stop()
    scene.database.start()


def database_killed(scene: Scene, random: Random) -> None:
    """All processes of the database die, and it is started again."""
    del random
    scene.database.kill()
    scene.database.start()


def database_away(scene: Scene, random: Random) -> None:
    """The database is down for a while, up to a minute."""
    scene.database.stop()
    time.sleep(random.choice((10, 20, 60)))
    scene.database.start()


def session_terminated(scene: Scene, random: Random) -> None:
    """An administrator ends the collectors' sessions."""
    del random
    with _administrator(scene) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'civicwatt %'"
        )


def table_locked(scene: Scene, random: Random) -> None:
    """Somebody holds the readings for some seconds."""
    with _administrator(scene) as conn, conn.transaction():
        conn.execute("LOCK TABLE electricity_reading, vehicle_reading IN ACCESS EXCLUSIVE MODE")
        time.sleep(random.uniform(4, 8))


def statement_timeout(scene: Scene, random: Random) -> None:
    """The readings are locked for longer than a statement may take."""
    with _administrator(scene) as conn:
        conn.execute("ALTER DATABASE postgres SET statement_timeout = '500ms'")
        session_terminated(scene, random)
        time.sleep(1)
        with conn.transaction():
            conn.execute("LOCK TABLE electricity_reading IN ACCESS EXCLUSIVE MODE")
            time.sleep(3)
        conn.execute("ALTER DATABASE postgres RESET statement_timeout")
    session_terminated(scene, random)


def deadlock(scene: Scene, random: Random) -> None:
    """Somebody takes what the collectors need in the other order, until they are in a deadlock."""
    del random
    with _administrator(scene) as conn:
        # The other side notices first, and is the one to give way.
        conn.execute("SET deadlock_timeout = '60s'")
        before, deadline = _deadlocks(conn), time.monotonic() + 20
        while _deadlocks(conn) == before and time.monotonic() < deadline:
            try:
                with conn.transaction():
                    conn.execute("SELECT FROM collector_count FOR UPDATE")
                    _wait_for_a_waiter(conn)
                    conn.execute("LOCK TABLE electricity_reading IN ACCESS EXCLUSIVE MODE")
            except DeadlockDetected:
                continue


def broker_line_cut(scene: Scene, random: Random) -> None:
    """Connections to the broker break, and none can be made for some seconds."""
    scene.to_broker.cut()
    time.sleep(random.uniform(1, 5))
    scene.to_broker.mend()


def broker_line_silent(scene: Scene, random: Random) -> None:
    """Nothing comes from the broker or reaches it for some seconds."""
    scene.to_broker.silence()
    time.sleep(random.uniform(4, 8))
    scene.to_broker.mend()


def database_line_cut(scene: Scene, random: Random) -> None:
    """Connections to the database break, and none can be made for some seconds."""
    scene.to_database.cut()
    time.sleep(random.uniform(1, 5))
    scene.to_database.mend()


def database_line_silent(scene: Scene, random: Random) -> None:
    """Nothing comes from the database or reaches it; then the connections break."""
    scene.to_database.silence()
    time.sleep(random.uniform(4, 8))
    scene.to_database.cut()
    scene.to_database.mend()


def disk_full(scene: Scene, random: Random) -> None:
    """The database's disk is full for some seconds; it may end for it."""
    scene.database.fill_disk()
    time.sleep(random.uniform(4, 8))
    scene.database.free_disk()
    scene.database.revive()


MISHAPS: Mapping[str, Mishap] = MappingProxyType(
    {
        mishap.__name__: mishap
        for mishap in (
            collector_killed,
            collector_stopped,
            collector_absent,
            listener_killed,
            listener_stopped,
            vehicle_line_cut,
            broker_restarted,
            broker_killed,
            database_restarted,
            database_killed,
            database_away,
            session_terminated,
            table_locked,
            statement_timeout,
            deadlock,
            broker_line_cut,
            broker_line_silent,
            database_line_cut,
            database_line_silent,
            disk_full,
        )
    }
)


def _wait_for_collectors(scene: Scene) -> None:
    """Wait until every collector is connected to the broker that has started.

    One may have ended since its neighbour took over: starting, it gives up without a database.
    """
    log, deadline = scene.broker.data_dir / "broker.log", time.monotonic() + _BACK_WITHIN_S
    while away := [name for name in scene.names if f" as civicwatt-{name} " not in log.read_text()]:
        scene.keep_collectors()
        assert time.monotonic() < deadline, (away, [scene.log(name).read_text() for name in away])
        time.sleep(0.05)
    time.sleep(_SUBSCRIBED_S)


def _administrator(scene: Scene) -> psycopg.Connection:
    return psycopg.connect(scene.database.url, autocommit=True, application_name="campaign")


def _deadlocks(conn: psycopg.Connection) -> int:
    conn.execute("SELECT pg_stat_clear_snapshot()")
    row = conn.execute("SELECT sum(deadlocks) FROM pg_stat_database").fetchone()
    return int(row[0]) if row else 0


def _wait_for_a_waiter(conn: psycopg.Connection) -> None:
    """Wait until a collector waits for us; its own look for deadlocks is a second away then."""
    deadline = time.monotonic() + 5
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while time.monotonic() < deadline:
        row = conn.execute(query).fetchone()
        if row and row[0]:
            return
        time.sleep(0.01)
