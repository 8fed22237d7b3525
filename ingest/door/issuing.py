"""Credentials as they are handed out: the one moment at which somebody sees a password."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from psycopg import Connection

from domain.device_password import SecretKey, new_salt
from domain.errors import ConfigurationError
from ingest.codecs.senml.codec import SenML
from ingest.codecs.sparkplug_b.codec import SparkplugB
from ingest.codecs.sparkplug_b.topic import NAMESPACE
from ingest.door.answers import answers_to
from ingest.door.rights import HELLO, check_name, check_topics, device_rights
from ingest.profile.answered import Answered
from ingest.profile.load import load_profiles
from store.people.session import audit
from store.telemetry.credential import Credential, issue, rotate

_FIRST_CONTACT: tuple[str, ...] = (f"cw/v1/<device>/{HELLO}",)
_LONGEST_COMMON_NAME = 64
"""Of X.509 (RFC 5280, ub-common-name). [characters]"""


@dataclass(frozen=True, slots=True)
class Issued:
    """What an installer enters into a device.

    Attributes
    ----------
    password : str
        Not to be seen again; empty for a certificate.
    topics : tuple of str
        Where it may publish.
    answers : tuple of str
        Where it may hear answers.
    """

    id: int
    username: str
    password: str = field(repr=False)
    topics: tuple[str, ...]
    answers: tuple[str, ...] = ()


def own_topics(profile: str, code: str, folder: Path | None = None) -> tuple[str, ...]:
    """Topics of a profile that name the device, with its name filled in.

    Empty for the native profile and for codecs of raw frames, whose topics every device has. A
    profile whose topics do not name the device gives none: they must be said for each device.

    Parameters
    ----------
    folder : Path, optional
        The installation's own profiles.
    """
    if profile == SparkplugB.name:
        group, colon, node = code.partition(":")
        return (f"{NAMESPACE}/{group}/+/{node}/#",) if colon else ()
    if profile == SenML.name:
        return (f"senml/{code}",)
    found = [p for p in load_profiles(folder) if profile in (p.name, *p.aliases)]
    return found[0].topics_of(code) if found else ()


def issue_for_device(
    conn: Connection,
    key: SecretKey,
    device: tuple[int, str],
    *,
    topics: Sequence[str],
    answered: Sequence[Answered] = (),
    expires_at: datetime | None = None,
    certificate: bool = False,
    fingerprint: bytes | None = None,
    note: str = "",
) -> Issued:
    """Let a device sign in, by password or by a certificate that is to be signed for its name.

    Parameters
    ----------
    device : (int, str)
        Its id and code.
    topics : sequence of str
        What it may publish to beside the topics of the native profile.
    answered : sequence of Answered
        What the collectors answer, to be told where.
    fingerprint : bytes, optional
        SHA-256 of a certificate that another authority has signed already.

    Raises
    ------
    ConfigurationError
        If its code or a topic would give it rights of others.
    psycopg.errors.UniqueViolation
        If it has a password already.
    """
    device_id, code = device
    username = check_name(code)
    if certificate:  # each has a name of its own, so that one can be revoked and the next one not
        username = f"{code}@{secrets.token_hex(4)}"
        if len(username) > _LONGEST_COMMON_NAME:
            raise ConfigurationError(f"device code {code!r} is too long for a certificate: want 55")
    salt = new_salt()
    credential_id = issue(
        conn,
        kind="certificate" if certificate else "password",
        device_id=device_id,
        username=username,
        salt=salt,
        key_id=key.key_id,
        topics=check_topics(topics),
        note=note,
        expires_at=expires_at,
        fingerprint=fingerprint,
    )
    audit(conn, "credential_issued", code, {"credential": credential_id, "username": username})
    password = "" if certificate else key.password(username, salt)
    heard = answers_to(topics, answered)
    return Issued(credential_id, username, password, _topics(code, topics), heard)


def issue_for_installer(
    conn: Connection, key: SecretKey, *, note: str, expires_at: datetime
) -> Issued:
    """Let an installer's devices introduce themselves until an instant."""
    salt, username = new_salt(), f"provisioning@{secrets.token_hex(4)}"
    credential_id = issue(
        conn,
        kind="provisioning",
        username=username,
        salt=salt,
        key_id=key.key_id,
        note=note,
        expires_at=expires_at,
    )
    audit(conn, "credential_issued", username, {"credential": credential_id, "note": note})
    return Issued(credential_id, username, key.password(username, salt), _FIRST_CONTACT)


def renew(
    conn: Connection, key: SecretKey, old: Credential, *, answered: Sequence[Answered] = ()
) -> Issued:
    """Give a credential a new password; the old one ends with it, open connections too.

    Raises
    ------
    ConfigurationError
        If it is a certificate, which has none, or no longer in force.
    """
    salt = new_salt()
    if not rotate(conn, old.id, salt=salt, key_id=key.key_id):
        raise ConfigurationError(
            f"credential {old.id} is {'revoked' if old.revoked_at else 'a certificate'}: "
            "issue a new one"
        )
    audit(conn, "credential_rotated", old.username, {"credential": old.id})
    code = old.device_code
    topics = _FIRST_CONTACT if code is None else _topics(code, old.topics)
    heard = answers_to(old.topics, answered)
    return Issued(old.id, old.username, key.password(old.username, salt), topics, heard)


def _topics(code: str, topics: Sequence[str]) -> tuple[str, ...]:
    return tuple(right.topic for right in device_rights(code, topics=topics))
