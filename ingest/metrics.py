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
_LEFT_OUT = Total(
    "civicwatt_quarantine_left_out_messages",
    "Messages that could not be read and were not kept, because too many came; they are counted",
)
_IN_FLIGHT = Gauge(
    "civicwatt_messages_in_flight", "Messages received and not yet committed and acknowledged"
)
_OLDEST = Gauge("civicwatt_oldest_unacknowledged_seconds", "Age of the oldest message in flight")
_WAITING = Gauge("civicwatt_database_unavailable", "1 while the database cannot take a batch")


_DROPPED = Gauge(
    "civicwatt_broker_dropped_messages",
    "Messages the broker has dropped since its start, as it counts them itself; each one is lost",
)


def note_committed(counts: Counter[str]) -> None:
    """Add one committed batch."""
    for outcome, samples in counts.items():
        if outcome not in ("received", "left_out"):
            _SAMPLES.labels(outcome).inc(samples)
    _LEFT_OUT.inc(counts["left_out"])


def note_in_flight(messages: int, *, oldest_s: float) -> None:
    """Say how many messages are in hand, and how long the oldest has been."""
    _IN_FLIGHT.set(messages)
    _OLDEST.set(oldest_s)


def note_database(*, available: bool) -> None:
    """Say whether the database takes batches."""
    _WAITING.set(0 if available else 1)


def note_dropped(messages: int) -> None:
    """Say how many messages the broker has dropped."""
    _DROPPED.set(messages)
