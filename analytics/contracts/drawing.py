"""A contract's month drawn from the ledger as it is known now, and kept as a draft."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.contracts.book import inputs_for
from analytics.contracts.figures import with_figures
from analytics.contracts.ledger import read_rows
from analytics.contracts.statement_desk import Kept, draft, keep_draft
from analytics.drawn.month import DrawnMonth, drawn_month
from analytics.evidence.bundle import source_parts
from analytics.settlement.statement import Inputs
from domain.canonical import canonical
from domain.contract_book import StatementCause, check_figures
from domain.contract_month import ContractMonth
from domain.errors import SettlementError
from domain.local_day import day_start
from domain.record import read, told
from domain.sentence import Sentence
from store.contracts.contract import TermsRow, lock
from store.contracts.contract_ledger import Eyes, signed_months
from store.contracts.drawn_statement import CorrectionRow, DrawnFrom, add_origin, drawn_of


@dataclass(frozen=True, slots=True)
class Drawing:
    """A month as the ledger tells it, not kept yet.

    Attributes
    ----------
    inputs : Inputs
        What its statement follows from.
    meter_ids : tuple of int
        Meters that were asked for figures.
    """

    terms: TermsRow
    inputs: Inputs
    drawn: DrawnMonth
    entered: ContractMonth
    known_at: datetime
    meter_ids: tuple[int, ...]

    def kept(self) -> DrawnFrom:
        """Where its figures come from, as the store keeps it."""
        parts = source_parts(self.drawn.sources)
        return DrawnFrom(
            self.known_at,
            canonical(told(self.entered)),
            canonical([told(each) for each in self.drawn.origins]),
            canonical({name: content.decode() for name, content in parts.items()}),
        )

    def model_versions(self) -> list[int]:
        """Ids of the versions of baselines whose figures are in it."""
        return version_ids([told(each) for each in self.drawn.origins])


def draw(conn: Connection, eyes: Eyes, contract_id: int, entered: ContractMonth) -> Drawing:
    """Draw a month; nothing is written.

    Parameters
    ----------
    eyes : Eyes
        A person sees what they may see of the meters; what they do not is missing.
    entered : ContractMonth
        What people entered beside the ledger.

    Raises
    ------
    SettlementError
        If no version of the terms is in force, the contract does not run in the month, or the month
        is not over.
    InputError
        If what was entered names what the terms do not have.
    """
    terms, bare = inputs_for(conn, contract_id, ContractMonth(entered.month))
    check_figures(bare.contract, bare.events, entered, place=entered.month)
    with_figures(bare.contract, entered, bare.month.uses)
    rows = read_rows(conn, eyes, bare, signed_months(conn, contract_id))
    _refuse_early(bare, rows.known_at)
    found = drawn_month(bare, rows, entered)
    inputs = replace(bare, month=replace(found.month, power_factors=bare.month.power_factors))
    ids = tuple(sorted({each.meter_id for each in rows.meters.values()}))
    return Drawing(terms, inputs, found, entered, rows.known_at, ids)


def _refuse_early(terms: Inputs, now: datetime) -> None:
    """Days to come are not days without readings: no rule of substitution is for them."""
    zone, month = ZoneInfo(terms.contract.zone), terms.month
    if now < day_start(min(month.end_day, terms.contract.end_day), zone):
        raise SettlementError(
            Sentence(
                "month_not_over", "{month} is not over in {zone}", month=month.month, zone=zone.key
            )
        )


def draft_from_ledger(
    conn: Connection,
    eyes: Eyes,
    contract_id: int,
    entered: ContractMonth,
    *,
    cause: StatementCause = StatementCause.LEDGER,
    because: str = "",
) -> Kept:
    """Draw a month and keep its statement as a draft, with where its figures come from.

    Raises
    ------
    SettlementError, InputError
        As `draw` does; also for a person who sees no meter of the contract.
    psycopg.errors.InsufficientPrivilege
        If the current person acts for no party.
    """
    lock(conn, contract_id)
    found = draw(conn, eyes, contract_id, entered)
    if eyes is Eyes.PERSON and found.inputs.contract.meters and not found.meter_ids:
        raise SettlementError(
            Sentence(
                "meters_not_seen",
                "you see none of the meters of contract {contract}: its client can draw the month",
                contract=found.inputs.contract.code,
            )
        )
    baselines = found.model_versions()
    kept = keep_draft(conn, found.terms, found.inputs, cause=cause, baselines=baselines)
    add_origin(conn, contract_id, kept.id, found.kept(), found.meter_ids, because=because)
    return kept


def draft_from_correction(conn: Connection, row: CorrectionRow) -> Kept:
    """Keep what an accepted correction proposes as drafts: the reversal, and the month made again.

    Raises
    ------
    SettlementError, InputError
        As `analytics.contracts.statement_desk.draft` does.
    """
    month = read(ContractMonth, json.loads(row.month), f"correction {row.id}")
    baselines = version_ids(json.loads(row.origins))
    kept = draft(conn, row.contract_id, month, cause=StatementCause.LATE, baselines=baselines)
    if kept.added:
        drawn = drawn_of(conn, row.id)
        add_origin(conn, row.contract_id, kept.id, drawn, (), because=row.cause)
    return kept


def version_ids(origins: Sequence[Mapping[str, Any]]) -> list[int]:
    """Ids of the versions of baselines that some origins name."""
    found = (each["refers"] for each in origins if each["what"] == "model")
    return [refers["version_id"] for refers in found if "version_id" in refers]
