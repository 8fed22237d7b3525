"""What a listener counts, for Prometheus."""

from prometheus_client import Counter as Total
from prometheus_client import Gauge

_CONNECTIONS = Gauge("civicwatt_listener_connections", "Connections that are open")
_TURNED_AWAY = Total(
    "civicwatt_listener_turned_away", "Connections closed at once because there were too many"
)


def note_connections(count: int) -> None:
    """Say how many connections are open."""
    _CONNECTIONS.set(count)


def note_turned_away() -> None:
    """Count a connection closed at once."""
    _TURNED_AWAY.inc()
