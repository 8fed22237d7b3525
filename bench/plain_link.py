"""The collector's link as it would be on paho-mqtt as it comes: the peer of `ingest.link`."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from domain.broker_url import BrokerUrl
from domain.reading import Message
from ingest.link import KEEPALIVE_S, Link


class PlainLink(Link):
    """Same session, same answers; every byte read and every acknowledgement sent by paho's loop."""

    def __init__(
        self, url: BrokerUrl, *, client_id: str, filters: Sequence[str], **_of_the_group: object
    ) -> None:
        self._url = url
        self._filters = filters
        self._taken: list[Message] = []
        self._plain = client = Client(
            CallbackAPIVersion.VERSION2, client_id, clean_session=False, protocol=MQTTv311,
            manual_ack=True,
        )  # fmt: skip
        client.on_message = self._take

    def open(self) -> None:
        """Connect and subscribe."""
        self._plain.connect(self._url.host, self._url.port, KEEPALIVE_S)
        while not self._plain.is_connected():
            self._plain.loop(0.1)
        self._plain.subscribe([(topic, 1) for topic in self._filters])

    def receive(self, *, at_most: int, timeout_s: float) -> list[Message]:
        """Messages that have arrived, waiting at most `timeout_s` for the first one."""
        self._plain.loop(timeout_s)
        while 0 < len(self._taken) < at_most:
            before = len(self._taken)
            self._plain.loop(0)
            if len(self._taken) == before:
                break
        messages, self._taken = self._taken, []
        return messages

    def tend(self) -> None:
        """Keep the connection while nothing is received."""
        self._plain.loop_misc()

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Acknowledge each message by itself."""
        for message in messages:
            self._plain.ack(message.mid, 1)

    def close(self) -> None:
        """Say goodbye."""
        self._plain.disconnect()
        self._plain.loop(0.1)

    def _take(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._taken.append(
            Message(
                mid=message.mid,
                connection=1,
                topic=message.topic,
                payload=bytes(message.payload),
                retained=message.retain,
                received_at=datetime.now(UTC),
            )
        )
