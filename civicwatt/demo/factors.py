"""The factor set of the demo: that of the statistics, taken as checked by a person of the demo.

Nobody has compared these factors with their documents. The set says so by its name, so that a month
closed with it can never be taken for an official one.
"""

from dataclasses import replace
from datetime import date

from psycopg import Connection

from domain.factor import Factor
from domain.factor_file import shipped_sets
from store.institution.factor import factor_set, load_sets

CODE = "demo"
_LIKE = "statistics"
_CHECKED_ON = date(2026, 1, 1)
_NOTE = "taken as checked in the demo, nobody has compared it 演示中视为已核对。实际无人核对"


def load_demo_factors(conn: Connection) -> None:
    """Load the set once; what is there already is left as it is."""
    if factor_set(conn, CODE) is not None:
        return
    like = max((each for each in shipped_sets() if each.code == _LIKE), key=lambda s: s.version)
    demo = replace(
        like,
        code=CODE,
        version=1,
        name_zh="演示口径。并未真正核对",
        name_en="Demo set (not really checked)",
        factors=tuple(map(_taken_as_checked, like.factors)),
    )
    load_sets(conn, [demo])


def _taken_as_checked(factor: Factor) -> Factor:
    note = f"{factor.note}; {_NOTE}" if factor.note else _NOTE
    by = "演示复核员 Demo reviewer"
    return replace(factor, checked=True, checked_by=by, checked_on=_CHECKED_ON, note=note)
