"""The command `civicwatt listen`: its options lead to the gate, whatever is tested of it alone."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from ssl import SSLContext, create_default_context
from types import SimpleNamespace
from typing import cast

import pytest

from civicwatt.device_authority import entered_certificate
from device_sim.vendors import gb32960 as vehicle
from ingest.door.issuing import issue_for_device
from ingest.tcp.listener import Listener
from store.telemetry.credential import revoke
from tests.processes import ended
from tests.tcp.conftest import Caller
from tests.tcp.test_gate import (
    AT_ONCE_S,
    KEY,
    NUMBER,
    TERMINAL,
    Administrator,
    answered,
    let_in,
    login,
    refused,
    rest,
    shown_out,
)
from tests.tcp.test_listener import AT, CODE, OLD
from tests.tcp.test_listener_tls import Identity

pytestmark = pytest.mark.db

CIVICWATT = Path(sys.executable).with_name("civicwatt")
SECRET = "a key of tests, of forty characters or so"
Listen = Callable[..., Callable[..., Caller]]


@pytest.fixture
def administrator(database: str) -> Iterator[Administrator]:
    someone = Administrator(database)
    yield someone
    someone.conn.close()


@pytest.fixture
def listen(database: str) -> Iterator[Listen]:
    """Start the command with some options; returns how to call it."""
    environment = {
        "CIVICWATT_DATABASE_URL": database,
        "CIVICWATT_SECRET_KEY": SECRET,
        "PATH": os.environ["PATH"],
    }
    with ExitStack() as stack:

        def start(*options: str | Path) -> Callable[..., Caller]:
            command = [CIVICWATT, "listen", "--port", "0", *options]
            listening = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, text=True
            )
            process = stack.enter_context(ended(listening))
            assert process.stdout is not None
            line = process.stdout.readline()
            assert " on 127.0.0.1:" in line, line
            here = SimpleNamespace(address=("127.0.0.1", int(line.rpartition(":")[2])))

            def call(tls: SSLContext | None = None) -> Caller:
                caller = Caller(cast("Listener", here), tls)
                stack.callback(caller.close)
                return caller

            return call

        yield start


def test_platforms_sign_in_with_the_credential_of_their_gateway(
    listen: Listen, administrator: Administrator
) -> None:
    number, issued = administrator.password(administrator.device("city"))
    call = listen("--codec", "gb32960", "--platforms")
    caller = call()
    assert login(caller, issued[:20]) == let_in(issued[:20])
    assert login(call(), "another") == refused("another")
    revoke(administrator.conn, number)
    assert shown_out(caller) < AT_ONCE_S
    assert login(call(), issued[:20]) == refused(issued[:20])


def test_a_terminal_of_the_list_proves_itself_by_the_code_it_was_issued(
    listen: Listen, administrator: Administrator, tmp_path: Path
) -> None:
    number, issued = administrator.password(administrator.device(NUMBER, "vehicle"))
    terminals = tmp_path / "terminals"
    terminals.write_text(f"{NUMBER}\n", "ascii")
    call = listen("--codec", "jt808", "--terminals", terminals)
    hello = TERMINAL.registration(1, maker="CW", model="T", name="A1", plate="渝A12345")
    assert answered(call(), hello)[3:].decode() == issued
    caller = call()
    assert answered(caller, TERMINAL.proof(2, issued))[-1] == 0
    revoke(administrator.conn, number)
    assert shown_out(caller) < AT_ONCE_S
    assert answered(call(), TERMINAL.proof(3, issued))[-1] == 1


def test_only_known_certificates_come_in_where_that_is_wanted(
    listen: Listen, administrator: Administrator, tmp_path: Path
) -> None:
    server, partner = (Identity(tmp_path, name) for name in ("localhost", "partner"))
    number, issued = administrator.password(city := administrator.device("city"))
    call = listen(
        *("--codec", "gb32960", "--platforms", "--known-certificates"),
        *("--certificate", server.certificate, "--key", server.key),
        *("--authority", partner.certificate),
    )
    shown = create_default_context(cafile=str(server.certificate))
    shown.load_cert_chain(partner.certificate, partner.key)
    stranger = call(shown)
    stranger.send(vehicle.platform_login(OLD, CODE, AT, 1, "city", issued[:20]))
    assert rest(stranger) == b"", "its authority is known, and nobody entered it"
    fingerprint, ends_at = entered_certificate(partner.certificate)
    entered = issue_for_device(
        administrator.conn, KEY, city, topics=(), expires_at=ends_at, certificate=True,
        fingerprint=fingerprint,
    )  # fmt: skip
    caller = call(shown)
    assert login(caller, issued[:20]) == let_in(issued[:20])
    revoke(administrator.conn, entered.id)
    assert shown_out(caller) < AT_ONCE_S
    assert number != entered.id
