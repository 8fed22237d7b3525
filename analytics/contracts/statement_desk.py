"""Drafts of statements: made, made anew, or proposed as a correction of what both have signed."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.contracts.book import contract_of, events_before, inputs_for, terms_in_force
from analytics.contracts.dispute_course import dispute_of
from analytics.contracts.statement_course import (
    Signed,
    courses,
    document_of,
    inputs_of_month,
    month_of,
    signed_of,
)
from analytics.settlement.closing import TermInputs, YearInputs
from analytics.settlement.contract_year import contract_quarters, contract_years
from analytics.settlement.correction import Correction, correction, figures_of_year, reversal
from analytics.settlement.course import StatementState
from analytics.settlement.hand_over import TERM, HandOver, hand_over
from analytics.settlement.month import settle
from analytics.settlement.statement import Inputs, Statement
from analytics.settlement.true_up import TrueUp, true_up
from domain.canonical import digest
from domain.contract import Contract
from domain.contract_book import DocumentKind, StatementCause
from domain.contract_month import ContractMonth
from domain.errors import SettlementError
from domain.local_day import day_start
from domain.sentence import Sentence
from store.contracts.contract import TermsRow, lock
from store.contracts.dispute import disputes
from store.contracts.statement import NewStatement, StatementRow, add_statement, statements, texts


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a draft.

    Attributes
    ----------
    id : int
        Of the statement that holds the figures.
    added : bool
        False: it was there already with just these.
    reversal : int or None
        Of the reversal that was proposed, where both had signed.
    """

    id: int
    added: bool
    reversal: int | None = None


def draft(
    conn: Connection,
    contract_id: int,
    month: ContractMonth,
    *,
    cause: StatementCause = StatementCause.ENTERED,
    baselines: Collection[int] = (),
) -> Kept:
    """Settle a month and keep what comes out, in the name of the current person or the worker.

    A draft nobody is bound by is made anew. What both have signed stays as it is: where the figures
    differ, its reversal and the statement made again are kept beside it, both as drafts.

    Parameters
    ----------
    baselines : collection of int
        Ids of the versions of baselines whose figures are among those of the month.

    Raises
    ------
    SettlementError
        If no version of the terms is in force, or the contract does not run in the month.
    InputError
        If the figures name what the terms do not have.
    psycopg.errors.InsufficientPrivilege
        If the current person acts for no party.
    """
    lock(conn, contract_id)
    terms, inputs = inputs_for(conn, contract_id, month)
    return keep_draft(conn, terms, inputs, cause=cause, baselines=baselines)


def keep_draft(
    conn: Connection,
    terms: TermsRow,
    inputs: Inputs,
    *,
    cause: StatementCause,
    baselines: Collection[int] = (),
) -> Kept:
    """Do the same with inputs that are put together already, under the contract's lock."""
    period = inputs.month.month
    rows = statements(conn, contract_id=terms.contract_id, kind=DocumentKind.MONTH, period=period)
    newest = rows[0] if rows else None
    if newest is None:
        return _added(conn, terms, inputs, settle(inputs), cause, baselines)
    course = courses(conn, [newest])[newest.id]
    same_release = replace(inputs, code_version=newest.code_version)
    unchanged = digest(same_release.text()) == newest.inputs_sha256
    if course.state is StatementState.REVERSED:
        return _added(conn, terms, inputs, settle(inputs), cause, baselines)
    if unchanged and newest.version_id == terms.id:
        return Kept(newest.id, added=False)
    if course.follows_inputs:
        return _added(conn, terms, inputs, settle(inputs), cause, baselines)
    found = correction(month_of(conn, newest), inputs_of_month(conn, newest), inputs)
    if found is None:
        return Kept(newest.id, added=False)
    return _proposed(conn, terms, inputs, newest, found, cause, baselines)


def draft_true_up(
    conn: Connection, contract_id: int, year: int, quarter: int | None = None
) -> Kept:
    """Settle a year of a contract, or a quarter of it, from its signed months and what is known.

    Where both have signed it and it comes to something else, its reversal is kept beside it.

    Raises
    ------
    SettlementError
        If the contract has no such year, or no such quarter that is trued up.
    """
    lock(conn, contract_id)
    newest = terms_in_force(conn, contract_id, date.max)
    years = contract_years(contract_of(newest))
    if not 1 <= year <= len(years):
        raise SettlementError(
            Sentence(
                "no_contract_year",
                "the contract has {years} years, want one of them, not {year}",
                years=len(years),
                year=year,
            )
        )
    first_day, end_day = years[year - 1]
    if quarter is not None:
        first_day, end_day = _quarter(contract_of(newest), year, quarter)
    terms = terms_in_force(conn, contract_id, end_day - timedelta(days=1))
    contract = contract_of(terms)
    signed = [
        (statement, inputs_of_month(conn, row))
        for row, statement in _signed_months(conn, contract_id)
        if first_day <= statement.first_day < end_day
    ]
    known = events_before(conn, contract_id, contract, end_day)
    kept = tuple(inputs for _, inputs in signed)
    wanted = contract_quarters(contract, year) if quarter is None else []
    quarters = [each for each in _true_ups(conn, contract_id) if each.year == year and each.quarter]
    of_year = tuple(quarters) if wanted else ()
    inputs = YearInputs(
        contract,
        year,
        kept,
        known,
        version("civicwatt"),
        quarter=quarter,
        quarters=of_year or None,
    )
    final = [settle(each) for each in inputs.final()]
    months = [statement for statement, _ in signed]
    terms_of_months = [each.contract for each in kept]
    made = true_up(contract, year, months, final, quarter, of_year, terms_of_months)
    return _kept(conn, terms, contract, made, inputs.text())


def draft_hand_over(conn: Connection, contract_id: int) -> Kept:
    """Close a contract from its signed months and true-ups.

    Raises
    ------
    SettlementError
        If no month is signed.
    """
    lock(conn, contract_id)
    terms = terms_in_force(conn, contract_id, date.max)
    contract = contract_of(terms)
    if not signed_of(conn, contract_id, DocumentKind.MONTH):
        raise SettlementError(
            Sentence("no_signed_month", "no month of the contract is signed by both parties")
        )
    months = _signed_months(conn, contract_id)
    years = tuple(_true_ups(conn, contract_id))
    rows = disputes(conn, contract_id=contract_id)
    # A dispute about a hand-over itself does not stand against the one made in its place.
    told = tuple(dispute_of(row) for row in rows if row.period != TERM)
    kept = tuple(inputs_of_month(conn, row) for row, _ in months)
    inputs = TermInputs(contract, kept, years, told, version("civicwatt"))
    signed = [statement for _, statement in months]
    made = hand_over(contract, signed, years, kept[-1].month, told)
    return _kept(conn, terms, contract, made, inputs.text())


def _signed_months(conn: Connection, contract_id: int) -> list[tuple[StatementRow, Statement]]:
    """Months that both have signed and nobody has reversed, in order."""
    rows = signed_of(conn, contract_id, DocumentKind.MONTH)
    return [(rows[month], month_of(conn, rows[month])) for month in sorted(rows)]


def _quarter(contract: Contract, year: int, quarter: int) -> tuple[date, date]:
    """Span of a quarter that is trued up before its year."""
    spans = contract_quarters(contract, year)
    if not 1 <= quarter <= len(spans):
        raise SettlementError(
            Sentence(
                "no_contract_quarter",
                "year {year} of the contract has {quarters} quarters that are trued up before it,"
                " want one of them, not {quarter}",
                year=year,
                quarters=len(spans),
                quarter=quarter,
            )
        )
    return spans[quarter - 1]


def _true_ups(conn: Connection, contract_id: int) -> list[TrueUp]:
    """True-ups that both have signed and nobody has reversed, in order; quarters before years."""
    found = signed_of(conn, contract_id, DocumentKind.TRUE_UP)
    documents = [document_of(conn, row) for row in found.values()]
    return sorted(
        (each for each in documents if isinstance(each, TrueUp)),
        key=lambda each: (each.end_day, each.quarter is None),
    )


def _kept(
    conn: Connection, terms: TermsRow, contract: Contract, made: TrueUp | HandOver, inputs: str
) -> Kept:
    """Keep a true-up or a hand-over, unless the newest one says the same.

    Of one that both have signed the reversal is kept with it, both as drafts.
    """
    rows = statements(conn, contract_id=terms.contract_id, kind=made.kind, period=made.period)
    new = replace(_new(terms, contract, made, made.period, StatementCause.ENTERED), inputs=inputs)
    newest = rows[0] if rows else None
    if newest is None:
        return Kept(add_statement(conn, new), added=True)
    course = courses(conn, [newest])[newest.id]
    if course.follows_inputs or course.state is StatementState.REVERSED:
        if newest.sha256 == made.sha256 and course.follows_inputs:
            return Kept(newest.id, added=False)
        return Kept(add_statement(conn, new), added=True)
    signed = document_of(conn, newest)
    if not isinstance(signed, TrueUp | HandOver) or not _differs(signed, made):
        return Kept(newest.id, added=False)
    back = reversal(signed)
    taken_back = replace(
        _new(terms, contract, back, made.period, StatementCause.ENTERED),
        version_id=newest.version_id,
        inputs=texts(conn, newest.id)[1],
        reverses=newest.id,
    )
    reversed_by = add_statement(conn, taken_back)
    return Kept(add_statement(conn, new), added=True, reversal=reversed_by)


def _differs(signed: TrueUp | HandOver, made: TrueUp | HandOver) -> bool:
    """Whether both parties would be bound by something else than what they signed."""
    if isinstance(signed, TrueUp) and isinstance(made, TrueUp):
        return figures_of_year(signed) != figures_of_year(made)
    return (signed.totals, signed.payment) != (made.totals, made.payment)


def _added(
    conn: Connection,
    terms: TermsRow,
    inputs: Inputs,
    made: Statement,
    cause: StatementCause,
    baselines: Collection[int],
) -> Kept:
    new = _new(terms, inputs.contract, made, made.month, cause)
    return Kept(add_statement(conn, replace(new, inputs=inputs.text()), baselines), added=True)


def _proposed(
    conn: Connection,
    terms: TermsRow,
    inputs: Inputs,
    signed: StatementRow,
    found: Correction,
    cause: StatementCause,
    baselines: Collection[int],
) -> Kept:
    """The reversal of a signed statement and the statement made again, both as drafts."""
    kept = texts(conn, signed.id)[1] or ""
    back = _new(terms, inputs.contract, found.reversal, signed.period, cause)
    back = replace(back, version_id=signed.version_id, inputs=kept, reverses=signed.id)
    reversal = add_statement(conn, back)
    added = _added(conn, terms, inputs, found.replacement, cause, baselines)
    return replace(added, reversal=reversal)


def _new(
    terms: TermsRow, contract: Contract, made: Signed, period: str, cause: StatementCause
) -> NewStatement:
    zone, paid = ZoneInfo(contract.zone), made.payment
    return NewStatement(
        contract_id=terms.contract_id,
        version_id=terms.id,
        kind=made.kind,
        period=period,
        first_at=day_start(made.first_day, zone),
        end_at=day_start(made.end_day, zone),
        cause=cause,
        document=made.text(),
        code_version=made.code_version if isinstance(made, Statement) else version("civicwatt"),
        blocks=sum(remark.blocks for remark in made.remarks),
        payer=None if paid is None else paid.payer,
        amount=None if paid is None else paid.amount,
        retained=None if paid is None else paid.retained,
        due_on=None if paid is None else paid.due_on,
    )
