"""Make the secrets of `docker-compose.yml` under `ops/secrets/`; those that are there stay.

python ops/make_secrets.py --host NAME     passwords, addresses, keys, certificates
"""

import argparse
import base64
import hashlib
import json
import secrets
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent / "secrets"
RIGHTS = Path(__file__).parent / "mosquitto" / "rights.json"
OWN_PROCESSES = {"collector": "collector_mqtt_url", "broker-admin": "broker_admin_url"}
"""Users of the broker that are no devices: role, and secret with the address."""
READABLE = 0o644
"""The users in the containers are others than ours. The folder around the files is for us alone."""
OURS = 0o600
ROUNDS = 101
"""What Mosquitto writes itself; the passwords are random, so that guessing does not pay."""


def main() -> None:
    """Make what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, default=FOLDER, help=argparse.SUPPRESS)
    parser.add_argument("--host", default="localhost", help="name in the broker's certificate")
    args = parser.parse_args()
    folder: Path = args.folder
    folder.mkdir(mode=0o700, exist_ok=True)
    keep(folder / "secret_key", secrets.token_urlsafe(48))
    database_secrets(folder)
    broker_secrets(folder)
    keep(folder / "broker_public_url", f"mqtts://{args.host}:8883")
    certificate(folder, args.host)
    authority(folder)


def database_secrets(folder: Path) -> None:
    """Passwords of the superuser and of each service, and the addresses made of them."""
    logins = {"postgres": "postgres"} | {
        name: f"civicwatt_{name}_login" for name in ("admin", "collect", "work", "api")
    }
    for name, login in logins.items():
        password = keep(folder / f"{name}_password", secrets.token_urlsafe(24))
        address = f"postgresql://{login}:{password}@database:5432/civicwatt"
        keep(folder / f"{name}_database_url", address)


def broker_secrets(folder: Path) -> None:
    """The list of users that the broker begins with, and the addresses of those on it."""
    if (folder / "broker_users").exists():
        return
    users = json.loads(RIGHTS.read_text())
    users["clients"] = []
    for role, address in OWN_PROCESSES.items():
        name, password = f"civicwatt-{role}", secrets.token_urlsafe(24)
        users["clients"].append(
            {"username": name, "roles": [{"rolename": role}], **hashed(password)}
        )
        (folder / address).unlink(missing_ok=True)
        keep(folder / address, f"mqtt://{name}:{password}@broker:1883")
    keep(folder / "broker_users", json.dumps(users, indent=2))


def hashed(password: str) -> dict[str, str | int]:
    """Mosquitto's form of a password: PBKDF2 of SHA-512."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    coded = {"password": digest, "salt": salt}
    return {key: base64.b64encode(raw).decode() for key, raw in coded.items()} | {
        "iterations": ROUNDS
    }


def certificate(folder: Path, host: str) -> None:
    """A self-signed certificate to begin with; put a real one in its place."""
    if not (folder / "broker_key").exists():
        names = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
        self_signed(folder / "broker_key", folder / "broker_certificate", 365, names)
        (folder / "broker_key").chmod(READABLE)


def authority(folder: Path) -> None:
    """The authority that signs devices' certificates; its key goes into no container."""
    if not (folder / "device_authority_key").exists():
        names = ["-subj", "/CN=Civicwatt devices", "-addext", "keyUsage=critical,keyCertSign"]
        self_signed(folder / "device_authority_key", folder / "device_authority", 3650, names)
        (folder / "device_authority_key").chmod(OURS)


def self_signed(key: Path, certificate: Path, days: int, names: list[str]) -> None:
    """Make a key and a certificate signed with it."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", str(days)]
    command += ["-keyout", str(key), "-out", str(certificate), *names]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - openssl, our arguments
    certificate.chmod(READABLE)


def keep(path: Path, new: str) -> str:
    """Write `new` if the file is not there, and return what it says."""
    if not path.exists():
        path.write_text(new)
        path.chmod(READABLE)
    return path.read_text()


if __name__ == "__main__":
    main()
