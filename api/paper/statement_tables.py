"""Tables of a statement on paper, in its language: the same for PDF and workbook."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

from analytics.settlement.hand_over import HandOver
from analytics.settlement.left_out import left_out
from analytics.settlement.statement import SavingFigure, Statement
from analytics.settlement.true_up import TrueUp
from api.paper.statement_paper import Claim, Paper, figure

Cell: TypeAlias = str | Decimal | None
"""None: the figure is missing, which is said in words."""
Row: TypeAlias = tuple[Cell, ...]

MONEY = frozenset({"amount", "claimed", "signed_amount", "now"})
"""Columns whose numbers are amounts. [CNY]"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the paper.

    Attributes
    ----------
    name : str
        Key of its title in the list of words.
    heads : tuple of str
        Keys of its columns; those of `MONEY` hold amounts.
    """

    name: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def facts(paper: Paper) -> Table:
    """Parties, contract, month and digests."""
    made, contract = paper.document, paper.contract
    signed = "" if contract.signed_on is None else contract.signed_on.isoformat()
    month = made if isinstance(made, Statement) else None
    told = (
        ("contract", f"{made.contract}, {paper.word('version')} {made.contract_version}"),
        ("kind", paper.word(f"contract_kind.{contract.kind}")),
        ("document", " ".join(part for part in (contract.document, signed) if part)),
        ("client", contract.client),
        ("provider", contract.provider),
        ("period", paper.period),
        ("days", f"{made.first_day} / {made.end_day}"),
        ("sha256", made.sha256),
        ("inputs_sha256", month.inputs_sha256 if month else ""),
        ("reverses", month.reverses if month else ""),
        ("code_version", month.code_version if month else ""),
        ("rounding", paper.word("half_up")),
    )
    rows = ((paper.word(name), text) for name, text in told if text)
    return _table("statement", ("part", "detail"), rows)


def totals(paper: Paper) -> Table:
    """The sums, with their formulas."""
    rows = (
        (paper.word(each.symbol), each.amount, paper.said(each.formula))
        for each in paper.document.totals
    )
    return _table("totals", ("part", "amount", "formula"), rows)


def lines(paper: Paper) -> Table:
    """Every line: amount, formula, and what it stands on."""
    rows = (
        (
            paper.word(each.side),
            paper.name(each.code),
            each.amount,
            paper.said(each.formula),
            paper.basis(each.basis),
        )
        for each in paper.lines
    )
    return _table("lines", ("part", "item", "amount", "formula", "basis"), rows)


def steps(paper: Paper) -> Table:
    """Every figure on the way to an amount."""
    rows = (
        (paper.word(line.side), paper.name(line.code), step.symbol, figure(step.value),
         step.unit, paper.said(step.formula))
        for line in paper.lines
        for step in line.steps
    )  # fmt: skip
    return _table("steps", ("part", "item", "symbol", "value", "unit", "formula"), rows)


def payment(paper: Paper) -> Table:
    """Who pays whom, how much, and when."""
    paid = paper.document.payment
    rows: list[Row] = [(None, "", None, "")]
    if paid is not None:
        who = f"{paper.word(paid.payer)} {paper.word('pays')} {paper.word(paid.payee)}"
        rows = [
            (who, paid.due_on.isoformat(), paid.amount, paper.said(paid.formula)),
            (paper.word("retained"), "", paid.retained, ""),
        ]
    return _table("payment", ("payment", "due_on", "amount", "formula"), rows)


def saving(paper: Paper, found: SavingFigure) -> Table:
    """A saving beside the difference that nothing adjusts, with its band."""
    told = ("adjusted_baseline", "use", "saving", "naive", "low", "high", "ratio")
    worth = ("quantity_effect", "shifting_effect", "cost_effect")
    values: list[tuple[str, Decimal | None]] = [("unadjusted", found.naive + found.use)]
    values += [(name, getattr(found, name)) for name in (*told, *worth)]
    rows = ((paper.word(name), None if value is None else figure(value)) for name, value in values)
    return _table("savings", ("item", "value"), rows)


def days_left_out(paper: Paper) -> Table:
    """Days of a month that do not count as they were, and why."""
    heads = ("reason", "place", "days_out", "first_day", "last_day", "detail")
    rows = (
        (
            paper.word(f"left_out.{each.kind}"),
            each.place or paper.word("boundary"),
            str(each.days),
            *_span(each.first_day, each.end_day),
            paper.said(each.reason),
        )
        for each in (() if paper.inputs is None else left_out(paper.inputs))
    )
    return _table("left_out", heads, rows)


def differences(paper: Paper) -> Table:
    """Lines of a year that come to something else than was signed."""
    found = paper.document.differences if isinstance(paper.document, TrueUp) else ()
    rows = (
        (each.month, paper.word(each.side), paper.name(each.line), each.signed, each.now)
        for each in found
    )
    return _table("differences", ("month", "part", "item", "signed_amount", "now"), rows)


def registers(paper: Paper) -> Table:
    """Registers of the boundary at the end of a contract."""
    found = paper.document.registers if isinstance(paper.document, HandOver) else ()
    rows = (
        (each.meter, paper.word(period), figure(value))
        for each in found
        for period, value in each.register.items()
    )
    return _table("registers", ("meter", "tariff_period", "value"), rows)


def remarks(paper: Paper) -> Table:
    """What a signatory has to know; what blocks stands first."""
    rows = (
        (
            paper.word("yes" if remark.blocks else "no"),
            paper.word(f"remark.{remark.code}"),
            paper.name(remark.place),
            paper.said(remark.detail),
        )
        for remark in sorted(paper.document.remarks, key=lambda remark: not remark.blocks)
    )
    return _table("remarks", ("blocks", "code", "place", "detail"), rows)


def disputes(paper: Paper) -> Table:
    """Claims against lines, and how they ended."""
    heads = ("dispute", "item", "claimed", "party", "reason", "deadline", "outcome")
    return _table("disputes", heads, (_claim(paper, each) for each in paper.claims))


def course(paper: Paper) -> Table:
    """Who made it, checked it, signed it, and what came after."""
    rows = (
        (paper.word(f"act.{each.act}"), each.on, each.person, paper.word(each.party), each.subject)
        for each in paper.doings
    )
    return _table("course", ("act", "on", "person", "party", "subject"), rows)


def _table(name: str, heads: tuple[str, ...], rows: Iterable[Row]) -> Table:
    return Table(name, heads, tuple(rows))


def _claim(paper: Paper, each: Claim) -> Row:
    item = f"{paper.word(each.side)}: {paper.name(each.line)}"
    outcome = " ".join(
        part for part in (paper.word(f"outcome.{each.outcome}"), each.decided) if part
    )
    party = paper.word(each.party)
    return each.code, item, each.claimed, party, each.reason, each.deadline, outcome


def _span(first_day: date | None, end_day: date | None) -> Iterator[str]:
    """First and last of some days; empty where only their number is known."""
    known = first_day is not None and end_day is not None
    yield first_day.isoformat() if known and first_day else ""
    yield (end_day - timedelta(days=1)).isoformat() if known and end_day else ""
