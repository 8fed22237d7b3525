"""What a codec makes of one message, and what it may ask about the world. Pure.

A codec or a profile turns a message into `Decoded`. It keeps no sessions and asks no clock: what it
must remember from one message to the next (a birth certificate, an alias table) it hands over in
`Decoded.kept` and finds again through `Around.kept`, also after a restart and in another collector
unless it says that this is of no use.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from domain.errors import PayloadError
from domain.reading import Message, Sample


class NoticeKind(StrEnum):
    """What a message says of a device beside its measurements."""

    ONLINE = "online"
    OFFLINE = "offline"
    ABOUT = "about"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a device that is no measurement.

    Attributes
    ----------
    device : str
        Its code; empty for the sender of the message.
    about : dict of str to str
        Facts a device tells of itself, such as ``iccid``, ``serial``, ``firmware``,
        ``report_interval_s``; with `NoticeKind.ABOUT`.
    """

    kind: NoticeKind
    device: str = ""
    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer the sender waits for; sent once its message is safely stored.

    Attributes
    ----------
    topic : str or None
        MQTT topic; None for back over the connection the message came by.
    asks : bool
        Whether it asks for something: asked a moment ago, it is not asked again in other words.
    """

    topic: str | None
    payload: bytes
    asks: bool = False


@dataclass(slots=True)
class Decoded:
    """Everything one message says.

    Attributes
    ----------
    sender : str
        Code of the device that sent it, as topic or payload says; empty when neither does.
    samples : list of Sample
        The good ones, in order.
    errors : list of PayloadError
        One for each sample that cannot be read; the others are not lost for it, and the message is
        kept whole in quarantine.
    kept : dict of str to bytes
        What later messages can only be read with, by a key of the codec's choice.
    passing : tuple of str
        Those keys of `kept` that are worth nothing once this collector has ended: they are not
        stored, and no other collector hears of them.
    frees : tuple of str
        Topics whose messages were set aside to wait for this one: they are read again.
    """

    sender: str
    samples: list[Sample] = field(default_factory=list)
    errors: list[PayloadError] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    passing: tuple[str, ...] = ()
    frees: tuple[str, ...] = ()


class Around(Protocol):
    """What a codec may ask about the world around a message."""

    def zone_of(self, device: str) -> ZoneInfo:
        """Zone of the place where a device stands, for times without one."""

    def carries_others(self, device: str) -> bool:
        """Whether a device is a gateway or platform that speaks for devices named in its frames."""

    def kept(self, key: str) -> bytes | None:
        """What an earlier message of this codec handed over under `key`; None when none did."""


class Codec(Protocol):
    """Reads the messages of one family of topics."""

    @property
    def name(self) -> str:
        """Its name, as in ``civicwatt decode --profile`` and ``cw/v1/<device>/raw/<codec>``."""

    @property
    def filters(self) -> tuple[str, ...]:
        """MQTT topic filters whose messages it reads."""

    def decode(self, message: Message, around: Around) -> Decoded:
        """Read one message.

        Raises
        ------
        PayloadError
            If nothing of it can be read. No other exception, whatever the bytes.
        """
