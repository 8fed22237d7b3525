"""Answers to devices that wait for one, sent once their message is committed."""

import time
from collections import OrderedDict
from collections.abc import Sequence

from domain.reading import Message
from ingest.codecs.decoded import Reply
from ingest.link import Link

AGAIN_AFTER_S = 5.0
"""The same answer to the same topic is not sent again within this time. [s]"""
_REMEMBERED = 100_000


class Answers:
    """Sends answers, and not the same one in a storm."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._sent_s: OrderedDict[Reply, float] = OrderedDict()

    def send(self, replies: Sequence[tuple[Message, Reply]]) -> None:
        """Publish those that have a topic and were not sent a moment ago."""
        now_s = time.monotonic()
        for _, reply in replies:
            if (
                reply.topic is None
                or now_s - self._sent_s.get(reply, -AGAIN_AFTER_S) < AGAIN_AFTER_S
            ):
                continue
            self._link.publish(reply.topic, reply.payload)
            self._sent_s[reply] = now_s
            self._sent_s.move_to_end(reply)
            if len(self._sent_s) > _REMEMBERED:
                self._sent_s.popitem(last=False)
