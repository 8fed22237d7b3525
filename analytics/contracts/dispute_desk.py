"""Disputes about kept statements: opened by one party, ended by both."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psycopg import Connection

from analytics.contracts.statement_acts import Doer, Matter, matter
from analytics.contracts.statement_course import entry_of
from analytics.settlement.course import Act
from analytics.settlement.dispute import Dispute, Ending, OutcomeKind
from analytics.settlement.statement import Side
from analytics.settlement.undisputed import amount_in, payable
from domain.errors import InputError, SettlementError
from domain.sentence import Sentence
from store.contracts.contract import lock
from store.contracts.dispute import Claim, DisputeRow, add_dispute, propose_outcome, sign_outcome
from store.contracts.statement import NewAct, StatementRow, add_act, statements


@dataclass(frozen=True, slots=True)
class Claimed:
    """What somebody says a line should come to. [CNY]."""

    line: str
    side: Side
    claimed: Decimal
    reason: str
    opened_on: date
    deadline: date
    evidence: tuple[str, ...] = ()


def open_dispute(conn: Connection, statement: StatementRow, doer: Doer, told: Claimed) -> int:
    """Claim that a line of a signed statement should come to something else. Gives its id.

    Raises
    ------
    SettlementError
        If the statement is not signed by both, or the line has no amount in it.
    InputError
        If the deadline is before the opening.
    """
    lock(conn, statement.contract_id)
    [row] = statements(conn, statement_id=statement.id)
    of = matter(conn, row)
    of.course.then(entry_of(Act.DISPUTE, doer.person_id, told.opened_on, doer.party, "new"))
    frozen_by(of, _checked(of, doer, told))
    claim = Claim(row.id, told.line, told.side, told.claimed, doer.party, told.reason,
                  told.opened_on, told.deadline, told.evidence)  # fmt: skip
    dispute_id = add_dispute(conn, claim)
    new = NewAct(row.id, Act.DISPUTE, doer.party, told.opened_on, f"D{dispute_id}", told.reason)
    add_act(conn, new)
    return dispute_id


def propose(conn: Connection, row: DisputeRow, doer: Doer, ending: Ending) -> None:
    """Say how a dispute ended; the other party has to sign it.

    Raises
    ------
    SettlementError
        If it has ended, or the amount is not one that such an outcome leads to.
    """
    lock(conn, row.contract_id)
    amount = amount_of(_matter(conn, row), row)
    wanted = {OutcomeKind.UPHELD: row.claimed, OutcomeKind.REJECTED: amount}
    if wanted.get(ending.kind, ending.amount) != ending.amount:
        raise SettlementError(
            Sentence(
                "outcome_amount",
                "{kind}: the line comes to {wanted} CNY then, not to {amount}",
                kind=ending.kind,
                wanted=wanted[ending.kind],
                amount=ending.amount,
            )
        )
    propose_outcome(
        conn,
        row.id,
        ending.kind,
        ending.amount,
        ending.decided_on,
        document=ending.document,
        party=doer.party,
    )


def sign(conn: Connection, row: DisputeRow, outcome_id: int, doer: Doer, on: date) -> None:
    """Sign an outcome for the other party: the dispute has ended.

    Raises
    ------
    SettlementError
        If it is the same party or person, another outcome was proposed since, or it has ended.
    """
    lock(conn, row.contract_id)
    of = _matter(conn, row)
    of.course.then(entry_of(Act.RESOLVE, doer.person_id, on, doer.party, row.code))
    if row.proposed_for == doer.party:
        raise SettlementError(
            Sentence("outcome_own", "an outcome is signed by the party that did not propose it")
        )
    sign_outcome(conn, outcome_id, doer.party)
    add_act(conn, NewAct(row.statement_id, Act.RESOLVE, doer.party, on, row.code))


def amount_of(of: Matter, row: DisputeRow) -> Decimal:
    """What the disputed line came to as it was signed. [CNY]."""
    return amount_in(of.document, row.line, Side(row.side)) or Decimal(0)


def frozen_by(of: Matter, dispute: Dispute) -> Decimal:
    """What of the payment waits while a dispute is open. [CNY].

    Raises
    ------
    SettlementError
        If the document has no such line with an amount.
    """
    return sum(
        (part for _, part in payable(of.contract, of.document, [dispute]).frozen), Decimal(0)
    )


def _checked(of: Matter, doer: Doer, told: Claimed) -> Dispute:
    try:
        return Dispute(
            "new", of.row.sha256, told.line, told.side, told.claimed, doer.party, told.reason,
            told.opened_on, told.deadline, told.evidence,
        )  # fmt: skip
    except ValueError as error:
        raise InputError(str(error), place="deadline") from error


def _matter(conn: Connection, row: DisputeRow) -> Matter:
    [statement] = statements(conn, statement_id=row.statement_id)
    return matter(conn, statement)
