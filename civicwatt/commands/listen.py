"""`civicwatt listen`: frames over TCP into the database."""

import argparse
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from ssl import SSLContext
from zoneinfo import ZoneInfo

from prometheus_client import start_http_server

from civicwatt.signals import stop_on_signal
from domain.device_password import SecretKey
from domain.errors import ConfigurationError
from ingest.codecs.decoded import Codec
from ingest.codecs.gb32960.codec import Gb32960
from ingest.codecs.gb32960.key_file import installed, load
from ingest.codecs.gb32960.wire import (
    LONGEST_PASSWORD,
    Credential,
    Gb32960Wire,
    Issued,
    Platforms,
)
from ingest.codecs.jt808.answer import auth_code
from ingest.codecs.jt808.codec import Jt808
from ingest.codecs.jt808.wire import Jt808Wire
from ingest.codecs.registry import codecs
from ingest.codecs.wire import Wire
from ingest.profile.load import load_profiles
from ingest.router import Router
from ingest.tcp.gate import Gate, kept_gate
from ingest.tcp.listener import Listener
from ingest.tcp.settings import ListenerSettings
from ingest.tcp.tls import tls_context
from ingest.writer import Writer

_PORTS = {"gb32960": 32960, "jt808": 8080}
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_LONGEST_USER = 12


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "listen", help="take frames of vehicles or of a vehicle platform over TCP"
    )
    parser.add_argument("--codec", choices=tuple(_PORTS), required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, help="default: 32960 for gb32960, 8080 for jt808")
    parser.add_argument("--certificate", type=Path, help="speak TLS, with this certificate (PEM)")
    parser.add_argument("--key", type=Path, help="key of the certificate (PEM)")
    parser.add_argument(
        "--authority", type=Path, help="let in only peers with a certificate of this authority"
    )
    parser.add_argument(
        "--known-certificates",
        action="store_true",
        help="of those only certificates that `admin credential certify` has signed or `enter` has "
        "entered, each for its own device",
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="without TLS, for terminals that cannot speak it: on the way anybody can read and "
        "change what they send",
    )
    parser.add_argument(
        "--name", default="listener-0", help="fixed name: the database keeps the counts under it"
    )
    parser.add_argument(
        "--user",
        help="gb32960: serve a platform that logs in with this name, under which it is registered "
        "as a gateway; without it, vehicles are served that log in for themselves",
    )
    parser.add_argument(
        "--password-file", type=Path, help="gb32960: file with the platform's password"
    )
    parser.add_argument(
        "--platforms",
        action="store_true",
        help="gb32960: serve every platform that is registered as a gateway and has a credential "
        "(`admin credential issue`, or the console): its code and the first 20 characters of its "
        "password",
    )
    parser.add_argument(
        "--keys",
        type=Path,
        help="gb32960: file with the keys of vehicles and platforms (default: "
        "CIVICWATT_GB32960_KEYS)",
    )
    parser.add_argument(
        "--terminals",
        type=Path,
        help="jt808: file with the numbers of terminals that may register, one a line; those that "
        "have registered may always come back",
    )
    parser.add_argument(
        "--metrics-port", type=int, help="serve Prometheus on 127.0.0.1 at this port"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Listen until asked to stop."""
    settings = ListenerSettings()
    tls = _tls(args)
    key = _key(args, settings)
    with kept_gate(settings.database_url, key, known_only=args.known_certificates) as gate:
        return _listen(args, settings, tls, gate)


def _listen(
    args: argparse.Namespace, settings: ListenerSettings, tls: SSLContext | None, gate: Gate
) -> int:
    wire, codec = _protocol(args, settings, gate)
    # Only this codec's frames come over TCP; the others are there for what is read again.
    others = [one for one in codecs() if one.name != codec.name]
    writer = Writer(
        settings.database_url,
        collector=args.name,
        zone=ZoneInfo(settings.zone),
        router=Router((codec, *others, *load_profiles(settings.profiles))),
    )
    port = _PORTS[args.codec] if args.port is None else args.port
    try:
        listener = Listener(wire, writer, host=args.host, port=port, tls=tls, gate=gate)
        if args.metrics_port is not None:
            start_http_server(args.metrics_port, addr="127.0.0.1")
        how = "" if tls is None else "by TLS "
        print("listening {}on {}:{}".format(how, *listener.address), flush=True)
        listener.run(stop_on_signal())
    except OSError as error:
        raise ConfigurationError(f"cannot listen on {args.host}:{port}: {error}") from None
    finally:
        writer.close()
    return 0


def _tls(args: argparse.Namespace) -> SSLContext | None:
    """TLS as asked for; without it only on this machine, or where it is asked for in words."""
    wanted = (args.certificate, args.key, args.authority, args.known_certificates or None)
    if all(one is None for one in wanted):
        if not args.plain and args.host not in _THIS_MACHINE:
            raise ConfigurationError(
                f"listening on {args.host} without TLS: want --certificate and --key, or --plain "
                "where terminals cannot speak TLS"
            )
        return None
    if args.plain:
        raise ConfigurationError("--plain is without TLS: want it or a certificate")
    if args.certificate is None or args.key is None:
        raise ConfigurationError("--certificate and --key belong together")
    if args.known_certificates and args.authority is None:
        raise ConfigurationError("--known-certificates needs the --authority that signed them")
    return tls_context(args.certificate, args.key, args.authority)


def _key(args: argparse.Namespace, settings: ListenerSettings) -> SecretKey | None:
    """The key of passwords, where somebody is asked for one that Civicwatt has issued."""
    if args.codec == "jt808" or args.platforms:
        return SecretKey.parse(settings.secret_key)
    return None


def _protocol(
    args: argparse.Namespace, settings: ListenerSettings, gate: Gate
) -> tuple[Wire, Codec]:
    if args.codec == "jt808":
        code_of = _codes(settings.secret_of("jt808"), gate)
        expected = _terminals(args.terminals)
        return Jt808Wire(code_of, expected.__contains__), Jt808(code_of)
    keys = installed() if args.keys is None else load(args.keys)
    return Gb32960Wire(_platforms(args, gate), keys), Gb32960(keys=keys)


def _codes(secret: bytes, gate: Gate) -> Callable[[str], str | None]:
    """Codes of terminals: by the credential of one that has ever had one, else by its number."""
    common = partial(auth_code, secret)

    def code_of(terminal: str) -> str | None:
        issued = gate.book.passwords
        return issued[terminal] if terminal in issued else common(terminal)

    return code_of


def _platforms(args: argparse.Namespace, gate: Gate) -> Platforms | None:
    credential = _credential(args.user, args.password_file)
    if not args.platforms:
        return credential
    if credential is not None:
        raise ConfigurationError("--platforms and --user exclude each other")

    def issued(user: str) -> str | None:
        return gate.book.passwords.get(user)

    return Issued(issued)


def _terminals(file: Path | None) -> Collection[str]:
    if file is None:
        return frozenset()
    lines = (line.strip() for line in _read(file).decode("ascii", "replace").splitlines())
    return frozenset(line for line in lines if line)


def _credential(user: str | None, file: Path | None) -> Credential | None:
    if user is None and file is None:
        return None
    if user is None or file is None:
        raise ConfigurationError("--user and --password-file belong together")
    if not user.isascii() or not user.isalnum() or len(user) > _LONGEST_USER:
        raise ConfigurationError(f"user {user!r}: want up to {_LONGEST_USER} letters and digits")
    password = _read(file).rstrip(b"\r\n")
    if not 0 < len(password) <= LONGEST_PASSWORD:
        reason = f"a password of {len(password)} bytes: want 1 to {LONGEST_PASSWORD}"
        raise ConfigurationError(f"{file}: {reason}")
    return Credential(user, password)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}") from None
