"""Factor sets in the store: each version once and for ever."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from domain.errors import StoreError
from domain.factor import ElectricityBasis, Factor, FactorSet
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class FactorSetRow:
    """A version of a set.

    Attributes
    ----------
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


def factor_sets(conn: Connection) -> list[FactorSetRow]:
    """Every version of every set, the newest of each first."""
    with conn.cursor(row_factory=class_row(FactorSetRow)) as cursor:
        return cursor.execute(sql("factor", "sets")).fetchall()


def factor_set(conn: Connection, code: str, version: int | None = None) -> FactorSet | None:
    """One version of a set, or its newest; None where there is none."""
    with conn.cursor(row_factory=dict_row) as cursor:
        head = cursor.execute(
            sql("factor", "one_set"), {"code": code, "version": version}
        ).fetchone()
    if head is None:
        return None
    key = {"factor_set_id": head.pop("factor_set_id")}
    with conn.cursor(row_factory=class_row(Factor)) as rows:
        factors = tuple(rows.execute(sql("factor", "factors"), key))
    basis = ElectricityBasis(head.pop("electricity"))
    return FactorSet(**head, electricity=basis, factors=factors)
