"""The doorkeeper beside the worker: a thread of `civicwatt work`, if it knows the broker."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from domain.broker_url import BrokerUrl
from domain.device_password import SecretKey
from ingest.door.answers import answered_topics
from ingest.door.doorkeeper import keep_doors
from ingest.door.settings import AdmissionSettings

log = logging.getLogger(__name__)


@contextmanager
def admitting(settings: AdmissionSettings) -> Iterator[None]:
    """Keep the broker's doors until the block ends.

    A doorkeeper that fails ends the whole process at once, for whoever watches it to start it
    again: any job may run twice. One that cannot reach the broker or the database does not fail; it
    waits for them.

    Raises
    ------
    ConfigurationError
        If the secret key or the broker's address is none, or a profile cannot be used.
    """
    if not settings.broker_admin_url:
        log.debug("no CIVICWATT_BROKER_ADMIN_URL: credentials are not told to the broker")
        yield
        return
    key, broker = SecretKey.parse(settings.secret_key), BrokerUrl.parse(settings.broker_admin_url)
    answered = answered_topics(settings.profiles)
    stop = Event()

    def run() -> None:
        try:
            keep_doors(settings.database_url, broker, key, answered=answered, stop=stop)
        except BaseException:
            log.exception("the doorkeeper has failed")
            logging.shutdown()
            os._exit(1)

    thread = Thread(target=run, name="doorkeeper")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
