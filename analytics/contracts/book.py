"""A contract as the store keeps it, put together as settling wants it."""

import json
from dataclasses import replace
from datetime import date
from importlib.metadata import version

from psycopg import Connection

from analytics.contracts.figures import figures_by_hand, with_figures
from analytics.settlement.month import inputs_of
from analytics.settlement.statement import Inputs
from analytics.settlement.tables import with_tables
from domain.contract import Contract
from domain.contract_book import EventKind, check_figures, events_of, read_event, read_terms
from domain.contract_event import Events
from domain.contract_month import ContractMonth
from domain.errors import SettlementError
from domain.sentence import Sentence
from domain.settlement_file import SCHEMA, Book
from store.contracts.contract import TermsRow, events, terms_of
from store.institution.ledger import clock
from store.money.power_factor import tables_in_force


def contract_of(row: TermsRow) -> Contract:
    """Terms of a version, as they were entered."""
    return read_terms(json.loads(row.document), place=f"version {row.number}")


def terms_in_force(conn: Connection, contract_id: int, day: date) -> TermsRow:
    """Version by which the month of a day is settled.

    Raises
    ------
    SettlementError
        If none is in force: nobody has checked one that holds then.
    """
    row = terms_of(conn, contract_id, day)
    if row is None:
        raise SettlementError(
            Sentence(
                "terms_not_in_force",
                "no version of the contract holds in {month}: a second person has to check one",
                month=f"{day:%Y-%m}",
            )
        )
    return row


def events_before(conn: Connection, contract_id: int, contract: Contract, end_day: date) -> Events:
    """What had begun before a local day, without what was undone."""
    return events_of(
        (
            EventKind(row.kind),
            read_event(
                EventKind(row.kind), json.loads(row.document), contract, place=f"event {row.id}"
            ),
        )
        for row in events(conn, contract_id)
        if row.undone_at is None and row.first_day < end_day
    )


def inputs_for(conn: Connection, contract_id: int, month: ContractMonth) -> tuple[TermsRow, Inputs]:
    """Everything a statement of a month follows from: figures, and the terms and events known now.

    Raises
    ------
    SettlementError
        If no version of the terms is in force in the month, or the contract does not run in it.
    InputError
        If the figures or an event name what the terms do not have, with the place.
    """
    row = terms_in_force(conn, contract_id, month.first_day)
    contract = contract_of(row)
    if not (contract.first_day < month.end_day and month.first_day < contract.end_day):
        raise SettlementError(
            Sentence(
                "contract_not_running",
                "contract {contract} does not run in {month}",
                contract=contract.code,
                month=month.month,
            )
        )
    known = events_before(conn, contract_id, contract, month.end_day)
    check_figures(contract, known, month, place=month.month)
    tables = tables_in_force(conn, as_of=clock(conn))
    # Tables are those in force, and accounts what a ledger tells: neither is typed.
    month = with_tables(contract, replace(month, power_factors=None, accounts=None), tables)
    month = with_figures(contract, month, figures_by_hand(conn, contract_id, month.month))
    book = Book(SCHEMA, contract, (month,), known)
    return row, inputs_of(book, month.month, code_version=version("civicwatt"))
