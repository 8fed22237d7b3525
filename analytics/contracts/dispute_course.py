"""A kept dispute as settling wants it, and what it keeps from being paid."""

from analytics.settlement.dispute import Dispute, Outcome, OutcomeKind
from analytics.settlement.statement import Side
from domain.contract import Party
from store.contracts.dispute import DisputeRow


def dispute_of(row: DisputeRow) -> Dispute:
    """A dispute with the outcome that settles it.

    One that was upheld or agreed on changes the line by a reversal: until its statement is
    reversed it freezes the difference to what the line then comes to.
    """
    agreed = row.kind == OutcomeKind.AGREED and row.signer_id is not None
    return Dispute(
        code=row.code,
        statement_sha256=row.statement_sha256,
        line=row.line,
        side=Side(row.side),
        claimed=row.amount if agreed and row.amount is not None else row.claimed,
        by=Party(row.by),
        reason=row.reason,
        opened_on=row.opened_on,
        deadline=row.deadline,
        evidence=tuple(row.evidence),
        outcome=_outcome(row),
    )


def _outcome(row: DisputeRow) -> Outcome | None:
    if row.signer_id is None or row.kind is None or row.amount is None or row.decided_on is None:
        return None
    kind = OutcomeKind(row.kind)
    if kind is not OutcomeKind.REJECTED and not row.reversed:
        return None
    signed_by = (str(row.proposer_id), str(row.signer_id))
    return Outcome(kind, row.amount, row.decided_on, row.document or "", signed_by)
