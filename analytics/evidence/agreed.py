"""A document worked out again, held against the one in a bundle, amount by amount. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.evidence.manifest import NAME, Manifest, document
from analytics.evidence.page_frame import PAGE
from analytics.evidence.rows import text_of
from analytics.evidence.unlike import unlike
from analytics.settlement.statement import Payment, Signable
from domain.errors import InputError
from domain.record import told

Line = dict[str, Any]


def want_document(
    name: str, made: Signable, manifest: Manifest, parts: Mapping[str, bytes]
) -> None:
    """See that a part is just the document that was worked out.

    Raises
    ------
    InputError
        With the first value that differs.
    """
    seen = document(text_of(parts[name], name), place=name)
    wrong = unlike(seen, told(made))
    if wrong is not None:
        raise InputError(wrong, place=name)
    if parts[name] != made.text().encode():
        raise InputError("is not in canonical form", place=name)
    if manifest.statement_sha256 != made.sha256:
        raise InputError("has another statement's digest", place=NAME)


def amounts(made: Signable, payment: Payment | None) -> Iterator[Line]:
    """Totals, payment and digest, each as a step that agrees."""
    for total in made.totals:
        amount = None if total.amount is None else f"{total.amount:.2f}"
        yield {"record": "total", "symbol": total.symbol, "amount": amount, "agrees": True}
    if payment is not None:
        yield {"record": "payment", **told(payment), "agrees": True}
    yield {"record": "statement", "sha256": made.sha256, "agrees": True}


def want_page(wanted: bytes, seen: bytes) -> None:
    """See that the page shows what the parts say.

    Raises
    ------
    InputError
        With its line.
    """
    if wanted == seen:
        return
    lines = zip(wanted.split(b"\n"), seen.split(b"\n"), strict=False)
    number = next((n for n, (one, other) in enumerate(lines, 1) if one != other), 0)
    raise InputError("does not show what the parts say", place=f"{PAGE}:{number}")
