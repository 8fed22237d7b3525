"""Figures of meters that nobody reads out: of each the newest that two persons stand behind."""

import json
from collections.abc import Sequence
from dataclasses import replace

from psycopg import Connection

from domain.contract import Contract
from domain.contract_month import ContractMonth, Use
from domain.errors import InputError
from domain.record import read
from domain.sentence import Sentence
from store.contracts.contract_figure import FigureRow, FigureState, figures


def use_of(row: FigureRow) -> Use:
    """A figure as the settlement takes it."""
    return read(
        Use,
        {
            "meter": row.meter,
            "quantities": json.loads(row.quantities),
            "document": row.document,
            "signed_by": [row.person, row.verdict_by or ""],
            "proof_sha256": row.proof_sha256,
        },
        f"figure {row.id}",
    )


def figures_by_hand(conn: Connection, contract_id: int, month: str) -> list[Use]:
    """Of each meter the newest figure of a month that a second person has checked."""
    found: dict[str, Use] = {}
    for row in figures(conn, contract_id, month=month):
        if row.state is FigureState.CHECKED:
            found.setdefault(row.meter, use_of(row))
    return list(found.values())


def with_figures(contract: Contract, month: ContractMonth, checked: Sequence[Use]) -> ContractMonth:
    """A month with what people stand behind of the meters that are read by hand.

    Raises
    ------
    InputError
        If such a meter has another figure in it: it would be one person's word.
    """
    by_hand = {meter.code for meter in contract.meters if meter.by_hand}
    known = {use.meter: use for use in checked if use.meter in by_hand}
    for use in month.uses:
        if use.meter in by_hand and use != known.get(use.meter):
            raise InputError(
                Sentence(
                    "figure_by_hand",
                    "meter {meter} is read by hand: enter its figure with a document and a file,"
                    " and let another person check it",
                    meter=use.meter,
                ),
                place=f"{month.month}.uses",
            )
    counted = tuple(use for use in month.uses if use.meter not in by_hand)
    return replace(month, uses=(*counted, *known.values()))
