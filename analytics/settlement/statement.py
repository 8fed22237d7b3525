"""A monthly statement as it is signed: every line with its amount, formula, inputs and versions.

The inputs and the statement are both documents with one canonical text and one digest. Whoever has
the text of the inputs can make the statement again: ``settle(read_inputs(text))``.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from domain.canonical import canonical, digest
from domain.contract import Contract, Party
from domain.contract_event import Events
from domain.contract_line import LineKind
from domain.contract_month import ContractMonth
from domain.errors import InputError
from domain.model_band import SavingBand
from domain.record import read, told

FORM = "civicwatt/statement/1"
INPUTS_FORM = "civicwatt/settlement-inputs/1"
Signed = TypeVar("Signed", bound="Signable")


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a monthly statement follows from.

    Attributes
    ----------
    events : Events
        Those that began before the month's end.
    final : bool
        Whether what the contract adjusts yearly is adjusted: so the true-up asks.
    code_version : str
        Version of Civicwatt that makes the statement.
    """

    contract: Contract
    events: Events
    month: ContractMonth
    code_version: str
    final: bool = False
    form: str = INPUTS_FORM

    def text(self) -> str:
        """The one text of the inputs; `read_inputs` reads it back."""
        return canonical(told(self))


def read_inputs(text: str, *, place: str) -> Inputs:
    """Read the text of the inputs.

    Raises
    ------
    InputError
        With the place in the document.
    """
    return read(Inputs, _parsed(text, place), place)


class Side(StrEnum):
    """What a line counts towards."""

    FEE = "fee"
    BILLS = "bills"
    DEDUCTION = "deduction"
    BASELINE = "baseline"
    """What the use would have cost: the saving is measured from it, nobody pays it."""
    TOTAL = "total"
    """No line: a sum of a year or of the whole term, when it is disputed."""


@dataclass(frozen=True, slots=True)
class Step:
    """A figure on the way to an amount; `value` with all its digits in its unit."""

    symbol: str
    value: Decimal
    unit: str
    formula: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a statement.

    Attributes
    ----------
    code : str
        Line, or measure of quality, of the contract.
    amount : Decimal or None
        Rounded half up to 0.01; None where something is missing. [CNY]
    basis : str
        Which inputs it stands on: price source, grade of the quantity, bill numbers, model.
    """

    code: str
    kind: LineKind | None
    side: Side
    amount: Decimal | None
    formula: str
    basis: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of a statement: F, U, D, X, S; None where a line of it is missing. [CNY]."""

    symbol: str
    amount: Decimal | None
    formula: str


@dataclass(frozen=True, slots=True)
class SavingFigure:
    """Saving of a line: told for measurement and verification, beside the payment.

    Attributes
    ----------
    naive : Decimal
        Baseline of the month - use, nothing adjusted: shown because it misleads. [unit]
    saving : Decimal
        Adjusted baseline - use; positive = saved. [unit]
    low, high : Decimal or None
        Band of the saving; None where nothing calibrated it. [unit]
    ratio : Decimal or None
        Saving over the adjusted baseline, four decimals. [1]
    quantity_effect, shifting_effect, cost_effect : Decimal
        Worth at the baseline's load shape, gain by shifting load, and their sum. [CNY]
    status : str
        ``measured``, or ``verified`` when somebody outside has accepted it.
    band : SavingBand or None
        How the band was measured, and how likely a saving is.
    planned : Decimal or None
        What somebody planned to save in just this month. [unit]
    """

    line: str
    unit: str
    adjusted_baseline: Decimal
    use: Decimal
    naive: Decimal
    saving: Decimal
    low: Decimal | None
    high: Decimal | None
    ratio: Decimal | None
    quantity_effect: Decimal
    shifting_effect: Decimal
    cost_effect: Decimal
    status: str
    band: SavingBand | None = None
    planned: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """What one party owes the other, and when.

    Attributes
    ----------
    amount : Decimal
        Never below 0: the parties change places instead. [CNY]
    retained : Decimal
        Part of it that is kept until the hand-over. [CNY]
    """

    payer: Party
    payee: Party
    amount: Decimal
    retained: Decimal
    due_on: date
    formula: str

    @property
    def to_provider_now(self) -> Decimal:
        """What the provider gets before the hand-over; below zero it pays. [CNY]."""
        part = self.amount - self.retained
        return part if self.payee is Party.PROVIDER else -part


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a signatory has to know; `blocks`: nobody can sign while it stands.

    Attributes
    ----------
    place : str
        Line or part of the contract.
    """

    code: str
    place: str
    detail: str
    blocks: bool


class Signable:
    """What is signed by the digest of its one text."""

    __slots__ = ()
    totals: tuple[Total, ...]
    remarks: tuple[Remark, ...]

    @property
    def may_be_signed(self) -> bool:
        """Whether nothing stands against it."""
        return not any(remark.blocks for remark in self.remarks)

    def total(self, symbol: str) -> Decimal | None:
        """Sum of a symbol; None where it is missing or the contract has none. [CNY]."""
        return next((each.amount for each in self.totals if each.symbol == symbol), None)

    def text(self) -> str:
        """The one text that is signed."""
        return canonical(told(self))

    @property
    def sha256(self) -> str:
        """Digest of its text."""
        return digest(self.text())


@dataclass(frozen=True, slots=True)
class Statement(Signable):
    """Statement of a month.

    Attributes
    ----------
    kind : str
        ``month``, or ``reversal`` of one.
    first_day, end_day : date
        Local days of the month inside the contract, half-open.
    inputs_sha256 : str
        Digest of the text of its inputs.
    reverses : str
        Digest of the statement that a reversal takes back.
    """

    kind: str
    contract: str
    contract_version: int
    month: str
    first_day: date
    end_day: date
    lines: tuple[StatementLine, ...]
    totals: tuple[Total, ...]
    payment: Payment | None
    savings: tuple[SavingFigure, ...]
    remarks: tuple[Remark, ...]
    inputs_sha256: str
    code_version: str
    rounding: str
    reverses: str = ""
    form: str = FORM

    @property
    def period(self) -> str:
        """What it is of, as the store and a bundle name it."""
        return self.month

    def line(self, code: str, side: Side = Side.FEE) -> StatementLine:
        """Line of a code on one side."""
        return next(each for each in self.lines if (each.code, each.side) == (code, side))

    def to_provider(self) -> Decimal | None:
        """Payment as what the provider gets; below zero it pays. [CNY]."""
        if self.payment is None:
            return None
        amount = self.payment.amount
        return amount if self.payment.payee is Party.PROVIDER else -amount


def read_statement(text: str, *, place: str) -> Statement:
    """Read the text of a statement.

    Raises
    ------
    InputError
        With the place in the document.
    """
    return read_signable(Statement, text, place=place)


def read_signable(kind: type[Signed], text: str, *, place: str) -> Signed:
    """Read the one text of a document of some kind.

    Raises
    ------
    InputError
        With the place in the document.
    """
    return read(kind, _parsed(text, place), place)


def whole_sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Sum of amounts; None where one is missing. [CNY]."""
    found = list(amounts)
    known = [amount for amount in found if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(found) else None


def _parsed(text: str, place: str) -> object:
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"no JSON: {error}", place=place) from error
    return parsed
