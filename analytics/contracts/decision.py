"""Decisions about disputes that bind the statement made in place of a disputed one."""

from psycopg import Connection

from analytics.contracts.statement_course import Signed, courses, document_of
from analytics.settlement.decided import Decided, Unmet, unmet
from analytics.settlement.dispute import OutcomeKind
from analytics.settlement.statement import Side
from domain.contract import Party
from domain.contract_book import DocumentKind
from store.contracts.dispute import disputes
from store.contracts.statement import StatementRow, statements


def unmet_by(conn: Connection, row: StatementRow, document: Signed) -> list[Unmet]:
    """Decisions about what a statement takes the place of, and which it does not follow.

    It takes the place of the last one before it that both had signed; what was decided about
    earlier ones bound that one.
    """
    if row.kind == DocumentKind.REVERSAL or row.revision == 1:
        return []
    same = statements(conn, contract_id=row.contract_id, kind=row.kind, period=row.period)
    earlier = [each for each in same if each.revision < row.revision]
    found = courses(conn, earlier)
    signed = [each for each in earlier if len(found[each.id].signatures) == len(Party)]
    if not signed:
        return []
    before = max(signed, key=lambda each: each.revision)
    decided = [
        Decided(each.code, each.line, Side(each.side), each.amount)
        for each in disputes(conn, statement_id=before.id)
        if each.signer_id is not None
        and each.amount is not None
        and each.kind != OutcomeKind.REJECTED
    ]
    return list(unmet(document, document_of(conn, before), decided)) if decided else []
