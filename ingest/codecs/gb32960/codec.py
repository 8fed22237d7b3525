"""From a message with GB/T 32960 frames to samples, notices and answers. Pure."""

from dataclasses import dataclass, field

from domain.errors import PayloadError
from domain.reading import Message
from ingest.codecs.decoded import Around, Decoded, Notice, NoticeKind, Reply
from ingest.codecs.gb32960 import report, session, signature
from ingest.codecs.gb32960.answer import BAD_SIGNATURE, NOT_DECRYPTED, REPORTS, answer, refusal
from ingest.codecs.gb32960.exchange import is_in_clear
from ingest.codecs.gb32960.frame import (
    IS_COMMAND,
    PLAIN,
    Command,
    Edition,
    Frame,
    Piece,
    code_text,
    explained,
    header_and_data,
    pieces,
    sole_frame,
)
from ingest.codecs.gb32960.keys import Keyring
from ingest.codecs.gb32960.opening import Opening
from ingest.codecs.raw_topic import link_of, raw_filter
from ingest.codecs.value import MOST_SAMPLES

NAME = "gb32960"
_PLATFORM = b"platform"
_RESULTS = dict.fromkeys(("no_key", "wrong_key", "key_expired"), NOT_DECRYPTED) | dict.fromkeys(
    ("bad_signature", "unsigned", "no_public_key"), BAD_SIGNATURE
)
"""What a sender of the edition of 2025 is told whose frame is refused for one of these reasons."""


@dataclass(frozen=True, slots=True)
class Gb32960:
    """The codec of both editions.

    A frame belongs to the vehicle whose VIN it carries if the topic names no device, or one that
    speaks for others: a platform. Otherwise it belongs to the device of the topic, whatever its
    VIN, because terminals send placeholders; the VIN is then told as a fact of the device.

    Attributes
    ----------
    acknowledges_terminals : bool
        Whether correct reports of a terminal are answered too, as some terminals expect. Those a
        platform passes on always are.
    keys : Keyring
        What encrypted frames are opened and signatures verified with.
    """

    acknowledges_terminals: bool = False
    keys: Keyring = field(default_factory=Keyring, repr=False)
    name: str = field(default=NAME, init=False)
    filters: tuple[str, ...] = field(default=(raw_filter(NAME),), init=False)

    def decode(self, message: Message, around: Around) -> Decoded:
        """Read every frame of a message; one that cannot be read costs no other.

        Raises
        ------
        PayloadError
            If it is empty, has too many frames, or came on a topic that is none of ours.
        """
        sole = sole_frame(message.payload)
        found = _cut(message.payload) if sole is None else []
        reading = _Reading(message, around, self.keys, terminals=self.acknowledges_terminals)
        if sole is not None:
            reading.take(sole, "frame 0 at byte 0")
        for number, piece in enumerate(found):
            place = f"frame {number} at byte {piece.start}"
            if piece.fault:
                reading.refuse(place, explained(message.payload, piece), piece.fault)
            else:
                reading.take(header_and_data(message.payload[piece.start : piece.end]), place)
        return reading.decoded


def _cut(payload: bytes) -> list[Piece]:
    found, _ = pieces(payload, more=False)
    if not 0 < len(found) <= MOST_SAMPLES:
        reason = f"{len(found)} frames in one message: want 1 to {MOST_SAMPLES}"
        raise PayloadError(reason, code="no_sample" if not found else "too_many_samples")
    return found


class _Reading:
    """One message being read."""

    def __init__(self, message: Message, around: Around, keys: Keyring, *, terminals: bool) -> None:
        self._received_at = message.received_at
        self._around = around
        self._link = link_of(message.topic, NAME)
        self._is_platform = bool(self._link) and around.carries_others(self._link)
        self._acknowledges = self._is_platform or terminals
        self.decoded = Decoded(self._link)
        self._keys = keys
        self._opening = Opening(keys, self._link, self._remembered, message.received_at)

    def take(self, frame: Frame, place: str) -> None:
        """Read one sound frame; `place` is where it stands."""
        if frame.answer != IS_COMMAND:
            return  # an answer to something we have not asked: no telemetry
        came = frame
        try:
            if frame.encryption != PLAIN:
                frame = self._opening.opened(frame, code_text(frame.code), self._platform_code())
            if frame.command == Command.KEY_EXCHANGE:
                self._exchange(came)
                return
            error = self._understand(frame, came)
        except PayloadError as fault:
            self.refuse(place, str(fault), fault.code)
            self._tell_sender(came, fault.code)
            return
        if error is not None:
            self.refuse(place, str(error), error.code)
        if self._acknowledges or frame.command not in REPORTS:
            # One read in part is acknowledged too: it is kept, and would be no better next time.
            self._reply(answer(frame, now=self._received_at))

    def refuse(self, place: str, reason: str, code: str) -> None:
        """Say what is wrong with a frame, or with a stretch that is none."""
        self.decoded.errors.append(PayloadError(f"{place}: {reason}", code=code))

    def _understand(self, frame: Frame, came: Frame) -> PayloadError | None:
        """Read what a frame says; returns what is wrong with a report that was read in part."""
        if frame.command not in REPORTS:
            self._tell_of(frame)
            return None
        sample, error = report.sample(frame, self._device(frame))
        if error is not None and frame is not came:
            raise error  # by a wrong key it would be: an encrypted report is read whole or not
        if self._keys:
            link, vehicle = self._keys.link(self._link), self._keys.vehicle(code_text(frame.code))
            signature.judge(frame, sample, vehicle.public or link.keys.public, link)
        if sample.values or sample.raw:
            self.decoded.samples.append(sample)
        return error

    def _tell_of(self, frame: Frame) -> None:
        """Take note of a frame that is no report."""
        match frame.command:
            case Command.LOGIN:
                self._come(self._device(frame), session.login_facts(frame))
            case Command.LOGOUT:
                session.want(frame, session.LOGOUT)
                self._tell(NoticeKind.OFFLINE, self._device(frame))
            case Command.PLATFORM_LOGIN:
                facts = session.platform_facts(frame)
                if self._link and not self._is_platform:
                    self.decoded.kept[self._link] = _PLATFORM
                self._note_platform(frame)
                self._come(self._platform(frame), facts | {"platform": code_text(frame.code)})
            case Command.PLATFORM_LOGOUT:
                session.want(frame, session.LOGOUT)
                self._tell(NoticeKind.OFFLINE, self._platform(frame))
            case Command.HEARTBEAT | Command.TIME_SYNC:
                pass  # nothing but the answer
            case other:
                reason = f"command {other:#04x} of {frame.edition} is none we can read"
                raise PayloadError(reason, code="unknown_command")

    def _exchange(self, frame: Frame) -> None:
        """Take over a key that the sender will encrypt with; `frame` is as it came."""
        code = code_text(frame.code)
        device = self._platform(frame) if code == self._platform_code() else self._device(frame)
        if is_in_clear(frame):
            # Not to quarantine: what is stored there could be read, and used.
            self._tell(NoticeKind.ABOUT, device, {"key_exchange": "in clear: not taken"})
            self._reply(refusal(frame))
            return
        exchange, kept = self._opening.exchange(frame, code)
        self.decoded.kept |= kept
        self._tell(NoticeKind.ABOUT, device, {"key_exchange": exchange.shown})
        self._reply(answer(frame, now=self._received_at))

    def _tell_sender(self, frame: Frame, code: str) -> None:
        """Tell a sender of the edition of 2025 that its keys or signatures are not ours."""
        if frame.edition is Edition.OF_2025 and code in _RESULTS:
            self._reply(refusal(frame, _RESULTS[code]))

    def _reply(self, content: bytes | None) -> None:
        if content:
            self.decoded.replies.append(Reply(None, content))

    def _remembered(self, name: str) -> bytes | None:
        return self.decoded.kept.get(name) or self._around.kept(name)

    def _platform_code(self) -> str:
        """Code of the platform at the other end; empty if there is none."""
        return (self._remembered(f"platform:{self._link}") or b"").decode()

    def _note_platform(self, frame: Frame) -> None:
        """Remember a platform's code: a key it exchanges serves all its vehicles."""
        code = code_text(frame.code)
        if self._keys and code and code != self._platform_code():
            self.decoded.kept[f"platform:{self._link}"] = code.encode()

    def _device(self, frame: Frame) -> str:
        """Whose frame it is, as in `Sample.device`."""
        vin = code_text(frame.code)
        if self._link and not self._is_platform:
            if vin != self._link:
                self._note_vin(vin)
            return ""
        if not vin:
            reason = f"VIN {frame.code.hex(' ')} cannot be the code of a device"
            raise PayloadError(reason, code="bad_device")
        return self._sender_or(vin)

    def _platform(self, frame: Frame) -> str:
        return "" if self._link else self._sender_or(code_text(frame.code))

    def _sender_or(self, code: str) -> str:
        if not self.decoded.sender:
            self.decoded.sender = code
        return "" if code == self.decoded.sender else code

    def _note_vin(self, vin: str) -> None:
        """Tell a VIN that is not the device's code, once."""
        known = self._remembered(self._link)
        if known == _PLATFORM:
            reason = f"{self._link} is a platform and not yet registered as a gateway"
            raise PayloadError(f"{reason}: its vehicles cannot be told apart", code="not_a_gateway")
        if vin and known != vin.encode():
            self.decoded.kept[self._link] = vin.encode()
            self._tell(NoticeKind.ABOUT, "", {"vin": vin})

    def _come(self, device: str, facts: dict[str, str]) -> None:
        self._tell(NoticeKind.ONLINE, device)
        self._tell(NoticeKind.ABOUT, device, facts)

    def _tell(self, kind: NoticeKind, device: str, facts: dict[str, str] | None = None) -> None:
        self.decoded.notices.append(Notice(kind, device, facts or {}))
