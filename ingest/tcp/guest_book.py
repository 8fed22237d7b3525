"""Who may be connected over TCP, as it stands at one moment. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from domain.device_password import SecretKey
from store.telemetry.caller import CallerRow


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a peer has shown in its TLS handshake.

    Attributes
    ----------
    name : str
        Common name of its subject.
    fingerprint : bytes
        SHA-256 of the whole.
    """

    name: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class GuestBook:
    """What the database says of those who may call.

    Attributes
    ----------
    refused : frozenset of str
        Codes of refused devices.
    passwords : mapping of str to str or None
        Of devices that were ever issued one; None where none is in force, or `CIVICWATT_SECRET_KEY`
        is not the one it was made with.
    by_fingerprint, by_name : mapping to CallerRow
        Certificates that are known.
    """

    refused: frozenset[str] = frozenset()
    passwords: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    by_fingerprint: Mapping[bytes, CallerRow] = field(default_factory=dict)
    by_name: Mapping[str, CallerRow] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[CallerRow], key: SecretKey | None) -> Self:
        """From what the store says.

        Parameters
        ----------
        key : SecretKey or None
            Gives the passwords; None where nobody is asked for one.
        """
        refused: set[str] = set()
        passwords: dict[str, str | None] = {}
        certificates: list[CallerRow] = []
        for row in rows:
            if row.refused:
                refused.add(row.code)
            if row.kind == "certificate":
                certificates.append(row)
            elif row.kind == "password" and (row.in_force or row.code not in passwords):
                passwords[row.code] = _password(row, key)
        return cls(
            frozenset(refused),
            passwords,
            {row.fingerprint: row for row in certificates if row.fingerprint is not None},
            {row.username: row for row in certificates if row.username is not None},
        )

    def bars(self, code: str, shown: Certificate | None, *, known_only: bool = False) -> str:
        """Why a device may not be connected; empty if it may.

        Parameters
        ----------
        code : str
            Who it says it is; empty before it has said so.
        shown : Certificate or None
            None where no certificate is asked for.
        known_only : bool
            Whether a certificate must be one that was issued or entered here.
        """
        if code in self.refused:
            return f"device {code} is refused"
        return "" if shown is None else self._bars_shown(code, shown, known_only=known_only)

    def _bars_shown(self, code: str, shown: Certificate, *, known_only: bool) -> str:
        known = self.by_fingerprint.get(shown.fingerprint) or self.by_name.get(shown.name)
        if known is None:
            return "its certificate was neither issued nor entered here" if known_only else ""
        if known.fingerprint not in (None, shown.fingerprint):
            return f"its certificate is another one than that of {known.username}"
        if not known.in_force:
            return f"its certificate {known.username} was withdrawn or has ended"
        if code not in ("", known.code):
            return f"its certificate {known.username} is not one of {code}"
        return ""


def _password(row: CallerRow, key: SecretKey | None) -> str | None:
    if not row.in_force or key is None or row.key_id != key.key_id:
        return None
    if row.username is None or row.salt is None:
        return None
    return key.password(row.username, row.salt)
