"""Sequence numbers of Sparkplug B, given to messages as they are published.

An edge node counts all it publishes, of itself and of the devices below it alike, from 0 at its
birth to 255 and from 0 again. So what number a message has is known only when it is sent: a birth
that was asked for meanwhile comes before it. A death the broker publishes in its name has none.
Source: Eclipse Sparkplug specification 3.0.0, section 6.4.
"""

from dataclasses import replace

from device_sim.vendor import Sent
from device_sim.vendors.sparkplug_b import numbered

_NAMESPACE = "spBv1.0"
_NUMBERS = 256


class Sequences:
    """The sequences of any number of edge nodes."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], int] = {}

    def publish(self, sent: Sent) -> Sent:
        """What goes over the wire: `sent` with the next number of its edge node.

        Messages of others stay as they are.
        """
        namespace, *levels = sent.topic.split("/")
        if namespace != _NAMESPACE:
            return sent
        group, kind, node = levels[:3]
        if kind == "NDEATH":
            return sent
        last = -1 if kind == "NBIRTH" else self._last.get((group, node), -1)
        number = self._last[group, node] = (last + 1) % _NUMBERS
        return replace(sent, payload=numbered(sent.payload, number))
