"""First contact: a device that nobody knows yet introduces itself and waits to be accepted.

It signs in with an installer's provisioning credential and publishes
``{"kind": "electricity_meter", "name": "..", "serial": ".."}`` to ``cw/v1/<device>/hello``; every
part may be left out. That puts it on the list of pending devices and does nothing else: a reading
takes a credential of its own, so that a stolen provisioning credential can plant none.
"""

import logging
from collections import deque
from typing import Annotated

import msgspec
from psycopg import Connection

from domain.errors import ConfigurationError, PayloadError
from domain.registry import DeviceKind
from ingest.door.rights import HELLO, check_name
from store.telemetry.credential import introduce
from store.telemetry.device import pending_devices

log = logging.getLogger(__name__)

FILTER = f"cw/v1/+/{HELLO}"
MOST_WAITING = 5000
"""No more devices wait at a time: a list that no person can go through is nobody's."""
LONGEST_HELLO = 4096
"""So much of an introduction is looked at. [byte]"""
_AT_A_TIME = 100
_LONGEST = 200
_Text = Annotated[str, msgspec.Meta(max_length=_LONGEST)]


class _Hello(msgspec.Struct):
    kind: DeviceKind = DeviceKind.OTHER
    name: _Text = ""
    serial: _Text = ""


_decode = msgspec.json.Decoder(_Hello).decode


def read_hello(topic: str, payload: bytes) -> dict[str, str]:
    """Code, kind, name (its code if it has none) and serial number of a device.

    Raises
    ------
    PayloadError
        If it is no introduction.
    """
    try:
        _, _, code, _ = topic.split("/")
        check_name(code)
        hello = _decode(payload or b"{}")
    except (
        ConfigurationError,
        ValueError,  # the topic has other levels
        msgspec.DecodeError,
        UnicodeDecodeError,
        RecursionError,
    ) as error:
        raise PayloadError(f"no introduction on {topic!r}: {error}", code="bad_hello") from error
    if not (hello.name + hello.serial).isprintable():
        raise PayloadError(f"name or serial on {topic!r} is not printable", code="bad_hello")
    return {
        "code": code,
        "kind": hello.kind.value,
        "name": hello.name or code,
        "serial": hello.serial,
    }


def take_introductions(conn: Connection, heard: deque[tuple[str, bytes]]) -> None:
    """Put devices heard on the list, as long as the list has room; some at a time.

    Whoever floods us must not keep us from revoking what lets it in.
    """
    if not heard:
        return
    room, refused = MOST_WAITING - pending_devices(conn), 0
    for _ in range(min(len(heard), _AT_A_TIME)):
        try:
            hello = read_hello(*heard.popleft())
        except PayloadError as error:
            log.debug("%s", error)
            refused += 1
            continue
        if room <= 0:
            refused += 1
        elif introduce(conn, **hello):
            room -= 1
            log.info("%s introduces itself", hello["code"])
    if refused:
        full = f", and {MOST_WAITING} devices wait already" if room <= 0 else ""
        log.warning("%d introductions are not taken%s", refused, full)
