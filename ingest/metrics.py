"""What a collector counts, for Prometheus. All in samples, so that the figures add up."""

from collections import Counter

from prometheus_client import Counter as Total
from prometheus_client import Gauge

_SAMPLES = Total(
    "civicwatt_samples",
    "Samples taken from the broker and committed, by what became of them; "
    "stored + merged + duplicate + conflicting + quarantined + without_reading = all received",
    ["outcome"],
)
_IN_FLIGHT = Gauge(
    "civicwatt_messages_in_flight", "Messages received and not yet committed and acknowledged"
)
_OLDEST = Gauge("civicwatt_oldest_unacknowledged_seconds", "Age of the oldest message in flight")
_WAITING = Gauge("civicwatt_database_unavailable", "1 while the database cannot take a batch")


def note_committed(counts: Counter[str]) -> None:
    """Add one committed batch."""
    for outcome, samples in counts.items():
        if outcome != "received":
            _SAMPLES.labels(outcome).inc(samples)


def note_in_flight(messages: int, *, oldest_s: float) -> None:
    """Say how many messages are in hand, and how long the oldest has been."""
    _IN_FLIGHT.set(messages)
    _OLDEST.set(oldest_s)


def note_database(*, available: bool) -> None:
    """Say whether the database takes batches."""
    _WAITING.set(0 if available else 1)
