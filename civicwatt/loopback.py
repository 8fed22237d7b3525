"""Ports on 127.0.0.1, where everything embedded listens and nothing else does."""

import socket

HOST = "127.0.0.1"


def free_port() -> int:
    """A TCP port that nobody listens on now; another process may still take it first."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen on `port` of `host`."""
    with socket.socket() as probe:
        # as servers do, so that connections of a server just stopped do not count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether somebody accepts connections on `port`."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((HOST, port)) == 0
