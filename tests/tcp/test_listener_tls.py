"""The listener under TLS, with real certificates on real sockets."""

import subprocess
from pathlib import Path
from ssl import SSLContext, SSLError, TLSVersion, create_default_context

import pytest

from civicwatt.cli import main
from domain.errors import ConfigurationError
from ingest.codecs.gb32960.codec import Gb32960
from ingest.tcp.tls import tls_context
from tests.tcp.conftest import Call, Memory, StartListener
from tests.tcp.test_listener import ANSWER, PLATFORM, answer_to, platform, platform_login, report


class Identity:
    """A key and its certificate, signed by itself."""

    def __init__(self, folder: Path, name: str) -> None:
        self.key, self.certificate = folder / f"{name}.key", folder / f"{name}.crt"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
        command += ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650", "-subj"]
        command += [f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
        command += ["-keyout", str(self.key), "-out", str(self.certificate)]
        subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return Identity(tmp_path_factory.mktemp("server"), "localhost")


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return Identity(tmp_path_factory.mktemp("partner"), "partner")


def trusting(server: Identity) -> SSLContext:
    return create_default_context(cafile=str(server.certificate))


def test_a_platform_sends_by_tls_as_it_would_without(
    start_listener: StartListener, call: Call, server: Identity
) -> None:
    store = Memory(Gb32960())
    listener = start_listener(PLATFORM, store, tls_context(server.certificate, server.key))
    caller = platform(call(listener, trusting(server)))
    frames = [report(number) for number in range(3000)]
    assert len(b"".join(frames)) > 100_000, "more than one read takes"
    caller.send(b"".join(frames))
    assert caller.receive(len(frames) * ANSWER) == b"".join(map(answer_to, frames))
    for byte in report(1):
        caller.send(bytes((byte,)))
    assert caller.receive(ANSWER) == answer_to(report(1))
    assert [message.payload for message in store.stored[1:]] == [*frames, report(1)]


def test_who_is_shown_out_hears_why_and_that_nothing_was_cut_off(
    start_listener: StartListener, call: Call, server: Identity
) -> None:
    listener = start_listener(
        PLATFORM, Memory(Gb32960()), tls_context(server.certificate, server.key)
    )
    stranger = call(listener, trusting(server))
    stranger.send(platform_login("wrong"))
    assert stranger.rest() == answer_to(platform_login("wrong"), 2)


def test_without_tls_nobody_is_heard(
    start_listener: StartListener, call: Call, server: Identity
) -> None:
    store = Memory(Gb32960())
    listener = start_listener(PLATFORM, store, tls_context(server.certificate, server.key))
    silent, plain = call(listener), call(listener)
    plain.send(platform_login() + report(1))
    assert answer_to(platform_login()) not in plain.rest()
    old = trusting(server)
    with pytest.warns(DeprecationWarning, match="TLSVersion"):
        old.maximum_version = TLSVersion.TLSv1_1
    with pytest.raises((SSLError, ConnectionResetError)):
        call(listener, old)
    assert store.stored == []
    platform(call(listener, trusting(server)))
    silent.close()


def test_with_an_authority_only_its_certificates_are_let_in(
    start_listener: StartListener, call: Call, server: Identity, partner: Identity
) -> None:
    store = Memory(Gb32960())
    tls = tls_context(server.certificate, server.key, partner.certificate)
    listener = start_listener(PLATFORM, store, tls)
    for wrong in (None, server):
        stranger = trusting(server)
        if wrong is not None:
            stranger.load_cert_chain(wrong.certificate, wrong.key)
        with pytest.raises((SSLError, ConnectionError)):
            # In TLS 1.3 one hears of it at the first read.
            platform(call(listener, stranger))
    assert store.stored == []
    known = trusting(server)
    known.load_cert_chain(partner.certificate, partner.key)
    platform(call(listener, known))


def test_files_that_do_not_fit_are_named(
    server: Identity, partner: Identity, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="belong together"):
        tls_context(server.certificate, partner.key)
    with pytest.raises(ConfigurationError, match=r"missing\.crt"):
        tls_context(tmp_path / "missing.crt", server.key)
    with pytest.raises(ConfigurationError, match=r"missing\.crt"):
        tls_context(server.certificate, server.key, tmp_path / "missing.crt")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--host", "10.0.0.1"], "without TLS: want --certificate and --key, or --plain"),
        (["--certificate", "a.crt"], "--certificate and --key belong together"),
        (["--authority", "a.crt"], "--certificate and --key belong together"),
        (["--plain", "--certificate", "a", "--key", "b"], "--plain is without TLS"),
        (["--known-certificates"], "--certificate and --key belong together"),
        (
            ["--certificate", "a", "--key", "b", "--known-certificates"],
            "--known-certificates needs the --authority",
        ),
        (["--platforms"], "CIVICWATT_SECRET_KEY has 0 characters"),
    ],
)
def test_the_command_listens_outside_this_machine_by_tls_or_when_told_so(
    arguments: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CIVICWATT_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.delenv("CIVICWATT_SECRET_KEY", raising=False)
    assert main(["listen", "--codec", "gb32960", "--port", "0", *arguments]) == 1
    assert says in capsys.readouterr().err
