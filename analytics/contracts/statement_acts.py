"""What people do to kept statements: check, return, sign, pay. The course decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psycopg import Connection

from analytics.contracts.book import contract_of
from analytics.contracts.decision import unmet_by
from analytics.contracts.detached_signature import key_of
from analytics.contracts.dispute_course import dispute_of
from analytics.contracts.overtaken import overtaken_by
from analytics.contracts.statement_course import Signed, course_of, document_of, entry_of
from analytics.settlement.course import Act, Course, Entry, StatementState
from analytics.settlement.decided import Unmet
from analytics.settlement.due import Due, due_of
from domain.contract import Contract, Party
from domain.contract_book import DocumentKind
from domain.edit import want_reason
from domain.errors import SettlementError
from domain.sentence import Sentence
from store.contracts.contract import lock, terms
from store.contracts.dispute import DisputeRow, disputes
from store.contracts.statement import ActRow, NewAct, StatementRow, acts, add_act, statements


@dataclass(frozen=True, slots=True)
class Doer:
    """Who acts, and for which party."""

    person_id: int
    party: Party


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody wants to do to a statement.

    Attributes
    ----------
    on : date
        Local day.
    sha256 : str
        To sign: digest of what was seen.
    signature : str or None
        To sign: text of a detached signature.
    number : str
        To pay: of the transfer.
    amount : Decimal or None
        To pay: by who owes; None: all that is outstanding. [CNY]
    """

    act: Act
    on: date
    reason: str = ""
    sha256: str = ""
    signature: str | None = None
    number: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """A statement with everything that a decision about it needs.

    Attributes
    ----------
    overtaken : list of str
        Periods that it sums otherwise than both have signed them.
    """

    row: StatementRow
    contract: Contract
    document: Signed
    done: list[ActRow]
    disputes: list[DisputeRow]
    unmet: list[Unmet]
    overtaken: list[str]

    @property
    def course(self) -> Course:
        """Its course."""
        return course_of(self.row, self.done, self.document)

    @property
    def due(self) -> Due | None:
        """What is still to be paid; None while it is not signed, or is a reversal."""
        course = self.course
        bound = course.state in {
            StatementState.SIGNED, StatementState.DISPUTED, StatementState.SETTLED
        }  # fmt: skip
        if not bound or self.row.kind == DocumentKind.REVERSAL:
            return None
        paid = course.paid or Decimal(0)
        told = [dispute_of(each) for each in self.disputes]
        return due_of(self.contract, self.document, told, paid)

    def may(self, doer: Doer) -> Iterator[Act]:
        """What somebody may do with it now."""
        course, due = self.course, self.due
        for act in (Act.CHECK, Act.RETURN, Act.SIGN, Act.PAY, Act.DISPUTE):
            subject = self.document.sha256 if act is Act.SIGN else "D0"
            entry = entry_of(act, doer.person_id, date.min, doer.party, subject)
            try:
                course.then(entry)
            except SettlementError:
                continue
            payable = due is not None and due.outstanding != 0
            disputable = self.row.kind != DocumentKind.REVERSAL
            follows = not (self.unmet or self.overtaken)
            if {
                Act.CHECK: follows,
                Act.SIGN: follows and not self.row.waits,
                Act.PAY: payable,
                Act.DISPUTE: disputable,
            }.get(act, True):
                yield act


def matter(conn: Connection, row: StatementRow) -> Matter:
    """Look up what belongs to a statement."""
    [version] = terms(conn, row.contract_id, version_id=row.version_id)
    document = document_of(conn, row)
    return Matter(
        row,
        contract_of(version),
        document,
        acts(conn, [row.id])[row.id],
        disputes(conn, statement_id=row.id),
        unmet_by(conn, row, document),
        overtaken_by(conn, row),
    )


def act(conn: Connection, statement: StatementRow, doer: Doer, deed: Deed) -> None:
    """Do something to a statement in the name of the current person.

    The second signature of a reversal takes back what it reverses.

    Raises
    ------
    SettlementError
        If it is not possible now, does not say what a dispute was decided to, sums what was signed
        anew since, a signature does not hold, or the contract wants one by a key.
    InputError
        If a reason is wanted and not given, or a signature cannot be read.
    """
    lock(conn, statement.contract_id)
    [row] = statements(conn, statement_id=statement.id)
    of = matter(conn, row)
    if deed.act in {Act.CHECK, Act.SIGN}:
        _want_decided(of, deed.act)
        _want_newest(of, deed.act)
    if deed.act is Act.CHECK:
        _keep(conn, of, doer, deed, reason=deed.reason)
    elif deed.act is Act.RETURN:
        want_reason(deed.reason)
        _keep(conn, of, doer, deed, reason=deed.reason)
    elif deed.act is Act.SIGN:
        _sign(conn, of, doer, deed)
    elif deed.act is Act.PAY:
        _pay(conn, of, doer, deed)
    else:
        raise SettlementError(
            Sentence("act_by_dispute", "{act}: follows from a dispute or a reversal", act=deed.act)
        )


def _want_decided(of: Matter, act: Act) -> None:
    """See that it says what was decided about what it takes the place of."""
    for each in of.unmet:
        decided = each.decided
        raise SettlementError(
            Sentence(
                "decision_unmet",
                "{act}: {line} was decided to come to {wanted} CNY ({dispute}), here it comes to"
                " {found} CNY, {difference} CNY more",
                act=act,
                line=decided.line,
                wanted=decided.amount,
                dispute=decided.dispute,
                found="-" if each.found is None else each.found,
                difference="-" if each.difference is None else each.difference,
            )
        )


def _want_newest(of: Matter, act: Act) -> None:
    """See that a true-up or a hand-over sums what both have signed now."""
    if of.overtaken:
        raise SettlementError(
            Sentence(
                "statement_overtaken",
                "{act}: {periods} were signed otherwise since it was made: make it again",
                act=act,
                periods=", ".join(of.overtaken),
            )
        )


def _keep(
    conn: Connection,
    of: Matter,
    doer: Doer,
    deed: Deed,
    *,
    subject: str = "",
    reason: str = "",
    amount: Decimal | None = None,
    signed: tuple[int, str] | None = None,
) -> None:
    entry = entry_of(deed.act, doer.person_id, deed.on, doer.party, subject, amount)
    of.course.then(entry)
    key_id, signature = signed or (None, None)
    new = NewAct(
        of.row.id, deed.act, doer.party, deed.on, subject, reason, amount, key_id, signature
    )
    add_act(conn, new)


def _sign(conn: Connection, of: Matter, doer: Doer, deed: Deed) -> None:
    if of.row.waits:
        raise SettlementError(
            Sentence("statement_waits", "sign: what it replaces is not reversed yet")
        )
    signed = None
    if deed.signature is None and of.contract.signed_by_keys:
        raise SettlementError(
            Sentence(
                "signature_wanted",
                "sign: the contract wants the {party}'s own signature of the bundle, made at home"
                " by `civicwatt sign`",
                party=doer.party,
            )
        )
    if deed.signature is not None:
        signed = (key_of(conn, of.row, doer.party, deed.signature), deed.signature)
    _keep(conn, of, doer, deed, subject=deed.sha256, signed=signed)
    entry = entry_of(Act.SIGN, doer.person_id, deed.on, doer.party, deed.sha256)
    both = len(of.course.then(entry).signatures) == len(Party)
    if of.row.reverses is not None and both:
        [taken_back] = statements(conn, statement_id=of.row.reverses)
        _reverse(conn, matter(conn, taken_back), doer, deed.on, of.row.sha256)


def _reverse(conn: Connection, of: Matter, doer: Doer, on: date, reversal_sha256: str) -> None:
    _keep(conn, of, doer, Deed(Act.REVERSE, on), subject=reversal_sha256)


def _pay(conn: Connection, of: Matter, doer: Doer, deed: Deed) -> None:
    due = of.due
    outstanding = Decimal(0) if due is None else due.outstanding
    amount = abs(outstanding) if deed.amount is None else deed.amount
    of.course.then(Entry(Act.PAY, str(doer.person_id), deed.on))
    if not outstanding:
        raise SettlementError(Sentence("nothing_outstanding", "pay: nothing is outstanding"))
    if amount > abs(outstanding):
        raise SettlementError(
            Sentence(
                "statement_overpaid",
                "pay: {amount} CNY is more than the {outstanding} CNY that are outstanding",
                amount=amount,
                outstanding=abs(outstanding),
            )
        )
    _keep(conn, of, doer, deed, subject=deed.number, amount=amount.copy_sign(outstanding))
