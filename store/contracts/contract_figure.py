"""Figures of a contract's meters that nobody reads out: entered, proved, checked; only added to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from psycopg import Connection
from psycopg.rows import class_row

from domain.edit import want_reason
from store.contracts.contract import refusals
from store.proof_file import ProofFile
from store.queries import sql


class FigureState(StrEnum):
    """How things stand with a figure."""

    ENTERED = "entered"
    CHECKED = "checked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure of a month.

    Attributes
    ----------
    month : str
        YYYY-MM
    quantities : str
        By period, in the unit of the meter's line; JSON.
    document : str
        What it was read off.
    proof_form, proof_sha256 : str or None
        Of the photo or document; None: there is none yet.
    """

    id: int
    contract_id: int
    month: str
    meter: str
    quantities: str
    document: str
    party: str
    person: str
    entered_at: datetime
    proof_form: str | None
    proof_sha256: str | None
    verdict: str | None
    verdict_by: str | None
    verdict_at: datetime | None
    verdict_reason: str | None

    @property
    def state(self) -> FigureState:
        """Whether somebody else stands behind it."""
        return FigureState(self.verdict or FigureState.ENTERED)


def figures(
    conn: Connection, contract_id: int, *, month: str | None = None, figure_id: int | None = None
) -> list[FigureRow]:
    """Figures of a contract, the newest first; of a month, one, or all."""
    arguments = {"contract_id": contract_id, "month": month, "figure_id": figure_id}
    with conn.cursor(row_factory=class_row(FigureRow)) as cursor:
        return cursor.execute(sql("contract_figure", "figures"), arguments).fetchall()


def add_figure(
    conn: Connection,
    contract_id: int,
    month: str,
    meter: str,
    *,
    quantities: str,
    document: str,
    party: str,
) -> int:
    """Enter a figure in the name of the current person, who acts for a party. Gives its id."""
    arguments = {
        "contract_id": contract_id,
        "month": month,
        "meter": meter,
        "quantities": quantities,
        "document": document,
        "party": party,
    }
    row = conn.execute(sql("contract_figure", "add"), arguments).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives the row that was inserted
    return int(row[0])


def add_proof(conn: Connection, figure_id: int, proof: ProofFile, sha256: str) -> bool:
    """Keep the photo or document of a figure; False where there is one.

    Raises
    ------
    SettlementError
        If the figure is another person's.
    """
    arguments = {"id": figure_id, "form": proof.form, "file": proof.file, "sha256": sha256}
    with refusals(), conn.transaction():
        return conn.execute(sql("contract_figure", "add_proof"), arguments).rowcount == 1


def proof_of(conn: Connection, contract_id: int, figure_id: int) -> ProofFile | None:
    """Photo or document of a figure; None where there is none."""
    arguments = {"contract_id": contract_id, "id": figure_id}
    row = conn.execute(sql("contract_figure", "proof"), arguments).fetchone()
    return None if row is None else ProofFile(row[0], bytes(row[1]))


def judge_figure(conn: Connection, figure_id: int, verdict: str, reason: str) -> bool:
    """Check or refuse a figure; False when somebody has said so already.

    Raises
    ------
    InputError
        If no reason is given.
    SettlementError
        If it is the person who entered it, or nothing proves it.
    """
    want_reason(reason)
    arguments = {"id": figure_id, "verdict": verdict, "reason": reason}
    with refusals(), conn.transaction():
        return conn.execute(sql("contract_figure", "judge"), arguments).rowcount == 1
