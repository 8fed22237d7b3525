"""Topics of Sparkplug B: what kind of message, of which edge node and device. Pure.

Source: Eclipse Sparkplug specification 3.0.0, chapter 4 "Topics and Messages".
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from domain.errors import PayloadError
from ingest.codecs.native import PREFIX
from ingest.codecs.raw_topic import link_of
from ingest.codecs.value import checked_code

NAMESPACE = "spBv1.0"
NAME = "sparkplug_b"
NODE_ITSELF = "~"
"""Stands for the edge node where a device could stand, so that its folders are no devices."""
SEQUENCE = 256
"""Messages of an edge node are numbered from 0 to 255, and from 0 again."""
LAST = 8
"""Place of the last number in what `heard` packs."""
_NODE_LEVELS, _DEVICE_LEVELS = 4, 5


class Kind(StrEnum):
    """What a message is."""

    BIRTH = "BIRTH"
    DEATH = "DEATH"
    DATA = "DATA"
    COMMAND = "CMD"
    STATE = "STATE"
    RAW = "RAW"
    """Passed on below ``cw/v1/<device>/raw``: a birth or data, the topic does not say which."""


@dataclass(frozen=True)
class Topic:
    """What a topic says.

    Attributes
    ----------
    edge : str
        Code of the edge node, ``<group>:<edge node>``; of the sender in a raw topic.
    device : str
        Id of the device below the edge node; empty for the node itself.
    rebirth : str
        Topic of commands to the edge node; empty where there is none.
    """

    kind: Kind
    edge: str = ""
    device: str = ""
    rebirth: str = ""

    @cached_property
    def code(self) -> str:
        """Code of the device that measured: ``<edge>`` or ``<edge>/<device>``."""
        return f"{self.edge}/{self.device}" if self.device else self.edge

    @cached_property
    def session_key(self) -> str:
        """Under which the session of the edge node is kept."""
        # No id has a "#": the keys of one device are nobody else's
        return f"#raw/{self.edge}" if self.kind is Kind.RAW else self.edge

    @cached_property
    def birth_key(self) -> str:
        """Under which the newest birth of the device, or of the node itself, is kept."""
        return f"{self.session_key}/{self.device}"

    @cached_property
    def sequence_key(self) -> str:
        """Under which `heard` of the edge node's sequence is kept."""
        return f"{self.session_key}#seq"

    @cached_property
    def data(self) -> str:
        """Topic of the data of the same edge node or device; empty for raw topics."""
        if self.kind is Kind.RAW:
            return ""
        group, _, node = self.edge.partition(":")
        level = f"{'D' if self.device else 'N'}{Kind.DATA}"
        return "/".join(filter(None, (NAMESPACE, group, level, node, self.device)))

    @cached_property
    def own(self) -> str:
        """`sample_device` of what is in no folder."""
        return self.sample_device("")

    def sample_device(self, folder: str) -> str:
        """`code_of` as samples have it: empty for the sender.

        Raises
        ------
        PayloadError
            If it cannot be the code of a device.
        """
        code = self.code_of(folder)
        return "" if code == self.edge else checked_code(code)

    def code_of(self, folder: str) -> str:
        """Code of what the metrics in a folder belong to; the folder is empty for none."""
        if not folder:
            return self.code
        of_node = self.kind is not Kind.RAW and not self.device
        return f"{self.edge}/{NODE_ITSELF}/{folder}" if of_node else f"{self.code}/{folder}"


def heard(number: int, since_ms: int) -> bytes:
    """What is remembered of a sequence: since when none is missing, and the last number.

    Of two the one with the later instant is the greater, so that the usual message is asked by one
    comparison.
    """
    return since_ms.to_bytes(LAST) + bytes((number,))


def heard_since_ms(remembered: bytes) -> int:
    """Since when no message is missing. [ms since 1970]."""
    return int.from_bytes(remembered[:LAST])


def is_gap(last: int, number: int) -> bool:
    """Whether a message is missing between two of a sequence."""
    return (number - last) % SEQUENCE > 1  # the same number again is the same message again


@lru_cache(maxsize=10_000)  # the same few topics, message after message
def topic_of(topic: str) -> Topic:
    """Read a topic.

    Raises
    ------
    PayloadError
        If it is none of Sparkplug B, or its names could be taken for those of another device.
    """
    if topic.startswith(PREFIX):
        return Topic(Kind.RAW, link_of(topic, NAME))
    levels = topic.split("/")
    if levels[:2] == [NAMESPACE, "STATE"]:
        return Topic(Kind.STATE)
    if levels[0] != NAMESPACE or len(levels) not in (_NODE_LEVELS, _DEVICE_LEVELS):
        raise PayloadError(f"no topic of Sparkplug B: {topic!r}", code="bad_topic")
    group, word, node = levels[1:_NODE_LEVELS]
    device = levels[-1] if len(levels) == _DEVICE_LEVELS else ""
    level, kind = word[:1], word[1:]
    named = group and node and (device or len(levels) == _NODE_LEVELS)
    if level != ("D" if len(levels) == _DEVICE_LEVELS else "N") or kind not in _KINDS or not named:
        raise PayloadError(f"no topic of Sparkplug B: {topic!r}", code="bad_topic")
    if ":" in group or device == NODE_ITSELF:
        reason = f'":" in a group or a device {NODE_ITSELF!r} cannot be told apart: {topic!r}'
        raise PayloadError(reason, code="bad_topic")
    found = Topic(_KINDS[kind], f"{group}:{node}", device, f"{NAMESPACE}/{group}/NCMD/{node}")
    checked_code(found.code)
    return found


_KINDS = {kind.value: kind for kind in (Kind.BIRTH, Kind.DEATH, Kind.DATA, Kind.COMMAND)}
