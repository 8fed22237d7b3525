"""Entries of an institution's ledger: months closed and reversed, chained by their digests. Pure.

An entry is a document that is never changed. A wrong month is reversed by an entry with the same
figures negative (红冲) and closed again; what a month comes to is the sum of all its entries. In a
document every figure that is added up stands under the key ``amount``, and nothing else does.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from domain.canonical import canonical, digest

Document: TypeAlias = dict[str, Any]
Kind = Literal["closing", "reversal"]
FORM = "civicwatt/ledger-month/1"
GENESIS = "0" * 64
"""What the first entry of an institution names as the digest before it."""
AMOUNT = "amount"
_SIGNING = timedelta(hours=1)
"""Longest time between the signature and the entry, which has that of its transaction."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry as it is kept.

    Attributes
    ----------
    sequence : int
        From 1, without a hole, for each institution.
    month : date
        First day of the local month.
    reverses : int or None
        Id of the closing that a reversal takes back.
    document : str
        Its one text; `sha256` is the digest of it.
    previous_sha256 : str
        Digest of the entry before; `GENESIS` for the first.
    person, at : str, datetime
        Who added it by today's name, and when its transaction began.
    login, institution : str or None
        Account that added it, and code of the institution; None where they may not be seen.
    """

    id: int
    organisation_id: int
    sequence: int
    month: date
    kind: Kind
    reverses: int | None
    document: str
    sha256: str
    previous_sha256: str
    person: str
    at: datetime
    login: str | None = None
    institution: str | None = None

    def content(self) -> Document:
        """The document, read."""
        read: Document = json.loads(self.document)
        return read


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link of a chain that does not hold, and why."""

    sequence: int
    month: date
    reason: str


def sealed(
    draft: Mapping[str, Any],
    *,
    sequence: int,
    previous_sha256: str,
    signatures: Sequence[Mapping[str, str]],
) -> str:
    """Text of a draft with its place in the chain and who signed it."""
    head = {"sequence": sequence, "previous_sha256": previous_sha256, "signed": list(signatures)}
    return canonical({**draft, **head, "form": FORM})


def reversal(closing: LedgerEntry, reason: str) -> Document:
    """Draft that takes a closing back: the same with every amount negative, and why."""
    draft: Document = _negative(closing.content())
    draft["kind"] = "reversal"
    draft["reason"] = reason
    draft["reverses"] = {"sequence": closing.sequence, "sha256": closing.sha256}
    return draft


def standing(entries: Iterable[LedgerEntry]) -> dict[date, LedgerEntry]:
    """The closing of each month that nobody has taken back."""
    found: dict[int, LedgerEntry] = {}
    for entry in entries:
        if entry.kind == "closing":
            found[entry.id] = entry
        elif entry.reverses is not None:
            found.pop(entry.reverses, None)
    return {entry.month: entry for entry in found.values()}


def net(entries: Iterable[LedgerEntry]) -> dict[tuple[date, str], Decimal]:
    """Sum of every amount of every month over all entries, by month and place in the document."""
    sums: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        for place, value in amounts(entry.content()):
            sums[entry.month, place] += value
    return {key: value for key, value in sums.items() if value}


def amounts(value: object, place: str = "") -> Iterator[tuple[str, Decimal]]:
    """Every amount of a document with its place in it."""
    if isinstance(value, Mapping):
        for key in sorted(value):
            each = value[key]
            if key == AMOUNT and isinstance(each, str):
                yield place, Decimal(each)
            else:
                yield from amounts(each, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for n, each in enumerate(value):
            yield from amounts(each, f"{place}[{n}]")


def first_break(entries: Sequence[LedgerEntry], *, whole: bool = False) -> Broken | None:
    """Walk the chain of one institution, in order of sequence; None where every link holds.

    Parameters
    ----------
    entries : sequence of LedgerEntry
        Where the first is not number 1, what it names as the digest before it is taken as given.
    whole : bool
        All of the chain may be seen, so that it begins with number 1.
    """
    earlier: dict[int, LedgerEntry] = {}
    before: LedgerEntry | None = None
    for entry in entries:
        reason = _fault(entry, before, earlier)
        if whole and before is None and entry.sequence != 1:
            reason = "it is the first there is: what lay before is gone"
        if reason:
            return Broken(entry.sequence, entry.month, reason)
        earlier[entry.sequence] = before = entry
    return None


def _fault(
    entry: LedgerEntry, before: LedgerEntry | None, earlier: Mapping[int, LedgerEntry]
) -> str:
    """What is wrong with an entry; those before it by their sequence."""
    seen = digest(entry.document)
    if seen != entry.sha256:
        return f"its document has the digest {seen[:12]}, the entry says {entry.sha256[:12]}"
    told = entry.content()
    if before is not None and entry.sequence != before.sequence + 1:
        return f"it follows entry {before.sequence}: what lay between is gone"
    wanted = GENESIS if before is None else before.sha256
    known = before is not None or entry.sequence == 1
    if known and told.get("previous_sha256") != wanted:
        return f"it follows {str(told.get('previous_sha256'))[:12]}, want {wanted[:12]}"
    columns = {
        "sequence": entry.sequence,
        "month": f"{entry.month:%Y-%m}",
        "kind": entry.kind,
        "previous_sha256": entry.previous_sha256,
    }
    for name, value in columns.items():
        if told.get(name) != value:
            return f"its document says {name} {told.get(name)}, the entry {value}"
    return _origin_fault(entry, told) or _reversal_fault(entry, told, earlier)


def _origin_fault(entry: LedgerEntry, told: Mapping[str, Any]) -> str:
    """Whether institution, account and time of the entry are those its document tells."""
    code = told.get("institution", {}).get("code")
    if None not in (code, entry.institution) and code != entry.institution:
        return f"its document is of {code}, the entry stands with {entry.institution}"
    signature: Mapping[str, str] = next(reversed(told.get("signed", [])), {})
    login, at = signature.get("login"), signature.get("at")
    if None not in (login, entry.login) and login != entry.login:
        return f"its document is signed by {login}, the entry names {entry.login}"
    if at is not None and abs(datetime.fromisoformat(at) - entry.at) > _SIGNING:
        return f"its document is signed at {at}, the entry says {entry.at.isoformat()}"
    return ""


def _reversal_fault(
    entry: LedgerEntry, told: Mapping[str, Any], earlier: Mapping[int, LedgerEntry]
) -> str:
    """Whether a reversal is of the closing its document names, with every amount negative."""
    taken_back = told.get("reverses", {})
    closing = earlier.get(taken_back.get("sequence", 0))
    if (entry.kind == "reversal") != (entry.reverses is not None) or (
        closing is not None and entry.reverses != closing.id
    ):
        return f"its document takes back entry {taken_back.get('sequence')}, the entry another"
    if closing is None:
        return ""
    negative = {place: -value for place, value in amounts(closing.content())}
    if taken_back.get("sha256") != closing.sha256 or dict(amounts(told)) != negative:
        return f"it is not entry {closing.sequence} with every amount negative"
    return ""


def _negative(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _opposite(each) if key == AMOUNT else _negative(each)
            for key, each in value.items()
        }
    return [_negative(each) for each in value] if isinstance(value, list) else value


def _opposite(amount: str) -> str:
    number = Decimal(amount)
    # Not by a minus sign in front: that would round to the digits of the context.
    return f"{number.copy_negate():f}" if number else amount
