"""Who the broker must let in, whom it lets in, and the commands between the two. Pure.

Everything of ours at the broker is marked: clients by a stamp in their text name, roles by their
names. What is not marked (the collector, the administrator) is left alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ingest.door.rights import Right
from ingest.topic_filter import covers

Command = dict[str, Any]
_STAMP = "civicwatt "
_ROLES = ("device-", "provisioning")
COLLECTOR = "collector"
"""Role of the collectors, as `ops/mosquitto/rights.json` begins it."""


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who may sign in.

    Attributes
    ----------
    stamp : str
        Which credential, and which password of it; another stamp is another password.
    role : str
        What it may do.
    """

    username: str
    stamp: str
    role: str

    @property
    def is_ours(self) -> bool:
        """Whether we have made it."""
        return self.stamp.startswith(_STAMP)


def stamp(credential_id: int, salt: bytes) -> str:
    """Stamp of a client."""
    return f"{_STAMP}{credential_id} {salt[:4].hex()}"


@dataclass(slots=True)
class Doors:
    """Whom a broker lets in: clients by name, rights by role.

    Attributes
    ----------
    answering : frozenset of Right
        What collectors must be allowed; only of doors that are wanted. Their role is not ours, and
        is given what it lacks.
    """

    clients: dict[str, Client] = field(default_factory=dict)
    roles: dict[str, frozenset[Right]] = field(default_factory=dict)
    answering: frozenset[Right] = frozenset()

    @classmethod
    def listed(cls, clients: Iterable[Command], roles: Iterable[Command]) -> Self:
        """What the broker's verbose lists say. A client in more roles than one has an odd one."""
        doors = cls()
        for client in clients:
            names = [role["rolename"] for role in client.get("roles", [])]
            entry = Client(client["username"], client.get("textname", ""), "+".join(names))
            if client.get("disabled"):  # by somebody else's hand: not what we want, so made anew
                entry = Client(entry.username, f"{entry.stamp} disabled", entry.role)
            doors.clients[entry.username] = entry
        for role in roles:
            rules = role.get("acls", [])
            doors.roles[role["rolename"]] = frozenset(
                Right(rule["acltype"] if rule["allow"] else "deny", rule["topic"]) for rule in rules
            )
        return doors

    def follow(self, commands: Iterable[Command]) -> None:
        """Be what the broker is after these commands."""
        for command in commands:
            match command["command"]:
                case "deleteClient":
                    del self.clients[command["username"]]
                case "deleteRole":
                    del self.roles[command["rolename"]]
                case "createClient":
                    name, role = command["username"], command["roles"][0]["rolename"]
                    self.clients[name] = Client(name, command["textname"], role)
                case "addRoleACL":
                    added = Right(command["acltype"], command["topic"])
                    self.roles[command["rolename"]] |= {added}
                case _:  # createRole, modifyRole
                    rules = (Right(rule["acltype"], rule["topic"]) for rule in command["acls"])
                    self.roles[command["rolename"]] = frozenset(rules)


def repairs(wanted: Doors, passwords: Mapping[str, str], found: Doors) -> list[list[Command]]:
    """Commands for the broker, in parts to be sent one after another; whoever must go goes first.

    A client is deleted, never disabled: Mosquitto lets a disabled one in again by certificate. Its
    role goes after it: 2.0.11 has crashed on deleting the role of connected clients.

    Parameters
    ----------
    wanted : Doors
        Clients and roles of ours.
    passwords : mapping of str to str
        By user name; a client without one cannot be made and is left as it is.
    found : Doors
        What the broker has, foreign clients included.
    """
    parts: list[list[Command]] = [
        [{"command": "deleteClient", "username": name}]
        for name, client in found.clients.items()
        if client.is_ours and name not in wanted.clients
    ]
    parts += [
        [{"command": "deleteRole", "rolename": name}]
        for name in found.roles
        if name.startswith(_ROLES) and name not in wanted.roles
    ]
    parts += [
        [{"command": "addRoleACL", "rolename": COLLECTOR, **_rule(right)}]
        for right in sorted(_unanswerable(wanted, found))
    ]
    for name, client in wanted.clients.items():
        there = found.clients.get(name)
        if there is not None and not there.is_ours:
            continue
        commands = _role_commands(client.role, wanted, found)
        if there != client and name in passwords:
            commands += _client_commands(client, passwords[name], there)
        if commands:
            parts.append(commands)
    return parts


def taken(wanted: Doors, found: Doors) -> list[str]:
    """Names we want that somebody else has at the broker."""
    return [n for n in wanted.clients if n in found.clients and not found.clients[n].is_ours]


def _unanswerable(wanted: Doors, found: Doors) -> set[Right]:
    """What the collectors' role lacks to answer; nothing where others gave it another name."""
    has = found.roles.get(COLLECTOR)
    if has is None:
        return set()
    return {
        right
        for right in wanted.answering
        if not any(one.kind == right.kind and covers(one.topic, right.topic) for one in has)
    }


def _rule(right: Right) -> Command:
    return {"acltype": right.kind, "topic": right.topic, "allow": True}


def _role_commands(role: str, wanted: Doors, found: Doors) -> list[Command]:
    if found.roles.get(role) == wanted.roles[role]:
        return []
    command = "createRole" if role not in found.roles else "modifyRole"
    rules = [_rule(right) for right in sorted(wanted.roles[role])]
    return [{"command": command, "rolename": role, "acls": rules}]


def _client_commands(client: Client, password: str, there: Client | None) -> list[Command]:
    gone = [{"command": "deleteClient", "username": client.username}] if there else []
    made = {
        "command": "createClient",
        "username": client.username,
        "password": password,
        "textname": client.stamp,
        "roles": [{"rolename": client.role}],
    }
    return [*gone, made]
