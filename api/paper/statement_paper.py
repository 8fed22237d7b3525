"""A statement on paper: what it is, of whom and how far it is, in one language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from analytics.settlement.course import StatementState
from analytics.settlement.hand_over import HandOver
from analytics.settlement.phrase import basis_in_chinese, in_chinese
from analytics.settlement.statement import Inputs, SavingFigure, Statement, StatementLine
from analytics.settlement.true_up import TrueUp
from analytics.settlement.working import shown
from api.paper.words import word
from domain.contract import Contract, Party

Document: TypeAlias = Statement | TrueUp | HandOver


@dataclass(frozen=True, slots=True)
class Doing:
    """Something a person did to a statement.

    Attributes
    ----------
    party : str
        Which it was done for, or empty.
    subject : str
        Digest that was signed, number of the payment, reason.
    key : str
        Fingerprint of the key of a detached signature; empty: an approval without one.
    """

    act: str
    on: str
    person: str
    party: str = ""
    subject: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a party says a line should come to, and how that ended.

    Attributes
    ----------
    claimed : Decimal
        [CNY]
    outcome : str
        ``upheld``, ``agreed`` or ``rejected``; ``open`` while the other party has not signed one.
    decided : str
        Amount, day, document and persons of the outcome.
    """

    code: str
    side: str
    line: str
    claimed: Decimal
    party: str
    reason: str
    deadline: str
    outcome: str = "open"
    decided: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A statement, what it follows from, and what was done to it.

    Attributes
    ----------
    lang : str
        ``en``, else Chinese.
    inputs : Inputs or None
        Of a month; a year and a term follow from their months.
    """

    document: Document
    contract: Contract
    lang: str
    inputs: Inputs | None = None
    state: str = StatementState.DRAFT
    doings: tuple[Doing, ...] = ()
    claims: tuple[Claim, ...] = ()

    @property
    def title(self) -> str:
        """Name of the contract."""
        names = (self.contract.name_zh, self.contract.name_en)
        return (names[1] or names[0]) if self.lang == "en" else (names[0] or names[1])

    @property
    def period(self) -> str:
        """Month, year of the contract, or whole term."""
        match self.document:
            case Statement(month=month):
                return month
            case TrueUp(year=year, quarter=None):
                return f"{self.word('contract_year')} {year}"
            case TrueUp(year=year, quarter=quarter):
                whole = f"{self.word('contract_year')} {year}"
                return f"{whole}, {self.word('quarter')} {quarter}"
            case HandOver(first_day=first, end_day=end):
                return f"{first} / {end}"

    @property
    def heading(self) -> str:
        """What kind of document it is, and of when."""
        return f"{self.word(f'document.{self.document.kind}')} {self.period}"

    @property
    def may_be_signed(self) -> bool:
        """Whether nothing stands against it."""
        return not any(remark.blocks for remark in self.document.remarks)

    @property
    def standing(self) -> str:
        """How far it is, and of a draft whether anything stands against signing."""
        told = self.word(f"state.{self.state}")
        if self.state is not StatementState.DRAFT:
            return told
        may = "may_be_signed" if self.may_be_signed else "may_not_be_signed"
        return f"{told} · {self.word(may)}"

    @property
    def savings(self) -> Sequence[SavingFigure]:
        """Savings of a month."""
        return self.document.savings if isinstance(self.document, Statement) else ()

    @property
    def lines(self) -> Sequence[StatementLine]:
        """Lines of a month."""
        return self.document.lines if isinstance(self.document, Statement) else ()

    def word(self, key: str) -> str:
        """A word in the paper's language."""
        return word("statement", key, self.lang)

    def said(self, text: str) -> str:
        """A formula or a remark in the paper's language; what is signed is the English text."""
        return text if self.lang == "en" else in_chinese(text)

    def basis(self, text: str) -> str:
        """What a line stands on, in the paper's language."""
        return text if self.lang == "en" else basis_in_chinese(text)

    def name(self, code: str) -> str:
        """Name of a line or measure of quality; another place as its word."""
        names = self.contract.names()
        return names[code][self.lang == "en"] if code in names else self.word(code)

    def saving_title(self, found: SavingFigure) -> str:
        """Line, unit and status of a saving."""
        return f"{self.name(found.line)} ({found.unit}), {self.word(found.status)}"

    def signatories(self) -> list[tuple[str, str, str, str]]:
        """Each party: what it is, its name, who has signed what stands here for it, and by what."""
        signed: dict[str, tuple[str, str]] = {}
        for each in self.doings:
            if each.act == "sign":
                by_key = f"{self.word('by_key')} {each.key[:16]}"
                signed[each.party] = each.person, by_key if each.key else self.word("no_key")
            elif each.act in {"check", "return"}:
                signed = {}
        names = {Party.CLIENT: self.contract.client, Party.PROVIDER: self.contract.provider}
        nobody = ("", self.word("not_signed"))
        return [
            (self.word(party), name, *signed.get(party, nobody)) for party, name in names.items()
        ]


def figure(value: Decimal) -> str:
    """A number as a person reads it: thousands apart, nine decimals at most."""
    whole, dot, part = shown(value).partition(".")
    return re.sub(r"\B(?=(\d{3})+(?!\d))", ",", whole) + dot + part
