"""Answers to devices that wait for one, sent once their message is committed."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

from domain.reading import Message
from ingest.codecs.decoded import Reply

AGAIN_AFTER_S = 5.0
"""The same answer to the same topic is not sent again within this time. [s]"""
_REMEMBERED = 100_000


class Outlet(Protocol):
    """Where answers go."""

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish one."""


class Answers:
    """Sends answers, and not the same one in a storm.

    Parameters
    ----------
    clock : callable
        Seconds that only rise. [s]
    """

    def __init__(self, link: Outlet, clock: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._clock = clock
        self._sent_s: OrderedDict[tuple[str, bytes | None], float] = OrderedDict()

    def send(self, replies: Sequence[tuple[Message, Reply]]) -> None:
        """Publish those that have a topic and were not sent a moment ago."""
        now_s = self._clock()
        for _, reply in replies:
            if reply.topic is None:
                continue
            key = reply.topic, None if reply.asks else reply.payload
            if now_s - self._sent_s.get(key, -AGAIN_AFTER_S) < AGAIN_AFTER_S:
                continue
            self._link.publish(reply.topic, reply.payload)
            self._sent_s[key] = now_s
            self._sent_s.move_to_end(key)
            if len(self._sent_s) > _REMEMBERED:
                self._sent_s.popitem(last=False)
