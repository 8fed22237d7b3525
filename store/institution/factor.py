"""Factor sets in the store: each version once and for ever; checks and withdrawals beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import class_row, dict_row

from domain.errors import StoreError
from domain.factor import ElectricityBasis, Factor, FactorCheck, FactorId, FactorSet
from domain.sentence import Sentence
from store.one_row import one_row
from store.queries import sql

FIRST_ENTERED = 1001
"""Versions that people enter are numbered from here, so that those that come along keep theirs."""


@dataclass(frozen=True, slots=True)
class FactorSetRow:
    """A version of a set.

    Attributes
    ----------
    entered_by : str or None
        Name of whoever entered it; None where it came along or from the command line.
    withdrawn_at : datetime or None
        Since when no new figure takes it.
    factors, unchecked : int
        How many factors it has, and how many of them nobody has checked.
    """

    code: str
    version: int
    name_zh: str
    name_en: str
    electricity: str
    counts_water: bool
    sha256: str
    loaded_at: datetime
    entered_by: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_because: str | None
    factors: int
    unchecked: int


def load_sets(conn: Connection, sets: Iterable[FactorSet]) -> list[str]:
    """Put versions that are not there yet into the store.

    Returns
    -------
    list of str
        Ids of those that were added.

    Raises
    ------
    StoreError
        If a version is there with other content. Nothing is written.
    """
    added = []
    with conn.transaction():
        for each in sets:
            key = {"code": each.code, "version": each.version}
            known = conn.execute(sql("factor", "digest"), key).fetchone()
            if known is None:
                _add(conn, each)
                added.append(each.id)
            elif known != (each.sha256,):
                raise StoreError(
                    f"factor set {each.id} was loaded with other content ({known[0][:12]}, "
                    f"now {each.sha256[:12]}): raise its version"
                )
    return added


def _add(conn: Connection, factors: FactorSet) -> None:
    head = {
        "code": factors.code,
        "version": factors.version,
        "name_zh": factors.name_zh,
        "name_en": factors.name_en,
        "electricity": factors.electricity.value,
        "counts_water": factors.counts_water,
        "sha256": factors.sha256,
    }
    row = one_row(conn, sql("factor", "add_set"), head)
    rows = [{**asdict(factor), "factor_set_id": row[0]} for factor in factors.factors]
    with conn.cursor() as cursor:
        cursor.executemany(sql("factor", "add_factor"), rows)


def enter_set(conn: Connection, factors: FactorSet) -> FactorSet:
    """Enter a version of a set; it gets the next number, and new figures take it from then on.

    Raises
    ------
    StoreError
        If somebody else enters a version of the set at the same time.
    """
    newest = one_row(conn, sql("factor", "newest"), {"code": factors.code})[0]
    version = max(newest or 0, FIRST_ENTERED - 1) + 1
    entered = replace(factors, version=version, checks={})
    try:
        with conn.transaction():
            _add(conn, entered)
    except UniqueViolation as error:
        reason = Sentence(
            "factor_set_at_once", "somebody is entering {set} at the same time", set=factors.code
        )
        raise StoreError(reason) from error
    return entered


def own_factors(conn: Connection, code: str, version: int) -> set[FactorId]:
    """Factors of a version whose number the person was the first to enter, and may not check."""
    return set(conn.execute(sql("factor", "own"), {"code": code, "version": version}))


def check_factors(
    conn: Connection, code: str, version: int, ids: Iterable[FactorId], *, document: str
) -> None:
    """Note that the person compared factors of a version with a document."""
    for arguments in _each(code, version, ids):
        conn.execute(sql("factor", "check"), {**arguments, "document": document})


def withdraw_checks(
    conn: Connection, code: str, version: int, ids: Iterable[FactorId], *, reason: str
) -> None:
    """Take back the checks of factors of a version; they count as unchecked from then on."""
    for arguments in _each(code, version, ids):
        conn.execute(sql("factor", "withdraw_check"), {**arguments, "reason": reason})


def withdraw_set(conn: Connection, code: str, version: int, *, reason: str) -> bool:
    """Let no new figure take a version; False when it was withdrawn before."""
    arguments = {"code": code, "version": version, "reason": reason}
    return conn.execute(sql("factor", "withdraw_set"), arguments).rowcount == 1


def _each(code: str, version: int, ids: Iterable[FactorId]) -> Sequence[dict[str, object]]:
    return [
        {
            "code": code,
            "version": version,
            "key": key,
            "region": region,
            "year": year,
            "effective_from": effective_from,
        }
        for key, region, year, effective_from in ids
    ]


def factor_sets(conn: Connection) -> list[FactorSetRow]:
    """Every version of every set, the newest of each first."""
    with conn.cursor(row_factory=class_row(FactorSetRow)) as cursor:
        return cursor.execute(sql("factor", "sets")).fetchall()


def factor_set(conn: Connection, code: str, version: int | None = None) -> FactorSet | None:
    """One version of a set, or the newest that is not withdrawn; None where there is none."""
    with conn.cursor(row_factory=dict_row) as cursor:
        head = cursor.execute(
            sql("factor", "one_set"), {"code": code, "version": version}
        ).fetchone()
    if head is None:
        return None
    key = {"factor_set_id": head.pop("factor_set_id")}
    with conn.cursor(row_factory=class_row(Factor)) as rows:
        factors = tuple(rows.execute(sql("factor", "factors"), key))
    checks = {
        (of_key, region, year, first): FactorCheck(by, on, document)
        for _, of_key, region, year, first, by, on, document in conn.execute(
            sql("factor", "checks"), key
        )
    }
    basis = ElectricityBasis(head.pop("electricity"))
    return FactorSet(**head, electricity=basis, factors=factors, checks=checks)
