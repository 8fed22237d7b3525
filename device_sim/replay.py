"""Publishes recorded readings: at their own pace, faster, or as fast as the broker takes them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from threading import Event

import msgspec

from device_sim.payload import packed
from device_sim.publisher import Publisher, StoppedError
from device_sim.recordings.recording import Reading

_AT_ONCE = 150
"""Samples of a device that are collected before they are sent; of meters about one message."""

_encode = msgspec.json.Encoder().encode


def replay_fast(readings: Iterable[Reading], publisher: Publisher) -> None:
    """Publish as fast as the broker acknowledges, several samples to a message."""
    waiting: dict[str, list[bytes]] = {}
    for reading in readings:
        samples = waiting.setdefault(reading.device, [])
        samples.append(_sample(reading))
        if len(samples) >= _AT_ONCE:
            _publish(publisher, reading.device, samples)
            samples.clear()
    for device, samples in waiting.items():
        _publish(publisher, device, samples)
    publisher.drain()


def replay_paced(
    readings: Iterable[Reading],
    publisher: Publisher,
    *,
    speed: float,
    stop: Event,
    clock: Callable[[], float],
) -> None:
    """Publish each reading when it is due, counted from the first one.

    Parameters
    ----------
    speed : float
        Recorded seconds that pass in one second of the clock [1].
    clock : callable
        Monotonic seconds [s].

    Raises
    ------
    StoppedError
        If asked to stop meanwhile.
    """
    began_s, first = clock(), None
    for reading in readings:
        first = first or reading.at
        wait_s = began_s + _seconds(first, reading.at) / speed - clock()
        if wait_s > 0 and stop.wait(wait_s):
            raise StoppedError
        _publish(publisher, reading.device, [_sample(reading)])
    publisher.drain()


def _publish(publisher: Publisher, device: str, samples: list[bytes]) -> None:
    for payload, count in packed(samples):
        publisher.publish(device, payload, count)


def _sample(reading: Reading) -> bytes:
    ts = round(reading.at.timestamp() * 1000)
    return _encode({"ts": ts, "values": reading.values})


def _seconds(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()
