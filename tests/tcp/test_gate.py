"""Refused, withdrawn, renewed: who is connected is shown out at once and does not come in again.

On a real database, through a gate that hears of what administrators do, and over real sockets.
"""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from ssl import SSLContext, SSLEOFError, create_default_context

import psycopg
import pytest

from civicwatt.device_authority import DeviceAuthority, entered_certificate, fingerprint_of
from device_sim.vendors import gb32960 as vehicle
from device_sim.vendors import jt808 as car
from domain.device_password import SecretKey
from ingest.codecs.gb32960.codec import Gb32960
from ingest.codecs.gb32960.wire import Credential, Gb32960Wire, Issued
from ingest.codecs.jt808.answer import auth_code
from ingest.codecs.jt808.codec import Jt808
from ingest.codecs.jt808.frame import cut, parsed
from ingest.codecs.jt808.wire import Jt808Wire
from ingest.door.issuing import issue_for_device, renew
from ingest.tcp.gate import Gate, kept_gate
from ingest.tcp.listener import Listener
from ingest.tcp.tls import tls_context
from store.places.place import set_device_status
from store.telemetry.credential import credentials, note_fingerprint, register, revoke
from tests.tcp.conftest import Call, Caller, Memory, StartListener
from tests.tcp.test_listener import ANSWER, AT, CODE, OLD, answer_to, report, until, vin
from tests.tcp.test_listener_tls import Identity, trusting

pytestmark = pytest.mark.db

KEY = SecretKey.parse("a key of tests, of forty characters or so")
AT_ONCE_S = 5.0
"""Usually within half a second; machines that run tests are busy."""
NUMBER = "13912345678"
TERMINAL = car.Terminal(NUMBER)
TOMORROW = timedelta(days=1)


class Administrator:
    """Whoever registers, refuses, issues and withdraws."""

    def __init__(self, database: str) -> None:
        self.url = database
        self.conn = psycopg.connect(database, autocommit=True)
        self.conn.execute("SET ROLE civicwatt_admin")

    def device(self, code: str, kind: str = "gateway") -> tuple[int, str]:
        """Register and accept one; returns its id and code."""
        made = register(
            self.conn, code=code, kind=kind, name_zh=code, name_en=code, profile="gb32960"
        )
        set_device_status(self.conn, made, "accepted")
        return made, code

    def password(self, device: tuple[int, str]) -> tuple[int, str]:
        """Issue one; returns its id and itself."""
        issued = issue_for_device(self.conn, KEY, device, topics=())
        return issued.id, issued.password

    def renewed(self, credential: int) -> str:
        """The new password of a credential."""
        return renew(self.conn, KEY, credentials(self.conn, credential_id=credential)[0]).password


@pytest.fixture
def administrator(database: str) -> Iterator[Administrator]:
    someone = Administrator(database)
    yield someone
    someone.conn.close()


@pytest.fixture
def keep(database: str) -> Iterator[Callable[..., Gate]]:
    """A gate that follows the database until the test ends."""
    with ExitStack() as gates:
        yield lambda **how: gates.enter_context(kept_gate(database, KEY, **how))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return Identity(tmp_path_factory.mktemp("server"), "localhost")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an authority of devices, as `ops/make_secrets.py` makes it."""
    folder = tmp_path_factory.mktemp("authority")
    made = Identity(folder, "authority")
    made.certificate.rename(folder / "device_authority")
    made.key.rename(folder / "device_authority_key")
    return folder


def login(caller: Caller, password: str) -> bytes:
    caller.send(vehicle.platform_login(OLD, CODE, AT, 1, "city", password))
    return caller.receive(ANSWER)


def let_in(password: str) -> bytes:
    return answer_to(vehicle.platform_login(OLD, CODE, AT, 1, "city", password))


def refused(password: str) -> bytes:
    return answer_to(vehicle.platform_login(OLD, CODE, AT, 1, "city", password), 2)


def rest(caller: Caller) -> bytes:
    """Everything until the end, which need not be an orderly one."""
    try:
        return caller.rest()
    except SSLEOFError:
        return b""


def shown_out(caller: Caller) -> float:
    """Wait for the end of a connection; returns how many seconds it took."""
    began = time.monotonic()
    assert rest(caller) == b""
    return time.monotonic() - began


def platforms(gate: Gate) -> Gb32960Wire:
    def issued(user: str) -> str | None:
        return gate.book.passwords.get(user)  # of the book as it is then

    return Gb32960Wire(Issued(issued))


def test_a_refused_platform_is_shown_out_at_once_and_its_neighbour_stays(
    start_listener: StartListener,
    call: Call,
    keep: Callable[..., Gate],
    administrator: Administrator,
) -> None:
    city = administrator.device("city")
    gate = keep()
    wire = Gb32960Wire(Credential("city", b"geheim"))
    listener = start_listener(wire, Memory(Gb32960()), None, gate)
    caller = call(listener)
    assert login(caller, "geheim") == let_in("geheim")
    set_device_status(administrator.conn, city[0], "refused")
    assert shown_out(caller) < AT_ONCE_S
    assert login(call(listener), "geheim") == refused("geheim")
    set_device_status(administrator.conn, city[0], "accepted")
    until(lambda: login(call(listener), "geheim") == let_in("geheim"))


def test_a_refused_vehicle_of_its_own_is_shown_out_and_others_stay(
    start_listener: StartListener,
    call: Call,
    keep: Callable[..., Gate],
    administrator: Administrator,
) -> None:
    first = administrator.device(vin(1), "vehicle")
    listener = start_listener(Gb32960Wire(), Memory(Gb32960()), None, keep())
    callers = [call(listener), call(listener)]
    for number, caller in enumerate(callers, 1):
        caller.send(vehicle.login(OLD, vin(number), AT, 1, "8986"))
        caller.receive(ANSWER)
    set_device_status(administrator.conn, first[0], "refused")
    assert shown_out(callers[0]) < AT_ONCE_S
    callers[1].send(vehicle.heartbeat(OLD, vin(2)))
    assert callers[1].receive(25) == vehicle.frame(OLD, 7, vin(2), b"", answer=1)


def test_a_platform_signs_in_with_the_credential_it_was_issued_until_it_is_renewed_or_revoked(
    start_listener: StartListener,
    call: Call,
    keep: Callable[..., Gate],
    administrator: Administrator,
) -> None:
    number, issued = administrator.password(administrator.device("city"))
    gate = keep()
    listener = start_listener(platforms(gate), Memory(Gb32960()), None, gate)
    old = issued[:20]
    caller = call(listener)
    assert login(caller, old) == let_in(old)
    assert login(call(listener), old[:19]) == refused(old[:19])
    new = administrator.renewed(number)[:20]
    assert shown_out(caller) < AT_ONCE_S
    assert login(call(listener), old) == refused(old)
    caller = call(listener)
    assert login(caller, new) == let_in(new)
    revoke(administrator.conn, number)
    assert shown_out(caller) < AT_ONCE_S
    assert login(call(listener), new) == refused(new)
    assert login(call(listener), "") == refused(""), "no password is no way in"


def test_a_terminals_code_ends_with_its_credential_and_registering_gives_the_new_one(
    start_listener: StartListener,
    call: Call,
    keep: Callable[..., Gate],
    administrator: Administrator,
) -> None:
    device = administrator.device(NUMBER, "vehicle")
    gate = keep()
    common = partial(auth_code, b"of the listener")

    def code_of(terminal: str) -> str | None:
        issued = gate.book.passwords
        return issued[terminal] if terminal in issued else common(terminal)

    wire = Jt808Wire(code_of, {NUMBER}.__contains__)
    listener = start_listener(wire, Memory(Jt808(code_of), gateways=()), None, gate)

    def granted() -> str:
        hello = TERMINAL.registration(1, maker="CW", model="T", name="A1", plate="渝A12345")
        return answered(call(listener), hello)[3:].decode()

    def proved(code: str) -> tuple[Caller, int]:
        caller = call(listener)
        return caller, answered(caller, TERMINAL.proof(2, code))[-1]

    first = granted()
    caller, result = proved(first)
    assert result == 0
    number, second = administrator.password(device)
    assert shown_out(caller) < AT_ONCE_S
    assert proved(first)[1] == 1
    assert granted() == second
    caller, result = proved(second)
    assert result == 0
    revoke(administrator.conn, number)
    assert shown_out(caller) < AT_ONCE_S
    assert proved(second)[1] == 1
    assert granted() == ""


def test_a_withdrawn_certificate_ends_its_connection_and_another_of_the_device_goes_on(
    start_listener: StartListener,
    call: Call,
    keep: Callable[..., Gate],
    administrator: Administrator,
    server: Identity,
    authority: Path,
    tmp_path: Path,
) -> None:
    city, village = administrator.device("city"), administrator.device("village")
    tls = tls_context(server.certificate, server.key, authority / "device_authority")
    wire = Gb32960Wire(Credential("city", b"geheim"))
    listener = start_listener(wire, Memory(Gb32960()), tls, keep(known_only=True))

    def certified(device: tuple[int, str]) -> tuple[int, SSLContext]:
        until_at = datetime.now(UTC) + TOMORROW
        issued = issue_for_device(
            administrator.conn, KEY, device, topics=(), expires_at=until_at, certificate=True
        )
        key, request, signed = (tmp_path / f"{issued.username}.{end}" for end in ("k", "r", "c"))
        command = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        command += ["-nodes", "-subj", "/CN=x", "-keyout", str(key), "-out", str(request)]
        subprocess.run(command, check=True, capture_output=True)
        signed.write_bytes(
            DeviceAuthority.open(authority).sign(
                request, name=issued.username, now=datetime.now(UTC), until=until_at
            )
        )
        note_fingerprint(administrator.conn, issued.id, fingerprint_of(signed.read_bytes()))
        shown = trusting(server)
        shown.load_cert_chain(signed, key)
        return issued.id, shown

    (old, first), (_, second), (_, foreign) = certified(city), certified(city), certified(village)
    with_first, with_second = call(listener, first), call(listener, second)
    for caller in (with_first, with_second):
        until(lambda one=caller: login(one, "geheim") == let_in("geheim"))
    revoke(administrator.conn, old)
    assert shown_out(with_first) < AT_ONCE_S
    with_second.send(report(1))
    assert with_second.receive(ANSWER) == answer_to(report(1))
    again = call(listener, first)
    again.send(vehicle.platform_login(OLD, CODE, AT, 1, "city", "geheim"))
    assert rest(again) == b"", "not even an answer"
    assert login(call(listener, foreign), "geheim") == refused("geheim"), "another's certificate"


def test_a_certificate_of_another_authority_is_entered_and_withdrawn(
    start_listener: StartListener,
    call: Call,
    keep: Callable[..., Gate],
    administrator: Administrator,
    server: Identity,
    tmp_path: Path,
) -> None:
    city = administrator.device("city")
    partner = Identity(tmp_path, "partner")
    tls = tls_context(server.certificate, server.key, partner.certificate)
    wire = Gb32960Wire(Credential("city", b"geheim"))
    listener = start_listener(wire, Memory(Gb32960()), tls, keep())
    shown = create_default_context(cafile=str(server.certificate))
    shown.load_cert_chain(partner.certificate, partner.key)
    caller = call(listener, shown)
    assert login(caller, "geheim") == let_in("geheim"), "the authority's word counts"
    fingerprint, ends_at = entered_certificate(partner.certificate)
    entered = issue_for_device(
        administrator.conn, KEY, city, topics=(), expires_at=ends_at, certificate=True,
        fingerprint=fingerprint,
    )  # fmt: skip
    caller.send(report(1))
    assert caller.receive(ANSWER) == answer_to(report(1))
    revoke(administrator.conn, entered.id)
    assert shown_out(caller) < AT_ONCE_S
    again = call(listener, shown)
    again.send(vehicle.platform_login(OLD, CODE, AT, 1, "city", "geheim"))
    assert rest(again) == b""


def test_a_gate_that_lost_the_database_catches_up(
    start_listener: StartListener,
    call: Call,
    keep: Callable[..., Gate],
    administrator: Administrator,
    database: str,
) -> None:
    city = administrator.device("city")
    listener: Listener = start_listener(
        Gb32960Wire(Credential("city", b"geheim")), Memory(Gb32960()), None, keep()
    )
    caller = call(listener)
    assert login(caller, "geheim") == let_in("geheim")
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'civicwatt gate'"
        )
    set_device_status(administrator.conn, city[0], "refused")
    assert caller.rest() == b""


def answered(caller: Caller, frame: bytes) -> bytes:
    """Body of the one answer to a frame."""
    caller.send(frame)
    got = b""
    while True:
        got += caller.receive(1)
        frames, rest = cut(got)
        if frames and not rest:
            return parsed(frames[0]).body
