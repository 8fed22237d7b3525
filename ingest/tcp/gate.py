"""The gate of a listener: the guest book, kept at what the database says.

A thread of its own hears of every change as the doorkeeper of the broker does, so that who is
refused, or whose credential is withdrawn or rotated, is shown out within a moment. While the
database is away the last book counts: nothing can be stored or answered then anyhow.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psycopg
from psycopg import Connection

from domain.device_password import SecretKey
from domain.errors import StoreError
from ingest.tcp.guest_book import GuestBook
from store.become import Role, become
from store.server import connect, inspect
from store.telemetry.caller import callers
from store.telemetry.credential import listen

log = logging.getLogger(__name__)

_LOOK_AGAIN_S = 10.0
"""The book is read anew after so long without news: a credential may have ended by itself. [s]"""
_TICK_S = 0.5
_PAUSE_S = 1.0


class Gate:
    """Who may be connected now.

    Attributes
    ----------
    book : GuestBook
        Replaced by another one as soon as something has changed.
    known_only : bool
        Whether a peer's certificate must be one that was issued or entered here.
    """

    def __init__(self, book: GuestBook | None = None, *, known_only: bool = False) -> None:
        self.book = GuestBook() if book is None else book
        self.known_only = known_only


@contextmanager
def kept_gate(url: str, key: SecretKey | None, *, known_only: bool = False) -> Iterator[Gate]:
    """A gate that follows the database until the block ends.

    Parameters
    ----------
    url : str
        A login that is a member of ``civicwatt_collect``.

    Raises
    ------
    StoreError
        If the database cannot be read at the start.
    """
    conn = _open(url)
    gate = Gate(GuestBook.of(callers(conn), key), known_only=known_only)
    stop = Event()
    thread = Thread(target=_follow, args=(gate, url, key, conn, stop), name="gate")
    thread.start()
    try:
        yield gate
    finally:
        stop.set()
        thread.join()


def _follow(gate: Gate, url: str, key: SecretKey | None, conn: Connection, stop: Event) -> None:
    try:
        while not stop.is_set():
            try:
                if conn.closed:
                    conn = _open(url)
                _follow_by(conn, gate, key, stop)
            except (psycopg.Error, StoreError) as error:
                log.warning("who may call is not heard of: %s", " ".join(str(error).split()))
                conn.close()
                stop.wait(_PAUSE_S)
    except BaseException:
        # A gate that nobody keeps lets in whoever was withdrawn: whoever watches us starts anew.
        log.exception("the gate has failed")
        logging.shutdown()
        os._exit(1)
    finally:
        conn.close()


def _follow_by(conn: Connection, gate: Gate, key: SecretKey | None, stop: Event) -> None:
    while not stop.is_set():
        book = GuestBook.of(callers(conn), key)
        if book != gate.book:
            gate.book = book
        waited_s = 0.0
        while not stop.is_set() and waited_s < _LOOK_AGAIN_S:
            if [*conn.notifies(timeout=_TICK_S, stop_after=1)]:
                break
            waited_s += _TICK_S


def _open(url: str) -> Connection:
    conn = connect(url, name="civicwatt gate")
    inspect(conn)
    become(conn, Role.COLLECT)
    listen(conn)  # first: what changes while the book is read is heard of
    return conn
