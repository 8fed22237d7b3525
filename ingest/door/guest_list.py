"""Whom the broker is to let in, from the database's credentials; also as the broker's own file.

Mosquitto 2.0 writes its whole list at every change and serves nobody meanwhile. For a change that
is a moment; for thousands of devices at once it is hours, and the file made here is the way.
"""

import base64
import hashlib
import logging
import secrets
from collections.abc import Iterable, Sequence

import msgspec

from domain.device_password import SecretKey
from domain.errors import ConfigurationError
from ingest.door.admission import Client, Doors, stamp
from ingest.door.answers import answering, answers_to
from ingest.door.rights import PROVISIONING, Right, device_rights
from ingest.profile.answered import Answered
from store.telemetry.credential import Entry

log = logging.getLogger(__name__)

_ROUNDS = 101
"""What Mosquitto writes itself; the passwords are random, so that guessing does not pay."""


def wanted_doors(
    listed: Iterable[Entry], key: SecretKey, answered: Sequence[Answered]
) -> tuple[Doors, dict[str, str]]:
    """Clients and rights of those who are admitted, and the passwords that `key` gives.

    Parameters
    ----------
    answered : sequence of Answered
        What the collectors answer.
    """
    wanted, passwords = Doors(roles={"provisioning": frozenset(PROVISIONING)}), {}
    wanted.answering = answering(answered)
    for entry in listed:
        if not entry.admitted:
            continue
        try:
            role, rights = _role(entry, answered)
        except ConfigurationError as error:
            log.error("%s cannot sign in: %s", entry.username, error)  # noqa: TRY400 - the message says it all
            continue
        wanted.roles[role] = wanted.roles.get(role, frozenset()) | rights
        mark = stamp(entry.id, entry.salt)
        wanted.clients[entry.username] = Client(entry.username, mark, role)
        if entry.key_id == key.key_id:
            passwords[entry.username] = key.password(entry.username, entry.salt)
    return wanted, passwords


def broker_file(first: bytes, wanted: Doors, passwords: dict[str, str]) -> bytes:
    """The broker's list of users as a file: those it begins with, and the devices.

    Parameters
    ----------
    first : bytes
        The list with our own processes, as `ops/make_secrets.py` makes it.

    Raises
    ------
    ConfigurationError
        If `first` is no such list.
    """
    try:
        users = msgspec.json.decode(first)
        clients, roles = users["clients"], users["roles"]
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise ConfigurationError(f"no list of the broker's users: {error!r}") from error
    for name, rights in wanted.roles.items():
        rules = [{"acltype": r.kind, "topic": r.topic, "allow": True} for r in sorted(rights)]
        roles.append({"rolename": name, "acls": rules})
    for name, password in passwords.items():
        client = wanted.clients[name]
        role = [{"rolename": client.role}]
        clients.append(
            {"username": name, "textname": client.stamp, "roles": role, **_hashed(password)}
        )
    return msgspec.json.encode(users)


def _hashed(password: str) -> dict[str, str | int]:
    """Mosquitto's form of a password: PBKDF2 of SHA-512."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    coded = {"password": digest, "salt": salt}
    return {name: base64.b64encode(raw).decode() for name, raw in coded.items()} | {
        "iterations": _ROUNDS
    }


def _role(entry: Entry, answered: Sequence[Answered]) -> tuple[str, frozenset[Right]]:
    if entry.device_code is None:
        return "provisioning", frozenset(PROVISIONING)
    rights = device_rights(
        entry.device_code,
        topics=entry.topics,
        answers=answers_to(entry.topics, answered),
        takes_commands=entry.takes_commands,
    )
    return f"device-{entry.device_code}", frozenset(rights)
