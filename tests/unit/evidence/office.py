"""The worked month of an office, told by registers: 1,489 half hours of one meter, days of another.

The meters count exactly what the worked example bills, so its figures are the planted truth.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from analytics.evidence.archive import pack, unpack
from analytics.evidence.bundle import Evidence, evidence, packed
from analytics.evidence.check import check
from analytics.evidence.manifest import NAME, parts_of, read_manifest
from analytics.evidence.recount import Sources
from analytics.evidence.registers import Reading, Register, registers
from analytics.evidence.signature import PARTIES_FORM, Parties, Signature, sign, written
from analytics.evidence.surroundings import Surroundings
from analytics.evidence.tariff import KeptTariff
from domain.contract import Party
from domain.settlement_file import Book, read_book, shipped_examples

CLIENT = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PROVIDER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PARTIES = Parties(PARTIES_FORM, written(CLIENT.public_key()), written(PROVIDER.public_key()))
ZONE = ZoneInfo("Asia/Shanghai")
FIRST = datetime(2026, 7, 1, tzinfo=ZONE)
MAIN: Register = ("main-e", None)
_BILLED = {"valley": 66500, "peak": 68200, "flat": 64900}
TARIFF = """schema = "tariff/1"
code = "example"
medium = "electricity"
name_zh = "示例"
name_en = "Example"

[[version]]
first_day = 2026-01-01
source = "invented"
checked = false

[[version.window]]
period = "valley"
hours = ["00:00-08:00"]

[[version.window]]
period = "peak"
hours = ["08:00-16:00"]

[[version.component]]
name = "energy"
floats = true
prices = { peak = 0.99, flat = 0.66, valley = 0.3036 }
"""


def book() -> Book:
    return read_book(shipped_examples()["office_july.toml"], place="office_july.toml")


def unstated() -> Book:
    """The same where nobody has entered what the meters counted."""
    given = book()
    return replace(given, months=(replace(given.months[0], uses=()),))


def half_hours() -> list[Reading]:
    """A register that rises by whole kWh, of each third of the day what was billed of it."""
    found, register = [Reading(FIRST, Decimal(1000))], 1000
    counts = dict.fromkeys(_BILLED, 0)
    for number in range(31 * 48):
        period = list(_BILLED)[number % 48 // 16]
        before = counts[period]
        counts[period] += 1
        billed = _BILLED[period]
        register += (before + 1) * billed // 496 - before * billed // 496
        found.append(Reading(FIRST + timedelta(minutes=30 * (number + 1)), Decimal(register)))
    return found


def water() -> list[Reading]:
    return [
        Reading(FIRST + timedelta(days=day), Decimal(500 + 1010 * day // 31)) for day in range(32)
    ]


def sources(**changed: Any) -> Sources:
    readings = {MAIN: half_hours(), ("main-w", None): water()}
    given = {
        "registers": registers(readings, {}, {}),
        "surroundings": Surroundings({}, {}),
        "tariffs": {"electricity": KeptTariff(TARIFF)},
        "models": {},
    }
    return Sources(**{**given, **changed})


def made(given: Book | None = None, **changed: Any) -> Evidence:
    return evidence(given or book(), "2026-07", sources(**changed), PARTIES, code_version="test")


@cache
def bundle() -> bytes:
    return packed(made())


def parts(content: bytes | None = None) -> dict[str, bytes]:
    return unpack(content or bundle(), place="bundle")


def checked(
    content: bytes, signatures: list[Signature] | None = None, **trusted: str
) -> list[dict[str, Any]]:
    keys = {Party(name): key for name, key in trusted.items()}
    return list(check(content, signatures or [], keys, code_version="test"))


@cache
def signed(content: bytes, party: Party, key: Ed25519PrivateKey | None = None) -> Signature:
    manifest = read_manifest(parts(content)[NAME].decode(), place=NAME)
    own = CLIENT if party is Party.CLIENT else PROVIDER
    return sign(party, manifest, key or own)


def forged(changed: dict[str, bytes], content: bytes | None = None) -> bytes:
    """A bundle with other parts, and a manifest that says what they are."""
    other = {**parts(content), **changed}
    manifest = read_manifest(other[NAME].decode(), place=NAME)
    manifest = replace(manifest, parts=parts_of(other))
    return pack({**other, NAME: manifest.text().encode()})
