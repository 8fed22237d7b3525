"""From a message with JT/T 808 frames to samples, notices and answers. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from domain.errors import PayloadError
from domain.reading import Message
from ingest.codecs.decoded import Around, Decoded, Notice, NoticeKind, Reply
from ingest.codecs.jt808 import answer
from ingest.codecs.jt808.frame import Frame, cut, parsed
from ingest.codecs.jt808.parts import Parts
from ingest.codecs.jt808.position import batch, position
from ingest.codecs.jt808.registration import authentication_facts, registration_facts
from ingest.codecs.raw_topic import link_of, raw_filter
from ingest.codecs.value import MOST_SAMPLES

NAME = "jt808"
CodeOf: TypeAlias = Callable[[str], str | None]
"""Code that the terminal of a number must show; None for one that is given none."""


class Kind(IntEnum):
    """Messages that say something to Civicwatt."""

    UNREGISTER = 0x0003
    REGISTER = 0x0100
    AUTHENTICATE = 0x0102
    POSITION = 0x0200
    BATCH = 0x0704


_ANSWERS = frozenset({0x0001, 0x0104, 0x0107, 0x0201, 0x0302, 0x0700, 0x0802, 0x0805})
"""What a terminal says to something that was asked of it. It waits for nothing."""
_WITHOUT_READING = frozenset(
    {0x0002, 0x0108, 0x0301, 0x0303, 0x0500, 0x0701, 0x0702, 0x0705, 0x0800, 0x0801, 0x0900, 0x0901}
)
"""Heartbeats, events, waybills, drivers, pictures, passed-on bytes: nothing measured."""
_KNOWN = _ANSWERS | _WITHOUT_READING | frozenset(Kind)
_COLLECTED = frozenset({Kind.POSITION, Kind.BATCH})


@dataclass(frozen=True, slots=True)
class Jt808:
    """The codec of both editions.

    A frame belongs to the terminal whose number it carries if the topic names no device, or one
    that speaks for others; otherwise to the device of the topic.

    Attributes
    ----------
    code_of : callable or None
        None where terminals wait for no answer: behind a gateway that answers them itself and
        passes their frames on over MQTT.
    """

    code_of: CodeOf | None = field(default=None, repr=False)
    name: str = field(default=NAME, init=False)
    filters: tuple[str, ...] = field(default=(raw_filter(NAME),), init=False)

    def decode(self, message: Message, around: Around) -> Decoded:
        """Read every frame of a message; one that cannot be read costs no other.

        Raises
        ------
        PayloadError
            If it has no or too many frames, it is not clear whose they are, or it came on a topic
            that is none of ours.
        """
        link = link_of(message.topic, NAME)
        pieces, rest = cut(message.payload)
        pieces += [rest] if rest else []
        if not 0 < len(pieces) <= MOST_SAMPLES:
            reason = f"{len(pieces)} frames in one message: want 1 to {MOST_SAMPLES}"
            raise PayloadError(reason, code="no_frame" if not pieces else "too_many_samples")
        reading = _Reading(link, around, self.code_of)
        for number, piece in enumerate(pieces):
            try:
                reading.take(piece)
            except PayloadError as error:
                reason = f"frame {number}: {error}"
                reading.decoded.errors.append(PayloadError(reason, code=error.code))
        return reading.decoded


class _Reading:
    """One message being read."""

    def __init__(self, link: str, around: Around, code_of: CodeOf | None) -> None:
        self._link = link
        self._around = around
        self._code_of = code_of
        self._is_gateway = bool(link) and around.carries_others(link)
        self._only = ""
        self.decoded = Decoded(link)

    def take(self, piece: bytes) -> None:
        """Read one piece, and answer it.

        One that could not be understood is answered too: it is kept, and would be no better next
        time.
        """
        frame = parsed(piece)
        device = self._device(frame.code)
        self._answer(frame)
        if frame.encrypted and frame.body:
            raise PayloadError("the body is encrypted: it is kept whole", code="encrypted")
        if frame.total > 1:
            self._collect(frame, device)
        else:
            self._understand(frame, device)

    def _device(self, code: str) -> str:
        """Whose frame it is, as in `Sample.device`."""
        if self._link and not self._is_gateway:
            if self._only not in ("", code):
                reason = f"{self._link} is no gateway, and sends frames of {self._only} and {code}"
                raise PayloadError(reason, code="many_devices")
            self._only = code
            return ""
        if not self.decoded.sender:
            self.decoded.sender = code
        return "" if code == self.decoded.sender else code

    def _answer(self, frame: Frame) -> None:
        if self._code_of is None or frame.message in _ANSWERS:
            return
        if frame.message == Kind.REGISTER:
            granted = self._code_of(frame.code)
            result = answer.TERMINAL_UNKNOWN if granted is None else answer.DONE
            reply = answer.registration(frame, result, granted or "")
        else:
            known = frame.message in _KNOWN
            reply = answer.general(frame, answer.DONE if known else answer.UNSUPPORTED)
        self.decoded.replies.append(Reply(None, reply))

    def _collect(self, frame: Frame, device: str) -> None:
        """Keep a part until the message is whole; only of messages that hold readings."""
        if frame.message not in _COLLECTED:
            return
        begun = Parts.begun_by(frame)
        key = f"{self._link}/{frame.code}/{frame.message:04x}"
        raw = self.decoded.kept.get(key, self._around.kept(key))
        before = Parts.unpacked(raw) if raw else begun
        parts = (before if before.is_same(begun) else begun).with_part(frame)
        body = parts.whole()
        self.decoded.kept[key] = b"" if body is not None else parts.packed()
        if body is not None:
            self._understand(frame._replace(body=body), device)
        if not before.is_same(begun):
            got = f"{len(before.bodies)} of {before.total}"
            reason = f"message {before.first} was given up with {got} parts"
            raise PayloadError(reason, code="parts_missing")

    def _understand(self, frame: Frame, device: str) -> None:
        match frame.message:
            case Kind.POSITION:
                self.decoded.samples.append(position(frame.body, device))
            case Kind.BATCH:
                samples, errors = batch(frame.body, device)
                self.decoded.samples += samples
                self.decoded.errors += errors
            case Kind.REGISTER:
                self._tell(NoticeKind.ABOUT, device, registration_facts(frame))
            case Kind.AUTHENTICATE:
                self._tell(NoticeKind.ONLINE, device)
                self._tell(NoticeKind.ABOUT, device, authentication_facts(frame))
            case Kind.UNREGISTER:
                self._tell(NoticeKind.OFFLINE, device)
            case other if other not in _KNOWN:
                reason = f"message {other:#06x} is none we can read"
                raise PayloadError(reason, code="unknown_message")

    def _tell(self, kind: NoticeKind, device: str, facts: dict[str, str] | None = None) -> None:
        if facts or kind is not NoticeKind.ABOUT:
            self.decoded.notices.append(Notice(kind, device, facts or {}))
