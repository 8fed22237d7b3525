"""The first administrator of an installation that nobody has signed in to yet, and a second one."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from psycopg import Connection

from api.password import hash_password
from store.people.person import add_person, grant

LOGIN = "admin"
ROLES = ("bureau", "operator", "system_administrator")
SECOND = "reviewer"
SECOND_ROLES = ("bureau", "operator", "system_administrator")
"""Enough to check, approve and sign what the first one has entered or asked for."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What to type on the sign-in page; `password` is None when only its owner knows it."""

    login: str
    password: str | None


def first_administrator(conn: Connection, *, organisation: str, file: Path) -> SignIn:
    """Make the administrator, or find the one made before.

    Parameters
    ----------
    conn : Connection
        In autocommit mode, as `Role.ADMIN`.
    organisation : str
        Code of the organisation it administers, with everything below.
    file : Path
        Keeps the random password, readable for its owner only, so that every start can show it.
    """
    return _person(conn, LOGIN, "管理员 Administrator", ROLES, organisation, file)


def second_person(conn: Connection, *, organisation: str, file: Path) -> SignIn:
    """Make the person who checks and signs what another has done, or find the one made before.

    Parameters are those of `first_administrator`.
    """
    return _person(conn, SECOND, "复核员 Reviewer", SECOND_ROLES, organisation, file)


def watchers(conn: Connection, *, organisation: str, folder: Path) -> tuple[SignIn, SignIn]:
    """Make the security and the audit administrator, or find those made before.

    Both are kept apart from the first administrator. Their passwords lie in `folder`, as theirs.
    """
    security, audit = "security_administrator", "audit_administrator"
    return (
        _person(conn, "security", "安全管理员 Security administrator", (security,), organisation,
                folder / "security-password"),
        _person(conn, "audit", "审计管理员 Audit administrator", (audit,), organisation,
                folder / "audit-password"),
    )  # fmt: skip


def _person(
    conn: Connection, login: str, name: str, roles: tuple[str, ...], organisation: str, file: Path
) -> SignIn:
    is_ours = file.exists()
    if not is_ours:
        _keep(file, secrets.token_urlsafe(12))  # first: a person with a lost password is no help
    password = file.read_text()
    with conn.transaction():
        is_new = add_person(conn, login=login, name=name, password_hash=hash_password(password))
        if is_new:
            for role in roles:
                grant(conn, login=login, role=role, organisation=organisation)
    if not is_new and not is_ours:
        file.unlink()
        return SignIn(login, None)
    return SignIn(login, password)


def _keep(file: Path, password: str) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as kept:
        kept.write(password)


def kept_secret(file: Path) -> str:
    """A random secret, made at the first start and kept in `file` for its owner only."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        _keep(file, secrets.token_urlsafe(32))
    return file.read_text()
