"""Make the secrets of `docker-compose.yml` under `ops/secrets/`; those that are there stay.

python ops/make_secrets.py                   passwords, addresses, a self-signed certificate
python ops/make_secrets.py --device NAME     a password for one device, printed once
"""

import argparse
import base64
import hashlib
import re
import secrets
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent / "secrets"
COLLECTOR = "civicwatt-collector"
PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
READABLE = 0o644
"""The users in the containers are others than ours. The folder around the files is for us alone."""
ROUNDS = 101
"""What Mosquitto writes itself; the passwords are random, so that guessing does not pay."""


def main() -> None:
    """Make what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--device", help="name of a device, as in its topics")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=argparse.SUPPRESS)
    parser.add_argument("--host", default="localhost", help="name in the broker's certificate")
    args = parser.parse_args()
    folder: Path = args.folder
    folder.mkdir(mode=0o700, exist_ok=True)
    if args.device is not None:
        print(f"{args.device}: {add_broker_user(folder, args.device)}")
        print("then: docker compose kill --signal HUP broker")
        return
    database_secrets(folder)
    broker_secrets(folder)
    certificate(folder, args.host)


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
    """The broker's list of users, with the collector on it, and the collector's address."""
    if not (folder / "collector_mqtt_url").exists():
        password = add_broker_user(folder, COLLECTOR)
        keep(folder / "collector_mqtt_url", f"mqtt://{COLLECTOR}:{password}@broker:1883")


def certificate(folder: Path, host: str) -> None:
    """A self-signed certificate to begin with; put a real one in its place."""
    if (folder / "broker_key").exists():
        return
    files = ["-keyout", str(folder / "broker_key"), "-out", str(folder / "broker_certificate")]
    names = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "365"]
    subprocess.run([*command, *files, *names], check=True, capture_output=True)  # noqa: S603
    (folder / "broker_key").chmod(READABLE)


def add_broker_user(folder: Path, name: str) -> str:
    """Add a user to the broker's list, or give one that is there a new password. Returns it."""
    if not PLAIN_NAME.fullmatch(name):  # + # / would widen what the ACL's %u stands for
        raise SystemExit(f"name {name!r}: want letters, digits, dots, hyphens and underscores")
    password = secrets.token_urlsafe(24)
    path = folder / "broker_passwords"
    lines = path.read_text().splitlines() if path.exists() else []
    others = [line for line in lines if not line.startswith(f"{name}:")]
    # Written in place: a container sees this file, not whatever has its name later.
    path.write_text("\n".join([*others, f"{name}:{broker_hash(password)}", ""]))
    path.chmod(READABLE)
    return password


def broker_hash(password: str) -> str:
    """Mosquitto's form of a password: PBKDF2 of SHA-512."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return "$".join(["", "7", str(ROUNDS), *(base64.b64encode(x).decode() for x in (salt, digest))])


def keep(path: Path, new: str) -> str:
    """Write `new` if the file is not there, and return what it says."""
    if not path.exists():
        path.write_text(new)
        path.chmod(READABLE)
    return path.read_text()


if __name__ == "__main__":
    main()
