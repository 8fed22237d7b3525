"""A network line of the test's own between two programs, which can be cut or fall silent."""

import socket
from contextlib import suppress
from threading import Event, Lock, Thread

from civicwatt.loopback import HOST


class Line:
    """Passes TCP connections on to a port of this machine.

    Attributes
    ----------
    port : int
        Where to connect instead.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._flows = Event()
        self._flows.set()
        self._cut = False
        self._lock = Lock()
        self._ends: set[socket.socket] = set()
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        self._cut = True
        with self._lock:
            ends = list(self._ends)
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def silence(self) -> None:
        """Let nothing through; connections stay."""
        self._flows.clear()

    def mend(self) -> None:
        """Let everything through again."""
        self._cut = False
        self._flows.set()

    def close(self) -> None:
        """End for good."""
        self._flows.set()
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                if self._cut:
                    near.close()
                    continue
                try:
                    far = socket.create_connection((HOST, self._target), timeout=5)
                except OSError:
                    near.close()
                    continue
                far.settimeout(None)
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    self._ends |= {near, far}
                Thread(target=self._pass_on, args=(near, far), daemon=True).start()
                Thread(target=self._pass_on, args=(far, near), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                self._flows.wait()
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._ends -= {source, sink}
        source.close()
