"""Messages read by their codecs, and who they are from. Pure."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from domain.errors import PayloadError
from domain.reading import Message
from ingest.codecs.decoded import Codec, Decoded
from ingest.codecs.raw_topic import CODECS
from ingest.router import Router
from ingest.surroundings import Surroundings
from store.telemetry.device import HeardDevice

log = logging.getLogger(__name__)

_OWN = "cw/v1/"
"""Topics under which every device has the names of the native profile, whatever it speaks there."""
_NATIVE = "native"


@dataclass(slots=True)
class ReadMessage:
    """A message and what its codec made of it.

    Attributes
    ----------
    codec : str or None
        None when no codec claims the topic.
    namespace : str
        The profile in which names of devices are to be understood.
    decoded : Decoded or None
        None when nothing of it can be read; `error` says why.
    """

    message: Message
    codec: str | None
    namespace: str
    decoded: Decoded | None
    error: PayloadError | None = None

    def is_of(self, profile: str) -> bool:
        """Whether a device of that profile may be meant.

        A device that sends frames below its own name may be registered under the codec of these,
        and may send others there too: a gateway has meters of several kinds behind it.
        """
        if profile in (self.namespace, self.codec):
            return True
        return self.namespace == _NATIVE and profile in CODECS


def read_messages(
    messages: Iterable[Message], router: Router, world: Surroundings
) -> list[ReadMessage]:
    """Read every message, in order; what codecs hand over is in `world` for the next one."""
    codec_of = router.codec_of
    return [_read(message, codec_of(message.topic), world) for message in messages]


def _read(message: Message, codec: Codec | None, world: Surroundings) -> ReadMessage:
    if codec is None:
        reason = f"no profile claims the topic {message.topic[:200]!r}"
        return ReadMessage(message, None, "", None, PayloadError(reason, code="bad_topic"))
    namespace = _NATIVE if message.topic.startswith(_OWN) else codec.name
    try:
        decoded = codec.decode(message, world.for_codec(codec.name))
    except PayloadError as error:
        return ReadMessage(message, codec.name, namespace, None, error)
    except Exception as bug:  # one codec's mistake must not end the collector of all the others
        log.exception("codec %s fails on a message of %s", codec.name, message.topic)
        reason = f"the codec fails: {type(bug).__name__}: {bug}"
        failure = PayloadError(reason, code="codec_failed")
        return ReadMessage(message, codec.name, namespace, None, failure)
    if decoded.kept and message.is_copy:
        # Read out of its turn it would spoil what older messages still on their way are read with.
        return ReadMessage(message, codec.name, namespace, Decoded(decoded.sender))
    if decoded.kept:
        world.memory.keep(codec.name, decoded.kept, message.received_at)
    return ReadMessage(message, codec.name, namespace, decoded)


def unheard_of(reads: Iterable[ReadMessage], world: Surroundings) -> list[HeardDevice]:
    """Devices that say something and are not in the registry, gateways first.

    Each is registered under what it spoke when it was first heard.
    """
    found: dict[str, HeardDevice] = {}
    for read in reads:
        decoded = read.decoded
        if decoded is None or read.message.retained:
            continue
        profile = read.codec or read.namespace
        sender = decoded.sender
        known = world.devices.get(sender)
        if known is None:
            if sender and (decoded.samples or decoded.errors or decoded.notices):
                found.setdefault(sender, HeardDevice(sender, profile, None))
        elif known.status == "refused":
            continue  # nor does anything behind it ask to be let in
        for sample in decoded.samples:
            code = sample.device
            if code and code not in world.devices:
                found.setdefault(code, HeardDevice(code, profile, sender or None))
    return list(found.values())
