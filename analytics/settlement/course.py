"""The course of a statement: draft > checked > signed by both > disputed > settled. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from analytics.settlement.statement import Payment, Remark
from domain.contract import Party
from domain.errors import SettlementError
from domain.sentence import Sentence


class StatementState(StrEnum):
    """How things stand with a statement."""

    DRAFT = "draft"
    CHECKED = "checked"
    SIGNED = "signed"
    DISPUTED = "disputed"
    SETTLED = "settled"
    REVERSED = "reversed"
    SUPERSEDED = "superseded"
    """It was made anew before both had signed it."""


class Act(StrEnum):
    """What somebody does to a statement."""

    CHECK = "check"
    RETURN = "return"
    SIGN = "sign"
    DISPUTE = "dispute"
    RESOLVE = "resolve"
    PAY = "pay"
    REVERSE = "reverse"


class Document(Protocol):
    """What has a course: a statement, a true-up, a hand-over."""

    @property
    def sha256(self) -> str:
        """Digest that is signed."""

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What a signatory has to know."""

    @property
    def payment(self) -> Payment | None:
        """What is owed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act, in the order in which they were done.

    Attributes
    ----------
    person : str
        Who did it, by what tells persons apart.
    party : Party or None
        For whom, of a signature.
    subject : str
        Digest that was signed; code of the dispute; digest of the reversal; number of the payment.
    amount : Decimal or None
        Of a payment: what the provider gets by it; below zero it pays; None: all that is due. [CNY]
    """

    act: Act
    person: str
    on: date
    party: Party | None = None
    subject: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A statement, who made it, and everything that was done to it.

    Attributes
    ----------
    carried : Decimal
        What the provider got already for statements that were reversed in favour of this. [CNY]
    superseded : bool
        A newer one was made in its place.
    """

    statement: Document
    maker: str
    entries: tuple[Entry, ...] = ()
    carried: Decimal = Decimal(0)
    superseded: bool = False

    @property
    def signatures(self) -> dict[Party, str]:
        """Who signed for each party since it was last checked."""
        found: dict[Party, str] = {}
        for entry in self.entries:
            if entry.act in {Act.CHECK, Act.RETURN}:
                found = {}
            elif entry.act is Act.SIGN and entry.party is not None:
                found[entry.party] = entry.person
        return found

    @property
    def disputes(self) -> set[str]:
        """Codes of the disputes that are open."""
        found: set[str] = set()
        for entry in self.entries:
            if entry.act is Act.DISPUTE:
                found.add(entry.subject)
            elif entry.act is Act.RESOLVE:
                found.discard(entry.subject)
        return found

    @property
    def paid(self) -> Decimal | None:
        """What the provider has got for it; None where a payment was of all that is due. [CNY]."""
        paid = self.carried
        for entry in self.entries:
            if entry.act is Act.PAY:
                if entry.amount is None:
                    return None
                paid += entry.amount
        return paid

    @property
    def state(self) -> StatementState:
        """State that the acts lead to."""
        acts = [entry.act for entry in self.entries]
        signed = len(self.signatures) == len(Party)
        if Act.REVERSE in acts:
            return StatementState.REVERSED
        if self.disputes:
            return StatementState.DISPUTED
        if signed:
            payment = self.statement.payment
            due = Decimal(0) if payment is None else payment.to_provider_now
            # Where nothing is to be paid both signatures settle it: nobody could pay 0.00.
            settled = self.paid in {None, due}
            return StatementState.SETTLED if settled else StatementState.SIGNED
        if self.superseded:
            return StatementState.SUPERSEDED
        checked = [act for act in acts if act in {Act.CHECK, Act.RETURN}]
        checked_last = checked[-1:] == [Act.CHECK]
        return StatementState.CHECKED if checked_last else StatementState.DRAFT

    @property
    def follows_inputs(self) -> bool:
        """Whether a change of an input makes it anew; a signed one is corrected by reversal."""
        return self.state in {StatementState.DRAFT, StatementState.CHECKED}

    def then(self, entry: Entry) -> "Course":
        """The course after one act more.

        Raises
        ------
        SettlementError
            If the act is not possible now; its text says why.
        """
        if self.state not in _FROM[entry.act]:
            raise SettlementError(
                Sentence(
                    "statement_state",
                    "{act}: the statement is {state}, want {wanted}",
                    act=entry.act,
                    state=self.state,
                    wanted=" or ".join(sorted(_FROM[entry.act])),
                )
            )
        refusal = _REFUSALS.get(entry.act, _nothing)(self, entry)
        if refusal is not None:
            raise SettlementError(refusal)
        return replace(self, entries=(*self.entries, entry))

    def made_anew(self, statement: Document, maker: str) -> "Course":
        """The course of a new draft in place of one that nobody is bound by yet.

        Raises
        ------
        SettlementError
            If both parties have signed.
        """
        if not self.follows_inputs:
            raise SettlementError(
                Sentence(
                    "statement_bound",
                    "the statement is {state}: correct it by a reversal",
                    state=self.state,
                )
            )
        return Course(statement, maker)


_S = StatementState
_BOUND = frozenset({_S.SIGNED, _S.DISPUTED, _S.SETTLED})
_FROM: Mapping[Act, frozenset[StatementState]] = {
    Act.CHECK: frozenset({_S.DRAFT}),
    Act.RETURN: frozenset({_S.CHECKED}),
    Act.SIGN: frozenset({_S.CHECKED}),
    Act.DISPUTE: _BOUND,
    Act.RESOLVE: frozenset({_S.DISPUTED}),
    Act.PAY: frozenset({_S.SIGNED, _S.DISPUTED}),
    Act.REVERSE: _BOUND,
}


def _check(course: Course, entry: Entry) -> Sentence | None:
    if entry.person == course.maker:
        return Sentence("statement_own", "check: whoever made it cannot check it")
    blocking = [remark for remark in course.statement.remarks if remark.blocks]
    if not blocking:
        return None
    return Sentence(
        "statement_blocked",
        "check: {count} things stand against it: {place}: {detail}",
        count=len(blocking),
        place=blocking[0].place,
        detail=blocking[0].detail,
    )


def _sign(course: Course, entry: Entry) -> Sentence | None:
    if entry.party is None:
        return Sentence("statement_no_party", "sign: want the party it is signed for")
    if entry.subject != course.statement.sha256:
        return Sentence(
            "statement_other_digest",
            "sign: signed is {signed}, the statement is {statement}",
            signed=entry.subject[:12],
            statement=course.statement.sha256[:12],
        )
    if entry.party in course.signatures:
        return Sentence("statement_party_signed", "sign: {party} has signed", party=entry.party)
    if entry.person in course.signatures.values():
        return Sentence(
            "statement_both_parties", "sign: the same person has signed for the other party"
        )
    return None


def _dispute(course: Course, entry: Entry) -> Sentence | None:
    if entry.subject and entry.subject not in course.disputes:
        return None
    return Sentence("dispute_known", "dispute: want the code of a dispute that is not open yet")


def _resolve(course: Course, entry: Entry) -> Sentence | None:
    if entry.subject in course.disputes:
        return None
    return Sentence("dispute_not_open", "resolve: no dispute {code} is open", code=entry.subject)


def _reverse(_course: Course, entry: Entry) -> Sentence | None:
    if entry.subject:
        return None
    return Sentence("statement_no_reversal", "reverse: want the digest of the reversal")


def _nothing(_course: Course, _entry: Entry) -> Sentence | None:
    return None


_REFUSALS: Mapping[Act, Callable[[Course, Entry], Sentence | None]] = {
    Act.CHECK: _check,
    Act.SIGN: _sign,
    Act.DISPUTE: _dispute,
    Act.RESOLVE: _resolve,
    Act.REVERSE: _reverse,
}
