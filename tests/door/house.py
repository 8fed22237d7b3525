"""A house with a door: a database, the production broker, a doorkeeper, an administrator."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import psycopg

from domain.broker_url import BrokerUrl
from domain.device_password import SecretKey
from ingest.door.answers import answered_topics
from ingest.door.doorkeeper import keep_doors
from ingest.door.dynsec import DynamicSecurity
from ingest.door.issuing import Issued, issue_for_device
from store.places.place import set_device_status
from store.telemetry.credential import credentials, register
from tests.production import WAIT_S, Device, ProductionBroker, signed_in

SECRET = "a key of tests, of forty characters or so"
KEY = SecretKey.parse(SECRET)
AT_ONCE_S = 1.0
TOMORROW = timedelta(days=1)


class House:
    """A database, the broker, and what an administrator does."""

    def __init__(self, broker: ProductionBroker, database: str) -> None:
        self.broker = broker
        self.url = database
        self.conn = psycopg.connect(database, autocommit=True)
        self.conn.execute("SET ROLE civicwatt_admin")
        self.start_doorkeeper()

    def start_doorkeeper(self, profiles: Path | None = None) -> None:
        """Start a doorkeeper, with an installation's own profiles."""
        admin = BrokerUrl.parse(self.broker.url_of("broker_admin_url"))
        self.stop = Event()
        self.doorkeeper = Thread(
            target=keep_doors,
            args=(self.url, admin, KEY),
            kwargs={"answered": answered_topics(profiles), "stop": self.stop},
        )
        self.doorkeeper.start()

    def end_doorkeeper(self) -> None:
        """End it in an orderly way."""
        self.stop.set()
        self.doorkeeper.join()

    def close(self) -> None:
        """End everything but the broker."""
        self.end_doorkeeper()
        self.conn.close()

    def device(self, code: str, *topics: str) -> Issued:
        """A registered device's credential, once the broker knows it."""
        issued = issue_for_device(self.conn, KEY, (self.register(code), code), topics=topics)
        self.wait_until_applied(issued)
        return issued

    def register(self, code: str) -> int:
        """Id of a new device, accepted."""
        made = register(
            self.conn, code=code, kind="other", name_zh=code, name_en=code, profile="native"
        )
        set_device_status(self.conn, made, "accepted")
        return made

    def id_of(self, code: str) -> int:
        """Id of a device."""
        row = self.conn.execute("SELECT device_id FROM device WHERE code = %s", [code]).fetchone()
        assert row is not None
        return int(row[0])

    def wait_until_applied(self, issued: Issued) -> None:
        """Wait until the broker does what the database says of a credential."""
        self.wait_until(lambda: self.is_applied(issued))

    @staticmethod
    def wait_until(true: Callable[[], bool], within_s: float = WAIT_S) -> None:
        """Wait for something, not for long."""
        deadline = time.monotonic() + within_s
        while not true():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def sign_in(
        self, issued: Issued, client_id: str = "any", will: str = ""
    ) -> AbstractContextManager[Device]:
        """A device with its password, from outside."""
        return signed_in(
            self.broker.outside, name=issued.username, password=issued.password,
            client_id=client_id, authority=self.broker.certificate, will=will,
        )  # fmt: skip

    def collector(self) -> AbstractContextManager[Device]:
        """The collector, from inside."""
        url = urlsplit(self.broker.url_of("collector_mqtt_url"))
        return signed_in(
            self.broker.inside, name=url.username, password=url.password, client_id="collector-0"
        )

    def is_applied(self, issued: Issued) -> bool:
        """Whether the broker does what the database says of a credential."""
        return credentials(self.conn, credential_id=issued.id)[0].applied_at is not None

    def lets_in(self, issued: Issued) -> bool:
        """Whether a device comes in with its password."""
        try:
            with self.sign_in(issued):
                return True
        except PermissionError:
            return False

    def administer(self, *commands: dict[str, object]) -> None:
        """Do what somebody else does with the broker's own tool."""
        url = BrokerUrl.parse(self.broker.url_of("broker_admin_url"))
        with DynamicSecurity(url, filters=[], heard=lambda *_: None) as broker:
            broker.ask(commands)
