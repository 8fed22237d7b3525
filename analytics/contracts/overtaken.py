"""True-ups and hand-overs that sum what is no longer what both have signed."""

from collections.abc import Iterator
from datetime import timedelta

from psycopg import Connection

from analytics.contracts.statement_course import Signed, document_of, signed_of
from analytics.settlement.hand_over import HandOver
from analytics.settlement.true_up import TrueUp, year_and_quarter
from domain.contract_book import DocumentKind
from store.contracts.statement import StatementRow, statements

_DAY = timedelta(days=1)


def overtaken_by(conn: Connection, row: StatementRow) -> list[str]:
    """Periods that both have signed otherwise than a true-up or hand-over sums them, in order.

    One that was signed for the first time since is among them, and one that was reversed. Empty
    for any other document, and for one that was made again.
    """
    if row.kind not in {DocumentKind.TRUE_UP, DocumentKind.HAND_OVER} or not row.newest:
        return []
    document, found = document_of(conn, row), set[str]()
    for kind, digests in _summed(document):
        standing = signed_of(conn, row.contract_id, kind)
        wanted = {
            each.sha256: period for period, each in standing.items() if _covers(document, period)
        }
        kept = {
            each.sha256: each.period
            for each in statements(conn, contract_id=row.contract_id, kind=kind)
        }
        found |= {period for digest, period in wanted.items() if digest not in digests}
        found |= {kept.get(digest, digest[:12]) for digest in digests if digest not in wanted}
    return sorted(found)


def _summed(document: Signed) -> Iterator[tuple[DocumentKind, tuple[str, ...]]]:
    """Digests of what a document sums, by kind."""
    if isinstance(document, TrueUp):
        yield DocumentKind.MONTH, document.signed
        if document.quarter is None:
            yield DocumentKind.TRUE_UP, document.quarters or ()
    elif isinstance(document, HandOver) and document.signed is not None:
        yield DocumentKind.MONTH, document.signed
        yield DocumentKind.TRUE_UP, document.years or ()


def _covers(document: Signed, period: str) -> bool:
    """Whether a document sums what is of a period."""
    if not isinstance(document, TrueUp):
        return True
    named = year_and_quarter(period)
    if named is not None:
        return named[0] == document.year and named[1] is not None
    last_day = document.end_day - _DAY
    return f"{document.first_day:%Y-%m}" <= period <= f"{last_day:%Y-%m}"
