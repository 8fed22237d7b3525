"""`civicwatt admin credential` and `provisioning`: what devices sign in with at the broker."""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from civicwatt.administering import administering, device_named
from civicwatt.device_authority import DeviceAuthority, entered_certificate, fingerprint_of
from civicwatt.settings import CredentialSettings
from domain.device_password import SecretKey
from domain.errors import InputError
from ingest.door.answers import answered_topics
from ingest.door.guest_list import broker_file, wanted_doors
from ingest.door.issuing import Issued, issue_for_device, issue_for_installer, own_topics, renew
from store.people.session import audit
from store.telemetry.credential import Credential, credentials, entries, note_fingerprint, revoke

_MOST_DAYS = 3650


def add(tasks: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the tasks to `civicwatt admin`."""
    parser = tasks.add_parser("credential", help="issue, rotate, revoke, list credentials")
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    issue = steps.add_parser("issue", help="give a device a password, printed this once")
    issue.add_argument("device", help="code of the device")
    _add_topics(issue)
    issue.set_defaults(run=_issue)

    sign = steps.add_parser("certify", help="sign a device's key instead of a password")
    sign.add_argument("device", help="code of the device")
    sign.add_argument("--csr", type=Path, required=True, help="its signing request, in PEM")
    sign.add_argument("--authority", type=Path, required=True, help="folder of the authority")
    sign.add_argument("--out", type=Path, required=True, help="where the certificate goes")
    sign.add_argument("--days", type=_days, default=365, help="how long it is valid")
    _add_topics(sign)
    sign.set_defaults(run=_certify)

    enter = steps.add_parser(
        "enter", help="know a certificate of another authority, so that it can be revoked over TCP"
    )
    enter.add_argument("device", help="code of the device or platform it is of")
    enter.add_argument("--certificate", type=Path, required=True, help="in PEM")
    enter.add_argument("--note", default="", help="where it is from")
    enter.set_defaults(run=_enter)

    rotate = steps.add_parser("rotate", help="a new password; the old one ends at once")
    rotate.add_argument("id", type=int)
    rotate.set_defaults(run=_rotate)

    _add_revoke(steps)
    listing = steps.add_parser("list", help="list credentials")
    listing.add_argument("--device", help="of this device only")
    listing.set_defaults(run=_list)

    file = steps.add_parser("broker-file", help="the broker's list of users, for many at once")
    file.add_argument("--first", type=Path, required=True, help="ops/secrets/broker_users")
    file.add_argument("--out", type=Path, required=True, help="dynamic-security.json")
    file.set_defaults(run=_broker_file)

    parser = tasks.add_parser(
        "provisioning", help="let an installer's devices introduce themselves"
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    issue = steps.add_parser("issue", help="a password for devices nobody knows yet")
    issue.add_argument("--days", type=_days, default=7, help="until it ends by itself")
    issue.add_argument("--note", default="", help="what it is for")
    issue.set_defaults(run=_provision)
    _add_revoke(steps)


def _add_topics(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--topic", action="append", help="of its own; left out: those of its profile that name it"
    )


def _add_revoke(steps: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    end = steps.add_parser("revoke", help="end it for good, open connections too")
    end.add_argument("id", type=int)
    end.set_defaults(run=_revoke)


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{days}: want 1 to {_MOST_DAYS}")
    return days


def _key() -> SecretKey:
    return SecretKey.parse(CredentialSettings().secret_key)


def _issue(args: argparse.Namespace) -> int:
    _show(_issue_for(args))
    return 0


def _issue_for(
    args: argparse.Namespace, *, expires_at: datetime | None = None, certificate: bool = False
) -> Issued:
    key = _key()
    with administering() as conn, conn.transaction():
        device = device_named(conn, args.device)
        if device.status == "refused":
            raise InputError("it is refused: accept it first", place=device.code)
        topics = args.topic
        if topics is None:
            topics = own_topics(device.profile, device.code, CredentialSettings().profiles)
        try:
            return issue_for_device(
                conn,
                key,
                (device.id, device.code),
                topics=topics,
                answered=answered_topics(CredentialSettings().profiles),
                expires_at=expires_at,
                certificate=certificate,
            )
        except psycopg.errors.UniqueViolation:
            reason = "it has a password already: rotate or revoke it"
            raise InputError(reason, place=device.code) from None


def _certify(args: argparse.Namespace) -> int:
    authority, now = DeviceAuthority.open(args.authority), datetime.now(UTC)
    until = now + timedelta(days=args.days)
    authority.check(args.csr)  # before the database knows of it
    issued = _issue_for(args, expires_at=until, certificate=True)
    signed = authority.sign(args.csr, name=issued.username, now=now, until=until)
    with administering() as conn:
        note_fingerprint(conn, issued.id, fingerprint_of(signed))
    args.out.write_bytes(signed)
    print(f"credential {issued.id}: {issued.username}, until {until:%Y-%m-%d}, in {args.out}")
    return 0


def _enter(args: argparse.Namespace) -> int:
    fingerprint, until = entered_certificate(args.certificate)
    key = _key()
    with administering() as conn, conn.transaction():
        device = device_named(conn, args.device)
        try:
            issued = issue_for_device(
                conn,
                key,
                (device.id, device.code),
                topics=(),
                expires_at=until,
                certificate=True,
                fingerprint=fingerprint,
                note=args.note,
            )
        except psycopg.errors.UniqueViolation:
            raise InputError("it is known already", place=str(args.certificate)) from None
    print(f"credential {issued.id}: {issued.username}, until {until:%Y-%m-%d}")
    return 0


def _rotate(args: argparse.Namespace) -> int:
    key = _key()
    with administering() as conn, conn.transaction():
        answered = answered_topics(CredentialSettings().profiles)
        issued = renew(conn, key, _credential(conn, args.id), answered=answered)
    _show(issued)
    return 0


def _provision(args: argparse.Namespace) -> int:
    key, until = _key(), datetime.now(UTC) + timedelta(days=args.days)
    with administering() as conn, conn.transaction():
        issued = issue_for_installer(conn, key, note=args.note, expires_at=until)
    _show(issued)
    return 0


def _revoke(args: argparse.Namespace) -> int:
    with administering() as conn, conn.transaction():
        old = _credential(conn, args.id)
        if not revoke(conn, old.id):
            raise InputError("it is revoked already", place=f"credential {old.id}")
        audit(conn, "credential_revoked", old.username, {"credential": old.id})
    print(f"revoked {old.username}")
    return 0


def _list(args: argparse.Namespace) -> int:
    with administering() as conn:
        device = None if args.device is None else device_named(conn, args.device).id
        for one in credentials(conn, device_id=device):
            print(
                f"{one.id:6}  {one.kind:12}  {_state(one):22}  {one.username}  {one.note}".rstrip()
            )
    return 0


def _broker_file(args: argparse.Namespace) -> int:
    key = _key()
    with administering() as conn:
        answered = answered_topics(CredentialSettings().profiles)
        wanted, passwords = wanted_doors(entries(conn), key, answered)
    try:
        text = broker_file(args.first.read_bytes(), wanted, passwords)
        args.out.touch(mode=0o600)
        args.out.write_bytes(text)
    except OSError as error:
        raise InputError(str(error), place=str(args.out)) from error
    left_out = len(wanted.clients) - len(passwords)
    print(f"{len(passwords)} credentials in {args.out}, {left_out} of another secret key left out")
    return 0


def _state(credential: Credential) -> str:
    if credential.revoked_at is not None:
        return f"revoked {credential.revoked_at:%Y-%m-%d}"
    if credential.expires_at is not None and credential.expires_at <= datetime.now(UTC):
        return f"ended {credential.expires_at:%Y-%m-%d}"
    return "in force" if credential.applied_at is not None else "broker not told yet"


def _credential(conn: psycopg.Connection, credential_id: int) -> Credential:
    found = credentials(conn, credential_id=credential_id)
    if not found:
        raise InputError("there is no such credential", place=str(credential_id))
    return found[0]


def _show(issued: Issued) -> None:
    broker = CredentialSettings().broker_public_url
    print(f"credential {issued.id}; the password is not shown again")
    print(f"  user      {issued.username}\n  password  {issued.password}")
    print(f"  broker    {broker or 'as your devices reach it, by TLS'}")
    print("\n".join(f"  topic     {topic}" for topic in issued.topics))
    for topic in issued.answers:
        print(f"  answers   {topic}")
